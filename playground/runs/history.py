"""Stored items → what a model is told. Pure.

An item that a model made is told as it was. What of it another model may be sent is for `models` to say: each item
names the model that made it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from agents import TResponseInputItem

from playground.attachments.placeholders import placeholder
from playground.store.tables import ItemRow
from playground.widget_text import widget_text

Item = dict[str, Any]
Told = Sequence[TResponseInputItem]
"""What a model is told of what was before."""


def model_input(rows: Iterable[ItemRow]) -> list[TResponseInputItem]:
    """The input for a model. Oldest first, tool calls in pairs."""
    return cast("list[TResponseInputItem]", _paired([item for row in rows for item in _told(row)]))


def user_text(payload: Mapping[str, Any]) -> str:
    """What a visitor wrote, with what it quotes."""
    text = "".join(f"@{part['text']}" if part["type"] == "input_tag" else part["text"] for part in payload["content"])
    quoted = payload.get("quoted_text")
    return "\n".join(f"> {line}" for line in quoted.splitlines()) + f"\n\n{text}" if quoted else text


def user_input(payload: Mapping[str, Any]) -> Item:
    """A visitor's message, its files by their names."""
    text = user_text(payload)
    files = [placeholder(file["id"], file["name"]) for file in payload.get("attachments") or ()]
    if not files:
        return {"role": "user", "content": text}
    return {"role": "user", "content": [*files, {"type": "input_text", "text": text}] if text.strip() else files}


def _told(row: ItemRow) -> list[Item]:
    match row.type:
        case "user_message":
            return [user_input(row.payload)]
        case "assistant_message" if row.model_input:
            return row.model_input
        case "assistant_message":
            return [{"role": "assistant", "content": "".join(part["text"] for part in row.payload["content"])}]
        case "workflow":
            return row.model_input or []
        case "widget":
            return [_aside("The user was shown this", widget_text(row.payload)), *(row.model_input or [])]
        case "generated_image":
            return [_aside("The user was shown an image", "")]
        case "hidden_context_item":
            return [told_aside(row.payload["content"])]
        case _:
            return []


def told_aside(content: object) -> Item:
    """What a model is told and nobody is shown."""
    return _aside(
        "Not written by the user, nor shown to the user", content if isinstance(content, str) else str(content)
    )


def _aside(what: str, text: str) -> Item:
    return {"role": "user", "content": f"[{what}]\n{text}".strip()}


_PAIR = ("function_call", "function_call_output")


def _paired(items: list[Item]) -> list[Item]:
    """Without calls that were never answered, answers to no call, and reasoning that led to nothing else."""
    calls, answers = ({item["call_id"] for item in items if item.get("type") == kind} for kind in _PAIR)
    pairs = calls & answers
    kept = [item for item in items if item.get("type") not in _PAIR or item["call_id"] in pairs]
    told: list[Item] = []
    for item in reversed(kept):
        if item.get("type") != "reasoning" or (told and _is_the_models(told[-1])):
            told.append(item)
    return told[::-1]


def _is_the_models(item: Item) -> bool:
    """Whether a model made it as it stands: not a visitor's message, a tool's result, or words saved from a crash."""
    return item.get("type") not in (None, "function_call_output")
