"""What is kept of an agent that asks: enough to go on with another copy of it, wherever in its graph it asked."""

from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, RunResultStreaming, RunState
from agents.testing import ScriptedModel, assistant_message, function_call

from playground.errors import AgentError
from playground.records import Ask
from playground.runs.bounded import bounded
from playground.runs.paused import Paused, paused, restored
from tests.runs.agents import PAID, payer

HAND_OVER = function_call("transfer_to_cashier", "{}", call_id="call_1")
ASK = function_call("ask_teller", '{"input": "pay"}', call_id="call_1")
PAY = function_call("pay", '{"amount": 3}', call_id="call_2")


def build() -> Agent[Any]:
    return bounded(payer(), 5)


async def run(agent: Agent[Any], given: str | RunState[Any, Agent[Any]], *turns: Any) -> RunResultStreaming:
    """A run on a model that says these things."""
    config = RunConfig(model=ScriptedModel([[turn] for turn in turns]), tracing_disabled=True)
    context: dict[str, Any] | None = {} if isinstance(given, str) else None
    result = Runner.run_streamed(agent, given, context=context, run_config=config)
    async for _ in result.stream_events():
        pass
    return result


def decided(kept: Paused, *, approved: bool) -> Paused:
    asks = tuple(Ask(ask.call_id, ask.tool, ask.arguments, ask.agent, approved) for ask in kept.asks)
    return Paused(kept.state, asks)


@pytest.mark.parametrize(("turn", "who"), [(HAND_OVER, "Cashier"), (ASK, "Teller")])
async def test_whoever_asked_in_the_graph_goes_on(turn: Any, who: str) -> None:
    PAID.clear()
    kept = paused(await run(build(), "pay", turn, PAY), "thr_1")
    assert kept.asks == (Ask("call_2", "pay", '{"amount": 3}', who),)
    agent = build()
    state = await restored(agent, decided(kept, approved=True))
    rest = ["paid", "done"] if who == "Teller" else ["done"]
    result = await run(agent, state, *map(assistant_message, rest))
    assert (result.final_output, PAID) == ("done", [3])


async def test_what_is_kept_is_plain_ascii() -> None:
    kept = paused(await run(build(), "z\u00fcrich \x00 \ud83d", PAY), "thr_1")
    assert kept.state.isascii()
    assert "\x00" not in kept.state


async def test_a_state_that_is_not_one_is_told_in_our_words() -> None:
    with pytest.raises(AgentError, match="was changed"):
        await restored(build(), Paused("{}", ()))
