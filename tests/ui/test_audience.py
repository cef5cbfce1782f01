"""Who takes what is shown."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from playground.ui import audience
from playground.ui.audience import Audience, page_name, while_taken


async def pictures(ended: list[str]) -> AsyncIterator[int]:
    try:
        for number in range(10_000):
            yield number
            await asyncio.sleep(0.01)
    finally:
        ended.append("ended")


async def test_a_page_that_never_takes_a_picture_is_drawn_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "ABSENCE", 0.05)
    ended: list[str] = []
    assert [number async for number in while_taken(pictures(ended), lambda: False)]
    assert ended == ["ended"]


async def test_a_page_that_listens_now_and_then_is_drawn_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "ABSENCE", 0.2)
    ears = itertools.cycle((False, True))
    seen = 0
    async for number in while_taken(pictures([]), lambda: next(ears)):
        seen = number
        if number == 50:
            break
    assert seen == 50


async def test_a_stream_counts_for_its_own_visitor_while_it_is_open() -> None:
    close = asyncio.Event()

    async def gradio(scope: Scope, _receive: Receive, _send: Send) -> None:
        assert isinstance(scope["state"]["audience"], Audience)
        await close.wait()

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        pass

    here = Audience(gradio)
    scope = {
        "type": "http",
        "path": audience.STREAM,
        "query_string": b"session_hash=a%20b",
        "state": {"visitor_id": "vis_ann"},
    }
    streams = [asyncio.create_task(here(dict(scope), receive, send)) for _ in range(2)]
    await asyncio.sleep(0)
    assert here.listens(page_name("vis_ann", "a b"))
    assert not here.listens(page_name("vis_bob", "a b"))
    streams[0].cancel()
    await asyncio.wait({streams[0]})
    assert here.listens(page_name("vis_ann", "a b"))
    close.set()
    await asyncio.wait(streams)
    assert not here.listens(page_name("vis_ann", "a b"))
