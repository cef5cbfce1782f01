"""Lanes side by side: the same message to several models, each in a thread of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from playground.client import Client, Sent
from playground.errors import Conflict, NotFound
from playground.records import MOST_LANES, MOST_STAND_INS, LaneSettings, RunRecord, StandIn, Tab
from playground.store.tables import RunRow
from tests.house import ECHO, House, opened
from tests.test_client import texts

WORDS = "compatible/words-5"


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path) as house:
        yield house


@pytest.fixture
def client(house: House) -> Client:
    return house.client()


@pytest.fixture
async def tab(client: Client) -> Tab:
    """A tab with three lanes; the last one's model does not exist."""
    (first,) = await client.tabs()
    await client.set_lane(first.id, model=ECHO)
    await client.add_lane(first.id, model=WORDS)
    return await client.add_lane(first.id, model="compatible/no-such-model")


async def ended(house: House, client: Client, sent: Sent) -> RunRecord:
    """The run of a lane, once it is over."""
    assert sent.reply is not None
    async for _ in client.follow(sent.reply.run_id):
        pass
    await house.parts.engine.settled(sent.reply.thread_id)
    return await house.parts.engine.run(house.guest().visitor, sent.reply.run_id)


async def asked(house: House, client: Client, tab: Tab, text: str) -> list[RunRecord]:
    """The runs of a message in every lane, once they are over."""
    return [await ended(house, client, sent) for sent in await client.send_all(tab.id, text)]


ON_A_LANE: dict[str, Callable[[Client, Tab, str], Awaitable[Any]]] = {
    "add": lambda client, tab, lane: client.add_lane(tab.id, like=lane),
    "remove": lambda client, tab, lane: client.remove_lane(tab.id, lane),
    "move": lambda client, tab, lane: client.move_lane(tab.id, lane, 0),
    "set": lambda client, tab, lane: client.set_lane(tab.id, lane, muted=True),
    "stand_ins": lambda client, tab, lane: client.set_stand_ins(tab.id, [lane], ()),
    "send": lambda client, tab, lane: client.send(tab.id, "hello", lane_id=lane),
    "retry": lambda client, tab, lane: client.retry(tab.id, "msg_x", lane_id=lane),
}


async def test_a_message_goes_to_every_lane_and_one_that_fails_holds_no_other_up(
    house: House, client: Client, tab: Tab
) -> None:
    runs = await asked(house, client, tab, "Say it")
    assert [(run.model, run.status) for run in runs] == [
        (ECHO, "completed"),
        (WORDS, "completed"),
        ("compatible/no-such-model", "failed"),
    ]
    threads = [lane.thread_id for lane in (await client.tab(tab.id)).lanes]
    assert len(set(threads)) == 3
    assert [texts(await client.view(thread_id or ""))[0] for thread_id in threads] == ["Say it"] * 3


async def test_a_lane_that_cannot_be_asked_says_why_and_the_others_answer(
    house: House, client: Client, tab: Tab
) -> None:
    await client.set_lane(tab.id, tab.lanes[1].id, model="anthropic/claude")
    sent = await client.send_all(tab.id, "hello")
    assert [one.reply is not None for one in sent] == [True, False, True]
    assert "ANTHROPIC_API_KEY" in (sent[1].error or "")
    assert (await ended(house, client, sent[0])).status == "completed"


async def test_runs_that_answer_one_message_share_a_round_and_a_retry_stays_in_it(
    house: House, client: Client, tab: Tab
) -> None:
    first = await asked(house, client, tab, "one")
    second = await asked(house, client, tab, "two")
    assert len({run.round for run in first}) == len({run.round for run in second}) == 1
    assert first[0].round != second[0].round
    reply = await client.retry(tab.id, first[0].answers or "", lane_id=tab.lanes[0].id)
    again = await ended(house, client, Sent("", reply))
    assert (again.round, again.answers) == (first[0].round, first[0].answers)


async def test_a_first_message_that_is_sent_twice_is_one_in_every_lane(client: Client, tab: Tab) -> None:
    one, other = await asyncio.gather(client.send_all(tab.id, "twice"), client.send_all(tab.id, "twice"))
    assert one == other


async def test_a_muted_lane_is_left_out_but_can_be_talked_to_alone(house: House, client: Client, tab: Tab) -> None:
    quiet = tab.lanes[1].id
    await client.set_lane(tab.id, quiet, muted=True)
    assert [sent.lane_id for sent in await client.send_all(tab.id, "all")] == [tab.lanes[0].id, tab.lanes[2].id]
    reply = await client.send(tab.id, "alone", lane_id=quiet)
    assert (await ended(house, client, Sent(quiet, reply))).status == "completed"


async def test_a_message_for_nobody_is_refused(client: Client, tab: Tab) -> None:
    for lane in tab.lanes:
        await client.set_lane(tab.id, lane.id, muted=True)
    with pytest.raises(Conflict, match="muted"):
        await client.send_all(tab.id, "hello")


async def test_lanes_are_copied_moved_and_removed(client: Client, tab: Tab) -> None:
    first, second, third = (lane.id for lane in tab.lanes)
    await client.set_lane(tab.id, second, settings=LaneSettings(effort="low"))
    copied = (await client.add_lane(tab.id, like=second)).lanes[-1]
    assert (copied.model, copied.settings.effort, copied.thread_id) == (WORDS, "low", None)
    moved = await client.move_lane(tab.id, copied.id, 0)
    assert [lane.id for lane in moved.lanes] == [copied.id, first, second, third]
    left = await client.remove_lane(tab.id, second)
    assert [lane.id for lane in left.lanes] == [copied.id, first, third]


async def test_a_tab_has_one_lane_at_least_and_eight_at_most(client: Client, tab: Tab) -> None:
    for _ in range(MOST_LANES - len(tab.lanes)):
        await client.add_lane(tab.id)
    with pytest.raises(Conflict, match="8 lanes"):
        await client.add_lane(tab.id)
    for lane in (await client.tab(tab.id)).lanes[1:]:
        await client.remove_lane(tab.id, lane.id)
    with pytest.raises(Conflict, match="one lane"):
        await client.remove_lane(tab.id, tab.lanes[0].id)


async def test_lanes_that_come_and_go_at_once_are_eight_at_most_and_one_at_least(client: Client, tab: Tab) -> None:
    added = await asyncio.gather(*(client.add_lane(tab.id) for _ in range(MOST_LANES)), return_exceptions=True)
    full = await client.tab(tab.id)
    assert len(full.lanes) == MOST_LANES
    assert sum(isinstance(one, Conflict) for one in added) == len(tab.lanes)

    gone = await asyncio.gather(*(client.remove_lane(tab.id, lane.id) for lane in full.lanes), return_exceptions=True)
    assert len((await client.tab(tab.id)).lanes) == 1
    assert sum(isinstance(one, Conflict) for one in gone) == 1


async def test_a_tab_goes_when_all_its_threads_are_deleted_at_once(house: House, client: Client, tab: Tab) -> None:
    await asked(house, client, tab, "Say it")
    threads = [lane.thread_id or "" for lane in (await client.tab(tab.id)).lanes]
    await asyncio.gather(*map(client.delete_thread, threads))
    assert [tab.lane.thread_id for tab in await client.tabs()] == [None]
    with pytest.raises(NotFound):
        await client.tab(tab.id)


async def test_a_deleted_thread_takes_its_lane_with_it_and_the_last_one_the_tab(
    house: House, client: Client, tab: Tab
) -> None:
    runs = await asked(house, client, tab, "hello")
    await client.delete_thread(runs[1].thread_id)
    assert [lane.model for lane in (await client.tab(tab.id)).lanes] == [ECHO, "compatible/no-such-model"]
    for run in (runs[0], runs[2]):
        await client.delete_thread(run.thread_id)
    with pytest.raises(NotFound):
        await client.tab(tab.id)


async def test_a_removed_lanes_thread_stays_and_opens_in_a_tab_of_its_own(
    house: House, client: Client, tab: Tab
) -> None:
    runs = await asked(house, client, tab, "hello")
    await client.remove_lane(tab.id, tab.lanes[1].id)
    assert texts(await client.view(runs[1].thread_id))[0] == "hello"
    assert (await client.open_tab(thread_id=runs[1].thread_id)).id != tab.id


async def test_stand_ins_hold_for_one_run(house: House, client: Client, tab: Tab) -> None:
    lane = tab.lanes[0].id
    made_up = StandIn(tool="add", output="41")
    assert (await client.set_stand_ins(tab.id, [lane], [made_up])).lanes[0].stand_ins == (made_up,)
    await asked(house, client, tab, "first")
    assert (await client.tab(tab.id)).lanes[0].stand_ins == ()


async def test_a_lane_keeps_no_more_stand_ins_than_a_message_may_carry(client: Client, tab: Tab) -> None:
    most = [StandIn(tool=f"tool_{number}", output="x") for number in range(MOST_STAND_INS)]
    await client.set_stand_ins(tab.id, [tab.lane.id], most)
    with pytest.raises(Conflict):
        await client.set_stand_ins(tab.id, [tab.lane.id], [*most, StandIn(tool="one more", output="x")])
    await client.send(tab.id, "hello", lane_id=tab.lane.id)


@pytest.mark.parametrize("name", ON_A_LANE)
async def test_nobody_elses_lane_can_be_touched(house: House, client: Client, tab: Tab, name: str) -> None:
    bob = house.client("vis_bob")
    mine = (await bob.tabs())[0]
    for on in (tab, mine):
        with pytest.raises(NotFound):
            await ON_A_LANE[name](bob, on, tab.lanes[0].id)
    assert await client.tab(tab.id) == tab


async def test_a_lanes_thread_is_an_ordinary_thread_for_a_chatkit_ui(house: House, client: Client, tab: Tab) -> None:
    runs = await asked(house, client, tab, "from the page")
    guest = house.guest()
    assert await guest.texts(runs[0].thread_id) == ["from the page", "from the page"]
    await guest.add(runs[0].thread_id, "from a UI")
    assert texts(await client.view(runs[0].thread_id))[-1] == "from a UI"


async def test_what_is_made_up_while_a_message_is_sent_is_for_the_next_one(
    house: House, client: Client, tab: Tab
) -> None:
    lane = tab.lanes[0].id
    await client.stand_in(tab.id, [lane], StandIn(tool="add", output="41"))
    await client.stand_in(tab.id, [lane], StandIn(tool="add", output="42"))
    await asyncio.gather(
        client.send(tab.id, "first", lane_id=lane),
        client.stand_in(tab.id, [lane], StandIn(tool="other", output="1")),
    )
    left = [one.tool for one in (await client.tab(tab.id)).lanes[0].stand_ins]
    assert left in (["other"], [])  # it came after the message was on its way, or went with it
    run = await house.stored(lambda session: session.exec(select(RunRow)).one())
    sent = [one["tool"] for one in run.order["stand_ins"]]
    assert [*sent, *left] == ["add", "other"]
