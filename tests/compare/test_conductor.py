"""Lanes that go on by themselves: all messages again on other models, one message again and again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from playground.client import Client
from playground.compare.conductor import NOTES, WAITS, Conductor
from playground.errors import Conflict, Malformed, NotFound, Unavailable
from playground.records import MOST_LANES, AskKind, Decision, Lane, LaneSettings, RunRecord, Script, Tab
from playground.store import runs
from playground.store.scripts import RESTARTED
from playground.store.tables import LaneRow
from tests.desks import beside, everywhere
from tests.house import House, until
from tests.test_client import texts

ECHO = "compatible/echo"
SAID = ["one", "two", "three"]


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with everywhere(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
def client(house: House) -> Client:
    return house.client()


@pytest.fixture
def rung() -> list[str]:
    """The tabs in which something changed."""
    return []


@pytest.fixture
def conductor(house: House, rung: list[str]) -> Conductor:
    return Conductor(house.parts, rung.append)


@pytest.fixture
async def tab(house: House, client: Client) -> Tab:
    """A tab with three messages and their answers."""
    (first,) = await client.tabs()
    await client.set_lane(first.id, agent="tests.desks:plain", model=ECHO)
    for text in SAID:
        await ended(house, (await client.send(first.id, text)).run_id)
    return await client.tab(first.id)


async def ended(house: House, run_id: str) -> RunRecord:
    return await house.parts.engine.rest(house.guest().visitor, run_id)


async def script_of(client: Client, tab: Tab, lane_id: str) -> Script | None:
    return (await client.tab(tab.id)).find(lane_id).script


async def finished(client: Client, tab: Tab, lane_id: str) -> None:
    """Waits until a lane has done all it had to do."""

    async def done() -> bool:
        return await script_of(client, tab, lane_id) is None

    await until(done)


async def put_off(client: Client, tab: Tab, lane_id: str) -> Script:
    """Waits until a lane waits for the visitor; what it still has to do."""

    async def waits() -> bool:
        script = await script_of(client, tab, lane_id)
        return script is not None and script.paused

    await until(waits)
    script = await script_of(client, tab, lane_id)
    assert script is not None
    return script


async def said(client: Client, tab: Tab, lane_id: str) -> list[str]:
    """What was said in a lane."""
    thread_id = (await client.tab(tab.id)).find(lane_id).thread_id
    return texts(await client.view(thread_id)) if thread_id else []


async def found_runs(house: House, lane: Lane) -> list[RunRecord]:
    """All runs of a lane, oldest first."""
    return await house.stored(lambda session: [*map(runs.record, runs.of_thread(session, lane.thread_id or ""))])


async def edit_script(house: House, lane_id: str, **changes: Any) -> None:
    """Change a script behind everybody's back."""

    def work(session: Session) -> None:
        row = session.get_one(LaneRow, lane_id)
        row.script = {**(row.script or {}), **changes}
        session.add(row)

    await house.change(work)


LONG_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
DEAD: dict[str, Any] = {"paused": False, "note": None, "owner": "drv_dead", "at": LONG_AGO}
"""What a script looks like whose process was killed."""


class TestReplay:
    async def test_all_messages_are_asked_again_on_each_model(
        self, house: House, client: Client, conductor: Conductor, tab: Tab, rung: list[str]
    ) -> None:
        await client.set_lane(tab.id, settings=LaneSettings(max_tokens=99))
        last = (await client.add_lane(tab.id)).lanes[-1]
        models = ["openai/gpt-6-echo", "anthropic/claude-sonnet-5-5-echo", "google/gemini-3.8-flash-echo"]
        begun = await conductor.replay(client, tab.id, tab.lane.id, models)
        made = begun.lanes[1:4]
        assert ([lane.model for lane in made], begun.lanes[4].id) == (models, last.id)
        assert {(lane.agent, lane.settings) for lane in made} == {("tests.desks:plain", LaneSettings(max_tokens=99))}
        for lane in made:
            assert lane.script is not None
            assert (lane.script.kind, lane.script.total, lane.script.paused) == ("replay", 3, False)
            await finished(client, tab, lane.id)
            assert await said(client, tab, lane.id) == [text for text in SAID for _ in range(2)]
        assert house.wire.complaints == []
        assert set(rung) == {tab.id}

    async def test_the_files_of_a_message_come_along(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        file = await client.attach("notes.txt", "text/plain", b"milk and bread")
        await ended(house, (await client.send(tab.id, "", attachments=[file.id])).run_id)
        begun = await conductor.replay(client, tab.id, tab.lane.id, [ECHO])
        await finished(client, tab, begun.lanes[1].id)
        thread_id = (await client.tab(tab.id)).find(begun.lanes[1].id).thread_id or ""
        asked = [item for item in (await client.view(thread_id)).transcript.items if item.type == "user_message"]
        assert [one.name for one in asked[-1].attachments] == ["notes.txt"]

    async def test_each_message_has_the_round_of_the_original(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        before = [run.round for run in await found_runs(house, tab.lane)]
        begun = await conductor.replay(client, tab.id, tab.lane.id, [ECHO, "compatible/words-2"])
        for lane in begun.lanes[1:]:
            await finished(client, tab, lane.id)
        after = await client.tab(tab.id)
        for lane in after.lanes:
            assert [run.round for run in await found_runs(house, lane)] == before
        assert len(set(before)) == 3

    async def test_only_what_the_shown_branch_holds_is_asked(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        second = (await client.view(tab.lane.thread_id or "")).transcript.items[2].id
        await ended(house, (await client.send(tab.id, "changed", edit_item_id=second)).run_id)
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/say:yes"])
        await finished(client, tab, begun.lanes[1].id)
        assert await said(client, tab, begun.lanes[1].id) == ["one", "yes", "changed", "yes"]

    async def test_a_model_that_hangs_holds_no_other_up(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/hang", "openai/echo"])
        slow, quick = begun.lanes[1:]
        await finished(client, tab, quick.id)
        script = await script_of(client, tab, slow.id)
        assert script is not None
        assert (len(script.steps), script.paused) == (3, False)

    async def test_its_progress_is_in_the_store(self, client: Client, conductor: Conductor, tab: Tab) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-10@40"])
        left: list[int] = []

        async def look() -> bool:
            script = await script_of(client, tab, begun.lanes[1].id)
            left.append(len(script.steps) if script else 0)
            return script is None

        await until(look)
        assert list(dict.fromkeys(left)) == [3, 2, 1, 0]

    @pytest.mark.parametrize(
        ("models", "error"),
        [((), Malformed), (("nobody/x",), Malformed), ((ECHO,) * MOST_LANES, Conflict), ((ECHO, "x"), Malformed)],
        ids=str,
    )
    async def test_what_cannot_be_replayed_makes_no_lane(
        self, client: Client, conductor: Conductor, tab: Tab, models: tuple[str, ...], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            await conductor.replay(client, tab.id, tab.lane.id, models)
        assert await client.tab(tab.id) == tab

    async def test_nothing_said_is_nothing_to_replay_or_to_repeat(
        self, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        empty = await client.open_tab()
        with pytest.raises(Malformed, match="nothing to replay"):
            await conductor.replay(client, empty.id, empty.lane.id, [ECHO])
        with pytest.raises(Malformed, match="nothing to repeat"):
            await conductor.repeat(client, empty.id, empty.lane.id, 3)


class TestRepeat:
    async def test_the_newest_message_is_answered_on_further_branches(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        await client.set_lane(tab.id, model="compatible/say:again")
        await conductor.repeat(client, tab.id, tab.lane.id, 4)
        await finished(client, tab, tab.lane.id)
        found = (await found_runs(house, tab.lane))[2:]
        assert [run.status for run in found] == ["completed"] * 4
        assert len({run.branch_id for run in found}) == 4
        assert {(run.answers, run.round) for run in found} == {(found[0].answers, found[0].round)}
        assert await said(client, tab, tab.lane.id) == ["one", "one", "two", "two", "three", "again"]

    @pytest.mark.parametrize("times", [-1, 1, 11])
    async def test_two_to_ten_times(self, client: Client, conductor: Conductor, tab: Tab, times: int) -> None:
        with pytest.raises(Malformed, match="2 to 10"):
            await conductor.repeat(client, tab.id, tab.lane.id, times)

    async def test_one_thing_at_a_time(self, client: Client, conductor: Conductor, tab: Tab) -> None:
        await client.set_lane(tab.id, model="compatible/hang")
        await conductor.repeat(client, tab.id, tab.lane.id, 3)
        with pytest.raises(Conflict, match="already"):
            await conductor.repeat(client, tab.id, tab.lane.id, 3)

    async def test_it_waits_for_what_the_visitor_asked_before(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        await client.set_lane(tab.id, model="compatible/words-30@60")
        await client.send(tab.id, "four")
        await client.set_lane(tab.id, model="compatible/say:again")
        await conductor.repeat(client, tab.id, tab.lane.id, 2)
        await finished(client, tab, tab.lane.id)
        assert [run.status for run in await found_runs(house, tab.lane)] == ["completed"] * 5
        assert (await said(client, tab, tab.lane.id))[-2:] == ["four", "again"]

    @pytest.mark.parametrize(
        ("agent", "call", "kind"),
        [
            ("tests.desks:desk", 'post:{"text": "x"}', "approval"),
            ("scout", "browser_facts:{}", "client"),
            ("interviewer", 'ask_user:{"questions": [{"question": "Why?", "options": [], "multiple": false}]}', "form"),
        ],
    )
    async def test_what_the_visitor_is_asked_is_not_given_up(
        self, house: House, client: Client, conductor: Conductor, tab: Tab, agent: str, call: str, kind: AskKind
    ) -> None:
        await client.set_lane(tab.id, agent=agent, model=f"compatible/tool:{call}")
        waiting = (await client.send(tab.id, "four")).run_id
        assert (await ended(house, waiting)).status == "awaiting_approval"
        await conductor.repeat(client, tab.id, tab.lane.id, 2)
        script = await put_off(client, tab, tab.lane.id)
        assert script.note == WAITS[kind]
        assert (await ended(house, waiting)).status == "awaiting_approval"


class TestWaiting:
    async def test_a_paused_lane_finishes_its_answer_and_then_waits(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-20@40"])
        lane = begun.lanes[1]
        await house.called(4)
        paused = await conductor.pause(client, tab.id, lane.id)
        assert paused.find(lane.id).script is not None
        await until(lambda: _left(client, tab, lane.id, 2))
        assert len(await said(client, tab, lane.id)) == 2
        script = await put_off(client, tab, lane.id)
        assert (len(script.steps), script.note) == (2, None)
        await client.set_lane(tab.id, lane.id, model="compatible/say:on")
        await conductor.go_on(client, tab.id, lane.id)
        await finished(client, tab, lane.id)
        assert (await said(client, tab, lane.id))[2:] == ["two", "on", "three", "on"]

    async def test_a_pause_taken_back_at_once_changes_nothing(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-20@40"])
        lane = begun.lanes[1]
        await house.called(4)
        for _ in range(3):
            await conductor.pause(client, tab.id, lane.id)
            await conductor.go_on(client, tab.id, lane.id)
        await finished(client, tab, lane.id)
        assert (await said(client, tab, lane.id))[::2] == SAID
        assert len(await found_runs(house, (await client.tab(tab.id)).find(lane.id))) == 3

    async def test_a_dropped_script_lets_the_answer_finish(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-20@40"])
        lane = begun.lanes[1]
        await house.called(4)
        dropped = await conductor.drop(client, tab.id, lane.id)
        assert dropped.find(lane.id).script is None
        [run] = await found_runs(house, (await client.tab(tab.id)).find(lane.id))
        assert (await ended(house, run.id)).status == "completed"
        await idle(conductor)
        assert len(house.calls) == 4
        for act in (conductor.pause, conductor.go_on, conductor.drop):
            assert (await act(client, tab.id, lane.id)).find(lane.id).script is None

    async def test_a_stopped_answer_puts_the_rest_off_and_is_tried_again(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/stall-3"])
        lane = begun.lanes[1]
        await until(lambda: _has_run(client, tab, lane.id))
        script = await script_of(client, tab, lane.id)
        assert script is not None
        assert script.run is not None
        await client.stop(script.run)
        script = await put_off(client, tab, lane.id)
        assert (script.note, len(script.steps)) == (NOTES["cancelled"], 3)
        await client.set_lane(tab.id, lane.id, model=ECHO)
        await conductor.go_on(client, tab.id, lane.id)
        await finished(client, tab, lane.id)
        assert await said(client, tab, lane.id) == [text for text in SAID for _ in range(2)]

    async def test_a_failure_puts_the_rest_off_and_says_why(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/status-401"])
        lane = begun.lanes[1]
        script = await put_off(client, tab, lane.id)
        [run] = await found_runs(house, (await client.tab(tab.id)).find(lane.id))
        assert script.note == run.error
        await conductor.go_on(client, tab.id, lane.id)
        await until(lambda: _ran(house, client, tab, lane.id, 2))
        assert (await put_off(client, tab, lane.id)).steps[0].again == run.answers

    async def test_what_the_visitor_tried_again_himself_is_not_done_twice(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/status-500"])
        lane = begun.lanes[1]
        await put_off(client, tab, lane.id)
        await client.set_lane(tab.id, lane.id, model="compatible/say:well")
        thread_id = (await client.tab(tab.id)).find(lane.id).thread_id
        asked = (await client.view(thread_id or "")).transcript.items[0].id
        await ended(house, (await client.retry(tab.id, asked, lane_id=lane.id)).run_id)
        await conductor.go_on(client, tab.id, lane.id)
        await finished(client, tab, lane.id)
        assert await said(client, tab, lane.id) == ["one", "well", "two", "well", "three", "well"]
        assert len(await found_runs(house, (await client.tab(tab.id)).find(lane.id))) == 4

    async def test_an_approval_is_waited_for_and_then_counts(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        await client.set_lane(tab.id, agent="tests.desks:desk")
        begun = await conductor.replay(client, tab.id, tab.lane.id, ['openai/tool:post:{"text": "x"}'])
        lane = begun.lanes[1]
        for left in (3, 2, 1):
            script = await put_off(client, tab, lane.id)
            assert (script.note, len(script.steps)) == (WAITS["approval"], left)
            assert script.run is not None
            run = await ended(house, script.run)
            await client.decide(tab.id, run.id, [decision(run)], lane_id=lane.id)
            assert (await ended(house, run.id)).status == "completed"
            await conductor.go_on(client, tab.id, lane.id)
            await until(partial(_left, client, tab, lane.id, left - 1))
        await finished(client, tab, lane.id)
        assert (await said(client, tab, lane.id))[::2] == SAID

    @pytest.mark.parametrize("how", ["lane", "tab", "thread"])
    async def test_what_is_taken_away_ends_quietly(
        self,
        house: House,
        client: Client,
        conductor: Conductor,
        tab: Tab,
        how: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-20@40"])
        lane = begun.lanes[1]
        await until(lambda: _has_run(client, tab, lane.id))
        bound = (await client.tab(tab.id)).find(lane.id)
        if how == "lane":
            await client.remove_lane(tab.id, lane.id)
        elif how == "tab":
            await client.close_tab(tab.id)
        else:
            await client.delete_thread(bound.thread_id or "")
        await idle(conductor)
        assert len(house.calls) == 4
        assert not [record for record in caplog.records if record.levelname == "ERROR"]
        if how == "tab":
            assert (await put_off(client, tab, lane.id)).note == "The session was closed."

    async def test_what_is_not_the_visitors_is_not_found(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        bob = house.client("vis_bob")
        lane = tab.lane.id
        tries: list[Callable[[], Awaitable[Any]]] = [
            lambda: conductor.replay(bob, tab.id, lane, [ECHO]),
            lambda: conductor.repeat(bob, tab.id, lane, 2),
            lambda: conductor.pause(bob, tab.id, lane),
            lambda: conductor.go_on(bob, tab.id, lane),
            lambda: conductor.drop(bob, tab.id, lane),
            lambda: conductor.drop(client, tab.id, "lan_none"),
        ]
        for attempt in tries:
            with pytest.raises(NotFound):
                await attempt()
        assert await client.tab(tab.id) == tab


class TestRestart:
    @pytest.fixture
    async def house(self, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
        """On both databases."""
        async with everywhere(database_url, tmp_path) as house:
            yield house

    async def test_what_is_closed_waits_until_it_is_told_to_go_on(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/stall-3"])
        lane = begun.lanes[1]
        await until(lambda: _has_run(client, tab, lane.id))
        await house.parts.drain()
        assert (await put_off(client, tab, lane.id)).note == RESTARTED
        with pytest.raises(Unavailable):
            await conductor.go_on(client, tab.id, lane.id)
        async with beside(house) as fresh:
            after = fresh.client()
            assert (await put_off(after, tab, lane.id)).note == RESTARTED
            await after.set_lane(tab.id, lane.id, model=ECHO)
            await Conductor(fresh.parts).go_on(after, tab.id, lane.id)
            await finished(after, tab, lane.id)
            assert await said(after, tab, lane.id) == [text for text in SAID for _ in range(2)]

    async def test_what_lost_its_process_is_shown_to_wait_and_is_not_begun_by_itself(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-20@40"])
        lane = begun.lanes[1]
        await house.called(4)
        await conductor.pause(client, tab.id, lane.id)
        await until(lambda: _left(client, tab, lane.id, 2))
        await edit_script(house, lane.id, **DEAD)
        async with beside(house) as fresh:
            script = await put_off(fresh.client(), tab, lane.id)
            assert (script.note, len(script.steps)) == (RESTARTED, 2)
            assert len(house.calls) == 4
            await Conductor(fresh.parts).go_on(fresh.client(), tab.id, lane.id)
            await finished(client, tab, lane.id)
        assert (await said(client, tab, lane.id))[::2] == SAID

    @pytest.mark.parametrize("first", [True, False])
    async def test_what_was_sent_before_the_end_is_not_sent_again(
        self, house: House, client: Client, conductor: Conductor, tab: Tab, first: bool
    ) -> None:
        models = ["compatible/stall-3"] if first else [ECHO]
        begun = await conductor.replay(client, tab.id, tab.lane.id, models)
        lane = begun.lanes[1]
        await until(lambda: _has_run(client, tab, lane.id))
        if not first:
            await finished(client, tab, lane.id)
            await client.set_lane(tab.id, lane.id, model="compatible/stall-3")
            await conductor.repeat(client, tab.id, lane.id, 2)
            await until(lambda: _has_run(client, tab, lane.id))
        script = await script_of(client, tab, lane.id)
        assert script is not None
        assert script.run is not None
        await edit_script(house, lane.id, **DEAD, run=None)
        await Conductor(house.parts).go_on(client, tab.id, lane.id)
        await until(lambda: _has_run(client, tab, lane.id))
        again = await script_of(client, tab, lane.id)
        assert again is not None
        assert again.run == script.run
        await client.stop(script.run)
        await put_off(client, tab, lane.id)


class TestReplicas:
    @pytest.fixture
    async def house(self, database_url: str, tmp_path: Path) -> AsyncIterator[House]:
        """On both databases."""
        async with everywhere(database_url, tmp_path) as house:
            yield house

    async def test_two_that_go_on_with_one_lane_send_each_message_once(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-8@40"])
        lane = begun.lanes[1]
        async with beside(house) as other:
            second = Conductor(other.parts)
            for number in range(6):
                one, its = ((conductor, client), (second, other.client()))[number % 2]
                await one.go_on(its, tab.id, lane.id)
                await asyncio.sleep(0.05)
            await finished(client, tab, lane.id)
            await idle(second)
        assert (await said(client, tab, lane.id))[::2] == SAID
        assert len(await found_runs(house, (await client.tab(tab.id)).find(lane.id))) == 3

    async def test_one_stops_what_the_other_drives(
        self, house: House, client: Client, conductor: Conductor, tab: Tab
    ) -> None:
        begun = await conductor.replay(client, tab.id, tab.lane.id, ["compatible/words-20@40"])
        lane = begun.lanes[1]
        await house.called(4)
        async with beside(house) as other:
            second, its = Conductor(other.parts), other.client()
            await second.pause(its, tab.id, lane.id)
            await until(lambda: _left(its, tab, lane.id, 2))
            await idle(conductor)
            assert len(house.calls) == 4
            await second.go_on(its, tab.id, lane.id)
            await finished(its, tab, lane.id)
        assert (await said(client, tab, lane.id))[::2] == SAID


def decision(run: RunRecord) -> Decision:
    return Decision(run.asks[0].call_id, approve=True)


async def idle(conductor: Conductor) -> None:
    """Waits until a conductor does nothing."""

    async def nothing() -> bool:
        return not conductor._playing  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    await until(nothing)


async def _left(client: Client, tab: Tab, lane_id: str, count: int) -> bool:
    script = await script_of(client, tab, lane_id)
    return len(script.steps if script else ()) == count


async def _has_run(client: Client, tab: Tab, lane_id: str) -> bool:
    script = await script_of(client, tab, lane_id)
    return script is None or script.run is not None


async def _ran(house: House, client: Client, tab: Tab, lane_id: str, count: int) -> bool:
    return len(await found_runs(house, (await client.tab(tab.id)).find(lane_id))) == count
