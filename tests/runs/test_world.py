"""What tools answer in a world that runs share, and with results that a visitor made up."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from agents import FunctionTool
from sqlmodel import Session

from playground.records import Decision, RunRecord, StandIn
from playground.runs.approvals import Verdict
from playground.runs.calls import Calls
from playground.runs.engine import Engine
from playground.runs.journal import Journal
from playground.runs.live import LiveRun
from playground.runs.order import Order
from playground.runs.world import World
from playground.runs.worlds import Worlds
from playground.settings import Settings
from playground.store.tables import RunRow
from tests.runs.conftest import Lab, Played, until
from tests.runs.lanes import GATES, MADE, SEEN, SHAPES, laned, outer
from tests.runs.replica import Replica

AGENT = "tests.runs.lanes:laned"
COUNT = 'tool:count:{"a": 1, "b": 2}'
PAY = 'tool:pay:{"amount": 5}'
FAILURE = "The tool count failed with an error. Do not call it again with the same arguments."


@pytest.fixture(autouse=True)
def nothing_made() -> Iterator[None]:
    yield
    for kept in (MADE, GATES, SEEN):
        kept.clear()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"agent": (AGENT,)})


async def finish(lab: Lab, engine: Engine, model: str = COUNT, **more: Any) -> Played:
    """A lane, asked and read to its end; a reload shows the same."""
    played = await lab.finish(engine, lab.order(model, agent=AGENT, **more))
    assert (await lab.stored(played.run.thread_id)).items == played.items
    return played


async def waiting(lab: Lab, engine: Engine, model: str = PAY, **more: Any) -> RunRecord:
    """A lane that waits for an approval."""
    run = await engine.submit(lab.order(model, agent=AGENT, **more))

    async def waits() -> bool:
        return (await engine.run(lab.visitor, run.id)).status == "awaiting_approval"

    await until(waits)
    return await engine.run(lab.visitor, run.id)


async def decide(lab: Lab, engine: Engine, run: RunRecord, *, approve: bool = True) -> Played:
    decisions = [Decision(ask.call_id, approve=approve) for ask in run.asks]
    await engine.decide(lab.visitor, run.id, Verdict(decisions))
    played = await lab.played(engine, run.id)
    assert (await lab.stored(run.thread_id)).items == played.items
    return played


def titles(played: Played) -> list[str]:
    """What the steps are called, without their times."""
    tasks = [task for item in played.items if item.type == "workflow" for task in item.workflow.tasks]
    parts = [str(task.title).split(" · ") for task in tasks]
    return [" · ".join(part for part in one if not part.endswith((" ms", " s"))) for one in parts]


def told(*calls: str, **more: Any) -> StandIn:
    return StandIn(tool="count", arguments="".join(calls), output=more.pop("output", "mine"), **more)


# -- what makes a call the same -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "same"),
    [
        ('{"b":2,"a":1}', True),
        ('{ "a" : 1.0, "b" : 2e0 }', True),
        ('{"a": 1, "b": 3}', False),
        ('{"a": "1", "b": 2}', False),
    ],
)
async def test_a_call_is_the_same_whatever_the_order_and_spelling_of_its_arguments(
    lab: Lab, engine: Engine, arguments: str, same: bool
) -> None:
    await finish(lab, engine, world="w")
    second = await finish(lab, engine, f"tool:count:{arguments}", world="w")
    assert (titles(second), len(MADE)) == ((["count · shared"], 1) if same else (["count"], 2))


async def test_the_same_call_twice_in_one_run_is_made_once(lab: Lab, engine: Engine) -> None:
    played = await finish(lab, engine, f"loop:count:{COUNT.removeprefix('tool:count:')}", world="w")
    assert (MADE, titles(played)[:3]) == (["count 1 2"], ["count", "count · shared", "count · shared"])
    assert played.run.tool_calls == len(titles(played))


async def test_arguments_that_cannot_be_read_fail_in_every_lane_alike(lab: Lab, engine: Engine) -> None:
    first, second = [await finish(lab, engine, 'tool:count:{"a": 1', world="w") for _ in range(2)]
    assert (first.text, titles(first)) == (second.text, ["count · failed"])
    assert (titles(second), MADE) == (["count · failed · shared"], [])


# -- what is shared -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SHAPES)
async def test_whatever_a_tool_answers_the_model_is_told_the_same_of_it(lab: Lab, engine: Engine, kind: str) -> None:
    model = f'tool:shape:{{"kind": "{kind}"}}'
    alone, first, second = [await finish(lab, engine, model, world=world) for world in (None, "w", "w")]
    assert [outputs(lab, number) for number in (3, 5)] == [outputs(lab, 1)] * 2
    assert alone.text == first.text == second.text
    assert (MADE, titles(first), titles(second)) == ([kind] * 2, ["shape"], ["shape · shared"])
    assert [one.run.notes for one in (alone, first, second)] == [(), second.run.notes, second.run.notes]


def outputs(lab: Lab, number: int) -> list[Any]:
    """What the model was told of its tools in a request."""
    return [message["content"] for message in lab.wire.calls[number].body["messages"] if message["role"] == "tool"]


async def test_a_tool_that_fails_fails_in_every_lane_and_once(lab: Lab, engine: Engine) -> None:
    first, second = [await finish(lab, engine, "tool:fails:{}", world="w") for _ in range(2)]
    assert first.text == second.text
    assert "The tool fails failed with RuntimeError" in second.text
    assert (titles(first), titles(second), MADE) == (["fails · failed"], ["fails · failed · shared"], ["fails"])


async def test_a_tool_that_ends_a_run_ends_every_run(lab: Lab, engine: Engine) -> None:
    first, second = [await finish(lab, engine, "tool:bursts:{}", world="w") for _ in range(2)]
    assert first.run.status == second.run.status == "failed"
    assert (first.run.error, MADE) == (second.run.error, ["bursts"])


@pytest.mark.parametrize(("kind", "shared"), [("text", True), ("dict", True), ("part", True), ("object", False)])
async def test_a_guardrail_looks_at_what_the_tool_answered_in_every_lane(
    lab: Lab, engine: Engine, kind: str, shared: bool
) -> None:
    model = f'tool:guarded:{{"kind": "{kind}"}}'
    first, second = [await finish(lab, engine, model, world="w") for _ in range(2)]
    assert [SHAPES[kind]] * 2 == SEEN
    assert (first.text, len(MADE)) == (second.text, 1 if shared else 2)
    assert ["A result of guarded could not be shared" in str(one.run.notes) for one in (first, second)] == [
        not shared
    ] * 2


async def test_what_is_too_large_to_be_kept_every_lane_gets_for_itself(
    lab: Lab, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.runs.outcome.MOST_BYTES", 10)
    for number in (1, 2):
        played = await finish(lab, engine, world="w")
        assert (played.text, titles(played)) == (f"The tool said: 3 by call {number}", ["count"])


async def test_a_call_from_inside_a_shared_call_waits_for_nobody(lab: Lab, engine: Engine) -> None:
    played = await finish(lab, engine, 'tool:again:{"number": 1}', world="w")
    assert (played.text, len(MADE)) == ("The tool said: outside the inner one", 2)


async def test_an_agent_that_serves_as_a_tool_answers_in_every_lane_for_itself(lab: Lab, engine: Engine) -> None:
    played = [await finish(lab, engine, 'tool:ask:{"input": "x"}', world="w") for _ in range(2)]
    assert [titles(one) for one in played] == [["ask"], ["ask"]]
    assert len(lab.wire.calls) == 8
    assert all("ask was not shared" in str(one.run.notes) for one in played)


# -- approvals ----------------------------------------------------------------------------------------------------


async def test_a_call_is_approved_in_every_lane_and_made_once(lab: Lab, engine: Engine) -> None:
    first, second, third = [await waiting(lab, engine, world="w") for _ in range(3)]
    assert MADE == []
    refused = await decide(lab, engine, third, approve=False)
    assert titles(refused) == ["pay · rejected"]
    made, shared = [await decide(lab, engine, run) for run in (first, second)]
    assert (titles(made), titles(shared), MADE) == (["pay"], ["pay · shared"], ["pay 5"])
    assert made.text == shared.text == "The tool said: paid 5"


@pytest.mark.parametrize("world", [None, "w"])
@pytest.mark.parametrize(("amount", "asks"), [("5", False), ("100", True), ('"5"', True)])
async def test_a_tool_that_asks_for_some_calls_asks_for_the_same_ones_in_a_world(
    lab: Lab, engine: Engine, world: str | None, amount: str, asks: bool
) -> None:
    model = f'tool:spend:{{"amount": {amount}}}'
    if asks:
        played = await decide(lab, engine, await waiting(lab, engine, model, world=world))
    else:
        played = await finish(lab, engine, model, world=world)
    assert (played.run.status, len(MADE)) == ("completed", 1)


async def test_a_run_that_waited_goes_on_in_its_world_in_another_process(lab: Lab, engine: Engine) -> None:
    runs = [await waiting(lab, engine, world="w", stand_ins=given) for given in ((), (), (_paid(),))]
    other = await Replica.start(lab)
    made, shared, mine = [await decide(lab, other.engine, run) for run in runs]
    assert [titles(one) for one in (made, shared, mine)] == [["pay"], ["pay · shared"], ["pay · stand-in"]]
    assert (MADE, mine.text) == (["pay 5"], "The tool said: nothing paid")
    await other.close()


def _paid() -> StandIn:
    return StandIn(tool="pay", output="nothing paid")


# -- stand-ins ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [None, "w"])
@pytest.mark.parametrize(
    ("given", "output"),
    [
        ((told(),), "mine"),
        ((told('{"b": 2.0, "a": 1}'),), "mine"),
        ((told(output="any"), told('{"a":1,"b":2}')), "mine"),
        ((told(output=""),), ""),
        ((told(output="nul \x00 end"),), "nul \ufffd end"),
    ],
)
async def test_a_result_that_the_visitor_made_up_is_used_and_the_tool_not_run(
    lab: Lab, engine: Engine, world: str | None, given: tuple[StandIn, ...], output: str
) -> None:
    played = await finish(lab, engine, world=world, stand_ins=given)
    assert (played.text, titles(played), MADE) == (f"The tool said: {output}", ["count · stand-in"], [])
    assert played.run.tool_calls == 1


@pytest.mark.parametrize(("output", "said"), [("", FAILURE), ("no such number", "no such number")])
async def test_a_made_up_failure_looks_like_one(lab: Lab, engine: Engine, output: str, said: str) -> None:
    played = await finish(lab, engine, stand_ins=(told(output=output, failed=True),))
    assert (played.text, titles(played), MADE) == (f"The tool said: {said}", ["count · failed · stand-in"], [])
    assert "Error" in str(played.items[1])


async def test_a_result_for_other_arguments_or_another_tool_is_not_used(lab: Lab, engine: Engine) -> None:
    others = (told('{"a":1,"b":3}'), StandIn(tool="fails", output="x"))
    played = await finish(lab, engine, stand_ins=others)
    assert (titles(played), MADE, played.run.notes) == (["count"], ["count 1 2"], ())


async def test_what_the_visitor_made_up_goes_before_the_world_and_not_into_it(lab: Lab, engine: Engine) -> None:
    mine = await finish(lab, engine, world="w", stand_ins=(told(),))
    first, second = [await finish(lab, engine, world="w") for _ in range(2)]
    again = await finish(lab, engine, world="w", stand_ins=(told(),))
    assert [titles(one)[0] for one in (mine, first, second, again)] == [
        "count · stand-in",
        "count",
        "count · shared",
        "count · stand-in",
    ]


async def test_a_made_up_result_of_a_tool_that_needs_an_approval_needs_it_too(lab: Lab, engine: Engine) -> None:
    played = await decide(lab, engine, await waiting(lab, engine, stand_ins=(_paid(),)))
    assert (played.text, titles(played), MADE) == ("The tool said: nothing paid", ["pay · stand-in"], [])


async def test_an_agent_that_serves_as_a_tool_can_be_stood_in(lab: Lab, engine: Engine) -> None:
    mine = StandIn(tool="ask", output="mine")
    played = await finish(lab, engine, 'tool:ask:{"input": "x"}', stand_ins=(mine,))
    assert (played.text, titles(played), len(lab.wire.calls)) == ("The tool said: mine", ["ask · stand-in"], 2)


async def test_a_result_for_a_tool_that_is_not_the_agents_own_is_noted(lab: Lab, engine: Engine) -> None:
    played = await finish(lab, engine, stand_ins=(StandIn(tool="web_search", output="x"),))
    assert "The result set for web_search was not used" in str(played.run.notes)


async def test_a_message_that_waited_keeps_its_world_and_what_was_made_up(lab: Lab, engine: Engine) -> None:
    first = await engine.submit(lab.order("hang-open"))
    order = lab.order(COUNT, agent=AGENT, thread_id=first.thread_id, world="w", stand_ins=(told(),))
    queued = await engine.submit(order)
    row = await lab.database.read(lambda session: _row(session, queued.id))
    assert (queued.status, row.order["world"], row.order["stand_ins"][0]["output"]) == ("queued", "w", "mine")
    await engine.stop(lab.visitor, first.id)
    assert titles(await lab.played(engine, queued.id))[-1] == "count · stand-in"


def _row(session: Session, run_id: str) -> RunRow:
    return session.get_one(RunRow, run_id)


# -- the agent ----------------------------------------------------------------------------------------------------


@pytest.fixture
def notes() -> list[str]:
    return []


def world(lab: Lab, order: Order, notes: list[str]) -> World:
    journal = Journal(lab.database, interval=1, fenced=notes.append)
    run = LiveRun(id="run", order=order, branch_id="brn", journal=journal)
    return World(Worlds(lab.database), run, Calls(lambda: 0), notes.append)


async def test_without_a_world_and_made_up_results_the_agent_is_left_alone(lab: Lab, notes: list[str]) -> None:
    agent = laned()
    assert world(lab, lab.order(), notes).around(agent) is agent


async def test_agents_that_are_handed_over_to_are_in_the_world_too(lab: Lab, notes: list[str]) -> None:
    agent = outer()
    found = world(lab, lab.order(world="w"), notes).around(agent)
    inner = found.handoffs[0]
    for one, own in ((found, agent), (inner, agent.handoffs[0])):
        tools = [getattr(which, "tools")[0] for which in (one, own)]  # noqa: B009 - a hand-off has none
        assert all(isinstance(tool, FunctionTool) for tool in tools)
        assert tools[0].on_invoke_tool is not tools[1].on_invoke_tool
    assert getattr(inner, "handoffs") == [found]  # noqa: B009 - a hand-off has none
    assert found.handoffs[1] is agent.handoffs[1]


async def test_what_cannot_be_shared_is_noted_once_for_each_run(lab: Lab, notes: list[str]) -> None:
    order = replace(lab.order(world="w"), stand_ins=(StandIn(tool="web_search", output="x"),))
    world(lab, order, notes).around(outer())
    assert [note.partition(" not ")[0] for note in notes] == [
        "web_search and Hidden were",
        "The result set for web_search was",
    ]
