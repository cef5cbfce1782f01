"""Where two JSON values differ. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground import wire

DEEPEST = 32
"""Levels that are looked into; what lies deeper is one value."""


@dataclass(frozen=True, slots=True)
class Change:
    """A place such as `stops[1].city`, empty for the whole, and the JSON on both sides; None where there is nothing."""

    path: str
    first: str | None
    second: str | None


def changes(first: str, second: str) -> Iterator[Change]:
    """Where the arguments of two calls differ. If either is no JSON, they are compared as text."""
    one, two = wire.canonical(first), wire.canonical(second)
    if one == two:
        return
    try:
        values = json.loads(one), json.loads(two)
    except (ValueError, RecursionError):
        yield Change("", one, two)
        return
    yield from _between(*values, "", DEEPEST)


def _between(first: Any, second: Any, path: str, deeper: int) -> Iterator[Change]:
    if _spelled(first) == _spelled(second):
        return
    one, two = _parts(first), _parts(second)
    if not deeper or one is None or two is None or isinstance(first, list) != isinstance(second, list):
        yield Change(path, _spelled(first), _spelled(second))
        return
    for key in dict.fromkeys((*one, *two)):
        place = f"{path}{_step(key)}".removeprefix(".")
        if key in one and key in two:
            yield from _between(one[key], two[key], place, deeper - 1)
        else:
            yield Change(place, *(_spelled(side[key]) if key in side else None for side in (one, two)))


def _parts(value: Any) -> dict[str | int, Any] | None:
    """The values inside a value."""
    if (many := wire.as_list(value)) is not None:
        return dict(enumerate(many))
    fields = wire.as_object(value)
    return None if fields is None else dict(fields.items())


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if re.fullmatch(r"\w+", key) else f"[{json.dumps(key, ensure_ascii=False)}]"


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
