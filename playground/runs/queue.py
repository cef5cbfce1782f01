"""Runs that wait for their thread: let in when it is free, or sent away."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from chatkit.types import ErrorEvent, ThreadStreamEvent
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from playground import wire
from playground.errors import Conflict
from playground.languages.say import speaking
from playground.runs.admit import take_in
from playground.runs.history import Told
from playground.runs.live import LiveRun, StopReason
from playground.runs.notes import ended
from playground.runs.order import Order
from playground.runs.recovery import bury
from playground.store import items, runs, threads
from playground.store.database import Database
from playground.store.tables import RunRow, ThreadRow

logger = logging.getLogger(__name__)

TOLD = frozenset({"paused", "revoked", "owner"})
"""Reasons that are not the visitor's own: an answer that never begins is ended with a word of them."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """A queued run that may begin."""

    run_id: str
    branch_id: str
    position: int
    told: Told
    events: Sequence[ThreadStreamEvent]


class Queue:
    """The waiting ones among the `live` runs. Which of two that race wins, a stop or a start, the store decides."""

    def __init__(
        self,
        database: Database,
        live: Mapping[str, LiveRun],
        *,
        begin: Callable[[LiveRun, Told], None],
        forget: Callable[[LiveRun], None],
    ) -> None:
        self._database = database
        self._live = live
        self._begin = begin
        self._forget = forget

    async def advance(self, thread_id: str) -> None:
        """Begin the thread's oldest run, if it waits here and the thread is free."""
        orders = {run.id: run.order for run in self._live.values() if run.queued and run.order.thread_id == thread_id}
        if not orders:
            return
        try:
            promoted = await self._database.write(lambda session: promote(session, thread_id, orders), durable=True)
        except IntegrityError:
            return
        except Conflict as closed:  # by the answer that they waited for
            await self._refuse(orders, closed.message)
            return
        except SQLAlchemyError:
            logger.exception("the queue of a thread could not move; the next beat tries again")
            return
        if promoted is None:
            return
        run = self._live.get(promoted.run_id)
        if run is None:
            return
        run.queued = False
        run.branch_id, run.position = promoted.branch_id, promoted.position
        for event in promoted.events:
            run.announce(event)
        self._begin(run, promoted.told)

    async def _refuse(self, run_ids: Iterable[str], reason: str) -> None:
        event = ErrorEvent(code="custom", message=reason, allow_retry=False)
        for run in filter(None, map(self._live.get, run_ids)):
            run.frames += await self._database.write(partial(refuse, run_id=run.id, event=event), durable=True)
            self._forget(run)

    async def dismiss(self, run: LiveRun, reason: StopReason) -> None:
        """End a waiting run; if it began meanwhile, stop it. Raises SQLAlchemyError, then it waits on."""
        told = None
        if reason in TOLD:
            with speaking(run.order.language):
                told = ErrorEvent(code="custom", message=ended(reason, run.words), allow_retry=False)
        frames = await self._database.write(
            lambda session: dismiss(session, run.id, keep_message=reason == "shutdown", told=told), durable=True
        )
        if frames is None:
            run.stop(reason)
            return
        run.frames += frames
        self._forget(run)


def promote(session: Session, thread_id: str, orders: Mapping[str, Order]) -> Promoted | None:
    """Let the oldest of a thread's runs begin, if that one is queued, and among `orders`.

    Raises IntegrityError if another replica was quicker, and Conflict for a thread that was locked meanwhile.
    """
    thread = session.get(ThreadRow, thread_id, with_for_update=True)
    waiting = runs.live_of(session, thread_id)
    if thread is None or not waiting or waiting[0].id not in orders:
        return None
    threads.refuse_locked(thread)
    run = session.get(RunRow, waiting[0].id, with_for_update=True, populate_existing=True)
    if run is None or run.status != "queued":
        return None
    run.branch_id, run.status, run.heartbeat_at = thread.head_branch, "running", datetime.now(UTC)
    session.add(run)
    session.flush()
    past = items.history(session, run.branch_id)
    position, told, events = take_in(session, thread, run, orders[run.id].item, past)
    return Promoted(run.id, run.branch_id, position, told, events)


def refuse(session: Session, run_id: str, event: ErrorEvent) -> list[bytes]:
    """End a queued run with an error; its message is not kept. Answers its last frames, none if it is not queued."""
    run = session.get(RunRow, run_id, with_for_update=True)
    if run is None or run.status != "queued":
        return []
    frame = wire.dump(event)
    runs.append(session, [(run.id, run.last_seq + 1, frame)])
    ending = runs.Ending(status="failed", last_seq=run.last_seq + 1, usage=run.usage, error=event.message)
    runs.finish(session, run_id=run_id, epoch=run.epoch, ending=ending, at=datetime.now(UTC))
    return [frame]


def dismiss(session: Session, run_id: str, *, keep_message: bool, told: ErrorEvent | None = None) -> list[bytes] | None:
    """End a queued run; answers its last frames, or None if it has begun. Its visitor may be `told` why.

    Its message is kept in the thread, or not, as if it had never been sent. One that is to be kept waits on while its
    thread is answering: whoever finds the run without an owner then puts it after the answer.
    """
    run = session.get(RunRow, run_id, with_for_update=True)
    if run is None or run.status != "queued":
        return None if run is not None and run.status in runs.WORKING else []
    if told is not None:
        return refuse(session, run_id, told)
    if not keep_message:
        ending = runs.Ending(status="cancelled", last_seq=run.last_seq, usage=run.usage)
        runs.finish(session, run_id=run_id, epoch=run.epoch, ending=ending, at=datetime.now(UTC))
    elif len(runs.live_of(session, run.thread_id)) == len(runs.queued_of(session, run.thread_id)):
        return bury(session, run)
    return []
