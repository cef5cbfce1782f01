"""What is asked of Anthropic's Messages: one call of the runner, as the arguments of `messages.create`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from agents import (
    AgentOutputSchemaBase,
    FunctionTool,
    Handoff,
    ModelSettings,
    Tool,
    WebSearchTool,
)
from agents.exceptions import UserError
from agents.items import TResponseInputItem
from agents.model_settings import MCPToolChoice

from playground.models.anthropic.content import Block, text_block
from playground.models.anthropic.family import Traits, traits_of
from playground.models.anthropic.messages import Message, messages_of
from playground.models.anthropic.schemas import loose, strict
from playground.models.anthropic.thinking import Thinking, thinking_for

WEB_SEARCH = "web_search_20260318"
_NOT_TAKEN = {
    *("temperature", "top_p", "top_k", "frequency_penalty", "presence_penalty", "top_logprobs", "verbosity"),
    *("truncation", "store", "response_include", "context_management"),
}
_PASSED_ON = ("extra_headers", "extra_query", "extra_body")
_BY_SCHEMA = "Answer with one JSON value and nothing else. It has to fit this JSON schema:\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the runner passes to a model."""

    system: str | None
    history: str | list[TResponseInputItem]
    settings: ModelSettings
    tools: Sequence[Tool]
    output_schema: AgentOutputSchemaBase | None
    handoffs: Sequence[Handoff[Any, Any]]

    @property
    def names(self) -> frozenset[str]:
        """Of all that has a schema."""
        output = [] if self.output_schema is None else [self.output_schema.name()]
        return frozenset([*(tool.name for tool in self.tools), *(one.tool_name for one in self.handoffs), *output])


def request_for(model: str, asked: Asked, *, hold: bool = True) -> dict[str, Any]:
    """The arguments of `messages.create`, but for `stream`.

    With `hold`, the model is held to the schemas of tools and output where it can be; otherwise it is asked to keep
    them. What `ModelSettings.extra_args` names wins over what is worked out here.

    Raises:
        UserError: a tool, a tool choice or something in the history that Anthropic does not have.
    """
    traits, settings = traits_of(model), asked.settings
    leading, messages = messages_of(asked.history, f"anthropic/{model}", system=traits.system)
    tools = _tools(asked, hold=hold)
    choice = _tool_choice(settings, traits, tools)
    schema, instruction = _output(asked.output_schema, hold=hold)
    forced = choice.get("type") in {"any", "tool"}
    thinking = thinking_for(traits, settings, forced=forced, resumes=_resumes_without_thought(messages))
    request: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "max_tokens": thinking.room,
        "system": [*text_block(asked.system), *leading, *text_block(instruction)],
        "tools": tools,
        "tool_choice": choice,
        "thinking": thinking.config,
        "output_config": _output_config(thinking, schema),
        "cache_control": _cache(settings),
        "metadata": {name: value for name, value in (settings.metadata or {}).items() if name == "user_id"},
    }
    request |= {name: value for name in _PASSED_ON if (value := getattr(settings, name))}
    request |= {name: value for name, value in (settings.extra_args or {}).items() if name not in _NOT_TAKEN}
    return {name: value for name, value in request.items() if value or name == "max_tokens"}


def is_held(request: Mapping[str, Any]) -> bool:
    """Whether the provider is asked to enforce a schema."""
    return "format" in request.get("output_config", {}) or any(tool.get("strict") for tool in request.get("tools", ()))


def _tools(asked: Asked, *, hold: bool) -> list[Block]:
    return [*(_tool(tool, hold=hold) for tool in asked.tools), *(_handoff(one, hold=hold) for one in asked.handoffs)]


def _tool(tool: Tool, *, hold: bool) -> Block:
    if isinstance(tool, FunctionTool):
        held = hold and tool.strict_json_schema
        return _function(tool.name, tool.description, tool.params_json_schema, held=held)
    if isinstance(tool, WebSearchTool):
        return _web_search(tool)
    raise UserError(f"Anthropic's models do not have the hosted tool {tool.name}.")


def _handoff(handoff: Handoff[Any, Any], *, hold: bool) -> Block:
    held = hold and handoff.strict_json_schema
    return _function(handoff.tool_name, handoff.tool_description, handoff.input_json_schema, held=held)


def _function(name: str, description: str, schema: Mapping[str, Any], *, held: bool) -> Block:
    told: Block = {"name": name, **({"description": description} if description else {})}
    if held and (enforced := strict(loose(schema))) is not None:
        return told | {"input_schema": enforced, "strict": True}
    return told | {"input_schema": loose(schema)}


def _web_search(tool: WebSearchTool) -> Block:
    """Called by the model itself, not from code it runs: not every model can do that."""
    filters: Any = tool.filters.model_dump(exclude_none=True) if tool.filters else {}
    location: Any = tool.user_location
    location = location.model_dump(exclude_none=True) if hasattr(location, "model_dump") else location
    search: Block = {"type": WEB_SEARCH, "name": "web_search", "allowed_callers": ["direct"]}
    search |= {name: filters[name] for name in ("allowed_domains", "blocked_domains") if filters.get(name)}
    if location:
        search["user_location"] = {name: value for name, value in location.items() if value} | {"type": "approximate"}
    return search


def _tool_choice(settings: ModelSettings, traits: Traits, tools: Sequence[Block]) -> Block:
    """Models that cannot be told to call a tool may call one."""
    wanted = settings.tool_choice
    if isinstance(wanted, MCPToolChoice):
        raise UserError("Anthropic's models have no tools of a hosted MCP server to choose.")
    alone = {"disable_parallel_tool_use": True} if settings.parallel_tool_calls is False else {}
    if not tools or (wanted is None and not alone):
        return {}
    if wanted == "none":
        return {"type": "none"}
    if wanted in {None, "auto"} or not traits.forced:
        return {"type": "auto", **alone}
    return {"type": "any", **alone} if wanted == "required" else {"type": "tool", "name": wanted, **alone}


def _output(schema: AgentOutputSchemaBase | None, *, hold: bool) -> tuple[Block | None, str]:
    """The output's schema to be enforced; where that cannot be, words that ask for it."""
    if schema is None or schema.is_plain_text():
        return None, ""
    wanted = schema.json_schema()
    enforced = strict(wanted) if hold else None
    return enforced, "" if enforced else _BY_SCHEMA + orjson.dumps(wanted).decode()


def _output_config(thinking: Thinking, schema: Block | None) -> Block:
    effort: Block = {"effort": thinking.effort} if thinking.effort else {}
    return effort | ({"format": {"type": "json_schema", "schema": schema}} if schema else {})


def _cache(settings: ModelSettings) -> Block:
    """The whole of a conversation so far is kept at the provider for the next turn: minutes, or an hour if asked."""
    options = cast("Mapping[str, Any]", settings.prompt_cache_options or {})
    if options.get("mode") == "explicit":
        return {}
    longer = settings.prompt_cache_retention == "24h" or options.get("ttl")
    return {"type": "ephemeral", **({"ttl": "1h"} if longer else {})}


def _resumes_without_thought(messages: Sequence[Message]) -> bool:
    """Whether tools were called last by an answer that did not begin with a thought, such as another model's."""
    spoken: list[list[Block]] = [message["content"] for message in messages if message["role"] != "system"]
    if len(spoken) < 2 or spoken[-1][0]["type"] != "tool_result":
        return False
    return spoken[-2][0]["type"] not in {"thinking", "redacted_thinking"}
