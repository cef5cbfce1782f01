"""A request's bytes → the SDK's request type, and what we read from its metadata."""

import hashlib
from typing import Any

import orjson
from chatkit.types import ChatKitReq, UserMessageInput
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from playground import wire
from playground.errors import Malformed, TooLarge
from playground.records import MOST_STAND_INS, Decision, LaneSettings, StandIn
from playground.runs.approvals import Verdict

MAX_KEY = 255
"""Characters of an idempotency key."""
MAX_DEPTH = 100
"""Arrays and objects inside each other. What is deeper than some 250 could be read but not written again."""
MAX_COMPLAINT = 300
"""Characters of a message that quotes the request."""


class Extras(BaseModel):
    """Our extension, in a request's `metadata`: who answers and how, and which message an edit replaces.

    Requests of one `round` put the same message to several threads; those of one `world` share their tools' results.
    `item_id` is the pending call that an output answers.
    """

    model_config = ConfigDict(extra="ignore")

    agent: str | None = None
    settings: LaneSettings = LaneSettings()
    edit_item_id: str | None = None
    item_id: str | None = None
    model: str | None = None
    round: str | None = Field(default=None, max_length=64)
    world: str | None = Field(default=None, max_length=64)
    stand_ins: tuple[StandIn, ...] = Field(default=(), max_length=MOST_STAND_INS)


class _Decided(BaseModel):
    call_id: str
    approve: StrictBool
    message: str | None = Field(default=None, max_length=2_000)


class _Verdict(BaseModel):
    decisions: list[_Decided] = Field(min_length=1, max_length=100)
    model: str | None = None


class _Fork(BaseModel):
    item_id: str = Field(min_length=1, max_length=64)


def parse_verdict(body: bytes) -> Verdict:
    """What is decided about a run that waits. Raises Malformed."""
    try:
        given = _Verdict.model_validate(_loaded(body))
    except ValidationError as error:
        raise Malformed("{complaint}", complaint=_first(error)) from None
    decisions = [Decision(one.call_id, one.approve, (one.message or "").strip() or None) for one in given.decisions]
    return Verdict(decisions, model=given.model)


def parse_fork(body: bytes) -> str:
    """The id of the item behind which a thread is to fork. Raises Malformed."""
    try:
        return _Fork.model_validate(_loaded(body)).item_id
    except ValidationError as error:
        raise Malformed("{complaint}", complaint=_first(error)) from None


def parse(body: bytes) -> tuple[ChatKitReq, Extras]:
    """The request and its extras. Raises Malformed with the first thing that is wrong."""
    try:
        request = wire.REQUEST.validate_python(_filled(_loaded(body)))
    except ValidationError as error:
        raise Malformed("{complaint}", complaint=_first(error)) from None
    try:
        return request, Extras.model_validate({k: v for k, v in request.metadata.items() if v is not None})
    except ValidationError as error:
        raise Malformed("{complaint}", complaint=f"metadata.{_first(error)}") from None


def fingerprint(body: bytes) -> str:
    """What makes two bodies the same request."""
    return hashlib.sha256(body).hexdigest()


def checked_key(key: str | None) -> str | None:
    """An idempotency key that can be kept. Raises Malformed."""
    if key is not None and (not key or len(key) > MAX_KEY or not key.isprintable()):
        raise Malformed("An Idempotency-Key has 1 to {most} printable characters.", most=MAX_KEY)
    return key


def check_message(message: UserMessageInput, *, longest: int) -> None:
    """Raise VisitorError for a message that cannot be answered."""
    length = sum(len(part.text) for part in message.content) + len(message.quoted_text or "")
    if length > longest:
        raise TooLarge("A message has at most {most} characters; this one has {given}.", most=longest, given=length)
    if not message.attachments and not any(part.text.strip() for part in message.content):
        raise Malformed("The message is empty.")


def _loaded(body: bytes) -> Any:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not JSON: {error}.", error=error) from None
    if _deeper(value, MAX_DEPTH):
        raise Malformed("The body has more than {most} arrays and objects inside each other.", most=MAX_DEPTH)
    return wire.clean(value)


def _deeper(value: Any, levels: int) -> bool:
    fields, many = wire.as_object(value), wire.as_list(value)
    if fields is None and many is None:
        return False
    inside = many or list((fields or {}).values())
    return levels == 0 or any(_deeper(one, levels - 1) for one in inside)


def _filled(value: Any) -> Any:
    """The request with the defaults that UIs leave out and the SDK's types insist on."""
    request = wire.as_object(value)
    if request is None:
        raise Malformed("The body has to be a JSON object.")
    filled = _with({"params": {}, "metadata": {}}, request)
    params = wire.as_object(filled["params"])
    message = wire.as_object(params.get("input")) if params else None
    if params is None or message is None or request.get("type") == "threads.add_structured_input":
        return filled
    complete = _with({"content": [], "attachments": [], "inference_options": {}}, message)
    parts = wire.as_list(complete["content"])
    if parts is not None:
        complete["content"] = [_filled_part(part) for part in parts]
    return {**filled, "params": {**params, "input": complete}}


def _filled_part(part: Any) -> Any:
    tag = wire.as_object(part)
    return _with({"data": {}}, tag) if tag is not None and tag.get("type") == "input_tag" else part


def _with(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What was given, and the defaults for what is missing or null."""
    return {**given, **{name: value for name, value in defaults.items() if given.get(name) is None}}


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where or 'request'}: {first['msg']}"[:MAX_COMPLAINT]
