"""Runs and their logs. Writes of an owner carry its epoch: an owner that was taken for dead changes nothing more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, delete, select

from playground.errors import NotFound
from playground.records import LIVE, RunRecord, RunStatus, Usage
from playground.store.tables import RunEventRow, RunRow, ThreadRow

WORKING = ("running", "awaiting_approval")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended. `usage` as in `RunRow`; times in milliseconds."""

    status: RunStatus
    last_seq: int
    usage: dict[str, Any]
    first_token_ms: int | None = None
    duration_ms: int | None = None
    error: str | None = None
    allow_retry: bool = False


def record(row: RunRow) -> RunRecord:
    """The run as the rooms above know it."""
    usage = {name: row.usage.get(name, 0) for name in Usage.__slots__}
    return RunRecord(
        id=row.id,
        thread_id=row.thread_id,
        branch_id=row.branch_id,
        visitor_id=row.visitor_id,
        agent=row.agent,
        model=row.model,
        status=cast("RunStatus", row.status),
        last_seq=row.last_seq,
        created_at=row.created_at,
        usage=Usage(**usage),
        first_token_ms=row.first_token_ms,
        duration_ms=row.duration_ms,
        tool_calls=row.usage.get("tool_calls", 0),
        error=row.error,
        allow_retry=row.allow_retry,
        input_text=row.order.get("text", ""),
        settings=row.order.get("settings", {}),
    )


def find(session: Session, *, visitor_id: str, run_id: str) -> RunRow:
    """The visitor's run. Raises NotFound."""
    row = session.exec(select(RunRow).where(RunRow.id == run_id, RunRow.visitor_id == visitor_id)).first()
    if row is None:
        raise NotFound
    return row


def by_key(session: Session, *, visitor_id: str, key: str) -> RunRow | None:
    """The run that an idempotency key stands for."""
    return session.exec(select(RunRow).where(RunRow.visitor_id == visitor_id, RunRow.idempotency_key == key)).first()


def of_thread(session: Session, thread_id: str) -> Sequence[RunRow]:
    """All runs of a thread, oldest first."""
    query = select(RunRow).where(RunRow.thread_id == thread_id)
    return session.exec(query.order_by(col(RunRow.created_at), col(RunRow.id))).all()


def live_of(session: Session, thread_id: str) -> Sequence[RunRow]:
    """The runs of a thread that are not over, oldest first."""
    query = select(RunRow).where(RunRow.thread_id == thread_id, col(RunRow.status).in_(LIVE))
    return session.exec(query.order_by(col(RunRow.created_at), col(RunRow.id))).all()


def last_of(session: Session, thread_id: str) -> RunRow | None:
    """The thread's live run, else its newest."""
    working = session.exec(select(RunRow).where(RunRow.thread_id == thread_id, col(RunRow.status).in_(WORKING))).first()
    query = select(RunRow).where(RunRow.thread_id == thread_id)
    return working or session.exec(query.order_by(col(RunRow.created_at).desc(), col(RunRow.id).desc())).first()


def append(session: Session, events: Iterable[tuple[str, int, bytes]]) -> None:
    """Add frames as (run id, seq, payload). One that is there already stays: a flush may be tried twice."""
    rows = [{"run_id": run_id, "seq": seq, "payload": payload} for run_id, seq, payload in events]
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.exec(dialect.insert(RunEventRow).on_conflict_do_nothing(), params=rows)


def events(session: Session, run_id: str, *, after: int, limit: int) -> Sequence[tuple[int, bytes]]:
    """At most `limit` frames with a seq above `after`, in order."""
    query = select(RunEventRow.seq, RunEventRow.payload).where(RunEventRow.run_id == run_id, RunEventRow.seq > after)
    return [(seq, payload) for seq, payload in session.exec(query.order_by(col(RunEventRow.seq)).limit(limit))]


def owned(session: Session, epochs: Mapping[str, int]) -> set[str]:
    """Those runs that are still under the given epoch, held so until the transaction's end."""
    query = select(RunRow.id, RunRow.epoch).where(col(RunRow.id).in_(epochs)).with_for_update()
    return {run_id for run_id, epoch in session.exec(query) if epoch == epochs[run_id]}


def progress(session: Session, last_seqs: Mapping[str, int]) -> None:
    """Note how far each log goes."""
    if last_seqs:
        session.exec(update(RunRow), params=[{"id": run_id, "last_seq": seq} for run_id, seq in last_seqs.items()])


def begin(session: Session, *, run_id: str, branch_id: str, at: datetime) -> bool:
    """Turn a queued run into a running one. False if it is not queued any more."""
    statement = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.status) == "queued")
    return _changed(session, statement.values(status="running", heartbeat_at=at, branch_id=branch_id))


def finish(session: Session, *, run_id: str, epoch: int, ending: Ending, at: datetime) -> bool:
    """Write a run's end. False if the run is no longer this owner's."""
    values = {name: getattr(ending, name) for name in Ending.__slots__}
    done = _own(session, run_id, epoch, {**values, "ended_at": at})
    thread_id = session.exec(select(RunRow.thread_id).where(RunRow.id == run_id)).first()
    session.exec(update(ThreadRow).where(col(ThreadRow.id) == thread_id).values(updated_at=at))
    return done


def request_cancel(session: Session, run_id: str) -> None:
    """Ask the owner, wherever it is, to stop a run."""
    session.exec(update(RunRow).where(col(RunRow.id) == run_id).values(cancel_requested=True))


def beat(session: Session, *, owner: str, at: datetime) -> dict[str, tuple[int, bool]]:
    """Say that an owner is alive; answers its live runs: id → (epoch, whether a stop was asked for)."""
    mine = (col(RunRow.owner) == owner, col(RunRow.status).in_(LIVE))
    session.exec(update(RunRow).where(*mine).values(heartbeat_at=at))
    rows = session.exec(select(RunRow.id, RunRow.epoch, RunRow.cancel_requested).where(*mine))
    return {run_id: (epoch, cancel) for run_id, epoch, cancel in rows}


def take_stale(session: Session, *, owner: str, at: datetime, silence: timedelta) -> Sequence[RunRow]:
    """Take over the runs whose owner has been silent for too long; they are now `owner`'s, under a new epoch."""
    query = select(RunRow).where(
        col(RunRow.status).in_(LIVE), RunRow.owner != owner, RunRow.heartbeat_at < at - silence
    )
    rows = session.exec(query.order_by(col(RunRow.created_at)).with_for_update(skip_locked=True)).all()
    for row in rows:
        row.owner, row.epoch, row.heartbeat_at = owner, row.epoch + 1, at
        session.add(row)
    session.flush()
    return rows


def prune(session: Session, *, ended_before: datetime, keys_before: datetime) -> None:
    """Drop the logs of runs that ended long ago, and idempotency keys that have expired."""
    old = select(RunRow.id).where(col(RunRow.ended_at) < ended_before)
    session.exec(delete(RunEventRow).where(col(RunEventRow.run_id).in_(old)))
    stale = (col(RunRow.idempotency_key).is_not(None), col(RunRow.created_at) < keys_before)
    session.exec(update(RunRow).where(*stale).values(idempotency_key=None, request_hash=None))


def _own(session: Session, run_id: str, epoch: int, values: dict[str, Any]) -> bool:
    statement = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.epoch) == epoch)
    return _changed(session, statement.values(**values))


def _changed(session: Session, statement: Any) -> bool:
    result = cast("CursorResult[Any]", session.exec(statement))
    return result.rowcount == 1


def any_live(session: Session) -> bool:
    """Whether any run, of any owner, is not over."""
    return session.exec(select(RunRow.id).where(col(RunRow.status).in_(LIVE)).limit(1)).first() is not None


def models_of(session: Session, thread_id: str) -> dict[str, str]:
    """Which model each run of a thread was on: run id → model."""
    return dict(session.exec(select(RunRow.id, RunRow.model).where(RunRow.thread_id == thread_id)).all())
