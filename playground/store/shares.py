"""Comparisons that visitors made public, as they were then. Whoever has the link may read one; nobody finds it else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session, col, func, select

from playground.errors import Conflict, NotFound, TooLarge
from playground.ids import new_id
from playground.store.tables import ShareRow

MOST = 100
"""Shares of one visitor."""

LARGEST = 2_000_000
"""Bytes of one share, as JSON."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a visitor made public, without its content."""

    id: str
    tab_id: str
    title: str
    created_at: datetime


def create(
    session: Session, *, visitor_id: str, tab_id: str, title: str, content: dict[str, Any], at: datetime
) -> Share:
    """Make a comparison public; its id is the secret in the link.

    Raises TooLarge, and Conflict for a visitor who shares as many as may be.
    """
    if len(orjson.dumps(content)) > LARGEST:
        raise TooLarge("This comparison is too large to be shared: the limit is 2 MB. Save it as a file instead.")
    count = select(func.count()).select_from(ShareRow).where(ShareRow.visitor_id == visitor_id)
    if session.exec(count).one() >= MOST:
        raise Conflict("You share {most} comparisons, which is as many as may be. Stop sharing one first.", most=MOST)
    row = ShareRow(id=new_id("shr"), visitor_id=visitor_id, tab_id=tab_id, title=title, content=content, created_at=at)
    session.add(row)
    return _share(row)


def find(session: Session, share_id: str) -> dict[str, Any]:
    """The content of a share, for anybody. Raises NotFound, also for one that was revoked."""
    row = session.get(ShareRow, share_id)
    if row is None:
        raise NotFound
    return row.content


def check(session: Session, share_id: str) -> None:
    """Raises NotFound for what is not shared, or not any more. Reads no content."""
    if session.exec(select(ShareRow.id).where(ShareRow.id == share_id)).first() is None:
        raise NotFound


def of_visitor(session: Session, *, visitor_id: str) -> Sequence[Share]:
    """What a visitor shares, newest first."""
    columns = (ShareRow.id, ShareRow.tab_id, ShareRow.title, ShareRow.created_at)
    query = select(*columns).where(ShareRow.visitor_id == visitor_id)
    rows = session.exec(query.order_by(col(ShareRow.created_at).desc(), col(ShareRow.id)))
    return [Share(*row) for row in rows]


def revoke(session: Session, *, visitor_id: str, share_id: str) -> None:
    """Make one of the visitor's own shares unknown. Raises NotFound."""
    row = session.get(ShareRow, share_id)
    if row is None or row.visitor_id != visitor_id:
        raise NotFound
    session.delete(row)


def _share(row: ShareRow) -> Share:
    return Share(row.id, row.tab_id, row.title, row.created_at)
