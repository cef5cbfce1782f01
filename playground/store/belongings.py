"""All that is kept of one visitor, a few rows at a time, as it may be handed to them: nothing hidden, nothing of ours.

Each of the functions reads one batch, in order, of the rows behind `after`, the mark of the last one before.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from playground.records import Usage
from playground.store import runs
from playground.store.items import HIDDEN
from playground.store.tables import (
    AttachmentRow,
    BranchRow,
    FeedbackRow,
    ItemRow,
    LaneRow,
    Row,
    RunRow,
    ShareRow,
    TabRow,
    ThreadRow,
    VoteRow,
)

BY_AGE = ("created_at", "id")
BATCH = 20
"""Rows that are held at once. An item may be megabytes."""

R = TypeVar("R")
Json = dict[str, Any]
Mark: TypeAlias = tuple[Any, ...]


class Read(Protocol):
    """Reads one batch."""

    def __call__(self, session: Session, after: Mark | None) -> Sequence[tuple[Mark, Json]]:
        """The rows behind `after`, each with its mark."""
        ...


def threads(visitor_id: str) -> Read:
    """The visitor's threads, without what is in them."""
    query = select(ThreadRow).where(ThreadRow.visitor_id == visitor_id)
    return _batches(query, ThreadRow, BY_AGE, _thread)


def branches(thread_id: str) -> Read:
    """The paths of a thread."""
    query = select(BranchRow).where(BranchRow.thread_id == thread_id)
    return _batches(query, BranchRow, BY_AGE, _fields("parent_branch", "fork_position", "label"))


def items(thread_id: str) -> Read:
    """What was said in a thread, on all its branches."""
    query = select(ItemRow).where(ItemRow.thread_id == thread_id, col(ItemRow.type).not_in(HIDDEN))
    return _batches(query, ItemRow, ("branch_id", "position"), _item)


def ratings(thread_id: str) -> Read:
    """The visitor's thumbs on what was said in a thread."""
    query = select(FeedbackRow).join(ItemRow, col(ItemRow.id) == col(FeedbackRow.item_id))
    own = query.where(ItemRow.thread_id == thread_id)
    return _batches(own, FeedbackRow, ("item_id", "visitor_id"), _fields("item_id", "kind", key=False))


def answers(thread_id: str, *, instructions: bool) -> Read:
    """The runs of a thread; with the `instructions` that the visitor gave, if they are not hidden here."""
    query = select(RunRow).where(RunRow.thread_id == thread_id)
    return _batches(query, RunRow, BY_AGE, lambda row: _run(row, instructions=instructions))


def tabs(visitor_id: str) -> Read:
    """The tabs, without their lanes."""
    query = select(TabRow).where(TabRow.visitor_id == visitor_id)
    return _batches(query, TabRow, BY_AGE, _fields("title", "position", "blind", "closed_at"))


def lanes(tab_id: str, *, instructions: bool) -> Read:
    """The lanes of a tab."""
    query = select(LaneRow).where(LaneRow.tab_id == tab_id)
    return _batches(query, LaneRow, BY_AGE, lambda row: _lane(row, instructions=instructions))


def votes(visitor_id: str) -> Read:
    """The votes on rounds of answers."""
    query = select(VoteRow).where(VoteRow.visitor_id == visitor_id)
    names = ("tab_id", "round_id", "choice", "winner", "contenders", "agent", "blind")
    return _batches(query, VoteRow, BY_AGE, _fields(*names))


def shares(visitor_id: str) -> Read:
    """The comparisons that were made public."""
    query = select(ShareRow).where(ShareRow.visitor_id == visitor_id)
    return _batches(query, ShareRow, BY_AGE, _fields("tab_id", "title", "content"))


def files(visitor_id: str) -> Read:
    """The files, without their bytes."""
    query = select(AttachmentRow).where(AttachmentRow.visitor_id == visitor_id, AttachmentRow.status == "ready")
    return _batches(query, AttachmentRow, BY_AGE, _fields("name", "mime_type", "size", "thread_id"))


def _batches(query: SelectOfScalar[R], table: type[Row], keys: tuple[str, ...], shown: Callable[[Any], Json]) -> Read:
    columns = [col(getattr(table, key)) for key in keys]

    def read(session: Session, after: Mark | None) -> Sequence[tuple[Mark, Json]]:
        behind = query if after is None else query.where(tuple_(*columns) > tuple_(*after))
        rows = session.exec(behind.order_by(*columns).limit(BATCH)).all()
        return [(tuple(getattr(row, key) for key in keys), shown(row)) for row in rows]

    return read


def _fields(*names: str, key: bool = True) -> Callable[[Any], Json]:
    def shown(row: Any) -> Json:
        own = {"id": row.id} if key else {}
        return {**own, "created_at": row.created_at, **{name: getattr(row, name) for name in names}}

    return shown


def _thread(row: ThreadRow) -> Json:
    about: Json = {name: row.meta[name] for name in ("agent", "model") if name in row.meta}
    shown = {"title": row.title, "status": row.status, "head_branch": row.head_branch, "updated_at": row.updated_at}
    return {"id": row.id, "created_at": row.created_at, **shown, **about}


def _item(row: ItemRow) -> Json:
    return {**row.payload, "branch": row.branch_id, "position": row.position}


def _run(row: RunRow, *, instructions: bool) -> Json:
    run = runs.record(row)
    waiting = {"text": run.input_text} if run.input_text else {}
    return {
        "id": run.id,
        "created_at": run.created_at,
        "ended_at": row.ended_at,
        "branch": run.branch_id,
        "agent": run.agent,
        "model": run.model,
        "status": run.status,
        "answers": run.answers,
        "settings": _settings(run.settings, instructions=instructions),
        "usage": {name: getattr(run.usage, name) for name in Usage.__slots__},
        "tool_calls": run.tool_calls,
        "cost_usd": None if run.cost is None else str(run.cost),
        "first_token_ms": run.first_token_ms,
        "duration_ms": run.duration_ms,
        "notes": run.notes,
        "error": run.error,
        **waiting,
    }


def _lane(row: LaneRow, *, instructions: bool) -> Json:
    settings = _settings(row.settings, instructions=instructions)
    names = ("agent", "model", "muted", "thread_id", "stand_ins", "script")
    return {"id": row.id, "settings": settings, **{name: getattr(row, name) for name in names}}


def _settings(settings: Json, *, instructions: bool) -> Json:
    return {name: value for name, value in settings.items() if instructions or name != "instructions"}
