"""Items, read along a branch. Order is `position`, never time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from playground.errors import NotFound
from playground.store.insert import insert
from playground.store.tables import BranchRow, FeedbackRow, ItemRow, ThreadRow
from playground.store.threads import Order

HIDDEN = ("hidden_context_item", "sdk_hidden_context")
"""Item types that never leave the server."""
MOST_TOLD = 20
"""What a model is told of one item beside what it shows."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a path that one branch contributes: positions above `low`, up to `high` if there is one."""

    branch_id: str
    low: int
    high: int | None


def path(session: Session, branch_id: str) -> list[Segment]:
    """The segments of a branch, newest first; ancestors that contribute nothing are left out."""
    segments: list[Segment] = []
    high: int | None = None
    branch = session.get(BranchRow, branch_id)
    while branch is not None:
        low = branch.fork_position if branch.parent_branch else 0
        if high is None or low < high:
            segments.append(Segment(branch.id, low, high))
        high = low if high is None else min(high, low)
        branch = session.get(BranchRow, branch.parent_branch) if branch.parent_branch else None
    return segments


def _on(segments: Sequence[Segment]) -> ColumnElement[bool]:
    def one(segment: Segment) -> ColumnElement[bool]:
        terms = [col(ItemRow.branch_id) == segment.branch_id, col(ItemRow.position) > segment.low]
        if segment.high is not None:
            terms.append(col(ItemRow.position) <= segment.high)
        return and_(*terms)

    return or_(*(one(segment) for segment in segments))


def page(
    session: Session, thread: ThreadRow, *, limit: int, order: Order, after: str | None
) -> tuple[Sequence[ItemRow], bool]:
    """At most `limit` visible items of the head branch, and whether more follow. Raises NotFound for `after`."""
    query = select(ItemRow).where(_on(path(session, thread.head_branch)), col(ItemRow.type).not_in(HIDDEN))
    if after is not None:
        mark = locate(session, thread, after).position
        query = query.where(col(ItemRow.position) > mark if order == "asc" else col(ItemRow.position) < mark)
    position = col(ItemRow.position)
    rows = session.exec(query.order_by(position.asc() if order == "asc" else position.desc()).limit(limit + 1)).all()
    return rows[:limit], len(rows) > limit


def history(session: Session, branch_id: str) -> Sequence[ItemRow]:
    """Every item of a branch, oldest first, hidden ones too: what a model may be told."""
    return session.exec(select(ItemRow).where(_on(path(session, branch_id))).order_by(col(ItemRow.position))).all()


def locate(session: Session, thread: ThreadRow, item_id: str) -> ItemRow:
    """A visible item of the thread's head branch. Raises NotFound."""
    query = select(ItemRow).where(
        ItemRow.id == item_id, _on(path(session, thread.head_branch)), col(ItemRow.type).not_in(HIDDEN)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound
    return row


def newest(session: Session, branch_id: str, *, up_to: int, kind: str | None = None) -> ItemRow | None:
    """The last visible item of a branch at or before a position; of one `kind` of item, if that is named."""
    query = select(ItemRow).where(_on(path(session, branch_id)), col(ItemRow.type).not_in(HIDDEN))
    query = query.where(col(ItemRow.position) <= up_to)
    query = query.where(ItemRow.type == kind) if kind else query
    return session.exec(query.order_by(col(ItemRow.position).desc()).limit(1)).first()


def last_position(session: Session, branch_id: str, *, without: Sequence[str] = ()) -> int:
    """The position of the newest item on a branch, leaving out the items `without`; 0 if there is none."""
    query = select(func.max(ItemRow.position)).where(_on(path(session, branch_id)), col(ItemRow.id).not_in(without))
    return session.exec(query).one() or 0


def made_by(session: Session, run_id: str, *, hidden: bool = False) -> dict[str, int]:
    """What a run's agent has made so far, `hidden` items too if so asked: item id → position, oldest first."""
    others = ("user_message",) if hidden else ("user_message", *HIDDEN)
    made = select(ItemRow.id, ItemRow.position).where(ItemRow.run_id == run_id, col(ItemRow.type).not_in(others))
    return dict(session.exec(made.order_by(col(ItemRow.position))).all())


def change(session: Session, *, item_id: str, payload: dict[str, Any], told: dict[str, Any] | None = None) -> None:
    """Replace what an item shows; a model is `told` something more of it. One that is gone stays so."""
    row = session.get(ItemRow, item_id, with_for_update=True)
    if row is None:
        return
    row.payload = payload
    if told is not None:
        row.model_input = [*(row.model_input or []), told][-MOST_TOLD:]
    session.add(row)


def save(session: Session, rows: Iterable[ItemRow]) -> None:
    """Insert or replace items by id. What a model was told of one beside it stays, unless there is something else."""
    values = [row.model_dump() for row in rows]
    if values:
        saved = insert(session, ItemRow)
        told = func.coalesce(saved.excluded["model_input"], col(ItemRow.model_input))
        changed = {"type": saved.excluded["type"], "payload": saved.excluded["payload"], "model_input": told}
        session.exec(saved.on_conflict_do_update(index_elements=["id"], set_=changed), params=values)


def rate(
    session: Session, *, visitor_id: str, thread: ThreadRow, item_ids: Sequence[str], kind: str, at: datetime
) -> None:
    """Keep the visitor's thumb on each item; a second one replaces the first. Raises NotFound, then keeps none."""
    for item_id in item_ids:
        locate(session, thread, item_id)
        thumb = insert(session, FeedbackRow).values(item_id=item_id, visitor_id=visitor_id, kind=kind, created_at=at)
        session.exec(thumb.on_conflict_do_update(index_elements=["item_id", "visitor_id"], set_={"kind": kind}))


def ratings(session: Session, *, visitor_id: str, thread_id: str) -> dict[str, str]:
    """The visitor's thumbs in a thread: item id → kind."""
    query = (
        select(FeedbackRow.item_id, FeedbackRow.kind)
        .join(ItemRow, col(ItemRow.id) == col(FeedbackRow.item_id))
        .where(FeedbackRow.visitor_id == visitor_id, ItemRow.thread_id == thread_id)
    )
    return dict(session.exec(query).all())
