"""Makes a thread's history legal for the model that is to read it, whoever wrote it."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from agents.items import TResponseInputItem

History = str | list[TResponseInputItem]

_PORTABLE = {"message", "function_call", "function_call_output", "reasoning"}
_NAMELESS = {"message", "function_call", "function_call_output"}


def for_chat(history: History) -> History:
    """For Chat Completions: no hosted calls, and assistant messages in the one shape the SDK's converter takes."""
    if isinstance(history, str):
        return history
    kept = (item for item in history if _type(item) in _PORTABLE)
    return _items(_assistant(item) if _fields(item).get("role") == "assistant" else item for item in kept)


def for_responses(history: History, model: str) -> History:
    """For OpenAI's Responses with `store=False`: ids mean nothing to the server, and thoughts only to their model."""
    if isinstance(history, str):
        return history
    return _items(item for raw in history if (item := _stateless(_fields(raw), model)) is not None)


def _stateless(item: Mapping[str, Any], model: str) -> Mapping[str, Any] | None:
    if _type(item) in _NAMELESS:
        return {name: value for name, value in item.items() if name not in {"id", "provider_data"}}
    if _type(item) != "reasoning":
        return item
    origin: Mapping[str, Any] = item.get("provider_data") or {}
    if origin.get("model") != model or not item.get("encrypted_content"):
        return None
    return {name: value for name, value in item.items() if name != "provider_data"}


def _assistant(item: Any) -> Mapping[str, Any]:
    content = item["content"]
    text = content if isinstance(content, str) else "".join(map(_said, content))
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "role": "assistant", "id": item.get("id") or "msg", "content": [part]}


def _said(part: Mapping[str, Any]) -> str:
    return str(part.get("text") or part.get("refusal") or "")


def _type(item: Any) -> str:
    return str(item.get("type") or "message")


def _fields(item: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", item)


def _items(items: Iterable[Any]) -> list[TResponseInputItem]:
    return list(items)
