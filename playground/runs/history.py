"""Stored items → what a model is told. Pure.

An item that a model made is replayed to the same model as it was; another model gets its words and tool calls,
not its reasoning, which only the model that made it can read.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from agents import TResponseInputItem

from playground.store.tables import ItemRow

Item = dict[str, Any]


def model_input(rows: Iterable[ItemRow], *, models: Mapping[str, str], target: str) -> list[TResponseInputItem]:
    """The input for `target`; `models` says which model each run id was on. Oldest first, tool calls in pairs."""
    told: list[Item] = []
    for row in rows:
        told += _told(row, same=models.get(row.run_id or "") == target)
    return cast("list[TResponseInputItem]", _paired(told))


def user_input(payload: Mapping[str, Any]) -> Item:
    """A visitor's message, with what it quotes."""
    text = "".join(f"@{part['text']}" if part["type"] == "input_tag" else part["text"] for part in payload["content"])
    quoted = payload.get("quoted_text")
    if quoted:
        text = "\n".join(f"> {line}" for line in quoted.splitlines()) + f"\n\n{text}"
    return {"role": "user", "content": text}


def _told(row: ItemRow, *, same: bool) -> list[Item]:
    match row.type:
        case "user_message":
            return [user_input(row.payload)]
        case "assistant_message" if same and row.model_input:
            return row.model_input
        case "assistant_message":
            return [{"role": "assistant", "content": "".join(part["text"] for part in row.payload["content"])}]
        case "workflow":
            steps = row.model_input or []
            return steps if same else [_foreign(step) for step in steps if step.get("type") in _PORTABLE]
        case _:
            return []


_PORTABLE = ("function_call", "function_call_output")


def _foreign(step: Item) -> Item:
    return {name: value for name, value in step.items() if name not in ("id", "status", "provider_data")}


def _paired(items: list[Item]) -> list[Item]:
    """Without calls that were never answered, answers to no call, and reasoning that led to nothing else."""
    calls, answers = ({item["call_id"] for item in items if item.get("type") == kind} for kind in _PORTABLE)
    pairs = calls & answers
    kept = [item for item in items if item.get("type") not in _PORTABLE or item["call_id"] in pairs]
    told: list[Item] = []
    for item in reversed(kept):
        if item.get("type") != "reasoning" or (told and _is_the_models(told[-1])):
            told.append(item)
    return told[::-1]


def _is_the_models(item: Item) -> bool:
    """Whether a model made it as it stands: not a visitor's message, a tool's result, or words saved from a crash."""
    return item.get("type") not in (None, "function_call_output")
