"""A thread's history, made legal for Gemini: the system's words apart, calls and results in pairs. For both wires."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, cast

from agents.exceptions import UserError

from playground.models.google.media import said
from playground.models.history import History
from playground.wire import as_object

Item: TypeAlias = dict[str, Any]
"""An input item of Responses."""

OPENING = "Begin."
"""What the user says where a history begins with the model: Gemini wants a user's turn first."""

_SYSTEM = {"system", "developer"}
_READ = {"user", "assistant", "reasoning", "function_call", "function_call_output", "web_search_call"}
_DONE_ELSEWHERE = {
    "file_search_call",
    "code_interpreter_call",
    "image_generation_call",
    "tool_search_call",
    "tool_search_output",
    "mcp_list_tools",
}
"""What another provider's server did by itself: the answer that came of it is in the history, too."""


def system_of(instructions: str | None, history: History) -> str:
    """The agent's instructions and every system message, one after another."""
    later = (text for item in items_of(history) if kind_of(item) in _SYSTEM for text in said(item.get("content")))
    return "\n\n".join(text for text in (instructions, *later) if text)


def turns_of(history: History) -> list[Item]:
    """What was said and done, beginning with the user.

    Results follow the calls of their step at once, in the calls' order and with the calls' names. A call without a
    result, or a result without a call, is left out.

    Raises:
        UserError: an item that Gemini cannot be told of.
    """
    turns = list(_paired([item for item in items_of(history) if _is_read(kind_of(item))]))
    if not turns or kind_of(turns[0]) != "user":
        turns.insert(0, {"role": "user", "content": OPENING})
    return turns


def items_of(history: History) -> list[Item]:
    """The history as a list, also where it is one text."""
    if isinstance(history, str):
        return [{"role": "user", "content": history}]
    return cast("list[Item]", history)


def kind_of(item: Item) -> str:
    """The item's type; of a message, who it is from."""
    kind = str(item.get("type") or "message")
    return str(item.get("role")) if kind == "message" else kind


def arguments_of(call: Item) -> dict[str, Any]:
    """A call's arguments as an object, whatever the model wrote."""
    text = str(call.get("arguments") or "{}")
    try:
        found = as_object(json.loads(text))
    except ValueError:
        found = None
    return {"arguments": text} if found is None else found


def _is_read(kind: str) -> bool:
    if kind in _SYSTEM | _DONE_ELSEWHERE:
        return False
    if kind not in _READ:
        raise UserError(f"Google's models cannot be told of items of the type {kind}.")
    return True


def _paired(items: Iterable[Item]) -> Iterator[Item]:
    items = list(items)
    results = {item["call_id"]: item for item in items if kind_of(item) == "function_call_output"}
    open_calls: dict[str, Item] = {}
    for item in items:
        match kind_of(item):
            case "function_call":
                call_id = item["call_id"]
                if call_id in results and call_id not in open_calls:
                    open_calls[call_id] = item
                    yield item
            case "function_call_output":
                yield from _answered(open_calls, results)
            case "user":
                yield from _answered(open_calls, results)
                yield item
            case _:
                yield item
    yield from _answered(open_calls, results)


def _answered(open_calls: dict[str, Item], results: dict[str, Item]) -> Iterator[Item]:
    for call_id, call in open_calls.items():
        yield {**results.pop(call_id), "name": call["name"]}
    open_calls.clear()
