"""Whoever asks the visitor in an agent's graph: what is asked is kept, and his answer is what the tool says."""

from dataclasses import replace
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, RunResultStreaming, RunState
from agents.testing import ScriptedModel, assistant_message, function_call

from playground.runs.bounded import bounded
from playground.runs.paused import Paused, paused, restored
from playground.toolkit.asking import answering
from tests.askers import asker

HAND_OVER = function_call("transfer_to_second", "{}", call_id="call_1")
SEND = function_call("send_inner", '{"input": "look"}', call_id="call_1")
LOOK = function_call("look", '{"corner": "left"}', call_id="call_2")
CHOOSE = function_call("choose", "{}", call_id="call_3")


async def run(
    agent: Agent[Any], given: str | RunState[Any, Agent[Any]], answers: dict[str, Any], *turns: list[Any]
) -> RunResultStreaming:
    """A run on a model that says these things, for a visitor who has answered so much."""
    config = RunConfig(model=ScriptedModel(list(turns)), tracing_disabled=True)
    context: dict[str, Any] | None = {} if isinstance(given, str) else None
    with answering(answers):
        result = Runner.run_streamed(agent, given, context=context, run_config=config)
    async for _ in result.stream_events():
        pass
    return result


def supplied(kept: Paused, **outputs: Any) -> Paused:
    """As if the visitor had answered every call."""
    for ask in kept.asks:
        kept = kept.decided(replace(ask, approved=True, output=outputs.get(ask.tool)))
    return kept


@pytest.mark.parametrize(("turn", "who"), [(HAND_OVER, "Second"), (SEND, "Inner")])
async def test_whoever_asks_in_the_graph_is_answered(turn: Any, who: str) -> None:
    kept = paused(await run(bounded(asker, 5), "go", {}, [turn], [LOOK, CHOOSE]), "thr_1")
    assert [(ask.call_id, ask.kind, ask.agent) for ask in kept.asks] == [
        ("call_2", "client", who),
        ("call_3", "form", who),
    ]
    shown, first = kept.next()
    assert first is not None
    assert [ask.item_id for ask in shown.asks] == [first.id, None]
    assert shown.next() == (shown, None)
    _, second = shown.decided(replace(shown.asks[0], approved=True, output="cat")).next()
    assert [item.type for item in (first, second) if item is not None] == ["client_tool_call", "structured_input"]

    agent, done = bounded(asker, 5), supplied(kept, look={"cat": 1}, choose="red")
    state = await restored(agent, done)
    rest = [[assistant_message(word)] for word in (["seen", "done"] if who == "Inner" else ["done"])]
    result = await run(agent, state, done.answers, *rest)
    assert result.final_output == "done"
    outputs = [item.output for item in result.new_items if item.type == "tool_call_output_item"]
    assert outputs == (["seen"] if who == "Inner" else ['{"cat": 1}', "red"])


async def test_an_answer_of_an_inner_agent_counts_when_it_asks_again() -> None:
    agent = bounded(asker, 5)
    kept = supplied(paused(await run(agent, "go", {}, [SEND], [LOOK]), "thr_1"), look="cat")
    again = await run(agent, await restored(agent, kept), kept.answers, [CHOOSE])
    kept = supplied(paused(again, "thr_1"), choose="red")
    assert [ask.tool for ask in kept.asks] == ["choose"]
    rest = [[assistant_message("cat and red")], [assistant_message("done")]]
    assert (await run(agent, await restored(agent, kept), kept.answers, *rest)).final_output == "done"
