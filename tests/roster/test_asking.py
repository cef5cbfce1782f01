"""The shipped agents that ask the visitor, in a run that waits and one that goes on."""

import json
from typing import Any

import pytest
from agents import RunConfig, Runner
from agents.items import ToolCallOutputItem
from agents.testing import ScriptedModel, assistant_message, function_call

from playground.roster.roster import Roster
from playground.toolkit.asking import OUTSIDE, answering

FORM = {"questions": [{"question": "For whom?", "options": ["me", "a child"], "multiple": False}]}
ASKS: list[tuple[str, str, dict[str, Any]]] = [("scout", "browser_facts", {}), ("interviewer", "ask_user", FORM)]


@pytest.mark.parametrize(("name", "tool", "arguments"), ASKS)
async def test_it_waits_and_goes_on_with_the_answer(name: str, tool: str, arguments: dict[str, Any]) -> None:
    agent = Roster().get(name).build()
    call = function_call(tool, json.dumps(arguments), call_id="call_1")
    config = RunConfig(model=ScriptedModel([[call], [assistant_message("Thanks.")]]), tracing_disabled=True)
    with answering({}):
        asked = await Runner.run(agent, "Hello", run_config=config)
    assert [item.name for item in asked.interruptions] == [tool]
    state = asked.to_state()
    state.approve(asked.interruptions[0])
    with answering({"call_1": {"said": "Grüße"}}):
        result = await Runner.run(agent, state, run_config=config)
    assert result.final_output == "Thanks."
    assert [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)] == ['{"said": "Grüße"}']


@pytest.mark.parametrize(("name", "tool", "arguments"), ASKS)
async def test_outside_of_the_playground_it_says_so(name: str, tool: str, arguments: dict[str, Any]) -> None:
    call = function_call(tool, json.dumps(arguments), call_id="call_1")
    model = ScriptedModel([[call], [assistant_message("Sorry.")]])
    config = RunConfig(model=model, tracing_disabled=True)
    result = await Runner.run(Roster().get(name).build(), "Hello", run_config=config)
    assert result.final_output == "Sorry."
    assert [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)] == [OUTSIDE]
