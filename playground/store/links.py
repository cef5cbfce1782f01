"""Invite links. Whoever knows the code of one gets in; only a hash of it is kept."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select, update

from playground.store.access_tables import LinkRow


def hash_of(code: str) -> str:
    """What is kept of a code. It has 144 random bits, so that no slow hash is needed."""
    return hashlib.sha256(code.encode()).hexdigest()


def create(session: Session, *, code: str, **fields: Any) -> None:
    """Keep a link that was made; `fields` are those of its row."""
    session.add(LinkRow(code_hash=hash_of(code), **fields))


def find(session: Session, code: str, *, at: datetime) -> str | None:
    """The id of the live link with this code."""
    return session.exec(select(LinkRow.id).where(LinkRow.code_hash == hash_of(code), *_live(at))).first()


def live(session: Session, *, at: datetime) -> frozenset[str]:
    """The ids of all links that let people in."""
    return frozenset(session.exec(select(LinkRow.id).where(*_live(at))))


def revoke(session: Session, link_id: str, *, at: datetime) -> bool:
    """End a link, for all who came by it. False for one that is unknown."""
    if session.get(LinkRow, link_id) is None:
        return False
    query = update(LinkRow).where(col(LinkRow.id) == link_id, col(LinkRow.revoked_at).is_(None))
    session.exec(query.values(revoked_at=at))
    return True


def newest(session: Session, *, limit: int) -> Sequence[LinkRow]:
    """Links, the newest first."""
    order = (col(LinkRow.created_at).desc(), col(LinkRow.id))
    return session.exec(select(LinkRow).order_by(*order).limit(limit)).all()


def _live(at: datetime) -> tuple[ColumnElement[bool], ...]:
    unexpired = or_(col(LinkRow.expires_at).is_(None), col(LinkRow.expires_at) > at)
    return col(LinkRow.revoked_at).is_(None), unexpired
