"""The page and any ChatKit UI go the same way: the same events, the same rows, live on both sides."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from sqlmodel import Session, col, select

from playground.client import Client
from playground.protocol.dispatcher import StreamReply
from playground.records import LaneSettings
from playground.secret import load_secret
from playground.store.tables import BranchRow, ItemRow, RunRow, ThreadRow
from playground.visitor import Visitor
from playground.web.badges import Badges
from playground.web.server import create_api
from tests.house import ECHO, EVENT, House, Json, message, opened
from tests.web.conftest import serving

Numbered = tuple[int, bytes]
STAMP = 'openai/tool:stamp:{"text":"x"}'


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path) as house:
        yield house


class Ui:
    """A ChatKit UI over HTTP, and the page's client of the same visitor."""

    def __init__(self, house: House, http: httpx2.AsyncClient) -> None:
        badges = Badges(load_secret(house.parts.settings))
        badge = badges.new()
        name, _, value = badges.set_cookie(badge, secure=False).partition(";")[0].partition("=")
        http.cookies.set(name, value)
        self.http = http
        self.visitor = Visitor(badge.visitor_id)
        self.page = Client(self.visitor, house.parts)

    async def post(
        self, kind: str, params: Json, metadata: Json | None = None, *, key: str | None = None
    ) -> httpx2.Response:
        body = {"type": kind, "params": params, "metadata": metadata or {}}
        return await self.http.post("/chatkit", json=body, headers={"Idempotency-Key": key} if key else {})

    async def stream(self, kind: str, params: Json, metadata: Json | None = None) -> tuple[StreamReply, list[Numbered]]:
        """A streamed reply, to its end."""
        response = await self.post(kind, params, metadata)
        assert response.status_code == 200, response.text
        reply = StreamReply(response.headers["x-run-id"], response.headers["x-thread-id"])
        return reply, frames(response.content)

    async def followed(self, run_id: str, **headers: str) -> list[Numbered]:
        """A run's events over its own route."""
        response = await self.http.get(f"/chatkit/runs/{run_id}/events", headers=headers)
        assert response.status_code == 200, response.text
        return frames(response.content)

    async def watched(self, run_id: str) -> list[Numbered]:
        """The same, as the page follows them."""
        return [
            (numbered.seq, numbered.event.model_dump_json().encode()) async for numbered in self.page.follow(run_id)
        ]


def frames(body: bytes) -> list[Numbered]:
    """The frames of a whole event stream; nothing else is in it but heartbeats."""
    assert body.endswith(b"\n\n")
    found: list[Numbered] = []
    for block in body.replace(b":\n", b"").split(b"\n\n")[:-1]:
        match = re.fullmatch(rb"id: (\d+)\ndata: (\{.*\})", block)
        assert match, block
        found.append((int(match[1]), match[2]))
    return found


@pytest.fixture
async def ui(house: House) -> AsyncIterator[Ui]:
    async with serving(create_api(house.parts)) as http:
        yield Ui(house, http)


def told(told: Sequence[Numbered]) -> list[Json]:
    """The events without what two runs cannot have in common: names, times, and how growth was cut into frames."""
    text = re.sub(rb" \xc2\xb7 \d+(\.\d)? m?s", b"", b"[" + b",".join(data for _, data in told) + b"]")
    text = re.sub(rb'"created_at":"[^"]+"', b'"created_at":""', text)
    return [event for event in _joined(orjson.loads(_numbered(text))) if event]


def _numbered(text: bytes) -> bytes:
    names = list(dict.fromkeys(re.findall(rb"(?:thr|msg|wfl|run|brn)_[0-9a-f]{32}", text)))
    for number, name in enumerate(names):
        text = text.replace(name, b"id-%d" % number)
    return text


def _joined(events: Iterable[Json]) -> list[Json]:
    joined: list[Json] = []
    for event in events:
        last: Json = joined[-1].get("update", {}) if joined else {}
        update: Json = event.get("update", {})
        if update.get("type") == last.get("type") == "assistant_message.content_part.text_delta":
            last["delta"] += update["delta"]
        elif update.get("type") == last.get("type") == "workflow.task.updated":
            joined[-1] = event
        else:
            joined.append(event)
    return joined


KEPT: dict[type[BranchRow | ItemRow | RunRow], set[str]] = {
    BranchRow: {"id", "parent_branch", "fork_position", "label"},
    ItemRow: {"branch_id", "position", "type", "payload"},
    RunRow: {"branch_id", "agent", "model", "status", "error", "allow_retry"},
}


def kept(session: Session, thread_id: str) -> bytes:
    """The rows of a thread, as far as two threads can be alike."""
    thread = session.get_one(ThreadRow, thread_id)
    rows: list[Any] = [thread.model_dump(include={"title", "meta", "status", "head_branch"})]
    for table, fields in KEPT.items():
        query = select(table).where(table.thread_id == thread_id).order_by(col(table.created_at))
        rows += [row.model_dump(include=fields) for row in session.exec(query)]
    text = re.sub(rb" \xc2\xb7 \d+(\.\d)? m?s", b"", orjson.dumps(rows))
    return re.sub(rb'"created_at":"[^"]+"', b'"created_at":""', _numbered(text))


CONVERSATION = (
    ("say", ECHO, "hello"),
    ("say", "openai/think-30-words-30", "think"),
    ("say", STAMP, "use a tool"),
    ("say", "compatible/status-401", "fail"),
    ("retry", ECHO, ""),
    ("edit", "compatible/length-5", "other words"),
)
SETTINGS = LaneSettings(max_tokens=50)


async def over_http(ui: Ui) -> tuple[str, list[list[Json]]]:
    thread_id, heard, question = "", list[list[Json]](), ""
    for act, model, text in CONVERSATION:
        extras = {"agent": "tests.staff:clerk", "model": model, "settings": SETTINGS.model_dump(exclude_none=True)}
        params: Json = {"thread_id": thread_id, "input": message(text, model=model)}
        if act == "retry":
            kind, params = "threads.retry_after_item", {"thread_id": thread_id, "item_id": question}
        elif not thread_id:
            kind, params = "threads.create", {"input": message(text, model=model)}
        else:
            kind = "threads.add_user_message"
        if act == "edit":
            extras["edit_item_id"] = question
        reply, events = await ui.stream(kind, params, extras)
        thread_id, question = reply.thread_id, asked(events) or question
        heard.append(told(events))
    return thread_id, heard


async def on_the_page(ui: Ui) -> tuple[str, list[list[Json]]]:
    (tab,) = await ui.page.tabs()
    thread_id, heard, question = "", list[list[Json]](), ""
    for act, model, text in CONVERSATION:
        await ui.page.set_lane(tab.id, agent="tests.staff:clerk", model=model, settings=SETTINGS)
        if act == "retry":
            reply = await ui.page.retry(tab.id, question)
        else:
            reply = await ui.page.send(tab.id, text, edit_item_id=question if act == "edit" else None)
        events = await ui.followed(reply.run_id)
        thread_id, question = reply.thread_id, asked(events) or question
        heard.append(told(events))
    return thread_id, heard


def asked(events: Sequence[Numbered]) -> str | None:
    """The id of the visitor's message."""
    done = [orjson.loads(data) for _, data in events if b'"type":"user_message"' in data]
    return done[0]["item"]["id"] if done else None


async def test_both_doors_give_the_same_events_and_leave_the_same_rows(house: House, ui: Ui) -> None:
    there, heard_there = await over_http(ui)
    here, heard_here = await on_the_page(ui)
    assert heard_here == heard_there
    assert await house.stored(lambda session: kept(session, here)) == await house.stored(
        lambda session: kept(session, there)
    )


async def test_a_run_begun_on_the_page_is_heard_alike_on_both_sides(ui: Ui) -> None:
    (tab,) = await ui.page.tabs()
    await ui.page.set_lane(tab.id, model="openai/think-30-words-60@200")
    reply = await ui.page.send(tab.id, "hello")
    here, there, again = await asyncio.gather(
        ui.watched(reply.run_id), ui.followed(reply.run_id), ui.followed(reply.run_id, **{"Last-Event-ID": "3"})
    )
    assert [(seq, EVENT.validate_json(data)) for seq, data in there] == [
        (seq, EVENT.validate_json(data)) for seq, data in here
    ]
    assert there[3:] == again
    assert [seq for seq, _ in there] == list(range(1, len(there) + 1))


async def test_a_run_begun_over_http_is_heard_alike_on_both_sides(house: House, ui: Ui) -> None:
    begun = asyncio.create_task(
        ui.stream("threads.create", {"input": message("hello", model="compatible/words-60@200")})
    )
    await house.called()
    (thread,) = await ui.page.threads()
    run = (await ui.http.get(f"/chatkit/threads/{thread.id}/run")).json()
    here = await ui.watched(run["id"])
    reply, there = await begun
    assert reply == StreamReply(run["id"], thread.id)
    assert [EVENT.validate_json(data) for _, data in there] == [EVENT.validate_json(data) for _, data in here]


async def test_a_thread_goes_on_at_the_other_door(house: House, ui: Ui) -> None:
    first, _ = await ui.stream("threads.create", {"input": message("one")})
    tab = await ui.page.open_tab(thread_id=first.thread_id)
    second = await ui.page.send(tab.id, "two")
    await ui.watched(second.run_id)
    await ui.stream("threads.add_user_message", {"thread_id": first.thread_id, "input": message("three", model=None)})
    items = (await ui.post("threads.get_by_id", {"thread_id": first.thread_id})).json()["items"]["data"]
    assert [part["text"] for item in items for part in item["content"]] == [
        "one",
        "one",
        "two",
        "two",
        "three",
        "three",
    ]
    view = await ui.page.view(first.thread_id)
    assert [item.id for item in view.transcript.items] == [item["id"] for item in items]
    assert "two" in str(house.calls[-1].body)


async def test_a_run_is_stopped_from_the_other_door(house: House, ui: Ui) -> None:
    begun = asyncio.create_task(ui.stream("threads.create", {"input": message(model="compatible/stall-5")}))
    call = await house.called()
    await call.reached(5)
    (thread,) = await ui.page.threads()
    live = (await ui.page.view(thread.id)).live
    assert live is not None
    await ui.page.stop(live.id)
    await begun
    assert call.disconnected is not None
    assert (await ui.http.get(f"/chatkit/threads/{thread.id}/run")).json()["status"] == "cancelled"


@pytest.mark.parametrize(
    ("kind", "params", "status"),
    [
        ("threads.stop", {}, 400),
        ("threads.create", {"input": message("")}, 400),
        ("threads.get_by_id", {"thread_id": "thr_none"}, 404),
        ("threads.create", {"input": message(model="elsewhere/x")}, 400),
        ("threads.create", {"input": message("x" * 100_001)}, 413),
        ("input.transcribe", {"audio_base64": "AA==", "mime_type": "text/plain"}, 400),
    ],
)
async def test_what_is_refused_is_json_with_a_message(ui: Ui, kind: str, params: Json, status: int) -> None:
    response = await ui.post(kind, params)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == ["message"]


async def test_the_same_post_sent_again_is_the_same_run(ui: Ui) -> None:
    params = {"input": message("once")}
    first, again = [await ui.post("threads.create", params, key="k") for _ in range(2)]
    assert first.content == again.content
    assert first.headers["x-run-id"] == again.headers["x-run-id"]
    assert (await ui.post("threads.create", {"input": message("other")}, key="k")).status_code == 422
    assert len(await ui.page.threads()) == 1
