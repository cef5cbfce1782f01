"""Threads copied up to one of their items. The copies know nothing of runs: what those took belongs to the original."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from playground.errors import NotFound
from playground.ids import Kind, new_id
from playground.store import attachments, items, runs, threads
from playground.store.tables import ItemRow, ThreadRow

_KINDS: dict[str, Kind] = {"workflow": "wfl", "task": "tsk"}


@dataclass(frozen=True, slots=True)
class Past:
    """A branch up to and including an item; an `unfinished` item is not among the rows."""

    rows: Sequence[ItemRow]
    unfinished: bool = False


def past(session: Session, thread: ThreadRow, item_id: str) -> Past:
    """What the thread's head holds up to a visible item. Raises NotFound.

    Of an item that is still being written only the log knows; what its run finished behind it is left out too.
    """
    rows = items.history(session, thread.head_branch)
    place = next((at for at, row in enumerate(rows) if row.id == item_id and row.type not in items.HIDDEN), None)
    if place is not None:
        return Past(rows[: place + 1])
    for run in runs.live_of(session, thread.id):
        opened = _opened(session, run.id)
        if item_id in opened:
            after = set(opened[opened.index(item_id) :])
            return Past([row for row in rows if row.id not in after], unfinished=True)
    raise NotFound


def copy(
    session: Session,
    rows: Sequence[ItemRow],
    *,
    visitor_id: str,
    title: str | None,
    meta: dict[str, Any],
    at: datetime,
) -> ThreadRow:
    """A new thread of the visitor's with copies of the rows, hidden ones too, under ids of their own."""
    thread = threads.create(session, thread_id=new_id("thr"), visitor_id=visitor_id, title=title, meta=meta, at=at)
    for position, row in enumerate(rows, 1):
        item_id = new_id(_KINDS.get(row.type, "msg"))
        session.add(
            ItemRow(
                id=item_id,
                thread_id=thread.id,
                branch_id=thread.head_branch,
                position=position,
                type=row.type,
                payload=_moved(row.payload, item_id, thread.id),
                model_input=row.model_input,
                created_at=row.created_at,
            )
        )
    attachments.share(session, ids=attachments.named(row.payload for row in rows), thread_id=thread.id)
    session.flush()
    return thread


def _moved(payload: dict[str, Any], item_id: str, thread_id: str) -> dict[str, Any]:
    """The item in its new thread, and its files with it."""
    moved = {**payload, "id": item_id, "thread_id": thread_id}
    if files := payload.get("attachments"):
        moved["attachments"] = [{**file, "thread_id": thread_id} for file in files]
    return moved


def _opened(session: Session, run_id: str) -> list[str]:
    """The items that a run has begun, in their order."""
    frames = runs.events(session, run_id, after=0, limit=runs.MOST_FRAMES)
    begun = (orjson.loads(data) for _, data in frames if b'"thread.item.added"' in data)
    return [event["item"]["id"] for event in begun if event["type"] == "thread.item.added"]
