from typing import Any

import pytest
from agents import (
    Agent,
    AgentOutputSchema,
    CodeInterpreterTool,
    FunctionTool,
    ModelSettings,
    WebSearchTool,
    function_tool,
    handoff,
)
from agents.exceptions import UserError
from agents.model_settings import MCPToolChoice
from openai.types.responses.web_search_tool import Filters
from openai.types.responses.web_search_tool_param import UserLocation
from openai.types.shared import Reasoning
from pydantic import BaseModel

from playground.models.anthropic.request import Asked, is_held, request_for
from tests.models.reading_along import add, now

OLD, MIDDLE, NEW = "claude-haiku-4-5", "claude-opus-5", "claude-sonnet-5-5"


class Point(BaseModel):
    x: int


def asked(settings: ModelSettings | None = None, **others: Any) -> Asked:
    plain: dict[str, Any] = {"system": None, "history": "go", "tools": (), "output_schema": None, "handoffs": ()}
    return Asked(settings=settings or ModelSettings(), **plain | others)


def request(model: str = NEW, settings: ModelSettings | None = None, **others: Any) -> dict[str, Any]:
    return request_for(model, asked(settings, **others))


def test_a_plain_request_says_no_more_than_it_must() -> None:
    assert request() == {
        "model": NEW,
        "max_tokens": 32_000,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "go"}]}],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "cache_control": {"type": "ephemeral"},
    }


def test_instructions_come_first_and_are_never_empty() -> None:
    history = [{"role": "system", "content": "two"}, {"role": "user", "content": "go"}]
    assert [block["text"] for block in request(system="one", history=history)["system"]] == ["one", "two"]
    assert "system" not in request(system="")


def test_what_anthropic_has_nothing_like_is_not_sent() -> None:
    settings = ModelSettings(
        temperature=0.0,
        top_p=0.5,
        frequency_penalty=0.1,
        truncation="auto",
        store=True,
        metadata={"user_id": "u", "other": "x"},
        extra_args={"top_k": 3},
    )
    sent = request(settings=settings)
    assert sent["metadata"] == {"user_id": "u"}
    assert not {"temperature", "top_p", "top_k", "frequency_penalty", "truncation", "store"} & set(sent)


def test_extra_arguments_are_passed_on_and_win() -> None:
    settings = ModelSettings(
        max_tokens=9,
        extra_headers={"a": "b"},
        extra_query={"c": "d"},
        extra_body={"e": "f"},
        extra_args={"service_tier": "standard_only", "max_tokens": 7},
    )
    sent = request(settings=settings)
    assert (sent["extra_headers"], sent["extra_query"], sent["extra_body"]) == ({"a": "b"}, {"c": "d"}, {"e": "f"})
    assert (sent["service_tier"], sent["max_tokens"]) == ("standard_only", 7)


def test_a_conversation_is_cached_unless_it_may_not_be() -> None:
    assert request(settings=ModelSettings(prompt_cache_retention="24h"))["cache_control"]["ttl"] == "1h"
    assert "cache_control" not in request(settings=ModelSettings(prompt_cache_options={"mode": "explicit"}))


def test_an_effort_is_sent_with_the_output() -> None:
    settings = ModelSettings(reasoning=Reasoning(effort="low"))
    assert request(MIDDLE, settings)["output_config"] == {"effort": "low"}


def test_tools_are_held_to_their_schema() -> None:
    [told] = request(tools=[add])["tools"]
    assert (told["name"], told["description"], told["strict"]) == ("add", "Adds two numbers.", True)
    assert told["input_schema"]["additionalProperties"] is False


def test_a_tool_with_an_open_schema_is_only_asked_to_keep_it() -> None:
    @function_tool(strict_mode=False)
    def tag(labels: dict[str, str]) -> str:
        """Tags."""
        return str(labels)

    tag.strict_json_schema = True
    [told] = request(tools=[tag])["tools"]
    assert "strict" not in told
    assert told["input_schema"]["properties"]["labels"]["additionalProperties"] == {"type": "string"}


def test_a_tool_without_any_schema_is_still_one() -> None:
    async def run(*_: object) -> str:
        return ""

    bare = FunctionTool("bare", "", {}, run, strict_json_schema=False)
    assert request(tools=[bare])["tools"] == [{"name": "bare", "input_schema": {"type": "object", "properties": {}}}]


def test_a_hand_off_is_a_tool() -> None:
    [told] = request(handoffs=[handoff(Agent(name="other"))])["tools"]
    assert (told["name"], told["strict"]) == ("transfer_to_other", True)


def test_a_web_search_is_the_providers_own() -> None:
    tool = WebSearchTool(
        filters=Filters(allowed_domains=["a.test"]), user_location=UserLocation(type="approximate", city="Bern")
    )
    assert request(tools=[tool])["tools"] == [
        {
            "type": "web_search_20260318",
            "name": "web_search",
            "allowed_callers": ["direct"],
            "allowed_domains": ["a.test"],
            "user_location": {"type": "approximate", "city": "Bern"},
        }
    ]


def test_another_hosted_tool_is_refused_clearly() -> None:
    tool = CodeInterpreterTool(tool_config={"type": "code_interpreter", "container": "x"})
    with pytest.raises(UserError, match="code_interpreter"):
        request(tools=[tool])


@pytest.mark.parametrize(
    ("wanted", "parallel", "sent"),
    [
        (None, None, None),
        ("auto", None, {"type": "auto"}),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        ("required", None, {"type": "any"}),
        ("now", False, {"type": "tool", "name": "now", "disable_parallel_tool_use": True}),
        ("none", False, {"type": "none"}),
    ],
)
def test_a_tool_choice_is_passed_on(wanted: str | None, parallel: bool | None, sent: Any) -> None:
    settings = ModelSettings(tool_choice=wanted, parallel_tool_calls=parallel)
    assert request(MIDDLE, settings, tools=[now]).get("tool_choice") == sent
    assert "tool_choice" not in request(MIDDLE, settings)


def test_a_call_that_must_be_made_goes_without_thought() -> None:
    settings = ModelSettings(tool_choice="required", reasoning=Reasoning(effort="high"))
    assert request(MIDDLE, settings, tools=[now])["thinking"] == {"type": "disabled"}
    assert "thinking" not in request(OLD, settings, tools=[now])


def test_a_model_that_cannot_be_told_to_call_may_call() -> None:
    sent = request(NEW, ModelSettings(tool_choice="required"), tools=[now])
    assert (sent["tool_choice"], sent["thinking"]["type"]) == ({"type": "auto"}, "adaptive")


def test_a_tool_of_a_hosted_server_cannot_be_chosen() -> None:
    with pytest.raises(UserError, match="MCP"):
        request(settings=ModelSettings(tool_choice=MCPToolChoice("a", "b")), tools=[now])


def test_an_output_is_held_to_its_schema_beside_tools() -> None:
    sent = request(tools=[now], output_schema=AgentOutputSchema(Point))
    assert sent["output_config"]["format"]["type"] == "json_schema"
    assert sent["output_config"]["format"]["schema"]["required"] == ["x"]
    assert len(sent["tools"]) == 1
    assert is_held(sent)


def test_an_open_output_is_asked_for_in_words() -> None:
    schema = AgentOutputSchema(dict[str, int], strict_json_schema=False)
    sent = request(system="Be kind.", output_schema=schema)
    assert "output_config" not in sent
    assert '"additionalProperties":{"type":"integer"}' in sent["system"][1]["text"]


def test_nothing_is_held_if_that_was_too_much() -> None:
    sent = request_for(NEW, asked(tools=[add], output_schema=AgentOutputSchema(Point)), hold=False)
    assert not is_held(sent)
    assert '"required":["x"]' in sent["system"][0]["text"]


HISTORY = [
    {"role": "user", "content": "go"},
    {"type": "function_call", "call_id": "1", "name": "now", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "1", "output": "noon"},
]


def test_an_older_model_does_not_think_in_the_middle_of_anothers_turn() -> None:
    settings = ModelSettings(reasoning=Reasoning(effort="high"))
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    mine = {"type": "reasoning", "provider_data": {"model": f"anthropic/{OLD}", "blocks": [thought]}}
    assert "thinking" not in request(OLD, settings, history=HISTORY)
    assert request(OLD, settings, history=[HISTORY[0], mine, *HISTORY[1:]])["thinking"]["type"] == "enabled"
    assert request(OLD, settings)["thinking"]["type"] == "enabled"
