"""Visitors as the owner sees them: who has sent something, when last, and who is blocked."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from playground.store.access_tables import VisitorRow
from playground.store.insert import insert


def seen(session: Session, *, visitor_id: str, link_id: str | None, at: datetime) -> None:
    """Note that a visitor sent something."""
    statement = insert(session, VisitorRow).values(id=visitor_id, link_id=link_id, created_at=at, seen_at=at)
    changed = {"seen_at": at, "link_id": link_id}
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


def block(session: Session, visitor_id: str, *, at: datetime) -> None:
    """Let a visitor in no more, also one who has sent nothing yet."""
    statement = insert(session, VisitorRow).values(id=visitor_id, created_at=at, seen_at=at, blocked_at=at)
    session.exec(statement.on_conflict_do_update(index_elements=["id"], set_={"blocked_at": at}))


def unblock(session: Session, visitor_id: str) -> None:
    """Let a visitor in again."""
    session.exec(update(VisitorRow).where(col(VisitorRow.id) == visitor_id).values(blocked_at=None))


def blocked(session: Session) -> frozenset[str]:
    """The ids of those who are blocked."""
    return frozenset(session.exec(select(VisitorRow.id).where(col(VisitorRow.blocked_at).is_not(None))))
