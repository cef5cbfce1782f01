"""What nobody uses any more, found and dropped in small steps. Several replicas may do so at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from playground.records import LIVE
from playground.store import runs, threads
from playground.store.tables import RunRow, ThreadRow


def waiting_since(session: Session, *, before: datetime, limit: int) -> Sequence[str]:
    """Runs that have been waiting for their visitor since before a time, the oldest first."""
    query = select(RunRow.id).where(RunRow.status == "awaiting_approval", RunRow.heartbeat_at < before)
    return session.exec(query.order_by(col(RunRow.heartbeat_at)).limit(limit)).all()


def drop_unused(session: Session, *, before: datetime, limit: int) -> list[str]:
    """Delete at most `limit` threads that were last used before a time, but none that has a live run.

    Answers their ids. Whoever uses one at this moment keeps it; one that another replica is at is left to that.
    """
    alive = select(RunRow.id).where(RunRow.thread_id == ThreadRow.id, col(RunRow.status).in_(LIVE)).exists()
    query = select(ThreadRow).where(ThreadRow.updated_at < before, ~alive).order_by(col(ThreadRow.updated_at))
    found = session.exec(query.limit(limit).with_for_update(skip_locked=True)).all()
    # Looked at again under the lock: a message that was let in meanwhile has its run by now.
    unused = [row for row in found if not runs.live_of(session, row.id)]
    for row in unused:
        threads.remove(session, visitor_id=row.visitor_id, thread_id=row.id)
    return [row.id for row in unused]
