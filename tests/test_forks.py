"""Lanes that go on from an earlier place: what comes along, who goes on, and that every provider takes it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import AssistantMessageItem, UserMessageItem, WorkflowItem
from sqlmodel import Session, func, select

from playground.client import Client, Forked, ThreadView
from playground.client.forks import UNFINISHED
from playground.errors import Conflict, Malformed, NotFound
from playground.records import MOST_LANES, LaneSettings, RunRecord, Script, Tab
from playground.runs.cut import THOUGHT, name_of
from playground.store import items, lanes, runs, scripts
from playground.store.tables import ItemRow, RunRow, ThreadRow
from tests.desks import PATHS, PREFIXES, everywhere
from tests.house import House, until
from tests.models.sent import kinds
from tests.test_client import texts

ECHO = "compatible/echo"
TWO = 'think-2-tools:{"stamp": {"text": "a"}, "weigh": {"text": "bb"}}'
PAIRS = [
    (source, target)
    for source in PREFIXES
    for target in PREFIXES
    if source != target
    and (source, target) != ("generate", "interactions")  # asked once, Google's newer wire is not again
]
NO_RESULT = "A call of {} had no result at that point and was left out."


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with everywhere(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
def client(house: House) -> Client:
    return house.client()


@pytest.fixture
async def tab(client: Client) -> Tab:
    (first,) = await client.tabs()
    return await client.set_lane(first.id, model=ECHO)


async def ended(house: House, run_id: str) -> RunRecord:
    """A run, over or waiting."""
    return await house.parts.engine.rest(house.guest().visitor, run_id)


async def say(house: House, client: Client, tab: Tab, text: str, model: str, *, lane: str | None = None) -> RunRecord:
    """A message, answered by a model."""
    await client.set_lane(tab.id, lane, model=model)
    reply = await client.send(tab.id, text, lane_id=lane)
    return await ended(house, reply.run_id)


async def lane_thread(client: Client, tab: Tab, lane_id: str | None = None) -> str:
    thread_id = (await client.tab(tab.id)).find(lane_id).thread_id
    assert thread_id is not None
    return thread_id


async def shown(client: Client, forked: Forked) -> ThreadView:
    return await client.view(await lane_thread(client, forked.tab, forked.lane_id))


async def run_in(house: House, client: Client, forked: Forked) -> RunRecord | None:
    """The run that a fork began with, over; None if it waits for a message."""
    thread_id = await lane_thread(client, forked.tab, forked.lane_id)
    found = await house.stored(
        lambda session: session.exec(select(RunRow.id).where(RunRow.thread_id == thread_id)).all()
    )
    return await ended(house, found[0]) if found else None


async def rows(house: House, thread_id: str) -> Sequence[ItemRow]:
    def work(session: Session) -> Sequence[ItemRow]:
        return items.history(session, session.get_one(ThreadRow, thread_id).head_branch)

    return await house.stored(work)


async def two_turns(house: House, client: Client, tab: Tab, prefix: str) -> ThreadView:
    """A thought and two calls at once, then a hand-off."""
    await say(house, client, tab, "one", prefix + TWO)
    await say(house, client, tab, "two", f"{prefix}think-1-hand-off")
    return await client.view(await lane_thread(client, tab))


def ids(view: ThreadView) -> list[str]:
    return [item.id for item in view.transcript.items]


def titles(view: ThreadView) -> list[list[str]]:
    """The steps of a view's workflows."""
    found = [item.workflow.tasks for item in view.transcript.items if isinstance(item, WorkflowItem)]
    return [[name_of(task.model_dump()) for task in tasks] for tasks in found]


def places(view: ThreadView) -> list[tuple[str, int | None]]:
    """Every item and every step of a thread."""
    found: list[tuple[str, int | None]] = []
    for item in view.transcript.items:
        found.append((item.id, None))
        if isinstance(item, WorkflowItem):
            found += [(item.id, step) for step in range(len(item.workflow.tasks))]
    return found


class TestLegal:
    @pytest.mark.parametrize(("source", "target"), PAIRS)
    async def test_any_place_of_a_thread_is_gone_on_from_by_any_provider(
        self, house: House, client: Client, tab: Tab, source: str, target: str
    ) -> None:
        view = await two_turns(house, client, tab, PREFIXES[source])
        model = f"{PREFIXES[target]}think-1-echo"
        for item_id, step in places(view):
            forked = await client.fork(tab.id, tab.lane.id, item_id, step=step, model=model, to="tab")
            run = await run_in(house, client, forked) or await say(house, client, forked.tab, "more", model)
            assert (run.status, run.error, house.wire.complaints) == ("completed", None, []), (item_id, step)
            assert PATHS[target] in house.calls[-1].path
        assert await client.view(view.thread_id) == view

    @pytest.mark.parametrize("source", PREFIXES)
    async def test_a_fork_to_the_same_model_is_legal_too(
        self, house: House, client: Client, tab: Tab, source: str
    ) -> None:
        model = PREFIXES[source] + TWO
        await say(house, client, tab, "one", model)
        view = await client.view(await lane_thread(client, tab))
        for item_id, step in places(view):
            forked = await client.fork(tab.id, tab.lane.id, item_id, step=step, to="tab")
            run = await run_in(house, client, forked) or await say(house, client, forked.tab, "more", model)
            assert (run.status, house.wire.complaints) == ("completed", [])


class TestPlaces:
    async def test_a_fork_at_a_message_answers_it_at_once(self, house: House, client: Client, tab: Tab) -> None:
        view = await two_turns(house, client, tab, "compatible/")
        second = next(item.id for item in view.transcript.items[3:] if isinstance(item, UserMessageItem))
        forked = await client.fork(tab.id, tab.lane.id, second, model="openai/say:hi")
        run = await run_in(house, client, forked)
        assert run is not None
        copy = await shown(client, forked)
        assert texts(copy) == ["one", "The tool said: stamped a | 2 grams", "two", "hi"]
        assert run.model == "openai/say:hi"
        assert run.answers == copy.transcript.items[3].id
        assert forked.notes == ()

    async def test_a_fork_at_an_answer_waits_for_the_next_message(self, house: House, client: Client, tab: Tab) -> None:
        view = await two_turns(house, client, tab, "compatible/")
        asked = len(house.calls)
        forked = await client.fork(tab.id, tab.lane.id, ids(view)[-1], model="openai/echo")
        copy = await shown(client, forked)
        assert await run_in(house, client, forked) is None
        assert len(house.calls) == asked
        assert (texts(copy), titles(copy)) == (texts(view), titles(view))
        await say(house, client, forked.tab, "more", "openai/echo", lane=forked.lane_id)
        assert texts(await shown(client, forked)) == [*texts(view), "more", "more"]

    async def test_a_fork_at_a_step_keeps_its_result_and_drops_what_came_later(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        view = await two_turns(house, client, tab, "openai/")
        workflow = ids(view)[1]
        first = await client.fork(tab.id, tab.lane.id, workflow, step=1, model="compatible/say:hi")
        second = await client.fork(tab.id, tab.lane.id, workflow, step=2, model="compatible/say:hi")
        for forked in (first, second):
            assert await run_in(house, client, forked) is not None
        assert first.notes == (NO_RESULT.format("weigh"),)
        assert second.notes == ()
        assert titles(await shown(client, first)) == [["Thought", "stamp"]]
        assert titles(await shown(client, second)) == [["Thought", "stamp", "weigh"]]
        assert [kinds(call) for call in house.calls[-2:]] == [
            ["system", "user", "call", "result"],
            ["system", "user", "call", "call", "result", "result"],
        ]
        assert texts(await shown(client, first)) == ["one", "hi"]

    async def test_a_fork_at_a_thought_goes_on_from_before_it(self, house: House, client: Client, tab: Tab) -> None:
        view = await two_turns(house, client, tab, "openai/")
        forked = await client.fork(tab.id, tab.lane.id, ids(view)[1], step=0, model="compatible/say:hi")
        assert await run_in(house, client, forked) is not None
        assert (forked.notes, titles(await shown(client, forked))) == ((THOUGHT,), [["Thought"]])
        assert kinds(house.calls[-1]) == ["system", "user"]

    async def test_a_fork_at_a_hand_off_says_who_goes_on(self, house: House, client: Client, tab: Tab) -> None:
        view = await two_turns(house, client, tab, "compatible/")
        forked = await client.fork(tab.id, tab.lane.id, ids(view)[4], step=1)
        label = house.parts.roster.get("tests.desks:desk").label
        assert forked.notes == (f"Porter had taken over at that point. Here it is {label} who goes on.",)
        other = await client.fork(tab.id, tab.lane.id, ids(view)[4], step=1, agent="tests.desks:porter")
        assert other.notes == ()
        for one in (forked, other):
            assert await run_in(house, client, one) is not None

    async def test_what_waits_for_an_approval_does_not_come_along(self, house: House, client: Client, tab: Tab) -> None:
        run = await say(
            house, client, tab, "go", 'openai/think-1-tools:{"stamp": {"text": "a"}, "post": {"text": "b"}}'
        )
        assert run.status == "awaiting_approval"
        view = await client.view(run.thread_id)
        forked = await client.fork(tab.id, tab.lane.id, ids(view)[1], model="anthropic/say:hi")
        assert (await run_in(house, client, forked) or run).status == "completed"
        assert forked.notes == (NO_RESULT.format("post"),)
        assert titles(await shown(client, forked)) == [["Thought", "stamp"]]
        assert (await house.parts.engine.run(house.guest().visitor, run.id)).status == "awaiting_approval"

    async def test_what_is_still_being_written_is_left_out(self, house: House, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, model="compatible/stall-5")
        reply = await client.send(tab.id, "one")
        open_id = await _open_answer(client, reply.run_id)
        await until(lambda: _logged(house, reply.run_id, open_id))
        forked = await client.fork(tab.id, tab.lane.id, open_id, model="compatible/say:hi")
        assert await run_in(house, client, forked) is not None
        assert (forked.notes, texts(await shown(client, forked))) == ((UNFINISHED,), ["one", "hi"])
        assert (await house.parts.engine.run(house.guest().visitor, reply.run_id)).live
        await client.add_lane(tab.id, model=ECHO)
        with pytest.raises(Conflict, match="still being written"):
            await client.continue_all(tab.id, tab.lane.id, open_id)

    async def test_a_stopped_answer_comes_along_as_far_as_it_came(self, house: House, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, model="compatible/stall-5")
        reply = await client.send(tab.id, "one")
        open_id = await _open_answer(client, reply.run_id)
        await client.stop(reply.run_id)
        forked = await client.fork(tab.id, tab.lane.id, open_id, model="anthropic/say:hi")
        run = await say(house, client, forked.tab, "more", "anthropic/say:hi", lane=forked.lane_id)
        assert (run.status, house.wire.complaints) == ("completed", [])

    async def test_hidden_items_and_model_input_come_along_under_new_ids_and_without_runs(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        run = await say(house, client, tab, "one", "openai/" + TWO)
        [_, last] = await house.place(run.thread_id, ("hidden_context_item", "secret"), ("assistant_message", "bye"))
        forked = await client.fork(tab.id, tab.lane.id, last)
        thread_id = await lane_thread(client, forked.tab, forked.lane_id)
        before, after = await rows(house, run.thread_id), await rows(house, thread_id)
        assert [(row.type, row.model_input) for row in after] == [(row.type, row.model_input) for row in before]
        assert not {row.id for row in after} & {row.id for row in before}
        assert {row.payload["thread_id"] for row in after} == {row.thread_id for row in after} == {thread_id}
        assert [row.payload["id"] for row in after] == [row.id for row in after]
        assert {row.run_id for row in after} == {None}
        assert (await shown(client, forked)).runs == {}

    async def test_only_the_branch_that_is_shown_is_forked(self, house: House, client: Client, tab: Tab) -> None:
        await say(house, client, tab, "one", ECHO)
        thread_id = await lane_thread(client, tab)
        old = ids(await client.view(thread_id))
        await ended(house, (await client.retry(tab.id, old[0])).run_id)
        new = ids(await client.view(thread_id))
        forked = await client.fork(tab.id, tab.lane.id, new[-1])
        assert texts(await shown(client, forked)) == ["one", "one"]
        with pytest.raises(NotFound):
            await client.fork(tab.id, tab.lane.id, old[-1])

    async def test_a_fork_of_steps_that_nobody_saved_whole_says_so(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        run = await say(house, client, tab, "one", "openai/" + TWO)
        workflow = ids(await client.view(run.thread_id))[1]

        def forget(session: Session) -> None:
            row = session.get_one(ItemRow, workflow)
            row.model_input = None
            session.add(row)

        await house.change(forget)
        forked = await client.fork(tab.id, tab.lane.id, workflow, step=1, model="compatible/say:hi")
        assert await run_in(house, client, forked) is not None
        assert titles(await shown(client, forked)) == [["Thought", "stamp"]]
        assert "no model is told" in "".join(forked.notes)
        assert kinds(house.calls[-1]) == ["system", "user"]


async def _open_answer(client: Client, run_id: str) -> str:
    """The answer that a run is writing, once it has begun."""
    async for numbered in client.follow(run_id):
        event = numbered.event
        if event.type == "thread.item.added" and isinstance(event.item, AssistantMessageItem):
            return event.item.id
    raise AssertionError("no answer")


async def _logged(house: House, run_id: str, item_id: str) -> bool:
    def work(session: Session) -> bool:
        found = runs.events(session, run_id, after=0, limit=1000)
        return any(item_id.encode() in data for _, data in found)

    return await house.stored(work)


class TestLanes:
    async def test_the_new_lane_stands_right_of_the_old_one_and_is_like_it(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        await client.set_lane(tab.id, settings=LaneSettings(max_tokens=77), agent="tests.desks:plain")
        await client.add_lane(tab.id)
        run = await say(house, client, tab, "one", ECHO)
        asked = ids(await client.view(run.thread_id))[0]
        forked = await client.fork(tab.id, tab.lane.id, asked, model="compatible/words-2")
        assert [lane.id for lane in forked.tab.lanes].index(forked.lane_id) == 1
        made = forked.tab.find(forked.lane_id)
        assert (made.agent, made.model, made.settings) == (
            "tests.desks:plain",
            "compatible/words-2",
            LaneSettings(max_tokens=77),
        )
        assert await run_in(house, client, forked) is not None
        assert 77 in house.calls[-1].body.values()

    async def test_titles_tell_a_fork_from_what_it_came_from(self, house: House, client: Client, tab: Tab) -> None:
        run = await say(house, client, tab, "hello there", ECHO)
        answer = ids(await client.view(run.thread_id))[-1]
        lane = await client.fork(tab.id, tab.lane.id, answer)
        again = await client.fork(tab.id, lane.lane_id, ids(await shown(client, lane))[-1])
        apart = await client.fork(tab.id, tab.lane.id, answer, to="tab")
        assert [(await shown(client, one)).transcript.title for one in (lane, again)] == ["hello there (fork)"] * 2
        assert apart.tab.title == "Fork of hello there"
        assert (await client.tab(tab.id)).title == "hello there"
        assert [one.id for one in await client.tabs()] == [tab.id, apart.tab.id]

    async def test_a_fork_answers_in_the_round_of_the_original(self, house: House, client: Client, tab: Tab) -> None:
        run = await say(house, client, tab, "one", ECHO)
        asked = ids(await client.view(run.thread_id))[0]
        await client.set_tab(tab.id, same_world=True)
        forked = await client.fork(tab.id, tab.lane.id, asked)
        made = await run_in(house, client, forked)
        assert made is not None
        assert made.round == run.round
        stored = await house.stored(lambda session: session.get_one(RunRow, made.id).order)
        assert stored["world"] == run.round

    async def test_a_fork_that_fails_at_once_says_so_behind_its_last_item(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        view = await two_turns(house, client, tab, "compatible/")
        forked = await client.fork(tab.id, tab.lane.id, ids(view)[1], step=1, model="compatible/status-500")
        assert await run_in(house, client, forked) is not None
        copy = await shown(client, forked)
        assert {item_id: run.status for item_id, run in copy.runs.items()} == {ids(copy)[-1]: "failed"}

    async def test_a_fork_can_be_forked_edited_and_answered_again(self, house: House, client: Client, tab: Tab) -> None:
        view = await two_turns(house, client, tab, "compatible/")
        forked = await client.fork(tab.id, tab.lane.id, ids(view)[1], step=2, model="anthropic/say:hi")
        await run_in(house, client, forked)
        copy = await shown(client, forked)
        reply = await client.retry(tab.id, ids(copy)[0], lane_id=forked.lane_id)
        await ended(house, reply.run_id)
        assert texts(await shown(client, forked)) == ["one", "hi"]
        edited = await client.send(tab.id, "other", lane_id=forked.lane_id, edit_item_id=ids(copy)[0])
        await ended(house, edited.run_id)
        assert texts(await shown(client, forked)) == ["other", "hi"]
        assert house.wire.complaints == []

    async def test_one_lane_too_many_is_refused_before_anything_is_made(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        run = await say(house, client, tab, "one", ECHO)
        for _ in range(MOST_LANES - 1):
            await client.add_lane(tab.id)
        before = await _everything(house)
        with pytest.raises(Conflict, match="lanes already"):
            await client.fork(tab.id, tab.lane.id, ids(await client.view(run.thread_id))[0])
        assert await _everything(house) == before

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"step": 9}, Malformed),
            ({"step": -1}, Malformed),
            ({"model": "nobody/x"}, Malformed),
            ({"agent": "gone"}, NotFound),
        ],
        ids=str,
    )
    async def test_what_cannot_be_forked_changes_nothing(
        self, house: House, client: Client, tab: Tab, changes: Mapping[str, Any], error: type[Exception]
    ) -> None:
        view = await two_turns(house, client, tab, "compatible/")
        before = await _everything(house)
        with pytest.raises(error):
            await client.fork(tab.id, tab.lane.id, ids(view)[1], **changes)
        assert await _everything(house) == before

    async def test_a_message_has_no_steps(self, house: House, client: Client, tab: Tab) -> None:
        run = await say(house, client, tab, "one", ECHO)
        with pytest.raises(Malformed, match="has steps"):
            await client.fork(tab.id, tab.lane.id, ids(await client.view(run.thread_id))[0], step=0)

    async def test_what_is_not_the_visitors_is_not_found(self, house: House, client: Client, tab: Tab) -> None:
        run = await say(house, client, tab, "one", ECHO)
        answer = ids(await client.view(run.thread_id))[-1]
        bob = house.client("vis_bob")
        (own,) = await bob.tabs()
        empty = await client.open_tab()
        tries: list[Callable[[], Awaitable[Any]]] = [
            lambda: bob.fork(tab.id, tab.lane.id, answer),
            lambda: bob.fork(own.id, own.lane.id, answer),
            lambda: bob.continue_all(tab.id, tab.lane.id, answer),
            lambda: client.fork(tab.id, own.lane.id, answer),
            lambda: client.fork(tab.id, tab.lane.id, "msg_none"),
            lambda: client.fork(empty.id, empty.lane.id, answer),
            lambda: client.continue_all(empty.id, empty.lane.id, answer),
        ]
        before = await _everything(house)
        for attempt in tries:
            with pytest.raises(NotFound):
                await attempt()
        assert await _everything(house) == before


class TestContinueAll:
    async def test_every_other_lane_goes_on_from_the_answer(self, house: House, client: Client, tab: Tab) -> None:
        await client.add_lane(tab.id, model="openai/gpt-6-echo")
        await client.add_lane(tab.id, model="anthropic/claude-sonnet-5-5-echo")
        await client.add_lane(tab.id, model="google/gemini-3.8-flash-echo")
        quiet = (await client.add_lane(tab.id)).lanes[-1]
        await client.set_lane(tab.id, quiet.id, muted=True)
        await say(house, client, tab, "one", ECHO)
        await client.set_lane(tab.id, agent="tests.desks:desk", model="compatible/" + TWO)
        for sent in await client.send_all(tab.id, "two"):
            assert sent.reply is not None
            await ended(house, sent.reply.run_id)
        before = await client.tab(tab.id)
        source = await client.view(before.lanes[0].thread_id or "")
        after = await client.continue_all(tab.id, before.lanes[0].id, ids(source)[-1])
        assert [replace(lane, thread_id=None) for lane in after.lanes] == [
            replace(lane, thread_id=None) for lane in before.lanes
        ]
        changed = [one.thread_id != other.thread_id for one, other in zip(before.lanes, after.lanes, strict=True)]
        assert changed == [False, True, True, True, False]
        assert {thread.id for thread in await client.threads()} >= {lane.thread_id for lane in before.lanes[:4]}
        for sent in await client.send_all(tab.id, "three"):
            assert sent.reply is not None
            run = await ended(house, sent.reply.run_id)
            assert (run.status, house.wire.complaints) == ("completed", [])
        for lane in after.lanes[1:4]:
            assert texts(await client.view(lane.thread_id or ""))[:-1] == [*texts(source), "three"]

    async def test_a_script_of_a_lane_that_goes_on_elsewhere_is_dropped(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        other = (await client.add_lane(tab.id)).lanes[-1]
        paused = Script(kind="replay", steps=(), total=2, paused=True)
        await house.change(lambda session: scripts.keep(session, lanes.find(session, tab.id, other.id), paused))
        run = await say(house, client, tab, "one", ECHO)
        after = await client.continue_all(tab.id, tab.lane.id, ids(await client.view(run.thread_id))[-1])
        assert after.find(other.id).script is None

    async def test_only_from_an_answer_and_only_where_there_are_others(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        run = await say(house, client, tab, "one", ECHO)
        asked, answer = ids(await client.view(run.thread_id))
        with pytest.raises(Conflict, match="no other lane"):
            await client.continue_all(tab.id, tab.lane.id, answer)
        with pytest.raises(Malformed, match="Only from an answer"):
            await client.continue_all(tab.id, tab.lane.id, asked)


async def _everything(house: House) -> list[int]:
    """How much is stored."""

    def work(session: Session) -> list[int]:
        return [session.exec(select(func.count()).select_from(table)).one() for table in (ThreadRow, ItemRow, RunRow)]

    return await house.stored(work)
