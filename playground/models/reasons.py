"""Any exception out of a run → the reason why its provider did not answer. Pure.

The providers' SDKs name their errors alike, so they are told apart by name: no package is imported that is not in use.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

import httpx2
from agents.exceptions import ModelBehaviorError, ModelRefusalError, ModelTimeoutError

from playground import wire
from playground.errors import FailureKind

Reason: TypeAlias = FailureKind | Literal["too_short", "empty", "misused", "refused"]
"""A kind of failure, or a finer one that is shown in its own words."""


class StreamFailure(Exception):
    """A reply that came, but not as it should. `explain` finds the words."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


_CODES: tuple[tuple[str, FailureKind], ...] = (
    (r"context[_ -](length|size|window)|maximum context|prompt is too long|input token count", "context_length"),
    (r"insufficient_quota|billing|credit balance", "quota"),
    (r"rate_limit|resource_exhausted", "rate_limit"),
    (r"overloaded|slow_down|unavailable", "overloaded"),
    (r"content_(policy|filter)|invalid_prompt|moderation|safety", "safety"),
    (r"invalid_api_key|api key (not valid|expired)|authentication|permission", "auth"),
    (r"model_not_found|^not_found", "unknown_model"),
    (r"timeout|deadline_exceeded", "timeout"),
)
_STATUSES: Mapping[int, FailureKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    404: "unknown_model",
    408: "timeout",
    413: "context_length",
    429: "rate_limit",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}
_SDKS = {"openai", "anthropic", "google"}
_NAMED: Mapping[str, Reason] = {
    "APITimeoutError": "timeout",
    "APIConnectionError": "network",
    "APIResponseValidationError": "malformed",
    "UnknownApiResponseError": "malformed",
    "LengthFinishReasonError": "too_short",
    "ContentFilterFinishReasonError": "safety",
}


def reason_of(error: BaseException) -> Reason | None:
    """Why the provider did not answer; none if the error is not of its making."""
    match error:
        case StreamFailure():
            return error.reason
        case ModelRefusalError():
            return "refused"
        case ModelBehaviorError():
            return "misused"
        case ModelTimeoutError() | TimeoutError() | httpx2.TimeoutException():
            return "timeout"
        case httpx2.DecodingError() | json.JSONDecodeError() | UnicodeDecodeError():
            return "malformed"
        case httpx2.HTTPError() | ConnectionError():
            return "network"
        case _:
            return _sdk_reason(error)


def kind_of_code(*hints: object, default: FailureKind = "server") -> FailureKind:
    """The kind that a provider's error code, type or message hints at; the first that says something wins."""
    for hint in hints:
        for pattern, kind in _CODES:
            if isinstance(hint, str) and re.search(pattern, hint, re.IGNORECASE):
                return kind
    return default


def retry_after(error: object) -> float | None:
    """The provider's advice on when to come back, in seconds: in a header, or in the body as Google gives it."""
    response = getattr(error, "response", None)
    if isinstance(response, httpx2.Response):
        for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
            if (seconds := _number(response.headers.get(name))) is not None:
                return seconds * unit
    for detail in wire.as_list(_told(error).get("details")) or ():
        delay = (wire.as_object(detail) or {}).get("retryDelay")
        if isinstance(delay, str) and delay.endswith("s"):
            return _number(delay[:-1])
    return None


def _number(text: object) -> float | None:
    return float(text) if isinstance(text, str) and re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text) else None


def _sdk_reason(error: BaseException) -> Reason | None:
    family = [cls.__name__ for cls in type(error).__mro__ if cls.__module__.partition(".")[0] in _SDKS]
    for name in family:
        if name in _NAMED:
            return _NAMED[name]
    if not family:
        return None
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    if isinstance(status, int):
        return _status_reason(status, error)
    if "APIError" in family:
        return kind_of_code(*_hints(error))
    return "auth"  # the client found no credentials


def _status_reason(status: int, error: BaseException) -> Reason:
    kind = _STATUSES.get(status, "server" if status >= 500 else "bad_request")
    code, typed, named, message = _hints(error)
    if status in {400, 403, 422}:
        return kind_of_code(code, typed, named, message, default=kind)
    if status == 429:  # its message speaks of quota and billing whatever the limit was
        return kind_of_code(code, typed, named, default=kind)
    return kind


def _hints(error: BaseException) -> Iterator[object]:
    told = _told(error)
    return (told.get(name) for name in ("code", "type", "status", "message"))


def _told(error: object) -> dict[str, Any]:
    """The error's JSON: bare in OpenAI's SDK, under `error` in the others'."""
    body = wire.as_object(getattr(error, "body", None)) or wire.as_object(getattr(error, "details", None)) or {}
    return wire.as_object(body.get("error")) or body
