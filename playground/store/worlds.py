"""Tools' results that runs of one world share. A claim is a row without a result: its run is fetching it.

Claims are their run's. Once that run is not running any more they are anybody's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, delete, select

from playground.store.insert import insert
from playground.store.tables import RunRow, ToolResultRow


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool in a visitor's world. `key` is what makes two calls the same."""

    visitor_id: str
    world: str
    key: str
    tool: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A result as it is stored: JSON, and whether it tells of a failure."""

    output: dict[str, Any]
    failed: bool = False


def find(session: Session, call: Call, run_id: str) -> ToolResultRow | None:
    """The call's result, or the claim of another run that is at work; None if the run may claim it."""
    row = session.get(ToolResultRow, (call.visitor_id, call.world, call.key))
    return row if row is not None and (row.done_at or _held(session, row, run_id)) else None


def claim(session: Session, call: Call, run_id: str, at: datetime) -> bool:
    """Claim the call for a run. False if it is done, or claimed by another run that is at work."""
    values = {
        "visitor_id": call.visitor_id,
        "world": call.world,
        "key": call.key,
        "tool": call.tool,
        "arguments": call.arguments,
        "failed": False,
        "run_id": run_id,
        "created_at": at,
    }
    new = insert(session, ToolResultRow).values(**values).on_conflict_do_nothing().returning(col(ToolResultRow.key))
    if session.exec(new).first() is not None:  # no count of rows comes with such an INSERT from PostgreSQL
        return True
    key = (call.visitor_id, call.world, call.key)
    row = session.get(ToolResultRow, key, with_for_update=True)
    if row is None or row.done_at or _held(session, row, run_id):
        return False
    row.run_id, row.created_at = run_id, at
    session.add(row)
    return True


def keep(session: Session, call: Call, run_id: str, kept: Kept, at: datetime) -> bool:
    """Store the result of a call. False if the run has not claimed it, or not any more."""
    done = update(ToolResultRow).where(*_claimed(call, run_id))
    result = session.exec(done.values(output=kept.output, failed=kept.failed, done_at=at))
    return cast("CursorResult[Any]", result).rowcount > 0


def give_back(session: Session, call: Call, run_id: str) -> None:
    """Let another run claim the call. One that is done stays so."""
    session.exec(delete(ToolResultRow).where(*_claimed(call, run_id)))


def prune(session: Session, *, before: datetime) -> None:
    """Drop the results of old worlds."""
    session.exec(delete(ToolResultRow).where(col(ToolResultRow.created_at) < before))


def _held(session: Session, row: ToolResultRow, run_id: str) -> bool:
    """Whether another run is at it. The same run was, if it asks again: it gave it back, but could not say so."""
    running = select(RunRow.id).where(RunRow.id == row.run_id, RunRow.status == "running")
    return row.run_id != run_id and session.exec(running).first() is not None


def _claimed(call: Call, run_id: str) -> tuple[Any, ...]:
    return (
        col(ToolResultRow.visitor_id) == call.visitor_id,
        col(ToolResultRow.world) == call.world,
        col(ToolResultRow.key) == call.key,
        col(ToolResultRow.run_id) == run_id,
        col(ToolResultRow.done_at).is_(None),
    )
