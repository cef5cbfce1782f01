import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx2
import pytest
from agents.items import TResponseStreamEvent

from playground.models.answer import Answer, new_response
from playground.models.anthropic.reader import Reader as Claude
from playground.models.google.interactions import InteractionReader
from playground.models.reading import Frame, Reader, events_of
from playground.models.reasons import StreamFailure
from tests.models.conftest import MakeModel
from tests.models.reading_along import read

LAST = ("[DONE]", *({"type": kind} for kind in ("response.completed", "response.incomplete", "message_stop")))


class Noted:
    """Notes the frames that it is fed."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.finished = False

    def feed(self, frames: list[Frame]) -> Iterable[TResponseStreamEvent]:
        self.frames += frames
        return ()

    def finish(self) -> Iterable[TResponseStreamEvent]:
        self.finished = True
        return ()


def sent(*frames: Any) -> bytes:
    texts = (frame if isinstance(frame, str) else json.dumps(frame) for frame in frames)
    return "".join(f"data: {text}\n\n" for text in texts).encode()


async def noted(*chunks: bytes, open_end: bool = False, reader: Reader | None = None) -> Any:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
        if open_end:
            await asyncio.Event().wait()

    reader = reader or Noted()
    async with asyncio.timeout(10):
        async for _ in events_of(httpx2.Response(200, content=body()), reader):
            pass
    return reader


@pytest.mark.parametrize("last", [*LAST, {"event_type": "interaction.completed"}])
async def test_an_answer_that_is_over_is_not_waited_for(last: Any) -> None:
    reader = await noted(sent({"type": "a"}, last), open_end=True)
    assert reader.finished


@pytest.mark.parametrize("last", [*LAST, {"event_type": "interaction.completed"}])
async def test_what_comes_after_an_answer_is_none_of_it(last: Any) -> None:
    reader = await noted(sent({"type": "a"}, last, {"type": "b"}), sent({"type": "c"}))
    assert [frame.get("type") for frame in reader.frames if frame != last] == ["a"]


async def test_half_a_character_costs_no_more_than_itself() -> None:
    reader = await noted(b'data: {"x":"a\\ud83d"}\n\ndata: {"x":"\\ude00b"}\n\n')
    assert reader.frames == [{"x": "a\ufffd"}, {"x": "\ufffdb"}]


@pytest.mark.parametrize("odd", ["[]", "3", "null", "{", '{"type":[]}', '{"type":{}}', '"\\ud83d"', "[" * 9999 + "\\u"])
async def test_what_is_no_frame_is_malformed(odd: str) -> None:
    with pytest.raises(StreamFailure) as caught:
        await noted(sent(odd))
    assert caught.value.reason == "malformed"


@pytest.mark.parametrize("make", [Claude, InteractionReader])
async def test_a_frame_of_another_dialect_is_malformed(make: Any) -> None:
    reader = make(Answer(new_response("m"), "x/m"), "x/m")
    with pytest.raises(StreamFailure) as caught:
        await noted(sent({"odd": 1}), reader=reader)
    assert caught.value.reason == "malformed"


async def test_a_connection_that_ends_with_its_answer_is_used_again(make_model: MakeModel, wire: Any) -> None:
    model = make_model("echo")
    assert [(await read(model)).error for _ in range(3)] == [None] * 3
    assert len({call.peer for call in wire.calls}) == 1
