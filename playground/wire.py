"""The protocol's JSON, both ways. The adapters are made once: building one costs milliseconds."""

import json
from collections.abc import Mapping
from typing import Any, TypeGuard, cast

import orjson
from chatkit.types import (
    ChatKitReq,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetComponentUpdated,
    WidgetItem,
    WidgetRootUpdated,
)
from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticSerializationError

from playground.widgets import Part, Widget

EVENT: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
ITEM: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)
REQUEST: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)

NUL = "\x00"
REPLACEMENT = "\ufffd"
"""Stands for a NUL, which PostgreSQL cannot keep."""
_SENT = {"exclude_metadata": True}


def dump(model: BaseModel) -> bytes:
    """The JSON that goes out: no nulls, no metadata, no NUL, no half characters; widgets as they came."""
    data, kept = _dump(model), _kept(model)
    if kept is None:
        return data
    *path, name = kept[0]
    value = inside = orjson.loads(data)
    for step in path:
        inside = inside[step]
    inside[name] = clean(kept[1])
    return orjson.dumps(value)


def event(data: bytes) -> ThreadStreamEvent:
    """The event that was dumped."""
    if b'"widget' not in data:
        return EVENT.validate_json(data)
    value = orjson.loads(data)
    if (inside := as_object(value.get("item"))) is not None:
        value["item"] = item(inside)
    elif (update := as_object(value.get("update"))) is not None:
        if "widget" in update:
            update["widget"] = Widget.keep(update["widget"])
        if "component" in update:
            update["component"] = Part.keep(update["component"])
    return EVENT.validate_python(value)


def item(value: Mapping[str, Any]) -> ThreadItem:
    """The item of a payload."""
    if value.get("type") == "widget":
        return WidgetItem.model_validate({**value, "widget": Widget.keep(value["widget"])})
    return ITEM.validate_python(value)


def _kept(model: BaseModel) -> tuple[tuple[str, ...], Any] | None:
    """Where in the JSON of a model another stands as it is, and which."""
    match model:
        case WidgetItem(widget=Widget(raw=raw)):
            return ("widget",), raw
        case (
            ThreadItemAddedEvent(item=inside) | ThreadItemDoneEvent(item=inside) | ThreadItemReplacedEvent(item=inside)
        ):
            kept = _kept(inside)
            return kept and (("item", *kept[0]), kept[1])
        case ThreadItemUpdatedEvent(update=WidgetRootUpdated(widget=Widget(raw=raw))):
            return ("update", "widget"), raw
        case ThreadItemUpdatedEvent(update=WidgetComponentUpdated(component=Part(raw=raw))):
            return ("update", "component"), raw
        case _:
            return None


def _dump(model: BaseModel) -> bytes:
    try:
        data = model.model_dump_json(by_alias=True, exclude_none=True, context=_SENT).encode()
    except PydanticSerializationError:  # a model may cut an emoji in two
        value = model.model_dump(mode="json", by_alias=True, exclude_none=True, context=_SENT)
        return orjson.dumps(clean(value))
    return orjson.dumps(clean(orjson.loads(data))) if b"\\u0000" in data else data


def payload(model: BaseModel) -> dict[str, Any]:
    """The same as a value, to be stored."""
    value: dict[str, Any] = orjson.loads(dump(model))
    return value


def clean(value: Any) -> Any:
    """The JSON value with every NUL and every half of a character replaced, in keys too."""
    if isinstance(value, str):
        return _whole(value).replace(NUL, REPLACEMENT)
    if (many := as_list(value)) is not None:
        return [clean(one) for one in many]
    if (fields := as_object(value)) is not None:
        return {clean(key): clean(one) for key, one in fields.items()}
    return value


def _whole(text: str) -> str:
    """The text with surrogate pairs joined, and those that lack their other half replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def canonical(arguments: str) -> str:
    """One spelling for arguments that say the same: keys in order, numbers by their value, none as `{}`.

    What is no JSON stays as it is, but for what `clean` replaces.
    """
    try:
        value = json.loads(arguments or "{}", parse_float=_number, parse_constant=float)
        return json.dumps(clean(value), sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, OverflowError, RecursionError):  # too large a number, too deep, or no JSON
        return str(clean(arguments))


def _number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def as_list(value: Any) -> list[Any] | None:
    """The value if it is a JSON array."""
    return value if _is_list(value) else None


def as_object(value: Any) -> dict[str, Any] | None:
    """The value if it is a JSON object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None
