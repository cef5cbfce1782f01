"""What a model is asked → the body of the request, on either wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents import AgentOutputSchemaBase, Handoff, ModelSettings, Tool

from playground.models.google.contents import contents_of
from playground.models.google.family import traits_of
from playground.models.google.settings import (
    calling_config,
    generation_config,
    interaction_config,
    labels,
)
from playground.models.google.steps import steps_of
from playground.models.google.tools import functions_of, searches
from playground.models.google.turns import system_of, turns_of
from playground.models.history import History
from playground.models.reading import Frame


@dataclass(frozen=True)
class Asked:
    """One question to a model, whose bare id is `model`, as the SDK's runner puts it."""

    model: str
    instructions: str | None
    history: History
    settings: ModelSettings
    tools: Sequence[Tool]
    schema: AgentOutputSchemaBase | None
    handoffs: Sequence[Handoff[Any, Any]]

    @property
    def origin(self) -> str:
        """The model's full name."""
        return f"google/{self.model}"


def interaction_body(asked: Asked) -> Frame:
    """For the Interactions API. Nothing is kept at Google.

    Raises:
        UserError: something that Gemini does not take.
        TypeError: `extra_args` say again what is said already.
    """
    settings = asked.settings
    tools: list[Frame] = [
        {"type": "function", "name": one["name"], "description": one["description"], "parameters": one["schema"]}
        for one in functions_of(asked.tools, asked.handoffs)
    ]
    if searches(asked.tools):
        tools.append({"type": "google_search"})
    config = interaction_config(settings, traits_of(asked.model))
    if not tools:
        config.pop("tool_choice", None)
    return _body(
        settings,
        model=asked.model,
        input=steps_of(turns_of(asked.history), asked.origin),
        system_instruction=system_of(asked.instructions, asked.history),
        generation_config=config,
        tools=tools,
        response_format=_response_format(asked.schema),
        stream=True,
        store=False,
    )


def generation_body(asked: Asked) -> Frame:
    """For generateContent.

    Raises:
        UserError: something that Gemini does not take.
        TypeError: `extra_args` say again what is said already.
    """
    settings, traits = asked.settings, traits_of(asked.model)
    functions = functions_of(asked.tools, asked.handoffs)
    declared = [
        {"name": one["name"], "description": one["description"], "parametersJsonSchema": one["schema"]}
        for one in functions
    ]
    searching = searches(asked.tools)
    calling = calling_config(settings) if functions else {}
    system = system_of(asked.instructions, asked.history)
    return _body(
        settings,
        contents=contents_of(turns_of(asked.history), asked.origin, signs=traits.signs),
        systemInstruction={"parts": [{"text": system}]} if system else {},
        generationConfig=generation_config(settings, traits) | _response_schema(asked.schema),
        tools=([{"functionDeclarations": declared}] if declared else [])
        + ([{"googleSearch": {}}] if searching else []),
        toolConfig=({"functionCallingConfig": calling} if calling else {})
        | ({"includeServerSideToolInvocations": True} if searching and functions else {}),
    )


def _body(settings: ModelSettings, **fields: Any) -> Frame:
    """The fields that say something, the labels, and what the caller adds in `extra_args`."""
    body = {name: value for name, value in {**fields, "labels": labels(settings)}.items() if value not in ("", [], {})}
    if again := body.keys() & (settings.extra_args or {}).keys():
        raise TypeError(f"extra_args say again what the settings say: {', '.join(sorted(again))}")
    return body | (settings.extra_args or {})


def _response_format(schema: AgentOutputSchemaBase | None) -> Frame:
    if schema is None or schema.is_plain_text():
        return {}
    return {"type": "text", "mime_type": "application/json", "schema": schema.json_schema()}


def _response_schema(schema: AgentOutputSchemaBase | None) -> Frame:
    if schema is None or schema.is_plain_text():
        return {}
    return {"responseMimeType": "application/json", "responseJsonSchema": schema.json_schema()}
