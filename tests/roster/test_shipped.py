"""The shipped agents, run by the SDK with a model that follows a script."""

import json
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner, RunResult
from agents.items import ToolCallOutputItem
from agents.testing import ScriptedModel, assistant_message, function_call

from playground.roster.roster import Roster


async def _run(agent: str, *steps: Any) -> RunResult:
    model = ScriptedModel([[step] for step in steps])
    config = RunConfig(model=model, tracing_disabled=True)
    result = await Runner.run(Roster().get(agent).build(), "Hello", run_config=config)
    model.assert_complete()
    return result


def _call(tool: str, **arguments: object) -> Any:
    return function_call(tool, json.dumps(arguments), call_id=f"call_{tool}")


def _tool_outputs(result: RunResult) -> list[object]:
    return [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)]


def _last_agent(result: RunResult) -> str:
    agent: Agent[Any] = result.last_agent
    return agent.name


async def test_the_assistant_answers() -> None:
    result = await _run("assistant", assistant_message("Hello."))
    assert result.final_output == "Hello."


@pytest.mark.parametrize(
    ("tool", "arguments", "answer"),
    [
        ("calculate", {"expression": "6 * 7"}, "42"),
        ("convert_units", {"amount": 1, "from_unit": "km", "to_unit": "m"}, "1 km = 1000 m"),
        (
            "convert_time",
            {"moment": "2026-01-01 12:00", "from_place": "UTC", "to_place": "Tokyo"},
            "Thursday, 2026-01-01 12:00 in UTC (UTC+00:00) is Thursday, 2026-01-01 21:00 in Asia/Tokyo (UTC+09:00)",
        ),
        ("add_to_date", {"start": "2026-01-01", "amount": 1, "unit": "weeks"}, "2026-01-08, a Thursday"),
        (
            "days_between",
            {"start": "2026-01-01", "end": "2026-01-08"},
            "From Thursday, 2026-01-01 to Thursday, 2026-01-08: 7 days, 5 weekdays",
        ),
    ],
)
async def test_a_tool_answers_the_model(tool: str, arguments: dict[str, object], answer: str) -> None:
    result = await _run("toolbox", _call(tool, **arguments), assistant_message("Done."))
    assert _tool_outputs(result) == [answer]


async def test_the_clock_is_a_tool() -> None:
    result = await _run("toolbox", _call("current_time", place="UTC"), assistant_message("Done."))
    assert str(_tool_outputs(result)[0]).endswith("in UTC (UTC+00:00)")


@pytest.mark.parametrize(
    ("tool", "arguments", "hint"),
    [
        ("calculate", '{"expression": "9**9**9"}', "Error: The result is too large."),
        ("calculate", '{"expressions": 1}', "Error: the arguments do not fit"),
        ("calculate", "not json", "Error: the arguments do not fit"),
        ("current_time", '{"place": "Atlantis"}', "Error: 'Atlantis' is no time zone"),
    ],
)
async def test_bad_arguments_come_back_to_the_model_as_text(tool: str, arguments: str, hint: str) -> None:
    result = await _run("toolbox", function_call(tool, arguments, call_id="call_1"), assistant_message("Sorry."))
    assert str(_tool_outputs(result)[0]).startswith(hint)


async def test_the_desk_hands_over_and_the_specialists_to_each_other() -> None:
    result = await _run(
        "travel-desk",
        _call("transfer_to_itinerary_planner"),
        _call("days_between", start="2026-05-14", end="2026-05-18"),
        _call("transfer_to_budget_planner"),
        _call("calculate", expression="4 * 140"),
        assistant_message("560 euros."),
    )
    assert _last_agent(result) == "Budget planner"
    assert result.final_output == "560 euros."


async def test_the_clerk_asks_before_it_changes_its_list() -> None:
    model = ScriptedModel(
        [
            [_call("add_line", text=" milk  and bread ")],
            [_call("read_list")],
            [_call("strike_line", number=2)],
            [function_call("add_line", '{"text": " "}', call_id="call_again")],
            [assistant_message("Done.")],
        ]
    )
    config = RunConfig(model=model, tracing_disabled=True)
    clerk, asked = Roster().get("clerk").build(), list[str | None]()
    context: dict[str, list[str]] = {}
    result = await Runner.run(clerk, "Hello", context=context, run_config=config)
    while result.interruptions:
        state = result.to_state()
        for item in result.interruptions:
            asked.append(item.name)
            state.approve(item)
        result = await Runner.run(clerk, state, run_config=config)
    assert asked == ["add_line", "strike_line", "add_line"]
    assert context == {"lines": ["milk and bread"]}
    assert _tool_outputs(result) == [
        "1. milk and bread",
        "1. milk and bread",
        "Error: there is no line 2.",
        "Error: a line has 1 to 200 characters.",
    ]
