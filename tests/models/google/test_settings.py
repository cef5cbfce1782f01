"""Both bodies: the tools and the settings of what is asked."""

from typing import Any

import pytest
from agents import Agent, CodeInterpreterTool, FunctionTool, ModelSettings, Tool, WebSearchTool, handoff
from agents.agent_output import AgentOutputSchema
from agents.exceptions import UserError
from openai.types.shared import Reasoning
from pydantic import BaseModel

from playground.models.google.request import generation_body, interaction_body
from tests.models.google.asking import asked
from tests.models.reading_along import add


class Weather(BaseModel):
    degrees: int


# ---- Tools


def test_tools_and_hand_offs_are_functions_with_their_schema() -> None:
    to_other = handoff(Agent(name="other"))
    body = interaction_body(asked("hi", None, add, handoffs=[to_other]))
    assert [tool["name"] for tool in body["tools"]] == ["add", "transfer_to_other"]
    assert body["tools"][0]["parameters"] == add.params_json_schema
    (declared,) = generation_body(asked("hi", None, add, handoffs=[to_other]))["tools"]
    assert declared["functionDeclarations"][0]["parametersJsonSchema"] == add.params_json_schema


def test_an_empty_schema_is_completed() -> None:
    async def nothing(*_: Any) -> str:
        return ""

    bare = FunctionTool("bare", "", {}, nothing, strict_json_schema=False)
    (tool,) = interaction_body(asked("hi", None, bare))["tools"]
    assert tool["parameters"] == {"type": "object", "properties": {}}


def test_a_web_search_is_googles() -> None:
    assert interaction_body(asked("hi", None, WebSearchTool()))["tools"] == [{"type": "google_search"}]
    assert generation_body(asked("hi", None, WebSearchTool()))["tools"] == [{"googleSearch": {}}]
    both = generation_body(asked("hi", None, WebSearchTool(), add))
    assert both["toolConfig"] == {"includeServerSideToolInvocations": True}


@pytest.mark.parametrize(
    "tool",
    [
        CodeInterpreterTool(tool_config={"type": "code_interpreter", "container": {"type": "auto"}}),
        WebSearchTool(filters={"allowed_domains": ["example.com"]}),
    ],
)
def test_a_tool_that_google_has_not_is_said_so(tool: Tool) -> None:
    for body in (interaction_body, generation_body):
        with pytest.raises(UserError, match=r"Google's"):
            body(asked("hi", None, tool))


@pytest.mark.parametrize(
    ("wanted", "config", "calling"),
    [
        ("auto", "auto", {"mode": "AUTO"}),
        ("required", "any", {"mode": "ANY"}),
        ("none", "none", {"mode": "NONE"}),
        (
            "add",
            {"allowed_tools": {"mode": "any", "tools": ["add"]}},
            {"mode": "ANY", "allowedFunctionNames": ["add"]},
        ),
    ],
)
def test_a_tool_can_be_demanded(wanted: str, config: Any, calling: Any) -> None:
    settings = ModelSettings(tool_choice=wanted)
    assert interaction_body(asked("hi", settings, add))["generation_config"]["tool_choice"] == config
    assert generation_body(asked("hi", settings, add))["toolConfig"] == {"functionCallingConfig": calling}
    assert "tool_choice" not in interaction_body(asked("hi", settings))["generation_config"]
    assert "toolConfig" not in generation_body(asked("hi", settings))


# ---- Settings


def test_settings_have_their_names_on_each_wire() -> None:
    settings = ModelSettings(temperature=0.5, top_p=0.9, max_tokens=99)
    assert interaction_body(asked("hi", settings))["generation_config"] == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 99,
        "thinking_summaries": "auto",
    }
    assert generation_body(asked("hi", settings))["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "maxOutputTokens": 99,
        "thinkingConfig": {"includeThoughts": True},
    }


@pytest.mark.parametrize(
    ("effort", "level"), [("none", "minimal"), ("minimal", "minimal"), ("high", "high"), ("xhigh", "xhigh")]
)
def test_effort_is_a_level_of_thinking(effort: Any, level: str) -> None:
    settings = ModelSettings(reasoning=Reasoning(effort=effort))
    assert interaction_body(asked("hi", settings))["generation_config"]["thinking_level"] == level
    config = generation_body(asked("hi", settings))["generationConfig"]
    assert config["thinkingConfig"] == {"includeThoughts": True, "thinkingLevel": level.upper()}


def test_effort_is_a_budget_for_the_models_of_2_5() -> None:
    settings = ModelSettings(reasoning=Reasoning(effort="low"))
    config = generation_body(asked("hi", settings, model="gemini-2.5-pro"))["generationConfig"]
    assert config["thinkingConfig"] == {"includeThoughts": True, "thinkingBudget": 1024}


@pytest.mark.parametrize("model", ["gemma-4-12b", "gemini-2.0-flash", "gemini-3.1-flash-image", "echo"])
def test_models_that_do_not_think_are_not_asked_to(model: str) -> None:
    assert "generation_config" not in interaction_body(asked(model=model))
    assert "generationConfig" not in generation_body(asked(model=model))


def test_an_output_type_is_a_schema_beside_the_tools() -> None:
    schema = AgentOutputSchema(Weather)
    body = interaction_body(asked("hi", None, add, schema=schema))
    assert body["response_format"] == {
        "type": "text",
        "mime_type": "application/json",
        "schema": schema.json_schema(),
    }
    assert body["tools"]
    config = generation_body(asked("hi", None, add, schema=schema))["generationConfig"]
    assert (config["responseMimeType"], config["responseJsonSchema"]) == ("application/json", schema.json_schema())
    assert "response_format" not in interaction_body(asked(schema=AgentOutputSchema(str)))


def test_metadata_are_labels_where_they_can_be() -> None:
    settings = ModelSettings(metadata={"team": "blue", "Not this": "one"})
    assert interaction_body(asked("hi", settings))["labels"] == {"team": "blue"}
    assert generation_body(asked("hi", settings))["labels"] == {"team": "blue"}


def test_extra_arguments_are_fields_and_say_nothing_twice() -> None:
    settings = ModelSettings(extra_args={"service_tier": "flex"})
    assert interaction_body(asked("hi", settings))["service_tier"] == "flex"
    with pytest.raises(TypeError, match="store"):
        interaction_body(asked("hi", ModelSettings(extra_args={"store": True})))
