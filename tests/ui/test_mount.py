"""What Gradio must be told when it does not launch itself: each test fails without its line in `mount`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from playground.ui.mount import mount
from playground.ui.page import MISFIT, build_page
from playground.web.server import create_app
from tests.house import House
from tests.ui.building import built
from tests.web.conftest import serving

WATCHING = 45
"""More pages than Gradio serves by itself."""


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Not here: it is Gradio itself that asks for its upload folder on the event loop."""


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor's browser that has opened the page."""
    app = await asyncio.to_thread(built, lambda: create_app(house.parts))
    async with serving(app) as client:
        assert (await client.get("/")).status_code == 200
        yield client


async def listener(browser: httpx2.AsyncClient, name: str) -> int:
    config = (await browser.get("/config")).json()
    ids: list[int] = [one["id"] for one in config["dependencies"] if one["api_name"] == name and one["backend_fn"]]
    return ids[0]


async def call(browser: httpx2.AsyncClient, name: str, *data: Any, **event: Any) -> httpx2.Response:
    asked = {"data": list(data), "fn_index": await listener(browser, name), "session_hash": "page"}
    body = {**asked, "event_data": event or None}
    return await browser.post("/gradio_api/run/predict", json=body)


async def test_a_file_that_a_client_names_is_not_copied_and_served(browser: httpx2.AsyncClient, tmp_path: Path) -> None:
    secret = tmp_path.parent / f"{tmp_path.name}-outside.txt"
    secret.write_text("do not read")
    named = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    try:
        for sent in (named, {"tab": named}, {"ids": [named]}):
            reply = await call(browser, "stop", sent)
            assert reply.status_code >= 400
            assert "do not read" not in reply.text
        assert (await browser.get(f"/gradio_api/file={secret}")).status_code in {403, 404}
    finally:
        secret.unlink()


async def test_the_data_folder_is_not_served(browser: httpx2.AsyncClient, house: House) -> None:
    folder = house.parts.settings.data_dir.absolute()
    assert (folder / "playground.db").exists()
    assert (await browser.get(f"/gradio_api/file={folder / 'playground.db'}")).status_code in {403, 404}


async def test_many_pages_can_watch_and_one_more_is_served(browser: httpx2.AsyncClient) -> None:
    shown = (await call(browser, "load")).json()["data"]
    strip, attach = shown[0], await listener(browser, "attach")

    async def watch(page: str) -> None:
        body = {"data": [strip], "fn_index": attach, "session_hash": page}
        (await browser.post("/gradio_api/queue/join", json=body)).raise_for_status()

    for number in range(WATCHING):
        await watch(f"page{number}")
    await watch("last")
    async with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": "last"}) as stream:
        async for line in stream.aiter_lines():
            if "process_generating" in line:
                break
        else:
            pytest.fail("the last page saw nothing")


async def test_a_page_is_not_for_nobody(browser: httpx2.AsyncClient) -> None:
    config = (await browser.get("/config")).json()
    assert config.get("username")


async def test_an_error_shows_our_words_only(browser: httpx2.AsyncClient) -> None:
    reply = await call(browser, "send", {"chosen": "tab_nowhere"}, "hi", None)
    notes = reply.json()["data"][-1]
    assert notes["problem"]
    assert notes["text"] == "Not found."


async def test_what_does_not_fit_a_listener_is_printed_nowhere(
    browser: httpx2.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    said = "my words \x1b]0;a title\x07"
    for data in ([said], [said, said], [{"path": said, "meta": {"_type": "gradio.FileData"}}, said]):
        reply = await call(browser, "set_agent", *data)
        assert (reply.status_code, reply.json()["error"]) == (500, MISFIT)
    printed = capfd.readouterr()
    assert "my words" not in printed.out + printed.err
    assert "Traceback" not in printed.err


async def test_events_are_not_counted_anew_whenever_one_ends(house: House) -> None:
    page = await asyncio.to_thread(built, lambda: build_page(house.parts))
    mount(FastAPI(), page, house.parts.settings)
    queue: Any = vars(page)["_queue"]
    queue.events_recorded = 10_000
    ended = {"time": 1.0, "status": "failed", "process_time": 1.0, "function": "attach", "session_hash": "x"}
    assert queue.compute_analytics_summary([ended]) == {"functions": {}}


async def test_a_suggested_prompt_is_sent(browser: httpx2.AsyncClient, house: House) -> None:
    strip = (await call(browser, "load")).json()["data"][0]
    reply = await call(browser, "suggest", strip, index=0, value={"text": "hello"})
    assert reply.status_code == 200, reply.text
    await house.called()
