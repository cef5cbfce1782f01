"""A request's bytes → the SDK's request type, and what we read from its metadata."""

import hashlib
from typing import Any

import orjson
from chatkit.types import ChatKitReq, UserMessageInput
from pydantic import BaseModel, ConfigDict, ValidationError

from playground import wire
from playground.errors import Malformed, NotConfigured, TooLarge
from playground.records import LaneSettings

MAX_KEY = 255
"""Characters of an idempotency key."""


class Extras(BaseModel):
    """Our extension, in a request's `metadata`: who answers and how, and which message an edit replaces."""

    model_config = ConfigDict(extra="ignore")

    agent: str | None = None
    settings: LaneSettings = LaneSettings()
    edit_item_id: str | None = None
    model: str | None = None


def parse(body: bytes) -> tuple[ChatKitReq, Extras]:
    """The request and its extras. Raises Malformed with the first thing that is wrong."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from None
    value = _filled(wire.clean(value))
    try:
        request = wire.REQUEST.validate_python(value)
        return request, Extras.model_validate(request.metadata)
    except ValidationError as error:
        raise Malformed(_first(error)) from None


def fingerprint(body: bytes) -> str:
    """What makes two bodies the same request."""
    return hashlib.sha256(body).hexdigest()


def checked_key(key: str | None) -> str | None:
    """An idempotency key that can be kept. Raises Malformed."""
    if key is not None and (not key or len(key) > MAX_KEY or not key.isprintable()):
        raise Malformed(f"An Idempotency-Key has 1 to {MAX_KEY} printable characters.")
    return key


def check_message(message: UserMessageInput, *, longest: int) -> None:
    """Raise VisitorError for a message that cannot be answered."""
    length = sum(len(part.text) for part in message.content) + len(message.quoted_text or "")
    if length > longest:
        raise TooLarge(f"A message has at most {longest} characters; this one has {length}.")
    if not any(part.text.strip() for part in message.content):
        raise Malformed("The message is empty.")
    if message.attachments:
        raise NotConfigured("Attachments are not built yet.")


def _filled(value: Any) -> Any:
    """The request with the defaults that UIs leave out and the SDK's types insist on."""
    request = wire.as_object(value)
    if request is None:
        raise Malformed("The body has to be a JSON object.")
    filled: dict[str, Any] = {**request, "metadata": request.get("metadata") or {}}
    params = wire.as_object(request.get("params"))
    message = wire.as_object(params.get("input")) if params else None
    if params is None or message is None:
        return filled
    content = wire.as_list(message.get("content"))
    parts = message.get("content") if content is None else [_filled_part(part) for part in content]
    complete: dict[str, Any] = {"attachments": [], "inference_options": {}, **message, "content": parts}
    return {**filled, "params": {**params, "input": complete}}


def _filled_part(part: Any) -> Any:
    tag = wire.as_object(part)
    return {"data": {}, **tag} if tag is not None and tag.get("type") == "input_tag" else part


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where or 'request'}: {first['msg']}"
