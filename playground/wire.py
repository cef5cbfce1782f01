"""The protocol's JSON, both ways. The adapters are made once: building one costs milliseconds."""

from typing import Any

import orjson
from chatkit.types import ChatKitReq, ThreadItem, ThreadStreamEvent
from pydantic import BaseModel, TypeAdapter

EVENT: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
ITEM: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)
REQUEST: TypeAdapter[ChatKitReq] = TypeAdapter(ChatKitReq)

NUL = "\x00"
REPLACEMENT = "\ufffd"
"""Stands for a NUL, which PostgreSQL cannot keep."""


def dump(model: BaseModel) -> bytes:
    """The JSON that goes out: no nulls, no metadata, no NUL."""
    data = model.model_dump_json(by_alias=True, exclude_none=True, context={"exclude_metadata": True}).encode()
    return orjson.dumps(clean(orjson.loads(data))) if b"\\u0000" in data else data


def payload(model: BaseModel) -> dict[str, Any]:
    """The same as a value, to be stored."""
    return orjson.loads(dump(model))


def clean(value: Any) -> Any:
    """The JSON value with every NUL replaced, in keys too."""
    match value:
        case str():
            return value.replace(NUL, REPLACEMENT)
        case list():
            return [clean(one) for one in value]
        case dict():
            return {clean(key): clean(one) for key, one in value.items()}
        case _:
            return value
