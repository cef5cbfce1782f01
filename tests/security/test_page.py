"""The page's listeners, each called over HTTP with somebody else's ids: nothing of theirs is told or changed."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from fastapi import FastAPI

from playground.parts import Playground
from playground.ui.handlers.acts import ACTS
from playground.ui.handlers.analysis import TITLES
from playground.ui.handlers.caller import Said
from playground.web.server import create_app
from tests.conformance.conftest import Served, open_served
from tests.security.world import AGENTS, CANARY, World, settle
from tests.ui.building import built


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Not here: Gradio looks for its folders on the event loop."""


@pytest.fixture
async def served(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Served]:
    """A playground with its page."""

    def with_page(parts: Playground) -> FastAPI:
        return built(lambda: create_app(parts))

    async with open_served(sqlite_url, tmp_path, app=with_page, agent=AGENTS, disconnect_grace=600) as served:
        yield served


@pytest.fixture
async def world(served: Served) -> World:
    """Ann's."""
    return await settle(served.parts, await served.visitor())


def form(name: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """What an act says when all of it is Ann's."""
    kind: type[Said] = ACTS[name][0]
    said = {"act": name, **{field: value for field, value in samples(ids).items() if field in kind.model_fields}}
    if kind.model_fields.get("to") and kind.model_fields["to"].annotation is int:
        said["to"] = 0
    kind.model_validate_json(orjson.dumps({key: value for key, value in said.items() if key != "act"}))
    return said


def samples(ids: Mapping[str, str]) -> dict[str, Any]:
    """A value for each field of any act or event."""
    return {
        "tab": ids["tab"],
        "lane": ids["lane"],
        "lanes": [ids["lane"], ids["lane"]],
        "like": ids["lane"],
        "thread": ids["thread"],
        "branch": ids["branch"],
        "item": ids["item"],
        "run": ids["asking_run"],
        "round": ids["round"],
        "call": ids["call"],
        "id": ids["share"],
        "decisions": [{"call_id": ids["call"], "approve": True}],
        "action": {"type": "press", "payload": {"n": 1}},
        "input": {"status": "skipped", "answers": {}},
        "models": ["compatible/echo"],
        "text": "mine",
        "title": "mine",
        "model": "compatible/echo",
        "on": True,
        "to": "lane",
        "times": 2,
        "preset": "cheap",
        "tool": "pay",
        "output": "mine",
        "arguments": "",
        "choice": "bad",
        "index": 0,
        "value": ids["item"],
        "liked": True,
        "provider": "compatible",
        "attachments": [ids["attachment"]],
        "files": [ids["attachment"]],
    }


class Page:
    """Somebody's page, called as a browser does it."""

    def __init__(self, http: httpx2.AsyncClient, config: dict[str, Any]) -> None:
        self._http = http
        self.kinds = {part["id"]: part["type"] for part in config["components"]}
        self.choices = {part["id"]: part["props"].get("choices", ()) for part in config["components"]}
        self.listeners = [one for one in config["dependencies"] if one["backend_fn"]]

    @classmethod
    async def of(cls, http: httpx2.AsyncClient) -> "Page":
        assert (await http.get("/")).status_code == 200
        return cls(http, (await http.get("/config")).json())

    async def call(self, listener: Mapping[str, Any], ids: Mapping[str, str], event: Mapping[str, Any]) -> str:
        """What a listener answers, all of it."""
        data = [self._value(number, ids) for number in listener["inputs"]]
        body = {"data": data, "fn_index": listener["id"], "session_hash": "page", "event_data": dict(event)}
        if listener["queue"] is False:
            return (await self._http.post("/gradio_api/run/predict", json=body)).text
        assert (await self._http.post("/gradio_api/queue/join", json=body)).status_code == 200
        told = ""
        async with self._http.stream("GET", "/gradio_api/queue/data", params={"session_hash": "page"}) as stream:
            async for line in stream.aiter_lines():
                told += line
                if "process_completed" in line or told.count("process_generating") == 2:
                    break
        return told

    def _value(self, number: int, ids: Mapping[str, str]) -> Any:
        if self.kinds[number] == "html":
            shown = {"chosen": ids["tab"], "run": ids["live_run"], "queued": [ids["live_run"]], "ids": [ids["item"]]}
            return {**samples(ids), **shown, "ids": [ids["item"]], "drawn": ids["tab"]}
        if self.kinds[number] == "dropdown":
            return next((value for _, value in self.choices.get(number, ()) if value), None)
        return 1 if self.kinds[number] == "number" else "mine"


async def test_no_listener_tells_or_changes_what_is_somebody_elses(served: Served, world: World) -> None:
    before = await world.seen()
    stranger = await Page.of((await served.visitor()).http)
    assert len(stranger.listeners) > 30
    for listener in stranger.listeners:
        events = [samples(world.ids)]
        if listener["api_name"] == "act":
            events = [form(name, world.ids) for name in ACTS]
        if listener["api_name"] == "analyse":
            events = [{**samples(world.ids), "view": view, "n": 1} for view in TITLES]
        for event in events:
            told = await stranger.call(listener, world.ids, event)
            assert CANARY not in told, (listener["api_name"], event)
    assert await world.seen() == before


async def test_the_same_calls_do_something_for_who_they_are_of(world: World) -> None:
    page = await Page.of(world.ann.http)
    told = {one["api_name"]: await page.call(one, world.ids, samples(world.ids)) for one in page.listeners}
    telling = {name for name, words in told.items() if CANARY in words}
    assert telling >= {"load", "pick", "open_thread", "list_threads"}
