"""Whether to call a tool, decided by a small model under a grammar.

Models of this size hardly ever call a tool by themselves. Asked as a question of its own, whose answer can only be
one of the calls on offer or `reply`, the better ones choose well.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from agents import FunctionTool, Handoff, Tool, UserError

from playground.models.local.conversation import Conversation, Json, is_hand_off

_CALLS_PER_TURN = 4
_QUESTION = """You decide the next step of an assistant. Answer with JSON only.
Tools:
{tools}
Answer {{"action": "<tool>", "arguments": {{...}}}} if the last message asks for what a tool does. \
Otherwise answer {{"action": "reply"}}.
Examples, with other tools (open_door(room), play_song(title), transfer_to_cook()):
"Hello!" -> {{"action": "reply"}}
"Open the kitchen door, please." -> {{"action": "open_door", "arguments": {{"room": "kitchen"}}}}
"What can I make from eggs and rice?" -> {{"action": "transfer_to_cook", "arguments": {{}}}}
"Who wrote Faust?" -> {{"action": "reply"}}
"I would like to hear Yesterday." -> {{"action": "play_song", "arguments": {{"title": "Yesterday"}}}}
"Thank you!" -> {{"action": "reply"}}
"Write a short poem about doors." -> {{"action": "reply"}}"""


@dataclass(frozen=True)
class Option:
    """A tool or a hand-off that may be called; `schema` is its arguments' JSON Schema."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """A decided call; `arguments` is JSON."""

    name: str
    arguments: str


def options(tools: Sequence[Tool], handoffs: Sequence[Handoff[Any, Any]]) -> tuple[Option, ...]:
    """All that may be called. Raises UserError for tools that only a provider can run."""
    return (*map(_tool, tools), *(Option(o.tool_name, o.tool_description, o.input_json_schema) for o in handoffs))


def open_options(offered: Sequence[Option], chosen: object, conversation: Conversation) -> tuple[Option, ...]:
    """What may still be called in this turn; `chosen` is the settings' `tool_choice`.

    A small model would call for ever and hand a visitor to and fro: the calls of a turn are bounded, and who was
    handed a conversation keeps it.
    """
    if chosen == "none" or len(conversation.calls) >= _CALLS_PER_TURN:
        return ()
    named = tuple(option for option in offered if option.name == chosen)
    handed_over = any(is_hand_off(name) for name, _ in conversation.calls)
    return named or tuple(option for option in offered if not (handed_over and is_hand_off(option.name)))


def question(offered: Sequence[Option]) -> str:
    """The system text that asks for the decision.

    It does without the agent's instructions: with them a model of half a billion parameters chose worse.
    """
    return _QUESTION.format(tools="\n".join(map(_line, offered)))


def answer_format(offered: Sequence[Option], *, may_reply: bool) -> dict[str, Any]:
    """The `response_format` under which only a call of `offered`, or `reply`, can be written."""
    definitions = {name: schema for option in offered for name, schema in _definitions(option)}
    choices = [_action(option.name, arguments=_moved(_bare(option.schema), option.name)) for option in offered]
    if may_reply:
        choices.append(_action("reply"))
    schema = {"anyOf": choices, "$defs": definitions}
    return {"type": "json_schema", "json_schema": {"name": "decision", "schema": schema}}


def read_decision(text: str, conversation: Conversation) -> Call | None:
    """The call that was decided on; none for a reply, a cut text, or a call this turn has already made."""
    try:
        decided = json.loads(text)
    except json.JSONDecodeError:
        return None
    if "arguments" not in decided:
        return None
    call = Call(decided["action"], json.dumps(decided["arguments"], ensure_ascii=False))
    return None if (call.name, _canonical(call.arguments)) in _made(conversation) else call


def _tool(tool: Tool) -> Option:
    if isinstance(tool, FunctionTool):
        return Option(tool.name, tool.description, tool.params_json_schema)
    raise UserError(f"The tool {tool.name} runs at a provider; a local model cannot offer it.")


def _line(option: Option) -> str:
    properties: Mapping[str, Any] = option.schema.get("properties", {})
    purpose = " ".join(option.description.partition("\n\n")[0].split())
    return f"- {option.name}({', '.join(properties)}): {purpose}"


def _action(name: str, **properties: Any) -> dict[str, Any]:
    known = {"action": {"const": name}, **properties}
    return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key != "$defs"}
    return {"type": "object", "properties": cast("dict[str, Any]", {}), **kept}


def _definitions(option: Option) -> Iterator[tuple[str, Any]]:
    """An option's shared schemas under names of their own, as two tools may use one name for different things."""
    for name, schema in option.schema.get("$defs", {}).items():
        yield f"{option.name}-{name}", _moved(schema, option.name)


def _moved(schema: Json, prefix: str) -> Json:
    """The schema with its references pointing to where `_definitions` puts their targets."""
    if isinstance(schema, list):
        return [_moved(part, prefix) for part in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {key: _moved(value, prefix) for key, value in schema.items()}
    if isinstance(reference := moved.get("$ref"), str):
        moved["$ref"] = reference.replace("#/$defs/", f"#/$defs/{prefix}-")
    return moved


def _made(conversation: Conversation) -> set[tuple[str, str]]:
    return {(name, _canonical(arguments)) for name, arguments in conversation.calls}


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except json.JSONDecodeError:
        return arguments
