"""Runs that wait for their thread: let in when it is free, or sent away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agents.items import TResponseInputItem
from chatkit.types import ThreadStreamEvent
from sqlmodel import Session

from playground.runs.admit import take_in
from playground.runs.order import Order
from playground.runs.recovery import bury
from playground.store import runs
from playground.store.tables import RunRow, ThreadRow


@dataclass(frozen=True, slots=True)
class Promoted:
    """A queued run that may begin."""

    branch_id: str
    position: int
    told: Sequence[TResponseInputItem]
    events: Sequence[ThreadStreamEvent]


def promote(session: Session, run_id: str, order: Order) -> Promoted | None:
    """Let a queued run begin on its thread's head. None if it has gone; raises IntegrityError if one is running."""
    run = session.get(RunRow, run_id, with_for_update=True)
    thread = session.get(ThreadRow, order.thread_id, with_for_update=True)
    if run is None or thread is None or run.status != "queued":
        return None
    run.branch_id, run.status, run.heartbeat_at = thread.head_branch, "running", datetime.now(UTC)
    session.add(run)
    session.flush()
    position, told, events = take_in(session, thread, run, order.item)
    return Promoted(run.branch_id, position, told, events)


def dismiss(session: Session, run_id: str, *, keep_message: bool) -> None:
    """End a queued run; its message is kept in the thread, or not, as if it had never been sent."""
    run = session.get(RunRow, run_id, with_for_update=True)
    if run is None or run.status != "queued":
        return
    if keep_message:
        bury(session, run)
        return
    ending = runs.Ending(status="cancelled", last_seq=run.last_seq, usage=run.usage)
    runs.finish(session, run_id=run_id, epoch=run.epoch, ending=ending, at=datetime.now(UTC))
