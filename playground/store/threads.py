"""Threads and their branches. Every question names the visitor; a foreign thread is as unknown as a missing one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from chatkit.types import Page, Thread, ThreadItem
from sqlalchemy import tuple_
from sqlmodel import Session, col, delete, select, update

from playground import wire
from playground.errors import Conflict, NotFound
from playground.ids import new_id
from playground.store import attachments, lanes
from playground.store.tables import BranchRow, FeedbackRow, ItemRow, RunEventRow, RunRow, ThreadRow

Order = Literal["asc", "desc"]
Status = Literal["active", "locked", "closed"]


def create(
    session: Session, *, thread_id: str, visitor_id: str, title: str | None, meta: dict[str, Any], at: datetime
) -> ThreadRow:
    """A new thread with its first branch. A title given here counts as given by hand."""
    branch = BranchRow(id=new_id("brn"), thread_id=thread_id, created_at=at)
    thread = ThreadRow(
        id=thread_id,
        visitor_id=visitor_id,
        title=title,
        title_by_hand=title is not None,
        status={"type": "active"},
        meta=meta,
        head_branch=branch.id,
        created_at=at,
        updated_at=at,
    )
    session.add(thread)
    session.flush()
    session.add(branch)
    session.flush()
    return thread


def find(session: Session, *, visitor_id: str, thread_id: str, lock: bool = False) -> ThreadRow:
    """The visitor's thread; `lock` keeps other writers off it until the transaction ends. Raises NotFound."""
    query = select(ThreadRow).where(ThreadRow.id == thread_id, ThreadRow.visitor_id == visitor_id)
    row = session.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound
    return row


def refuse_locked(thread: ThreadRow) -> None:
    """Raise Conflict, with the reason, for a thread in which nothing more is to be said."""
    match thread.status:
        case {"type": "active"}:
            return
        case {"reason": str(reason)} if reason:
            raise Conflict("{reason}", reason=reason)
        case {"type": "closed"}:
            raise Conflict("This conversation is closed.")
        case _:
            raise Conflict("This conversation is locked.")


def touch(session: Session, *, thread_id: str) -> None:
    """Say that something in a thread changed just now; who looks on sees it by that."""
    now = datetime.now(UTC)
    session.exec(update(ThreadRow).where(col(ThreadRow.id) == thread_id).values(updated_at=now))


def set_status(session: Session, *, thread_id: str, kind: Status, reason: str | None = None) -> ThreadRow:
    """Lock, close or open a thread, whoever's it is; the visitor reads the `reason`. Raises NotFound."""
    thread = session.get(ThreadRow, thread_id, with_for_update=True)
    if thread is None:
        raise NotFound
    told = {"reason": wire.clean(reason)} if reason and kind != "active" else {}
    thread.status = {"type": kind, **told}
    session.add(thread)
    return thread


def page(
    session: Session, *, visitor_id: str, limit: int, order: Order, after: str | None
) -> tuple[Sequence[ThreadRow], bool]:
    """At most `limit` threads by creation, and whether more follow. Raises NotFound for an unknown `after`."""
    key = tuple_(col(ThreadRow.created_at), col(ThreadRow.id))
    query = select(ThreadRow).where(ThreadRow.visitor_id == visitor_id)
    if after is not None:
        last = find(session, visitor_id=visitor_id, thread_id=after)
        mark = tuple_(last.created_at, last.id)
        query = query.where(key > mark if order == "asc" else key < mark)
    columns = (col(ThreadRow.created_at), col(ThreadRow.id))
    query = query.order_by(*(c.asc() if order == "asc" else c.desc() for c in columns)).limit(limit + 1)
    rows = session.exec(query).all()
    return rows[:limit], len(rows) > limit


def used_last(session: Session, *, visitor_id: str | None, limit: int) -> Sequence[ThreadRow]:
    """The threads that were used last, of all visitors unless one is named."""
    query = select(ThreadRow).order_by(col(ThreadRow.updated_at).desc(), col(ThreadRow.id)).limit(limit)
    return session.exec(query.where(ThreadRow.visitor_id == visitor_id) if visitor_id else query).all()


def rename(session: Session, *, visitor_id: str, thread_id: str, title: str) -> ThreadRow:
    """Set the title by hand: no automatic title overwrites it again."""
    thread = find(session, visitor_id=visitor_id, thread_id=thread_id)
    thread.title, thread.title_by_hand = title, True
    session.add(thread)
    return thread


def suggest_title(session: Session, *, thread_id: str, title: str) -> bool:
    """Set an automatic title where there is none yet; answers whether it did."""
    thread = session.get(ThreadRow, thread_id)
    if thread is None or thread.title_by_hand or thread.title is not None:
        return False
    thread.title = title
    session.add(thread)
    return True


def remove(session: Session, *, visitor_id: str, thread_id: str) -> None:
    """Delete the thread with all that hangs on it, its lane too. Raises NotFound."""
    thread = find(session, visitor_id=visitor_id, thread_id=thread_id, lock=True)
    items = select(ItemRow.id).where(ItemRow.thread_id == thread_id)
    runs = select(RunRow.id).where(RunRow.thread_id == thread_id)
    session.exec(delete(FeedbackRow).where(col(FeedbackRow.item_id).in_(items)))
    session.exec(delete(RunEventRow).where(col(RunEventRow.run_id).in_(runs)))
    lanes.forget_thread(session, thread_id=thread_id)
    attachments.let_go(session, thread_id=thread_id)
    for table in (ItemRow, RunRow, BranchRow):
        session.exec(delete(table).where(col(table.thread_id) == thread_id))
    session.delete(thread)


def branches(session: Session, *, thread_id: str) -> Sequence[BranchRow]:
    """All paths of a thread, oldest first."""
    query = select(BranchRow).where(BranchRow.thread_id == thread_id)
    return session.exec(query.order_by(col(BranchRow.created_at), col(BranchRow.id))).all()


def fork(session: Session, thread: ThreadRow, *, parent: str, position: int, label: str, at: datetime) -> BranchRow:
    """A new branch that keeps the branch `parent` up to and including `position`; it becomes the head."""
    branch = BranchRow(
        id=new_id("brn"),
        thread_id=thread.id,
        parent_branch=parent,
        fork_position=position,
        label=label,
        created_at=at,
    )
    session.add(branch)
    thread.head_branch = branch.id
    session.add(thread)
    session.flush()
    return branch


def switch(session: Session, *, visitor_id: str, thread_id: str, branch_id: str) -> None:
    """Make another branch the one that is shown. Raises NotFound."""
    thread = find(session, visitor_id=visitor_id, thread_id=thread_id, lock=True)
    branch = session.get(BranchRow, branch_id)
    if branch is None or branch.thread_id != thread_id:
        raise NotFound
    thread.head_branch = branch_id
    session.add(thread)


def as_thread(row: ThreadRow, items: Page[ThreadItem] | None = None) -> Thread:
    """The thread as it goes out: without its metadata."""
    return Thread.model_validate(
        {"id": row.id, "title": row.title, "created_at": row.created_at, "status": row.status, "items": items or Page()}
    )
