"""A thread's branches as a visitor knows them: where each left its parent, and a new one behind any item."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from playground.errors import NotFound
from playground.records import Branch
from playground.store import items, threads
from playground.store.tables import BranchRow, ItemRow, ThreadRow


def page(
    session: Session, thread: ThreadRow, *, limit: int, order: threads.Order, after: str | None
) -> tuple[Sequence[Branch], bool]:
    """At most `limit` branches by age, and whether more follow. Raises NotFound for an unknown `after`."""
    columns = (col(BranchRow.created_at), col(BranchRow.id))
    query = select(BranchRow).where(BranchRow.thread_id == thread.id)
    if after is not None:
        last = find(session, thread, after)
        mark = tuple_(last.created_at, last.id)
        query = query.where(tuple_(*columns) > mark if order == "asc" else tuple_(*columns) < mark)
    query = query.order_by(*(c.asc() if order == "asc" else c.desc() for c in columns)).limit(limit + 1)
    rows = session.exec(query).all()
    return [told(session, thread, row) for row in rows[:limit]], len(rows) > limit


def find(session: Session, thread: ThreadRow, branch_id: str) -> BranchRow:
    """One branch of a thread. Raises NotFound."""
    row = session.get(BranchRow, branch_id)
    if row is None or row.thread_id != thread.id:
        raise NotFound
    return row


def told(session: Session, thread: ThreadRow, row: BranchRow) -> Branch:
    """A branch as the rooms above know it."""
    return Branch(
        id=row.id,
        label=row.label,
        created_at=row.created_at,
        head=row.id == thread.head_branch,
        parent=row.parent_branch,
        forked_after=_last_shared(session, row),
    )


def fork_behind(session: Session, thread: ThreadRow, item_id: str, *, longest_label: int, at: datetime) -> Branch:
    """A branch that keeps everything up to and including an item, of whatever branch; it becomes the head.

    Raises NotFound for an item that is unknown, or not the visitor's to see.
    """
    item = session.get(ItemRow, item_id)
    if item is None or item.thread_id != thread.id or item.type in items.HIDDEN:
        raise NotFound
    label = _asked(session, item)[:longest_label]
    row = threads.fork(session, thread, parent=item.branch_id, position=item.position, label=label, at=at)
    return told(session, thread, row)


def _last_shared(session: Session, row: BranchRow) -> str | None:
    """The last item that a branch shares with its parent and that may be seen; None where it shares none."""
    if row.parent_branch is None:
        return None
    item = items.newest(session, row.parent_branch, up_to=row.fork_position)
    return item.id if item else None


def _asked(session: Session, item: ItemRow) -> str:
    """The words of the message that led to an item."""
    question = items.newest(session, item.branch_id, up_to=item.position, kind="user_message")
    return " ".join(part.get("text", "") for part in question.payload["content"]) if question else ""
