"""Bearer tokens that were issued here, and the revoked ones of another backend. Only what they say is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, or_, select, update

from playground.store.access_tables import SessionTokenRow

JUST_ENDED = timedelta(minutes=15)
"""For so long an expired token is told as ended, so that what still runs on it is stopped; its own `exp` holds on."""


def create(session: Session, **fields: Any) -> None:
    """Keep a token that was issued, or one of another backend that is revoked; `fields` are those of its row."""
    session.add(SessionTokenRow(**fields))


def extend(session: Session, token_id: str, *, expires_at: datetime, at: datetime) -> bool:
    """Let a token live on. False, and nothing is changed, for one that is unknown, has expired or was revoked."""
    live = (
        SessionTokenRow.id == token_id,
        col(SessionTokenRow.revoked_at).is_(None),
        col(SessionTokenRow.expires_at) > at,
    )
    found = session.exec(select(SessionTokenRow).where(*live).with_for_update()).first()
    if found is None:
        return False
    found.expires_at = max(found.expires_at, expires_at)
    session.add(found)
    return True


def find(session: Session, token_id: str) -> SessionTokenRow | None:
    """A token by its id."""
    return session.get(SessionTokenRow, token_id)


def revoke(session: Session, token_id: str, *, at: datetime) -> bool:
    """End a token for good. False for one that is unknown."""
    row = SessionTokenRow
    if session.get(row, token_id) is None:
        return False
    session.exec(update(row).where(col(row.id) == token_id, col(row.revoked_at).is_(None)).values(revoked_at=at))
    return True


def forget(session: Session, *, visitor_id: str) -> None:
    """Keep no word on who a visitor's tokens are for. They go on: what is deleted are words, not the way in."""
    row = SessionTokenRow
    session.exec(update(row).where(col(row.visitor_id) == visitor_id).values(subject=""))


def ended(session: Session, *, at: datetime) -> frozenset[str]:
    """The ids of tokens that are good for nothing any more, however fresh a copy of them may look."""
    row = SessionTokenRow
    lately = (col(row.expires_at) <= at) & (col(row.expires_at) > at - JUST_ENDED)
    return frozenset(session.exec(select(row.id).where(or_(col(row.revoked_at).is_not(None), lately))))


def newest(session: Session, *, limit: int) -> Sequence[SessionTokenRow]:
    """Tokens, the newest first."""
    order = (col(SessionTokenRow.created_at).desc(), col(SessionTokenRow.id))
    return session.exec(select(SessionTokenRow).order_by(*order).limit(limit)).all()


def tidy(session: Session, *, before: datetime) -> None:
    """Forget the tokens that expired before a time: revoked or not, nobody takes them any more."""
    session.exec(delete(SessionTokenRow).where(col(SessionTokenRow.expires_at) < before))
