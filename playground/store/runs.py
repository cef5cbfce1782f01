"""Runs and their logs. Writes of an owner carry its epoch: an owner that was taken for dead changes nothing more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, select

from playground.errors import NotFound
from playground.records import LIVE, Ask, RunRecord, RunStatus, Usage
from playground.store.insert import insert
from playground.store.spend import dollars, turns_of
from playground.store.tables import RunEventRow, RunRow, ThreadRow

WORKING = ("running", "awaiting_approval")
MOST_FRAMES = 100_000
"""More frames than a run can write within its time."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, or why it does not go on for now. Its fields are `RunRow`'s; times in milliseconds."""

    status: RunStatus
    last_seq: int
    usage: dict[str, Any]
    first_token_ms: int | None = None
    duration_ms: int | None = None
    error: str | None = None
    allow_retry: bool = False
    paused: dict[str, Any] | None = None
    cost_nano_usd: int | None = None
    notes: list[str] | None = None


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
        asks=asks(row),
        cost=dollars(row.cost_nano_usd),
        turns=turns_of(row.usage),
        notes=tuple(row.notes or ()),
        round=row.order.get("round"),
        answers=row.order.get("answers"),
    )


def asks(row: RunRow) -> tuple[Ask, ...]:
    """The calls that a run waits for."""
    return tuple(Ask(**ask) for ask in (row.paused or {}).get("asks", ()))


def find(session: Session, *, visitor_id: str, run_id: str, lock: bool = False) -> RunRow:
    """The visitor's run. Raises NotFound. A locked one is changed by nobody else before the transaction's end."""
    query = select(RunRow).where(RunRow.id == run_id, RunRow.visitor_id == visitor_id)
    row = session.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound
    return row


def visitor_of(session: Session, run_id: str) -> str:
    """Whose run it is. Raises NotFound."""
    visitor_id = session.exec(select(RunRow.visitor_id).where(RunRow.id == run_id)).first()
    if visitor_id is None:
        raise NotFound
    return visitor_id


def waiting(session: Session) -> Sequence[RunRow]:
    """All runs that wait for somebody's word, the oldest first."""
    query = select(RunRow).where(RunRow.status == "awaiting_approval")
    return session.exec(query.order_by(col(RunRow.created_at), col(RunRow.id))).all()


def by_key(session: Session, *, visitor_id: str, key: str) -> RunRow | None:
    """The run that an idempotency key stands for."""
    return session.exec(select(RunRow).where(RunRow.visitor_id == visitor_id, RunRow.idempotency_key == key)).first()


def of_thread(session: Session, thread_id: str) -> Sequence[RunRow]:
    """All runs of a thread, oldest first."""
    query = select(RunRow).where(RunRow.thread_id == thread_id)
    return session.exec(query.order_by(col(RunRow.created_at), col(RunRow.id))).all()


def rounds_of(session: Session, thread_id: str) -> Mapping[str, str]:
    """Message → its round, of those messages of a thread that were asked in one; that of the oldest run counts."""
    orders = [row.order for row in of_thread(session, thread_id)]
    return {order["answers"]: order["round"] for order in reversed(orders) if "round" in order and "answers" in order}


def round_of(session: Session, thread_id: str, item_id: str) -> str | None:
    """The round of the message, if one of the runs that answered it was asked in one."""
    return rounds_of(session, thread_id).get(item_id)


def live_of(session: Session, thread_id: str) -> Sequence[RunRow]:
    """The runs of a thread that are not over, oldest first."""
    query = select(RunRow).where(RunRow.thread_id == thread_id, col(RunRow.status).in_(LIVE))
    return session.exec(query.order_by(col(RunRow.created_at), col(RunRow.id))).all()


def waiting_of(session: Session, thread_id: str) -> RunRow | None:
    """The run of a thread that waits for the visitor; changed by nobody else before the transaction's end."""
    found = [row.id for row in live_of(session, thread_id) if row.status == "awaiting_approval"]
    row = session.get(RunRow, found[0], with_for_update=True, populate_existing=True) if found else None
    return row if row is not None and row.status == "awaiting_approval" else None


def queued_of(session: Session, thread_id: str) -> Sequence[RunRow]:
    """The runs of a thread that wait, oldest first."""
    return [row for row in live_of(session, thread_id) if row.status == "queued"]


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
    session.exec(insert(session, RunEventRow).on_conflict_do_nothing(), params=rows)


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


def finish(session: Session, *, run_id: str, epoch: int, ending: Ending, at: datetime) -> bool:
    """Write a run's end, or that it waits. False if the run is no longer this owner's."""
    values = {name: getattr(ending, name) for name in Ending.__slots__}
    values["ended_at"] = None if ending.status in LIVE else at
    own = update(RunRow).where(col(RunRow.id) == run_id, col(RunRow.epoch) == epoch).values(**values)
    if cast("CursorResult[Any]", session.exec(own)).rowcount == 0:
        return False
    thread_id = select(RunRow.thread_id).where(RunRow.id == run_id).scalar_subquery()
    session.exec(update(ThreadRow).where(col(ThreadRow.id) == thread_id).values(updated_at=at))
    return True


def request_cancel(session: Session, run_id: str, reason: str) -> None:
    """Ask the owner, wherever it is, to stop a run."""
    asked = {"cancel_requested": True, "cancel_reason": reason}
    session.exec(update(RunRow).where(col(RunRow.id) == run_id).values(**asked))


def beat(session: Session, *, owner: str, run_ids: Iterable[str], at: datetime) -> dict[str, tuple[int, str | None]]:
    """Say that these runs are alive; answers those that are the owner's: id → (epoch, why to stop)."""
    mine = (col(RunRow.id).in_(run_ids), col(RunRow.owner) == owner, col(RunRow.status).in_(LIVE))
    session.exec(update(RunRow).where(*mine).values(heartbeat_at=at))
    rows = session.exec(select(RunRow.id, RunRow.epoch, RunRow.cancel_requested, RunRow.cancel_reason).where(*mine))
    return {run_id: (epoch, (reason or "visitor") if cancel else None) for run_id, epoch, cancel, reason in rows}


def take_stale(session: Session, *, owner: str, at: datetime, silence: timedelta) -> Sequence[RunRow]:
    """Take over the runs that have not been heard of for too long; they are now `owner`'s, under a new epoch.

    A queued one stays where it is while its thread is answering: its message comes after the answer. One that waits
    for an approval needs nobody to be alive.
    """
    other = aliased(RunRow)
    answering = select(other.id).where(other.thread_id == RunRow.thread_id, col(other.status).in_(WORKING)).exists()
    ready = or_(col(RunRow.status) == "running", and_(col(RunRow.status) == "queued", ~answering))
    query = select(RunRow).where(ready, RunRow.heartbeat_at < at - silence).order_by(col(RunRow.created_at))
    rows = session.exec(query.with_for_update(skip_locked=True)).all()
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


def any_beating(session: Session) -> bool:
    """Whether any run, of any owner, has a process that should be heard of. One that waits for an approval has none."""
    beating = LIVE - {"awaiting_approval"}
    return session.exec(select(RunRow.id).where(col(RunRow.status).in_(beating)).limit(1)).first() is not None
