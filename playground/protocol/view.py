"""A thread as a reader finds it: its newest items, and what belongs to them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from playground import wire
from playground.records import Branch, RunRecord
from playground.store import items, runs, threads
from playground.store.tables import ItemRow, RunRow
from playground.transcript import Transcript, replay

LATELY = 10


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread as a reader finds it. `runs` are those that ended, by the id of their last item.

    `tries` is how many runs answered a message, on whatever branch, by its id. `status` is ChatKit's: active, locked or
    closed, with a reason. `over` are the last runs that ended, the newest last, whatever they left.
    """

    thread_id: str
    transcript: Transcript
    runs: Mapping[str, RunRecord]
    live: RunRecord | None
    queued: tuple[RunRecord, ...]
    has_more: bool
    branches: tuple[Branch, ...]
    feedback: Mapping[str, str]
    tries: Mapping[str, int] = field(default_factory=dict[str, int])
    status: Mapping[str, Any] = field(default_factory=lambda: {"type": "active"})
    updated_at: datetime | None = None
    over: tuple[str, ...] = ()


def view(session: Session, *, visitor_id: str, thread_id: str, limit: int) -> ThreadView:
    """The newest `limit` items of the visitor's thread. Raises NotFound."""
    thread = threads.find(session, visitor_id=visitor_id, thread_id=thread_id)
    newest, more = items.page(session, thread, limit=limit, order="desc", after=None)
    rows = list(reversed(newest))
    found = runs.of_thread(session, thread_id)
    path = [segment.branch_id for segment in items.path(session, thread.head_branch)]
    made = threads.branches(session, thread_id=thread_id)
    return ThreadView(
        thread_id=thread_id,
        transcript=replay((wire.item(row.payload) for row in rows), title=thread.title),
        runs=ended_runs(rows, found, path),
        live=next((runs.record(run) for run in found if run.status in runs.WORKING), None),
        queued=tuple(runs.record(run) for run in found if run.status == "queued"),
        has_more=more,
        branches=tuple(Branch(one.id, one.label, one.created_at, one.id == thread.head_branch) for one in made),
        feedback=items.ratings(session, visitor_id=visitor_id, thread_id=thread_id),
        status=thread.status,
        updated_at=thread.updated_at,
        over=tuple(run.id for run in found if run.ended_at is not None)[-LATELY:],
        tries=Counter(answered for run in found if (answered := run.order.get("answers"))),
    )


def ended_runs(rows: Sequence[ItemRow], found: Sequence[RunRow], path: Sequence[str]) -> dict[str, RunRecord]:
    """The runs that are over, by the id of the last item that each left among `rows`, or else of what it answered.

    `path` is the branches of the head, newest first. A message may have been answered on several of them; the run
    on the newest is the one that is read here. That of an action is read where it left items.
    """
    depth = {branch_id: depth for depth, branch_id in enumerate(path)}
    answering: dict[str, RunRow] = {}
    for run in found:
        asked = run.order.get("answers") or run.id
        other = answering.get(asked)
        if run.branch_id in depth and (other is None or depth[run.branch_id] <= depth[other.branch_id]):
            answering[asked] = run
    last = {row.run_id: row.id for row in rows}
    last_or_asked = {row.id: row.id for row in rows}
    behind = {asked: run.order.get("behind") or asked for asked, run in answering.items()}
    placed = {last.get(run.id) or last_or_asked.get(behind[asked]): run for asked, run in answering.items()}
    return {spot: runs.record(run) for spot, run in placed.items() if spot and run.ended_at is not None}
