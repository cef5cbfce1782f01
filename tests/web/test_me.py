"""What a visitor may know and decide about themselves: what is left, a copy of all, its end, keys of their own."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from sqlmodel import Session, SQLModel, col, select

from playground.client import Client
from playground.client.leaving import forget
from playground.compare.saving.sharing import Sharing
from playground.errors import TooMany
from playground.ids import new_id
from playground.records import Vote
from playground.store import switch, visitors
from playground.store.money_tables import BudgetRow, ChargeRow
from playground.store.tables import ItemRow, LaneRow, RunRow, TabRow, ThreadRow
from playground.store.votes import put
from playground.visitor import Visitor
from playground.web.me import Me
from tests.stack import Stack, frames, stack
from tests.wire import Call

SAID = "a-word-that-only-ann-said"
OWN = "sk-own-0123456789abcdefghij"


@pytest.fixture
async def lite(sqlite_url: str) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, own_keys=True) as made:
        yield made


@pytest.fixture
async def each(database_url: str) -> AsyncIterator[Stack]:
    """One on each database."""
    async with stack(database_url) as made:
        yield made


@asynccontextmanager
async def another(made: Stack) -> AsyncGenerator[Stack]:
    """The same playground, as another visitor sees it."""
    async with httpx2.AsyncClient(base_url=made.client.base_url, timeout=20) as client:
        yield Stack(made.parts, made.wire, client)


async def said(made: Stack, text: str, model: str = "openai/echo") -> tuple[str, list[dict[str, Any]]]:
    """A first message and its answer: the thread, and the events."""
    message = {
        "content": [{"type": "input_text", "text": text}],
        "attachments": [],
        "inference_options": {"model": model},
    }
    request = {"type": "threads.create", "params": {"input": message}}
    async with made.client.stream("POST", "/chatkit", json=request) as answer:
        assert answer.status_code == 200, await answer.aread()
        return answer.headers["x-thread-id"], [sent.event async for sent in frames(answer)]


async def me(made: Stack) -> dict[str, Any]:
    found: dict[str, Any] = (await made.client.get("/chatkit/me")).raise_for_status().json()
    return found


async def exported(made: Stack) -> dict[str, Any]:
    found: dict[str, Any] = (await made.client.get("/chatkit/me/export")).raise_for_status().json()
    return found


async def visitor_of(made: Stack, thread_id: str) -> Visitor:
    row = await made.parts.database.read(lambda session: session.get_one(ThreadRow, thread_id))
    return Visitor(row.visitor_id)


def every_row(session: Session) -> dict[str, str]:
    """All that is in the database, by table."""
    connection = session.connection()
    tables = SQLModel.metadata.sorted_tables
    return {table.name: repr(connection.execute(table.select()).all()) for table in tables}


async def stored(made: Stack) -> dict[str, str]:
    return await made.parts.database.read(every_row)


async def settled_in(made: Stack) -> tuple[str, Visitor]:
    """A visitor with something of everything: a thread with a file and a thumb, a tab, a vote, a share, a charge."""
    file = {"file": ("notes.txt", SAID.encode(), "text/plain")}
    attachment = (await made.client.post("/chatkit/attachments", files=file)).raise_for_status().json()
    thread_id, events = await said(made, SAID)
    visitor = await visitor_of(made, thread_id)
    answer = next(e["item"] for e in events if e["type"] == "thread.item.done" and e["item"]["type"] != "user_message")
    params = {"thread_id": thread_id, "item_ids": [answer["id"]], "kind": "positive"}
    (await made.client.post("/chatkit", json={"type": "items.feedback", "params": params})).raise_for_status()
    client = Client(visitor, made.parts)
    tab = await client.open_tab(thread_id=thread_id)
    await client.add_lane(tab.id)
    reply = await client.send(tab.id, SAID)
    async for _ in client.follow(reply.run_id):
        pass
    await each_ended(made, thread_id)
    await Sharing(visitor, made.parts).share(tab.id)
    now = datetime.now(UTC)
    vote = Vote(tab_id=tab.id, round_id="rnd_1", choice="tie", contenders=("a/b", "c/d"), agent="x", created_at=now)
    budgets = [f"visitor:{visitor.id}:{now:%Y-%m-%d}", f"visitor:{visitor.id}:2020-01-01"]

    def work(session: Session) -> None:
        put(session, visitor_id=visitor.id, vote=vote)
        session.add(ChargeRow(id=new_id("run"), visitor_id=visitor.id, run_id="run_1", model="m", created_at=now))
        for budget in budgets:
            row = session.get(BudgetRow, budget) or BudgetRow(id=budget, updated_at=now)
            row.messages += 3
            session.add(row)

    await made.parts.database.write(work)
    assert attachment["name"] == "notes.txt"
    return thread_id, visitor


async def each_ended(made: Stack, thread_id: str) -> None:
    await made.parts.engine.settled(thread_id)
    await made.ended(thread_id)


def posts(made: Stack) -> list[Call]:
    """What the provider was asked to answer."""
    return [call for call in made.wire.calls if call.method == "POST"]


async def test_where_nothing_is_bounded_nothing_is_said_to_be_left(lite: Stack) -> None:
    found = await me(lite)
    assert (found["strict"], found["limits"], found["text"], found["paused"]) == (False, [], "", None)
    assert "conversations" in found["kept"]
    assert found["retention_days"] is None


async def test_what_is_left_is_told_and_shrinks(sqlite_url: str) -> None:
    async with stack(sqlite_url, cap_visitor_day=Decimal("0.50"), cap_day=Decimal("0.30"), retention_days=7) as made:
        thread_id, _ = await said(made, "hello")
        visitor = await visitor_of(made, thread_id)
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        for budget, spent in ((f"visitor:{visitor.id}:{day}", 240_000_000), (f"day:{day}", 10_000_000)):
            await made.parts.database.write(partial(spend, budget=budget, nano_usd=spent))
        found = await me(made)
        assert found["text"] == "Left for today: $0.26"
        assert found["limits"][0]["resets_at"].endswith("T00:00:00+00:00")
        assert found["limits"] == [{**found["limits"][0], "name": "money", "most": 0.5, "left": 0.26}]
        assert "7 days" in found["kept"]
        german = await made.client.get("/chatkit/me", headers={"Accept-Language": "de"})
        assert german.json()["text"] == "Heute noch übrig: $0.26"


def spend(session: Session, budget: str, nano_usd: int) -> None:
    row = session.get(BudgetRow, budget) or BudgetRow(id=budget, updated_at=datetime.now(UTC))
    row.spent_nano_usd, row.reserved_nano_usd = nano_usd, 0
    session.add(row)


async def test_a_pause_is_told_in_the_owners_words(lite: Stack) -> None:
    for text, told in (("Back at {nine}.", "Back at {nine}."), ("", "The owner has paused this playground")):
        await lite.parts.database.write(partial(switch.pause, text=text, at=datetime.now(UTC)))
        await lite.parts.standing.refresh()
        assert (await me(lite))["paused"].startswith(told)
    await lite.parts.database.write(switch.resume)
    await lite.parts.standing.refresh()
    assert (await me(lite))["paused"] is None


async def test_the_copy_holds_all_that_is_the_visitors_and_nothing_hidden(each: Stack) -> None:
    thread_id, visitor = await settled_in(each)
    await each.parts.database.write(lambda session: hide(session, thread_id))
    copy = await exported(each)
    thread = next(one for one in copy["threads"] if one["id"] == thread_id)
    kinds = [item["type"] for item in thread["items"]]
    assert kinds[:2] == ["user_message", "assistant_message"]
    assert "hidden_context_item" not in kinds
    assert thread["items"][0]["content"][0]["text"] == SAID
    assert [one["kind"] for one in thread["feedback"]] == ["positive"]
    assert thread["runs"][0]["status"] == "completed"
    assert (len(copy["tabs"][0]["lanes"]), len(copy["votes"]), len(copy["shares"])) == (2, 1, 1)
    assert [file["name"] for file in copy["files"]] == ["notes.txt"]
    assert copy["files"][0]["base64"] == "YS13b3JkLXRoYXQtb25seS1hbm4tc2FpZA=="
    text = json.dumps(copy)
    for ours in ("the owner's secret note", "model_input", "heartbeat", visitor.id, "epoch", "request_hash"):
        assert ours not in text
    async with another(each) as bob:
        assert (await exported(bob))["threads"] == []


def hide(session: Session, thread_id: str) -> None:
    row = session.exec(select(ItemRow).where(ItemRow.thread_id == thread_id)).first()
    assert row is not None
    hidden: dict[str, Any] = {"type": "hidden_context_item", "payload": {"content": "the owner's secret note"}}
    session.add(another_row(row, position=99, **hidden))


def another_row(row: ItemRow, **changes: Any) -> ItemRow:
    fields: dict[str, Any] = {**row.model_dump(), "id": new_id("msg"), **changes}
    return ItemRow(**fields)


async def test_the_copy_of_many_things_is_whole(lite: Stack) -> None:
    thread_id, _ = await said(lite, "one")
    visitor = await visitor_of(lite, thread_id)

    def work(session: Session) -> None:
        row = session.exec(select(ItemRow).where(ItemRow.thread_id == thread_id)).first()
        assert row is not None
        for position in range(10, 75):
            session.add(another_row(row, position=position))

    await lite.parts.database.write(work)
    items = (await exported(lite))["threads"][0]["items"]
    assert [item["position"] for item in items] == [1, 2, *range(10, 75)]
    assert visitor.id.startswith("vis_")


async def test_hidden_instructions_are_in_no_copy(sqlite_url: str) -> None:
    async with stack(sqlite_url, instructions="hidden") as made:
        _, visitor = await settled_in(made)
        await made.parts.database.write(lambda session: instruct(session, visitor))
        copy = await exported(made)
        assert len(copy["tabs"][0]["lanes"]) == 2
        assert len(copy["threads"][0]["runs"]) > 0
        assert "be secretive" not in json.dumps(copy)


def instruct(session: Session, visitor: Visitor) -> None:
    tabs = select(TabRow.id).where(TabRow.visitor_id == visitor.id)
    for lane in session.exec(select(LaneRow).where(col(LaneRow.tab_id).in_(tabs))):
        lane.settings = {"instructions": "be secretive"}
        session.add(lane)
    for run in session.exec(select(RunRow).where(RunRow.visitor_id == visitor.id)):
        run.order = {**run.order, "settings": {"instructions": "be secretive"}}
        session.add(run)


async def test_one_copy_is_written_at_a_time(lite: Stack) -> None:
    thread_id, _ = await said(lite, "one")
    visitor = await visitor_of(lite, thread_id)
    mine = Me(lite.parts)
    mine.exporting.add(visitor.id)
    with pytest.raises(TooMany):
        mine.begin(visitor)
    mine.exporting.discard(visitor.id)
    mine.begin(visitor)


async def test_who_is_forgotten_leaves_nothing_behind_but_what_was_spent_today(each: Stack) -> None:
    _, visitor = await settled_in(each)
    async with another(each) as bob:
        await settled_in(bob)
        before = await exported(bob)
        assert SAID in json.dumps(before)
        shared = (await exported(each))["shares"][0]["id"]
        assert (await bob.client.get(f"/shared/{shared}")).status_code == 200
        files = await kept_files(each)
        assert len(files) == 2
        answer = await each.client.post("/chatkit/me/forget")
        assert (answer.status_code, answer.content) == (204, b"")
        assert "Max-Age=0" in answer.headers["set-cookie"]
        tables = await stored(each)
        assert [name for name, rows in tables.items() if visitor.id in rows] == ["budget"]
        today = f"visitor:{visitor.id}:{datetime.now(UTC):%Y-%m-%d}"
        assert tables["budget"].count(visitor.id) == tables["budget"].count(today) == 1
        assert "forgotten" in tables["charge"]
        assert "run_1" in tables["charge"]  # Bob's
        assert len(await kept_files(each)) == 1
        after = await exported(bob)
        assert {**after, "exported_at": 0} == {**before, "exported_at": 0}
        assert (await bob.client.get(f"/shared/{shared}")).status_code == 404
    assert (await exported(each))["threads"] == []


async def kept_files(made: Stack) -> list[str]:
    folder = made.parts.settings.data_dir / "attachments"
    return await asyncio.to_thread(lambda: [path.name for path in folder.iterdir()])


async def test_being_forgotten_twice_is_as_well(each: Stack) -> None:
    thread_id, _ = await said(each, SAID)
    visitor = await visitor_of(each, thread_id)
    for _ in range(2):
        await forget(visitor, each.parts)
    assert (await each.client.post("/chatkit/me/forget")).status_code == 204


async def test_what_still_runs_is_stopped_first(each: Stack) -> None:
    async with each.ask("openai/stall-5") as answer:
        thread_id = answer.headers["x-thread-id"]
        visitor = await visitor_of(each, thread_id)
        async for sent in frames(answer):
            if "w1" in str(sent.event):
                break
        (call,) = posts(each)
        request = {"type": "threads.add_user_message", "params": {"thread_id": thread_id, "input": waiting()}}
        async with each.client.stream("POST", "/chatkit", json=request) as queued:
            assert queued.status_code == 200
            await forget(visitor, each.parts)
    assert call.disconnected is not None
    assert len(posts(each)) == 1
    tables = await stored(each)
    assert [name for name in ("thread", "run", "item", "run_event", "branch") if tables[name] != "[]"] == []


def waiting(model: str = "openai/echo") -> dict[str, Any]:
    return {
        "content": [{"type": "input_text", "text": "and then"}],
        "attachments": [],
        "inference_options": {"model": model},
    }


async def test_who_is_blocked_stays_blocked(lite: Stack) -> None:
    thread_id, _ = await said(lite, SAID)
    visitor = await visitor_of(lite, thread_id)
    await lite.parts.database.write(lambda session: visitors.block(session, visitor.id, at=datetime.now(UTC)))
    await forget(visitor, lite.parts)
    assert await lite.parts.database.read(visitors.blocked) == {visitor.id}


async def put_key(made: Stack, key: str, provider: str = "openai") -> httpx2.Response:
    return await made.client.put(f"/chatkit/me/keys/{provider}", json={"key": key})


def asked_with(made: Stack) -> str:
    return posts(made)[-1].headers["authorization"]


async def test_a_key_of_ones_own_pays_until_it_is_taken_away(lite: Stack) -> None:
    assert (await me(lite))["own_keys"] == {"offered": True, "providers": ["openai"], "held": []}
    assert (await put_key(lite, OWN)).status_code == 204
    assert (await me(lite))["own_keys"]["held"] == ["openai"]
    await said(lite, "mine")
    assert asked_with(lite) == f"Bearer {OWN}"
    async with another(lite) as bob:
        await said(bob, "not mine")
        assert asked_with(lite) == "Bearer sk-test"
        assert (await me(bob))["own_keys"]["held"] == []
    for _ in range(2):
        assert (await lite.client.delete("/chatkit/me/keys/openai")).status_code == 204
    await said(lite, "the owner's")
    assert asked_with(lite) == "Bearer sk-test"


async def test_a_key_goes_with_its_visitor(lite: Stack) -> None:
    await put_key(lite, OWN)
    thread_id, _ = await said(lite, "mine")
    visitor = await visitor_of(lite, thread_id)
    await forget(visitor, lite.parts)
    assert lite.parts.keys.held(visitor.id) == ()


async def test_a_refused_key_is_told_to_its_holder_and_nowhere_else(
    lite: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await put_key(lite, OWN)
    _, events = await said(lite, "hello", "openai/status-401")
    (error,) = [event for event in events if event["type"] == "error"]
    assert error["message"] == "Your key was refused by OpenAI. Check it, or take it away."
    _, events = await said(lite, "hello", "openai/status-402")
    assert "Your account at OpenAI has no credit left." in json.dumps(events)
    told = [json.dumps(await stored(lite)), json.dumps(await me(lite)), json.dumps(await exported(lite))]
    told += [json.dumps(events), repr(lite.parts), repr(vars(lite.parts.keys))]
    told += [record.getMessage() + str(record.exc_info) + str(vars(record)) for record in caplog.records]
    assert caplog.records
    assert not [text for text in told if OWN in text]


@pytest.mark.parametrize(
    "body",
    [
        b'{"key": "sk-too-short-1"}',
        b'{"key": "sk-own-with a space 0123456789"}',
        b'{"key": "sk-own-\\u00e9-0123456789abcdefghij"}',
        b'{"key": "vis_0123456789abcdef0123456789abcdef"}',
        b'{"key": 5, "sk-own-0123456789abcdefghij": 1}',
        b'{"key": "%s"}' % (b"sk-1" * 500),
        b"sk-own-0123456789abcdefghij",
    ],
)
async def test_what_is_no_key_is_refused_and_not_repeated(lite: Stack, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await lite.client.put("/chatkit/me/keys/openai", content=body, headers=headers)
    assert answer.status_code == 400
    assert "sk-" not in answer.text
    assert (await me(lite))["own_keys"]["held"] == []


async def test_keys_are_taken_where_they_are_offered_only(sqlite_url: str) -> None:
    async with stack(sqlite_url) as made:
        assert (await me(made))["own_keys"] == {"offered": False, "providers": [], "held": []}
        assert (await put_key(made, OWN)).status_code == 403
    async with stack(sqlite_url, own_keys=True, anthropic_api_key=SecretStr("x"), offered_models=("openai/a",)) as made:
        assert (await me(made))["own_keys"]["providers"] == ["openai"]
        for provider in ("anthropic", "google", "compatible", "local", "nobody"):
            assert (await put_key(made, OWN, provider)).status_code == 403


async def test_an_own_key_opens_no_other_model(sqlite_url: str) -> None:
    async with stack(sqlite_url, own_keys=True, public=True, offered_models=("openai/echo",)) as made:
        await put_key(made, OWN)
        request = {"type": "threads.create", "params": {"input": waiting("openai/words-5")}}
        assert (await made.client.post("/chatkit", json=request)).status_code == 403
        assert posts(made) == []


async def test_a_site_that_is_allowed_may_take_a_key_away(sqlite_url: str) -> None:
    async with stack(sqlite_url, allowed_origins=("https://friend.test",)) as made:
        for method in ("PUT", "DELETE"):
            headers = {"Origin": "https://friend.test", "Access-Control-Request-Method": method}
            answer = await made.client.options("/chatkit/me/keys/openai", headers=headers)
            assert method in answer.headers["access-control-allow-methods"]
