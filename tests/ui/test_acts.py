"""Every act of the board: what it does, and what it says to what cannot be."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from playground.client import Client
from playground.errors import Conflict, Malformed, NotFound, PlaygroundError, VisitorError
from playground.records import MOST_LANES, Lane, Tab
from playground.ui.handlers.acts import ACTS, perform
from playground.ui.handlers.caller import Caller
from playground.ui.handlers.desk import Desk
from playground.ui.state import Shown
from tests.house import ECHO, House, until

Act = Callable[..., Awaitable[Shown]]


@pytest.fixture
async def tab(ann: Client, tab_id: str) -> Tab:
    """Ann's tab with two lanes."""
    return await ann.add_lane(tab_id, model="compatible/words-5")


@pytest.fixture
def act(desk: Desk, ann: Client, tab: Tab) -> Act:
    """Does something on Ann's tab."""

    async def do(name: str, **more: Any) -> Shown:
        return await perform(Caller(desk, ann), {"act": name, "tab": tab.id, **more})

    return do


async def answered(client: Client, tab: Tab) -> list[str]:
    """Asks all lanes, and waits for them; the ids of what was asked, by lane."""
    for sent in await client.send_all(tab.id, "Hi"):
        assert sent.reply is not None
        async for _ in client.follow(sent.reply.run_id):
            pass
    await until(lambda: _rested(client, tab))
    return [(await view_of(client, lane)).transcript.items[0].id for lane in (await client.tab(tab.id)).lanes]


async def _rested(client: Client, tab: Tab) -> bool:
    lanes = (await client.tab(tab.id)).lanes
    return all([(await view_of(client, lane)).live is None for lane in lanes])


async def view_of(client: Client, lane: Lane) -> Any:
    return await client.view(lane.thread_id or "")


async def test_lanes_come_go_move_and_are_copied(act: Act, ann: Client, tab: Tab) -> None:
    one, two = (lane.id for lane in tab.lanes)
    await act("duplicate", lane=one)
    copied = (await ann.tab(tab.id)).lanes
    assert [lane.model for lane in copied] == [ECHO, ECHO, "compatible/words-5"]
    await act("move", lane=two, to=0)
    assert (await ann.tab(tab.id)).lane.id == two
    await act("add", like=one)
    assert (await ann.tab(tab.id)).lanes[-1].model == ECHO
    for lane in copied:
        if lane.id != one:
            await act("remove", lane=lane.id)
    assert len((await ann.tab(tab.id)).lanes) == 2
    for _ in range(MOST_LANES - 2):
        await act("add")
    with pytest.raises(Conflict):
        await act("add")
    assert len((await ann.tab(tab.id)).lanes) == MOST_LANES


async def test_what_is_picked_holds_for_that_lane_alone(act: Act, ann: Client, tab: Tab) -> None:
    one, two = (lane.id for lane in tab.lanes)
    await act("pick", lane=two, model="openai/gpt-6-luna", agent="tests.staff:clerk")
    await act("pick", lane=two, effort="high")
    picked = (await ann.tab(tab.id)).find(two)
    assert (picked.model, picked.agent, picked.settings.effort) == ("openai/gpt-6-luna", "tests.staff:clerk", "high")
    await act("pick", lane=two, effort="")
    await act("pick", lane=two, model="gpt-of-tomorrow")
    await act("pick", lane=two, provider="openai")  # it is there already
    picked = (await ann.tab(tab.id)).find(two)
    assert (picked.model, picked.settings.effort) == ("openai/gpt-of-tomorrow", None)
    await act("pick", lane=two, provider="anthropic")
    assert (await ann.tab(tab.id)).find(two).model.startswith("anthropic/")
    assert (await ann.tab(tab.id)).find(one) == tab.find(one)


@pytest.mark.parametrize(
    "more", [{"agent": "nobody"}, {"provider": "nobody"}, {"model": "openai/ "}], ids=["agent", "provider", "model"]
)
async def test_nobody_can_be_picked_who_is_not_there(act: Act, ann: Client, tab: Tab, more: dict[str, str]) -> None:
    with pytest.raises(VisitorError):
        await act("pick", lane=tab.lane.id, **more)
    assert await ann.tab(tab.id) == tab


async def test_rules_are_switched(act: Act, ann: Client, tab: Tab) -> None:
    await act("same_world", on=True)
    await act("blind", on=True)
    await act("mute", lane=tab.lane.id, on=True)
    now = await ann.tab(tab.id)
    assert (now.same_world, now.blind, now.lane.muted) == (True, True, True)


async def test_the_drawer_edits_the_lane_that_was_asked_for(act: Act, tab: Tab) -> None:
    shown = await act("settings", lane=tab.lanes[1].id)
    assert shown.drawer == {"tab": tab.id, "lane": tab.lanes[1].id}
    assert shown.lane is not None
    assert shown.lane.model == "compatible/words-5"


async def test_the_drawer_tells_nothing_before_the_vote(act: Act, tab: Tab) -> None:
    shown = await act("blind", on=True)
    assert shown.lane is not None
    assert shown.lane.model not in {lane.model for lane in tab.lanes}
    with pytest.raises(Conflict):
        await act("settings", lane=tab.lane.id)


async def test_one_lane_can_be_talked_to_alone(act: Act, ann: Client, tab: Tab) -> None:
    one, two = await answered(ann, tab)
    lane = tab.lanes[1].id
    await act("retry", lane=lane, item=two)
    await until(lambda: _rested(ann, tab))
    await act("edit", lane=lane, item=two, text="Ho")
    await until(lambda: _rested(ann, tab))
    first, second = [await view_of(ann, lane) for lane in (await ann.tab(tab.id)).lanes]
    assert (len(first.branches), len(second.branches)) == (1, 3)
    assert first.transcript.items[0].id == one
    branch = next(branch for branch in second.branches if not branch.head)
    await act("version", lane=lane, branch=branch.id)
    assert (await view_of(ann, (await ann.tab(tab.id)).lanes[1])).branches != second.branches


async def test_results_can_be_put_in_place_of_a_tools(act: Act, ann: Client, tab: Tab) -> None:
    one, two = (lane.id for lane in tab.lanes)
    await act("stand_in", lane=one, tool="stamp", arguments='{ "text": 1.0 }', output="x", failed=False)
    await act("stand_in", lane=None, tool="stamp", arguments='{"text":1}', output="y", failed=True)
    await act("stand_in", lane=two, tool="burn", arguments="", output="z")
    now = await ann.tab(tab.id)
    assert [(one.tool, one.output) for one in now.lanes[0].stand_ins] == [("stamp", "y")]
    assert [one.tool for one in now.lanes[1].stand_ins] == ["stamp", "burn"]
    await act("clear_stand_ins", lane=two)
    assert [len(lane.stand_ins) for lane in (await ann.tab(tab.id)).lanes] == [1, 0]
    await act("clear_stand_ins")
    assert not any(lane.stand_ins for lane in (await ann.tab(tab.id)).lanes)


async def test_forks_go_on_in_a_lane_or_a_tab(act: Act, ann: Client, tab: Tab) -> None:
    one, _ = await answered(ann, tab)
    await act("fork", lane=tab.lane.id, item=one, step=None, model="compatible/words-5", to="lane")
    assert [lane.model for lane in (await ann.tab(tab.id)).lanes][1] == "compatible/words-5"
    shown = await act("fork", lane=tab.lane.id, item=one, to="tab")
    assert shown.strip is not None
    assert shown.strip["moved"]
    assert shown.strip["chosen"] not in {tab.id, ""}
    await until(lambda: _rested(ann, tab))


async def test_all_lanes_go_on_from_one_answer(act: Act, ann: Client, tab: Tab) -> None:
    await answered(ann, tab)
    before = (await ann.tab(tab.id)).lanes
    answer = (await view_of(ann, before[0])).transcript.items[-1].id
    shown = await act("continue", lane=before[0].id, item=answer)
    assert shown.note is not None
    after = (await ann.tab(tab.id)).lanes
    assert after[0].thread_id == before[0].thread_id
    assert after[1].thread_id != before[1].thread_id


async def test_a_message_is_repeated_and_replayed_until_it_is_given_up(act: Act, ann: Client, tab: Tab) -> None:
    await answered(ann, tab)
    await act("repeat", lane=tab.lane.id, times=3)
    await until(lambda: _has_no_script(ann, tab))
    assert len((await view_of(ann, (await ann.tab(tab.id)).lane)).branches) == 3
    await act("replay", lane=tab.lane.id, models=["compatible/hang"])
    replayed = next(lane.id for lane in (await ann.tab(tab.id)).lanes if lane.script)
    await act("pause", lane=replayed)
    script = (await ann.tab(tab.id)).find(replayed).script
    assert script is not None
    assert script.paused
    await act("drop_script", lane=replayed)
    await act("stop_all")


async def _has_no_script(client: Client, tab: Tab) -> bool:
    return not any(lane.script for lane in (await client.tab(tab.id)).lanes)


async def test_a_round_is_voted_on_once_all_have_answered(act: Act, ann: Client, tab: Tab) -> None:
    await answered(ann, tab)
    (round_id,) = {run.round for run in (await view_of(ann, (await ann.tab(tab.id)).lane)).runs.values()}
    await act("vote", round=round_id, choice="lane", lane=tab.lanes[1].id)
    (vote,) = await ann.votes(tab.id)
    assert (vote.winner, vote.contenders, vote.blind) == ("compatible/words-5", (ECHO, "compatible/words-5"), False)
    await act("vote", round=round_id, choice="tie")
    assert [vote.choice for vote in await ann.votes()] == ["tie"]
    await act("unvote", round=round_id)
    assert list(await ann.votes()) == []


async def test_no_vote_is_taken_on_what_is_not_there_or_not_over(act: Act, ann: Client, tab: Tab) -> None:
    with pytest.raises(NotFound):
        await act("vote", round="rnd_of_somebody_else", choice="bad")
    await act("pick", lane=tab.lanes[1].id, model="compatible/hang")
    await ann.send_all(tab.id, "Hi")
    live = (await view_of(ann, (await ann.tab(tab.id)).lanes[1])).live
    with pytest.raises(Conflict):
        await act("vote", round=live.round, choice="bad")
    await act("stop_all")
    await until(lambda: _rested(ann, tab))
    await answered_alone(act, ann, tab)
    with pytest.raises(Malformed):
        await act("vote", round=live.round, choice="lane", lane=None)
    assert list(await ann.votes()) == []


async def answered_alone(act: Act, ann: Client, tab: Tab) -> None:
    """One lane answers alone; nobody can vote on that."""
    await act("send", lane=tab.lane.id, text="You alone")
    await until(lambda: _rested(ann, tab))
    view = await view_of(ann, (await ann.tab(tab.id)).lane)
    alone = view.runs[view.transcript.items[-1].id].round
    with pytest.raises(Malformed):
        await act("vote", round=alone, choice="bad")


GOOD: dict[str, dict[str, Any]] = {
    "add": {},
    "preset": {"preset": "defaults"},
    "remove": {"lane": "LANE"},
    "duplicate": {"lane": "LANE"},
    "move": {"lane": "LANE", "to": 0},
    "mute": {"lane": "LANE", "on": True},
    "pick": {"lane": "LANE", "model": ECHO},
    "settings": {"lane": "LANE"},
    "send": {"lane": "LANE", "text": "Hi"},
    "stop": {"lane": "LANE"},
    "stop_all": {},
    "retry": {"lane": "LANE", "item": "msg"},
    "edit": {"lane": "LANE", "item": "msg", "text": "Hi"},
    "continue": {"lane": "LANE", "item": "msg"},
    "decide": {"lane": "LANE", "run": "run", "decisions": [{"call_id": "c", "approve": True, "message": None}]},
    "fork": {"lane": "LANE", "item": "msg"},
    "replay": {"lane": "LANE", "models": [ECHO]},
    "repeat": {"lane": "LANE", "times": 2},
    "pause": {"lane": "LANE"},
    "go_on": {"lane": "LANE"},
    "drop_script": {"lane": "LANE"},
    "stand_in": {"lane": "LANE", "tool": "stamp", "arguments": "", "output": "x"},
    "clear_stand_ins": {"lane": "LANE"},
    "same_world": {"on": True},
    "blind": {"on": True},
    "vote": {"round": "rnd", "choice": "bad"},
    "unvote": {"round": "rnd"},
    "version": {"lane": "LANE", "branch": "br"},
    "earlier": {"lane": "LANE"},
    "press": {"lane": "LANE", "item": "wid", "action": {"type": "more", "payload": {}}, "call": "c"},
    "press_at_once": {"lane": "LANE", "item": "wid", "action": {"type": "more"}, "call": "c"},
    "answer": {"lane": "LANE", "item": "inp", "run": "run", "input": {"status": "skipped", "answers": {}}, "call": "c"},
    "output": {"lane": "LANE", "item": "ctc", "run": "run", "output": 1, "call": "c"},
}
"""An act that can be read, of each kind."""


HARMLESS = {
    ("pick", "model"),
    ("mute", "on"),
    ("same_world", "on"),
    ("blind", "on"),
    ("send", "text"),
    ("edit", "text"),
    ("clear_stand_ins", "lane"),
    ("stand_in", "lane"),
    ("stand_in", "tool"),
    ("stand_in", "arguments"),
    ("stand_in", "output"),
    ("move", "to"),
    ("repeat", "times"),
    ("unvote", "round"),
    ("output", "output"),
}
"""Fields for which some of what is odd elsewhere is right."""


def test_every_act_is_tried() -> None:
    assert set(GOOD) == set(ACTS)


@pytest.fixture
async def theirs(bob: Client) -> Tab:
    """Bob's tab with two lanes."""
    return await bob.add_lane((await bob.tabs())[0].id)


@pytest.mark.parametrize("name", GOOD)
async def test_nobody_acts_on_what_is_somebody_elses(
    desk: Desk, ann: Client, bob: Client, house: House, theirs: Tab, tab: Tab, name: str
) -> None:
    said = {field: theirs.lane.id if value == "LANE" else value for field, value in GOOD[name].items()}
    with pytest.raises(NotFound):
        await perform(Caller(desk, ann), {"act": name, "tab": theirs.id, **said})
    assert await bob.tab(theirs.id) == theirs
    if "LANE" in GOOD[name].values():  # a lane of another tab is none of this one
        with pytest.raises(VisitorError):
            await perform(Caller(desk, ann), {"act": name, "tab": tab.id, **said})
        assert await ann.tab(tab.id) == tab
    assert house.calls == []


ODD: list[object] = [None, 3, "", "x" * 70_000, ["x"], {"path": "/etc/passwd"}, True, 10**30, "\ud800", float("nan")]


@pytest.mark.parametrize("name", GOOD)
async def test_what_cannot_be_read_is_refused_in_words(
    desk: Desk, ann: Client, house: House, tab: Tab, name: str
) -> None:
    good = {field: tab.lane.id if value == "LANE" else value for field, value in GOOD[name].items()}
    for field in ("tab", "lane", *good):
        for odd in ODD:
            if (name, field) in HARMLESS or (field == "lane" and "lane" not in good):
                continue
            with pytest.raises(PlaygroundError):
                await perform(Caller(desk, ann), {"act": name, "tab": tab.id, **good, field: odd})
    assert await ann.tab(tab.id) == tab
    assert house.calls == []


@pytest.mark.parametrize("said", [{}, {"act": None}, {"act": "no"}, {"act": ["add"]}, {"act": "add"}], ids=str)
async def test_what_is_no_act_is_refused(desk: Desk, ann: Client, said: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        await perform(Caller(desk, ann), said)
