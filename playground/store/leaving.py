"""A visitor who wants to be forgotten: what was said is deleted, what was spent stays spent, by nobody in particular.

In steps, so that other writers get their turn; each may be done again.
"""

from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from playground.records import LIVE
from playground.store import session_tokens, threads
from playground.store.access_tables import VisitorRow
from playground.store.money_tables import BudgetRow, ChargeRow
from playground.store.tables import (
    AttachmentRow,
    FeedbackRow,
    LaneRow,
    RunRow,
    ShareRow,
    TabRow,
    ThreadRow,
    ToolResultRow,
    VoteRow,
)

NOBODY = "forgotten"
"""Whose charges and deleted files they are then."""


def live_runs(session: Session, *, visitor_id: str) -> list[str]:
    """The visitor's runs that are not over; those that wait for another one come before it."""
    query = select(RunRow.id).where(RunRow.visitor_id == visitor_id, col(RunRow.status).in_(LIVE))
    return list(session.exec(query.order_by(col(RunRow.created_at).desc(), col(RunRow.id))))


def drop_threads(session: Session, *, visitor_id: str, limit: int) -> int:
    """Delete at most `limit` of the visitor's threads; how many there were."""
    found = session.exec(select(ThreadRow.id).where(ThreadRow.visitor_id == visitor_id).limit(limit)).all()
    for thread_id in found:
        threads.remove(session, visitor_id=visitor_id, thread_id=thread_id)
    return len(found)


def drop_rest(session: Session, *, visitor_id: str, at: datetime) -> None:
    """Delete what is the visitor's beside threads. Files are marked as gone: their bytes follow.

    Two things stay: who is blocked stays so, and what was used of today's limits stays used.
    """
    tabs = select(TabRow.id).where(TabRow.visitor_id == visitor_id)
    session.exec(delete(LaneRow).where(col(LaneRow.tab_id).in_(tabs)))
    for table in (TabRow, VoteRow, ShareRow, ToolResultRow, FeedbackRow):
        session.exec(delete(table).where(col(table.visitor_id) == visitor_id))
    files = update(AttachmentRow).where(col(AttachmentRow.visitor_id) == visitor_id)
    session.exec(files.where(col(AttachmentRow.status) != "dropped").values(status="gone"))
    session.exec(files.values(visitor_id=NOBODY, thread_id=None, name="", mime_type="", size=0, payload={}))
    session_tokens.forget(session, visitor_id=visitor_id)
    charges = update(ChargeRow).where(col(ChargeRow.visitor_id) == visitor_id)
    session.exec(charges.values(visitor_id=NOBODY, run_id=None))
    of_days = col(BudgetRow.id).startswith(f"visitor:{visitor_id}:", autoescape=True)
    session.exec(delete(BudgetRow).where(of_days, col(BudgetRow.id) != f"visitor:{visitor_id}:{at:%Y-%m-%d}"))
    unblocked = col(VisitorRow.blocked_at).is_(None)
    session.exec(delete(VisitorRow).where(col(VisitorRow.id) == visitor_id, unblocked))
