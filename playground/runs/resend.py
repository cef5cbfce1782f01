"""Requests that a UI sends again by itself, without a key that would say so.

ChatKit's own page repeats a POST whose reply was a 5xx or no stream, up to five times within some seconds. The same
body from the same frame of the page is then the same request. One whose stream was read to its end was heard, so the
same words after it are meant.
"""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from playground.store.database import Database
from playground.store.tables import RunRow

LIFE = timedelta(seconds=15)
"""How long after a run's end the same request may still be a repetition."""
_MARK = "\x1f"
"""Begins the keys that are guessed. Those of visitors are printable."""


def guessed_key(frame: str, key_hash: str) -> str | None:
    """What stands for a key of a request without one; `frame` is the page's own id for itself, if it says one."""
    if not frame:
        return None
    return _MARK + hashlib.sha256(f"{frame}\n{key_hash}".encode()).hexdigest()


def is_guess(key: str | None) -> bool:
    """Whether nobody said that requests with this key are the same."""
    return key is not None and key.startswith(_MARK)


def is_over(row: RunRow, at: datetime) -> bool:
    """Whether the same request after this run, whose key is guessed, is a new one."""
    return row.ended_at is not None and (row.status == "cancelled" or row.ended_at < at - LIFE)


async def hear(database: Database, run_id: str) -> None:
    """What the run said was read to its end: who sends the same once more means it."""
    if await database.read(lambda session: _is_guessed(session, run_id)):
        await database.write(lambda session: _heard(session, run_id))


def _is_guessed(session: Session, run_id: str) -> bool:
    row = session.get(RunRow, run_id)
    return row is not None and (
        is_guess(row.idempotency_key) or any(is_guess(one["key"]) for one in row.order.get("given", ()))
    )


def _heard(session: Session, run_id: str) -> None:
    row = session.get(RunRow, run_id, with_for_update=True)
    if row is None:
        return
    if is_guess(row.idempotency_key):
        row.idempotency_key = row.request_hash = None
    if "given" in row.order:
        row.order = {**row.order, "given": [one for one in row.order["given"] if not is_guess(one["key"])]}
    session.add(row)
