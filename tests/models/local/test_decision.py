import json
from typing import Any

import pytest
from agents import Agent, UserError, WebSearchTool, function_tool, handoff
from pydantic import BaseModel

from playground.models.local.conversation import read_conversation
from playground.models.local.decision import (
    Call,
    Option,
    answer_format,
    open_options,
    options,
    question,
    read_decision,
)


class Place(BaseModel):
    city: str


@function_tool
def weather(place: Place) -> str:
    """Tells the weather."""
    return place.city


EMPTY: dict[str, Any] = {"type": "object", "properties": {}}
WEATHER = Option("weather", "Tells the weather.", EMPTY)
TRAVEL = Option("transfer_to_travel", "Books journeys.", EMPTY)


def calls(*made: tuple[str, str]) -> Any:
    items: list[Any] = [{"role": "user", "content": "Hi"}]
    for number, (name, arguments) in enumerate(made):
        items.append({"type": "function_call", "call_id": str(number), "name": name, "arguments": arguments})
    return read_conversation(None, items)


def test_tools_and_hand_offs_are_options_alike() -> None:
    offered = options([weather], [handoff(Agent(name="Travel"))])
    assert [option.name for option in offered] == ["weather", "transfer_to_travel"]


def test_a_tool_that_only_a_provider_runs_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="web_search"):
        options([WebSearchTool()], [])


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (None, (WEATHER, TRAVEL)),
        ("auto", (WEATHER, TRAVEL)),
        ("required", (WEATHER, TRAVEL)),
        ("weather", (WEATHER,)),
        ("none", ()),
    ],
)
def test_tool_choice_narrows_the_options(chosen: str | None, expected: tuple[Option, ...]) -> None:
    assert open_options((WEATHER, TRAVEL), chosen, calls()) == expected


def test_who_was_handed_a_conversation_keeps_it() -> None:
    assert open_options((WEATHER, TRAVEL), None, calls(("transfer_to_concierge", "{}"))) == (WEATHER,)


def test_the_calls_of_a_turn_are_bounded() -> None:
    made = [("weather", json.dumps({"n": number})) for number in range(4)]
    assert open_options((WEATHER,), None, calls(*made)) == ()


def test_only_calls_on_offer_and_a_reply_can_be_written() -> None:
    schema = answer_format(options([weather], []), may_reply=True)["json_schema"]["schema"]
    assert [choice["properties"]["action"]["const"] for choice in schema["anyOf"]] == ["weather", "reply"]


def test_a_required_call_leaves_no_reply() -> None:
    schema = answer_format((WEATHER,), may_reply=False)["json_schema"]["schema"]
    assert [choice["properties"]["action"]["const"] for choice in schema["anyOf"]] == ["weather"]


def test_references_still_find_their_targets() -> None:
    schema = answer_format(options([weather], []), may_reply=True)["json_schema"]["schema"]
    reference = schema["anyOf"][0]["properties"]["arguments"]["properties"]["place"]["$ref"]
    assert schema["$defs"][reference.removeprefix("#/$defs/")]["properties"]["city"]["type"] == "string"


def test_the_question_names_every_tool_in_a_line() -> None:
    long = Option("notes", "Searches\n  the notes.\n\nArgs and more.", EMPTY)
    asked = question((*options([weather], []), long))
    assert "\n- weather(place): Tells the weather.\n- notes(): Searches the notes.\n" in asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"action": "weather", "arguments": {"city": "Oslo"}}', Call("weather", '{"city": "Oslo"}')),
        ('{"action": "reply"}', None),
        ('{"action": "weather", "argum', None),
        ("", None),
    ],
)
def test_a_decision_is_a_call_or_a_reply(text: str, expected: Call | None) -> None:
    assert read_decision(text, calls()) == expected


@pytest.mark.parametrize("before", ['{"a": 1, "b": 2}', '{ "b": 2, "a": 1 }'])
def test_the_same_call_is_not_made_twice_in_a_turn(before: str) -> None:
    text = '{"action": "weather", "arguments": {"a": 1, "b": 2}}'
    assert read_decision(text, calls(("weather", before))) is None


def test_the_same_tool_with_other_arguments_may_be_called() -> None:
    text = '{"action": "weather", "arguments": {"city": "Rome"}}'
    assert read_decision(text, calls(("weather", '{"city": "Oslo"}'), ("weather", "not json"))) is not None
