"""What a run keeps of its guardrails' verdicts."""

from contextlib import suppress
from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailTripwireTriggered,
    OutputGuardrail,
    OutputGuardrailTripwireTriggered,
    RunConfig,
    Runner,
    RunResultStreaming,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailTripwireTriggered,
    function_tool,
)
from agents.testing import ScriptedModel, assistant_message, function_call

from playground.records import Decision
from playground.runs.approvals import Verdict
from playground.runs.engine import Engine
from playground.runs.verdicts import verdicts
from playground.store import traces
from tests.runs import agents
from tests.runs.conftest import Lab, until


def input_guardrail(name: str, *, trips: bool = False) -> InputGuardrail[Any]:
    def look(_context: object, _agent: object, _given: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=trips)

    return InputGuardrail(look, name=name)


def output_guardrail(name: str, *, trips: bool = False) -> OutputGuardrail[Any]:
    def look(_context: object, _agent: object, _said: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=trips)

    return OutputGuardrail(look, name=name)


def tool_guardrail(name: str, said: ToolGuardrailFunctionOutput) -> ToolInputGuardrail[Any]:
    def look(_data: object) -> ToolGuardrailFunctionOutput:
        return said

    return ToolInputGuardrail(look, name=name)


async def kept(agent: Agent[Any]) -> list[tuple[str, str, str]]:
    """What is kept of a run that calls `now` twice and then answers."""
    calls = [function_call("now", "{}", call_id=call_id) for call_id in ("a", "b")] if agent.tools else []
    steps = [calls, [assistant_message("hello")]] if calls else [[assistant_message("hello")]]
    result = Runner.run_streamed(
        agent.clone(model=ScriptedModel(steps)), "hello", run_config=RunConfig(tracing_disabled=True)
    )
    await ended(result)
    return [(one.name, one.stage, one.outcome) for one in traces.verdicts(verdicts(result))]


async def ended(result: RunResultStreaming) -> None:
    with suppress(*TRIPPED):
        async for _ in result.stream_events():
            pass


TRIPPED = (
    InputGuardrailTripwireTriggered,
    OutputGuardrailTripwireTriggered,
    ToolInputGuardrailTripwireTriggered,
)


def caller(said: ToolGuardrailFunctionOutput) -> Agent[Any]:
    @function_tool(tool_input_guardrails=[tool_guardrail("calls", said)])
    def now() -> str:
        """The time."""
        return "noon"

    return Agent(name="Caller", tools=[now])


async def test_an_agent_without_guardrails_leaves_nothing() -> None:
    result = Runner.run_streamed(
        Agent(name="Plain", model=ScriptedModel([[assistant_message("hello")]])),
        "hello",
        run_config=RunConfig(tracing_disabled=True),
    )
    await ended(result)
    assert verdicts(result) == verdicts(None) == {}


async def test_guardrails_that_let_all_pass_are_named_in_one_order() -> None:
    agent = Agent[Any](
        name="Guarded",
        input_guardrails=[input_guardrail("words"), input_guardrail("manners")],
        output_guardrails=[output_guardrail("truth")],
    )
    passed = [("manners", "input", "passed"), ("words", "input", "passed"), ("truth", "output", "passed")]
    assert await kept(agent) == passed


@pytest.mark.parametrize(
    ("agent", "last"),
    [
        (Agent[Any](name="In", input_guardrails=[input_guardrail("x", trips=True)]), ("x", "input", "tripped")),
        (Agent[Any](name="Out", output_guardrails=[output_guardrail("x", trips=True)]), ("x", "output", "tripped")),
        (caller(ToolGuardrailFunctionOutput.raise_exception()), ("calls", "tool", "tripped")),
        (caller(ToolGuardrailFunctionOutput.reject_content("no")), ("calls", "tool", "rejected")),
        (caller(ToolGuardrailFunctionOutput.allow()), ("calls", "tool", "passed")),
    ],
    ids=lambda value: value.name if isinstance(value, Agent) else "-".join(value[1:]),
)
async def test_a_verdict_is_kept_once(agent: Agent[Any], last: tuple[str, str, str]) -> None:
    assert await kept(agent) == [last]


@pytest.mark.parametrize(("text", "outcome"), [("hello", "passed"), ("forbidden", "tripped")])
async def test_a_run_keeps_the_verdicts_beside_its_numbers(lab: Lab, engine: Engine, text: str, outcome: str) -> None:
    played = await lab.finish(engine, lab.order("words-5", text, agent="guarded"))
    assert await found(lab, played.run.id) == [("look", "input", outcome)]


def wary() -> Agent[Any]:
    """An agent that is looked after on both sides, and asks before it pays."""
    return Agent(
        name="Wary",
        tools=[agents.pay],
        input_guardrails=[input_guardrail("before")],
        output_guardrails=[output_guardrail("after")],
    )


async def test_a_run_that_waited_for_an_approval_keeps_the_verdicts_from_before(lab: Lab) -> None:
    engine = await lab.start(agent=("tests.runs.test_verdicts:wary",))
    run = await engine.submit(lab.order('tool:pay:{"amount": 1}', agent="tests.runs.test_verdicts:wary"))
    await until(lambda: _waits(engine, lab, run.id))
    asks = (await engine.run(lab.visitor, run.id)).asks
    await engine.decide(lab.visitor, run.id, Verdict([Decision(ask.call_id, approve=True) for ask in asks]))
    assert (await lab.played(engine, run.id)).run.status == "completed"
    assert await found(lab, run.id) == [("before", "input", "passed"), ("after", "output", "passed")]


async def _waits(engine: Engine, lab: Lab, run_id: str) -> bool:
    return (await engine.run(lab.visitor, run_id)).status == "awaiting_approval"


async def found(lab: Lab, run_id: str) -> list[tuple[str, str, str]]:
    """The verdicts that a run keeps in the store."""
    read = await lab.database.read(lambda session: traces.rows(session, visitor_id=lab.visitor.id, run_id=run_id))
    return [(one.name, one.stage, one.outcome) for one in read.verdicts]
