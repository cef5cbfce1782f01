"""Files of visitors: what is known of them, and who may have them. Their bytes lie elsewhere, under their ids.

A file that nobody may have any more is marked as gone at once, in the transaction that says so; its bytes follow.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, func, select, update

from playground.errors import Conflict, Malformed, NotFound
from playground.store.insert import insert
from playground.store.tables import AttachmentRow, AttachmentUseRow

GONE = ("gone", "dropped")


def unsent(session: Session, *, visitor_id: str) -> int:
    """How many of the visitor's files no message has named so far."""
    query = select(func.count()).where(AttachmentRow.visitor_id == visitor_id, col(AttachmentRow.thread_id).is_(None))
    return session.exec(query.where(col(AttachmentRow.status).not_in(GONE))).one()


def weight(session: Session, *, visitor_id: str | None = None, since: datetime | None = None) -> int:
    """Bytes of the files that a visitor announced since then, whatever became of them; else of all that are there."""
    query = select(func.coalesce(func.sum(AttachmentRow.size), 0))
    if visitor_id is None or since is None:
        return session.exec(query.where(AttachmentRow.status != "dropped")).one()
    return session.exec(query.where(AttachmentRow.visitor_id == visitor_id, AttachmentRow.created_at >= since)).one()


def find(session: Session, attachment_id: str, *, visitor_id: str | None = None, lock: bool = False) -> AttachmentRow:
    """A file that is there, of the visitor if one is named. Raises NotFound."""
    query = select(AttachmentRow).where(AttachmentRow.id == attachment_id, col(AttachmentRow.status).not_in(GONE))
    query = query if visitor_id is None else query.where(AttachmentRow.visitor_id == visitor_id)
    row = session.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound
    return row


def claim(session: Session, attachment_id: str) -> AttachmentRow:
    """Begin to look at what was uploaded; of two uploads of one file, one. Raises NotFound, Conflict."""
    row = find(session, attachment_id, lock=True)
    refuse_again(row)
    row.status = "storing"
    session.add(row)
    return row


def refuse_again(row: AttachmentRow) -> None:
    """Raise Conflict for a file that was uploaded already, or is just being."""
    if row.status != "pending":
        raise Conflict("This file was uploaded already.")


def settle(session: Session, attachment_id: str, *, size: int | None) -> AttachmentRow:
    """So many bytes are kept; None: they were refused, and may come again. Raises NotFound if it went meanwhile."""
    row = find(session, attachment_id, lock=True)
    row.status = "pending" if size is None else "ready"
    row.size = row.size if size is None else size
    session.add(row)
    return row


def sendable(session: Session, *, visitor_id: str, ids: Sequence[str], lock: bool = False) -> list[AttachmentRow]:
    """The visitor's files for a message, in its order. Raises NotFound, and Malformed for one that is not complete."""
    query = select(AttachmentRow).where(col(AttachmentRow.id).in_(ids), AttachmentRow.visitor_id == visitor_id)
    if lock:  # in one order, so that two messages with the same files do not wait for each other
        query = query.order_by(col(AttachmentRow.id)).with_for_update()
    found = {row.id: row for row in session.exec(query).all()}
    rows = [found[one] for one in ids if one in found and found[one].status not in GONE]
    if len(rows) != len(ids):
        raise NotFound("An attached file was not found. Attach it again.")
    for row in rows:
        if row.status != "ready":
            raise Malformed("The file {name} is not completely uploaded yet.", name=row.name)
    return rows


def use(session: Session, *, visitor_id: str, ids: Sequence[str], thread_id: str) -> None:
    """A message of this thread of the visitor's names the files. Raises as `sendable`."""
    for row in sendable(session, visitor_id=visitor_id, ids=ids, lock=True):
        row.thread_id = row.thread_id or thread_id
        session.add(row)
    share(session, ids=ids, thread_id=thread_id)


def share(session: Session, *, ids: Iterable[str], thread_id: str) -> None:
    """Another thread of the same visitor names these files; those that are gone are left out."""
    session.flush()
    query = select(AttachmentRow.id).where(col(AttachmentRow.id).in_(list(ids)))
    query = query.where(col(AttachmentRow.status).not_in(GONE))
    known = session.exec(query.order_by(col(AttachmentRow.id)).with_for_update()).all()
    for attachment_id in known:
        values = insert(session, AttachmentUseRow).values(attachment_id=attachment_id, thread_id=thread_id)
        session.exec(values.on_conflict_do_nothing())


def named(payloads: Iterable[Mapping[str, Any]]) -> list[str]:
    """The ids of the files that items name, each once."""
    return list(dict.fromkeys(file["id"] for payload in payloads for file in payload.get("attachments") or ()))


def let_go(session: Session, *, thread_id: str) -> None:
    """The thread goes: those of its files that no other thread has are gone."""
    session.flush()
    of_thread = select(AttachmentUseRow.attachment_id).where(AttachmentUseRow.thread_id == thread_id)
    locked = select(AttachmentRow.id).where(col(AttachmentRow.id).in_(of_thread)).order_by(col(AttachmentRow.id))
    held = session.exec(locked.with_for_update()).all()  # a thread that comes to have one too waits for this
    session.exec(delete(AttachmentUseRow).where(col(AttachmentUseRow.thread_id) == thread_id))
    still = session.exec(select(AttachmentUseRow.attachment_id).where(col(AttachmentUseRow.attachment_id).in_(held)))
    _go(session, set(held) - set(still.all()))


def remove(session: Session, *, visitor_id: str, attachment_id: str) -> None:
    """The visitor does not want it; twice is as good. Raises NotFound, and Conflict for one that was sent."""
    query = select(AttachmentRow).where(AttachmentRow.id == attachment_id, AttachmentRow.visitor_id == visitor_id)
    row = session.exec(query.with_for_update()).first()
    if row is None:
        raise NotFound
    if row.status in GONE:
        return
    if row.thread_id is not None:
        raise Conflict("This file is part of a conversation. It goes when the conversation is deleted.")
    row.status = "gone"
    session.add(row)


def expire(session: Session, *, unfinished_before: datetime, unsent_before: datetime) -> None:
    """What was not uploaded to its end, or not sent, in time is gone."""
    lone = col(AttachmentRow.thread_id).is_(None)
    born = col(AttachmentRow.created_at)
    late = (col(AttachmentRow.status).in_(("pending", "storing"))) & (born < unfinished_before)
    left = (col(AttachmentRow.status) == "ready") & (born < unsent_before)
    session.exec(update(AttachmentRow).where(lone, late | left).values(status="gone"))


def gone(session: Session, *, limit: int) -> Sequence[str]:
    """Files whose bytes are to go."""
    return session.exec(select(AttachmentRow.id).where(AttachmentRow.status == "gone").limit(limit)).all()


def dropped(session: Session, ids: Sequence[str], *, forget_before: datetime) -> None:
    """The bytes of these are gone. What went long ago is forgotten."""
    session.exec(update(AttachmentRow).where(col(AttachmentRow.id).in_(ids)).values(status="dropped"))
    old = (col(AttachmentRow.status) == "dropped") & (col(AttachmentRow.created_at) < forget_before)
    session.exec(delete(AttachmentRow).where(old))


def _go(session: Session, ids: Iterable[str]) -> None:
    session.exec(update(AttachmentRow).where(col(AttachmentRow.id).in_(list(ids))).values(status="gone"))
