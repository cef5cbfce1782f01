"""Knowing the name of another visitor's page is worth nothing: over HTTP, with the real page."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from playground.web.server import create_app
from tests.house import House
from tests.ui.building import built
from tests.web.conftest import serving

PAGE = "9kx2m1q0p3"
"""What Ann's browser calls its page, and Bob has found out."""


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Not here: it is Gradio itself that asks for its upload folder on the event loop."""


@pytest.fixture
async def ann(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    app = await asyncio.to_thread(built, lambda: create_app(house.parts))
    async with serving(app) as client:
        assert (await client.get("/")).status_code == 200
        yield client


@pytest.fixture
async def bob(ann: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=ann.base_url, timeout=10) as client:
        assert (await client.get("/")).status_code == 200
        yield client


async def listener(browser: httpx2.AsyncClient, name: str) -> int:
    config = (await browser.get("/config")).json()
    ids: list[int] = [one["id"] for one in config["dependencies"] if one["api_name"] == name and one["backend_fn"]]
    return ids[0]


async def join(browser: httpx2.AsyncClient, page: str = PAGE) -> str:
    """Watch the visitor's first tab in a page; the event's id."""
    body: dict[str, Any] = {"data": [], "fn_index": await listener(browser, "load"), "session_hash": page}
    strip = (await browser.post("/gradio_api/run/predict", json=body)).json()["data"][0]
    body = {"data": [strip], "fn_index": await listener(browser, "attach"), "session_hash": page}
    joined = await browser.post("/gradio_api/queue/join", json=body)
    event_id: str = joined.raise_for_status().json()["event_id"]
    return event_id


async def heard(browser: httpx2.AsyncClient, page: str = PAGE, *, until: str) -> list[dict[str, Any]]:
    """What a page's stream tells, up to a message of a kind."""
    told: list[dict[str, Any]] = []
    async with browser.stream("GET", "/gradio_api/queue/data", params={"session_hash": page}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                told.append(json.loads(line.removeprefix("data:")))
                if told[-1]["msg"] == until:
                    break
    return told


async def test_a_stranger_hears_nothing_of_a_page_whose_name_they_know(
    ann: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    event_id = await join(ann)
    stolen = await heard(bob, until="unexpected_error")
    assert {one["msg"] for one in stolen} == {"unexpected_error"}
    assert event_id not in json.dumps(stolen)
    assert event_id in {one.get("event_id") for one in await heard(ann, until="process_generating")}


async def test_two_visitors_whose_pages_have_one_name_are_each_told_their_own(
    ann: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    of_ann, of_bob = await join(ann), await join(bob)
    heard_by_ann = await heard(ann, until="process_generating")
    heard_by_bob = await heard(bob, until="process_generating")
    assert {one["event_id"] for one in heard_by_ann if "event_id" in one} == {of_ann}
    assert {one["event_id"] for one in heard_by_bob if "event_id" in one} == {of_bob}


async def test_a_stranger_does_not_end_a_page_by_its_name(ann: httpx2.AsyncClient, bob: httpx2.AsyncClient) -> None:
    event_id = await join(ann)
    async with bob.stream("GET", f"/gradio_api/heartbeat/{PAGE}") as beat:
        assert beat.status_code == 200
    body = {"session_hash": PAGE, "fn_index": await listener(ann, "attach"), "event_id": event_id}
    assert (await bob.post("/gradio_api/cancel", json=body)).status_code == 404
    assert (await bob.post("/gradio_api/reset", json={"event_id": event_id})).status_code == 404
    assert event_id in {one.get("event_id") for one in await heard(ann, until="process_generating")}


async def test_what_goes_by_an_id_that_knows_no_visitor_is_closed(ann: httpx2.AsyncClient) -> None:
    for path in ("call/attach", "call/attach/x", "call/v2/attach", "api/attach", "stream/x", "component_server"):
        for method in ("GET", "POST"):
            reply = await ann.request(method, f"/gradio_api/{path}", json={"data": (), "session_hash": PAGE})
            assert (reply.status_code, reply.json()) == (404, {"message": "Not found."}), path


async def test_a_page_that_is_named_twice_or_not_at_all_is_not_another_ones(
    ann: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    event_id = await join(ann)
    async with bob.stream("GET", f"/gradio_api/queue/data?session_hash=x&session_hash={PAGE}") as stream:
        async for line in stream.aiter_lines():
            assert event_id not in line
            if "unexpected_error" in line:
                break
    number = await listener(bob, "attach")
    twice = f'{{"data": [], "fn_index": {number}, "session_hash": "x", "session_hash": "{PAGE}"}}'
    json_sent = {"Content-Type": "application/json"}
    assert (await bob.post("/gradio_api/queue/join", content=twice, headers=json_sent)).status_code == 200
    for body in ("{}", "[]", "{", '{"session_hash": null}', '{"session_hash": ["x"]}'):
        reply = await bob.post("/gradio_api/queue/join", content=body, headers=json_sent)
        assert reply.status_code == 400, body
    assert event_id in {one.get("event_id") for one in await heard(ann, until="process_generating")}


async def test_a_listener_that_is_not_there_or_is_the_pages_own_is_not_called(ann: httpx2.AsyncClient) -> None:
    config = (await ann.get("/config")).json()
    of_the_page = next(one["id"] for one in config["dependencies"] if not one["backend_fn"])
    for path in ("run/predict", "queue/join"):
        for number in (-1, 9999, of_the_page, "0", None):
            body: dict[str, Any] = {"data": [], "fn_index": number, "session_hash": PAGE}
            assert (await ann.post(f"/gradio_api/{path}", json=body)).status_code == 404, number
    assert (await ann.post("/gradio_api/run/%00", json={"data": [], "session_hash": PAGE})).status_code == 404


async def test_what_is_nested_without_end_is_refused(ann: httpx2.AsyncClient) -> None:
    for depth in (300, 100_000):
        nested = "[" * depth + "]" * depth
        body = f'{{"data": {nested}, "fn_index": {await listener(ann, "attach")}, "session_hash": "{PAGE}"}}'
        assert (await ann.post("/gradio_api/queue/join", content=body)).status_code == 400
