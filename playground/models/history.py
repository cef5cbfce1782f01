"""Makes a thread's history legal for the model that is to read it, whoever wrote it."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from agents.items import TResponseInputItem

History = str | list[TResponseInputItem]

_NAMELESS = {"message", "function_call", "function_call_output"}


def left_out(history: Iterable[TResponseInputItem], target: str) -> tuple[str, ...]:
    """The models (`provider/id`) whose thoughts `target` is not sent, each once: only who had them can read them."""
    thoughts = (_fields(item) for item in history if _type(item) == "reasoning")
    origins = (origin for item in thoughts if (origin := origin_of(item)) != target)
    return tuple(dict.fromkeys(origin for origin in origins if origin))


def origin_of(item: Mapping[str, Any]) -> str:
    """The model (`provider/id`) that made an item; empty where nobody says."""
    data: Mapping[str, Any] = item.get("provider_data") or {}
    return str(data.get("model") or "")


def for_chat(history: History, model: str) -> History:
    """For Chat Completions: no hosted calls, and assistant messages in the one shape that the SDK's converter takes.

    Of its thoughts a model is sent those of the tool loop it is in: such servers keep none, and want no older ones.
    """
    if isinstance(history, str):
        return history
    items = [_fields(item) for item in history]
    asked = max((place for place, item in enumerate(items) if item.get("role") == "user"), default=0)
    kept = (item for place, item in enumerate(items) if _goes_to_chat(item, model, in_loop=place > asked))
    return _items(_assistant(item) if item.get("role") == "assistant" else _bare(item) for item in kept)


def _goes_to_chat(item: Mapping[str, Any], model: str, *, in_loop: bool) -> bool:
    return _type(item) in _NAMELESS or (_type(item) == "reasoning" and in_loop and origin_of(item) == model)


def for_responses(history: History, model: str) -> History:
    """For OpenAI's Responses with `store=False`: ids mean nothing to the server, and thoughts only to their model."""
    if isinstance(history, str):
        return history
    return _items(item for raw in history if (item := _stateless(_fields(raw), model)) is not None)


def _stateless(item: Mapping[str, Any], model: str) -> Mapping[str, Any] | None:
    if _type(item) in _NAMELESS:
        return {name: value for name, value in _bare(item).items() if name != "id"}
    if origin_of(item) not in {"", model}:
        return None  # another provider's search, or another model's thought
    if _type(item) == "reasoning" and not (origin_of(item) and item.get("encrypted_content")):
        return None
    return _bare(item)


def _bare(item: Mapping[str, Any]) -> Mapping[str, Any]:
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
