"""Who may see and change what; titles, feedback, deletion, locked threads; nothing that is hidden goes out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest
from sqlmodel import Session, func, select

from playground.errors import Conflict, Malformed, NotFound
from playground.store.tables import (
    BranchRow,
    FeedbackRow,
    ItemRow,
    Row,
    RunEventRow,
    RunRow,
    TabRow,
    ThreadRow,
)
from tests.house import ECHO, Guest, House, Json, message, until
from tests.protocol.samples import EVERY
from tests.wire import CANARY

ON_A_THREAD = {kind: params for kind, params in EVERY.items() if "thread_id" in params}


async def refusal(asking: Awaitable[Any]) -> tuple[type[Exception], str]:
    with pytest.raises(NotFound) as found:
        await asking
    return type(found.value), found.value.message


@pytest.mark.parametrize("kind", ON_A_THREAD)
async def test_a_foreign_thread_is_as_unknown_as_a_missing_one(house: House, ann: Guest, bob: Guest, kind: str) -> None:
    hers = await ann.create()
    item = {"item_id": hers.question, "item_ids": [hers.question]}
    given = {**ON_A_THREAD[kind], **{name: item[name] for name in item if name in ON_A_THREAD[kind]}}
    before = await ann.items(hers.thread_id)
    foreign = await refusal(bob.handle(kind, {**given, "thread_id": hers.thread_id}))
    missing = await refusal(bob.handle(kind, {**given, "thread_id": "thr_" + "0" * 32}))
    assert foreign == missing
    assert await ann.items(hers.thread_id) == before
    assert [run.id for run in await house.stored(lambda session: session.exec(select(RunRow)).all())] == [hers.run_id]


@pytest.mark.parametrize("what", ["run_of", "run", "attach", "stop"])
async def test_a_foreign_run_is_as_unknown_as_a_missing_one(house: House, ann: Guest, bob: Guest, what: str) -> None:
    engine = house.parts.engine

    async def attached(run_id: str) -> None:
        async for _ in engine.attach(bob.visitor, run_id):
            pass

    asking: dict[str, Callable[[str], Awaitable[Any]]] = {
        "run_of": lambda run_id: house.parts.dispatcher.run_of(bob.visitor, run_id.replace("run_", "thr_")),
        "run": lambda run_id: engine.run(bob.visitor, run_id),
        "attach": attached,
        "stop": lambda run_id: engine.stop(bob.visitor, run_id),
    }
    live = await ann.begin(model="compatible/hang-open")
    over = await ann.create()
    missing = await refusal(asking[what]("run_" + "0" * 32))
    for hers in (live, over):
        name = hers.thread_id.replace("thr_", "run_") if what == "run_of" else hers.run_id
        assert await refusal(asking[what](name)) == missing
    assert await ann.status(live) == "running"


@pytest.mark.parametrize(
    ("kind", "params", "metadata"),
    [
        ("threads.retry_after_item", {"item_id": "ITEM"}, {}),
        ("threads.add_user_message", {"input": message()}, {"edit_item_id": "ITEM"}),
        ("items.list", {"after": "ITEM"}, {}),
        ("items.feedback", {"item_ids": ["ITEM"], "kind": "negative"}, {}),
    ],
)
async def test_an_item_that_is_foreign_hidden_elsewhere_or_missing_is_not_found(
    house: House, ann: Guest, bob: Guest, kind: str, params: Json, metadata: Json
) -> None:
    mine = (await ann.create()).thread_id
    elsewhere = (await ann.create()).question
    foreign = (await bob.create()).question
    (hidden,) = await house.place(mine, ("sdk_hidden_context", "psst"))
    refusals: set[tuple[type[Exception], str]] = set()
    for item_id in (elsewhere, foreign, hidden, "msg_none"):
        given = orjson.loads(orjson.dumps([params, metadata]).replace(b"ITEM", item_id.encode()))
        refusals.add(await refusal(ann.handle(kind, {"thread_id": mine, **given[0]}, metadata=given[1])))
    assert len(refusals) == 1


async def test_a_visitor_sees_only_threads_of_his_own(ann: Guest, bob: Guest) -> None:
    hers = await ann.create()
    assert (await bob.ask("threads.list"))["data"] == []
    assert [thread["id"] for thread in (await ann.ask("threads.list"))["data"]] == [hers.thread_id]


class TestTitles:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("What is a thread?", "What is a thread?"),
            ("  two \t words \nand a second line", "two words"),
            ("word " * 30, "word word word word word word word word word word word word…"),
        ],
    )
    async def test_the_first_message_gives_the_title_once(self, ann: Guest, text: str, title: str) -> None:
        first = await ann.create(text)
        assert [e.thread.title for e in first.events if e.type == "thread.updated"] == [title]
        second = await ann.add(first.thread_id, "something else")
        assert "thread.updated" not in second.kinds
        assert [thread["title"] for thread in (await ann.ask("threads.list"))["data"]] == [title]

    async def test_a_title_given_by_hand_stays(self, ann: Guest) -> None:
        reply = await ann.begin("automatic", model="compatible/words-20@200")
        renamed = await ann.ask("threads.update", thread_id=reply.thread_id, title="  By \n hand ")
        await ann.read(reply)
        await ann.add(reply.thread_id, "more", model=ECHO)
        assert renamed["title"] == "By hand"
        assert (await ann.ask("threads.get_by_id", thread_id=reply.thread_id))["title"] == "By hand"

    @pytest.mark.parametrize("title", ["", " \n ", "x" * 201])
    async def test_a_title_that_cannot_be_shown_is_malformed(self, ann: Guest, title: str) -> None:
        first = await ann.create("kept")
        with pytest.raises(Malformed, match="title"):
            await ann.ask("threads.update", thread_id=first.thread_id, title=title)
        assert (await ann.ask("threads.get_by_id", thread_id=first.thread_id))["title"] == "kept"

    async def test_the_longest_title_is_taken(self, ann: Guest) -> None:
        first = await ann.create()
        renamed = await ann.ask("threads.update", thread_id=first.thread_id, title="é" * 200)
        assert renamed["title"] == "é" * 200


class TestFeedback:
    async def test_the_last_thumb_counts(self, each_house: House) -> None:
        ann = each_house.guest()
        first = await ann.create()
        ids = [item["id"] for item in await ann.items(first.thread_id)]
        for kind in ("negative", "negative", "positive"):
            reply = await ann.ask("items.feedback", thread_id=first.thread_id, item_ids=ids, kind=kind)
            assert reply == {}
        view = await each_house.client().view(first.thread_id)
        assert view.feedback == dict.fromkeys(ids, "positive")

    async def test_one_unknown_item_and_none_is_kept(self, house: House, ann: Guest) -> None:
        first = await ann.create()
        with pytest.raises(NotFound):
            await ann.ask(
                "items.feedback", thread_id=first.thread_id, item_ids=[first.question, "msg_none"], kind="positive"
            )
        assert (await house.client().view(first.thread_id)).feedback == {}

    async def test_no_items_are_no_error(self, ann: Guest) -> None:
        first = await ann.create()
        assert await ann.ask("items.feedback", thread_id=first.thread_id, item_ids=[], kind="positive") == {}


class TestDeletion:
    TABLES = (ThreadRow, BranchRow, ItemRow, RunRow, RunEventRow, FeedbackRow, TabRow)

    async def test_everything_goes_with_its_thread(self, each_house: House) -> None:
        ann = each_house.guest()
        first = await ann.create()
        await ann.retry(first.thread_id, first.question)
        await ann.ask("items.feedback", thread_id=first.thread_id, item_ids=[first.question], kind="positive")
        await each_house.client().open_tab(thread_id=first.thread_id)
        assert await ann.ask("threads.delete", thread_id=first.thread_id) == {}
        assert [await rows(each_house, table) for table in self.TABLES] == [0] * len(self.TABLES)
        with pytest.raises(NotFound):
            await ann.ask("threads.delete", thread_id=first.thread_id)

    async def test_a_live_run_is_stopped_first_and_brings_nothing_back(self, each_house: House) -> None:
        ann = each_house.guest()
        live = await ann.begin(model="compatible/stall-5")
        params = {"thread_id": live.thread_id, "input": message("never asked")}
        waiting = await ann.start("threads.add_user_message", params)
        call = await each_house.called()
        readers = [asyncio.create_task(ann.read(reply)) for reply in (live, waiting)]
        await asyncio.sleep(0)
        await ann.ask("threads.delete", thread_id=live.thread_id)
        assert call.disconnected is not None
        assert len(each_house.calls) == 1
        async with asyncio.timeout(10):
            await asyncio.gather(*readers)
        assert [await rows(each_house, table) for table in self.TABLES] == [0] * len(self.TABLES)

    async def test_other_threads_stay(self, ann: Guest) -> None:
        first, second = await ann.create("one"), await ann.create("two")
        await ann.ask("threads.delete", thread_id=first.thread_id)
        assert await ann.texts(second.thread_id) == ["two", "two"]


async def rows(house: House, table: type[Row]) -> int:
    return await house.stored(lambda session: session.exec(select(func.count()).select_from(table)).one())


class TestLocked:
    @pytest.fixture(
        params=[{"type": "locked", "reason": "Under review."}, {"type": "closed"}], ids=["locked", "closed"]
    )
    async def shut(self, request: pytest.FixtureRequest, house: House, ann: Guest) -> tuple[str, str, Json]:
        """A thread that is shut, its first message, and its status."""
        first = await ann.create("one")
        await house.change(lambda session: shut_down(session, first.thread_id, request.param))
        return first.thread_id, first.question, request.param

    async def test_writes_are_refused(self, house: House, ann: Guest, shut: tuple[str, str, Json]) -> None:
        thread_id, item_id, status = shut
        for asking in (ann.add(thread_id), ann.retry(thread_id, item_id)):
            with pytest.raises(Conflict, match=status.get("reason", "This conversation is closed")):
                await asking
        assert await rows(house, RunRow) == 1
        assert await rows(house, BranchRow) == 1

    async def test_it_can_be_read_renamed_and_deleted(self, ann: Guest, shut: tuple[str, str, Json]) -> None:
        thread_id, item_id, status = shut
        thread = await ann.ask("threads.get_by_id", thread_id=thread_id)
        assert thread["status"] == status
        assert len((await ann.ask("items.list", thread_id=thread_id))["data"]) == 2
        await ann.ask("items.feedback", thread_id=thread_id, item_ids=[item_id], kind="positive")
        assert (await ann.ask("threads.update", thread_id=thread_id, title="New"))["status"] == status
        await ann.ask("threads.delete", thread_id=thread_id)


def shut_down(session: Session, thread_id: str, status: Json) -> None:
    session.get_one(ThreadRow, thread_id).status = status


class TestNothingLeaks:
    SECRET = "canary-7d1e"

    def plant(self, session: Session, thread_id: str) -> None:
        thread = session.get_one(ThreadRow, thread_id)
        thread.meta = {**thread.meta, "note": self.SECRET, "path": f"/srv/{self.SECRET}"}

    async def everything(self, house: House, guest: Guest, thread_id: str) -> bytes:
        """Every byte that a visitor can get about a thread."""
        asked: list[tuple[str, Json]] = [
            ("threads.get_by_id", {"thread_id": thread_id}),
            ("threads.list", {}),
            ("threads.update", {"thread_id": thread_id, "title": "t"}),
            ("items.list", {"thread_id": thread_id, "order": "asc"}),
            ("items.list", {"thread_id": thread_id, "order": "desc", "limit": 1}),
        ]
        told = [orjson.dumps(await guest.ask(kind, **params)) for kind, params in asked]
        frames = [frame.data for reply in await self.runs(house, guest, thread_id) for frame in reply]
        return b"\n".join([*told, *frames])

    async def runs(self, house: House, guest: Guest, thread_id: str) -> list[Any]:
        query = select(RunRow.id).where(RunRow.thread_id == thread_id)
        found = await house.stored(lambda session: session.exec(query).all())
        return [[frame async for frame in house.parts.engine.attach(guest.visitor, run_id)] for run_id in found]

    async def test_metadata_and_hidden_items(self, house: House, ann: Guest) -> None:
        first = await ann.create(metadata={"note": self.SECRET})
        await house.change(lambda session: self.plant(session, first.thread_id))
        await house.place(first.thread_id, ("hidden_context_item", self.SECRET), ("sdk_hidden_context", self.SECRET))
        await ann.add(first.thread_id, metadata={"settings": {"instructions": self.SECRET}})
        await ann.retry(first.thread_id, first.question)
        told = await self.everything(house, ann, first.thread_id)
        assert self.SECRET.encode() not in told
        assert b"hidden" not in told

    @pytest.mark.parametrize("model", ["compatible/status-500", "openai/failed-2", 'compatible/tool:burn:{"text":"x"}'])
    async def test_what_providers_and_tools_say_when_they_break(self, house: House, ann: Guest, model: str) -> None:
        first = await ann.create(model=model, metadata={"agent": "tests.staff:clerk"})
        told = await self.everything(house, ann, first.thread_id)
        assert CANARY.encode() not in told
        assert b"/srv/secret" not in told
        assert b"sk-test" not in told

    async def test_what_a_guardrail_refused(self, house: House, ann: Guest) -> None:
        first = await ann.create(model="compatible/words-9", metadata={"agent": "tests.staff:censored"})
        assert first.error
        assert await ann.texts(first.thread_id) == ["hello"]

        async def stored() -> bool:
            return await rows(house, ItemRow) == 1

        await until(stored)
