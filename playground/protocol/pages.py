"""Rows → the JSON of pages and threads. Payloads go out as they were stored, unknown properties included."""

from collections.abc import Sequence
from typing import Any

import orjson

from playground.errors import Malformed
from playground.store.items import HIDDEN
from playground.store.tables import ItemRow, ThreadRow

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


def limit_of(asked: int | None) -> int:
    """How many to read. Raises Malformed; more than the most is as good as the most."""
    if asked is None:
        return DEFAULT_LIMIT
    if asked < 1:
        raise Malformed("params.limit: at least 1.")
    return min(asked, MAX_LIMIT)


def page(data: Sequence[dict[str, Any]], *, more: bool) -> dict[str, Any]:
    """A Page; its cursor is the id of the last entry."""
    reply: dict[str, Any] = {"data": list(data), "has_more": more}
    return {**reply, "after": data[-1]["id"]} if more and data else reply


def thread(row: ThreadRow, items: dict[str, Any] | None = None) -> dict[str, Any]:
    """A Thread, without what the server remembers of it."""
    value: dict[str, Any] = {
        "id": row.id,
        "created_at": row.created_at.isoformat(),
        "status": row.status,
        "metadata": {},
        "items": items or {"data": [], "has_more": False},
    }
    return {**value, "title": row.title} if row.title is not None else value


def visible(rows: Sequence[ItemRow]) -> list[dict[str, Any]]:
    """The payloads of the items that may leave the server."""
    return [row.payload for row in rows if row.type not in HIDDEN]


def dumps(value: Any) -> bytes:
    """The JSON."""
    return orjson.dumps(value)
