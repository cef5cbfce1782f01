"""What a token claims, once its signature is known to be good. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from playground.errors import Unauthorized
from playground.visitor import Scope, Visitor

Source = Literal["own", "foreign"]

DAY = 86_400
LONGEST = 30 * DAY
"""Seconds. No token lives longer, and none is refreshed for longer."""
LEEWAY = 10
"""Seconds by which two clocks may differ."""
LONGEST_NAME = 200
MOST_NAMES = 100
PARTS = frozenset({"agents", "models", "origin"})

INVALID = "This token is not valid here. Leave the Authorization header out to go on anonymously."


@dataclass(frozen=True, slots=True)
class Claims:
    """Whose the token is and what it is good for. `expires` and `issued` are seconds since the epoch."""

    visitor: Visitor
    subject: str
    origin: str | None
    issued: int
    expires: int


def claims_of(payload: Mapping[str, Any], *, source: Source, now: float) -> Claims:
    """Raises Unauthorized for what is missing, odd or too far in the future."""
    issuer, subject = _text(payload.get("iss")), _text(payload.get("sub"))
    expires = _seconds(payload.get("exp"))
    if expires > now + LONGEST + LEEWAY:
        raise Unauthorized(
            "This token is good for longer than {days} days. Sign a shorter one.", days=LONGEST // 86_400
        )
    token = payload.get("jti")
    scope, origin = scope_of(payload.get("scope"))
    visitor = Visitor(visitor_id(source, issuer, subject), token=None if token is None else _text(token), scope=scope)
    return Claims(visitor, subject, origin, _seconds(payload.get("iat", now)), expires)


def visitor_id(source: Source, issuer: str, subject: str) -> str:
    """A hash: whatever an issuer writes, it names nobody but its own visitors."""
    named = json.dumps([source, issuer, subject])  # ASCII, and no two lists look alike
    return f"tok_{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def scope_of(claim: Any) -> tuple[Scope, str | None]:
    """The scope, and the one origin. An OAuth server's `scope`, a string, is about other things and no bound here.

    Raises Unauthorized for a part that is not known: it may be a bound that somebody relies on.
    """
    if claim is None or isinstance(claim, str):
        return Scope(), None
    parts = cast("dict[str, Any]", claim)
    if not isinstance(claim, dict) or not parts.keys() <= PARTS:
        raise Unauthorized(INVALID)
    origin = parts.get("origin")
    return Scope(_names(parts.get("agents")), _names(parts.get("models"))), None if origin is None else _text(origin)


def claimed(scope: Scope, origin: str | None) -> dict[str, Any]:
    """The `scope` that says so; an empty one is no bound."""
    parts: dict[str, Any] = {}
    if scope.agents is not None:
        parts["agents"] = sorted(scope.agents)
    if scope.models is not None:
        parts["models"] = sorted(scope.models)
    return parts | ({"origin": origin} if origin else {})


def _names(value: Any) -> frozenset[str] | None:
    if value is None:
        return None
    names = cast("list[Any]", value)
    if not isinstance(value, list) or len(names) > MOST_NAMES:
        raise Unauthorized(INVALID)
    return frozenset(_text(name) for name in names)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise Unauthorized(INVALID)
    return value


def _seconds(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise Unauthorized(INVALID) from None
