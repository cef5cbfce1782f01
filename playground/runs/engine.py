"""Runs: started once, stopped once, followed by anybody who may. A run is a task of its own, never a request's."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from playground.access.standing import Standing
from playground.budget.admission import Admission
from playground.errors import Unavailable
from playground.records import LIVE, RunRecord
from playground.runs import kept
from playground.runs.answer import Answerer
from playground.runs.approvals import Approvals, Verdict
from playground.runs.door import Door
from playground.runs.grace import Grace
from playground.runs.history import Told
from playground.runs.journal import Journal
from playground.runs.keeper import PACE, Keeper, Pace
from playground.runs.lifecycle import Lifecycle
from playground.runs.live import Frame, LiveRun, StopReason, facts
from playground.runs.order import Order
from playground.runs.queue import Queue
from playground.runs.readers import Readers
from playground.runs.recovery import broken
from playground.runs.stops import Stops
from playground.runs.supply import Supplied, Supply
from playground.runs.tasks import Tasks
from playground.settings import Settings
from playground.store.database import Database
from playground.store.runs import Ending
from playground.visitor import Visitor

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 5
"""How long runs that were interrupted may take to say so."""


class Engine:
    """The runs of this process. `start` it before use; `close` it to let running answers finish."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        answerer: Answerer,
        *,
        standing: Standing | None = None,
        admission: Admission | None = None,
        pace: Pace = PACE,
    ) -> None:
        self._settings = settings
        self._database = database
        self._answerer = answerer
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.closing = False
        self._live: dict[str, LiveRun] = {}
        self._tasks = Tasks()
        self._background: list[asyncio.Task[None]] = []
        self._door = Door(settings, database, owner=self.owner, stop=self.stop, admission=admission)
        self._journal = Journal(database, interval=settings.flush_interval, fenced=self._fenced)
        self._grace = Grace(settings.disconnect_grace, lambda run: self._halt(run, "left"))
        self._readers = Readers(database, self._live, self._grace)
        self._approvals = Approvals(
            database, self._journal, self.owner, self._live, begin=self._resume, admission=admission
        )
        self._queue = Queue(database, self._live, begin=self._begin, forget=self._forget)
        self._standing = known = standing or Standing(database)
        self._stops = Stops(
            database, self._live, queue=self._queue, approvals=self._approvals, tasks=self._tasks, standing=known
        )
        self._halt = self._stops.halt
        self._keeper = Keeper(
            database, self._journal, self.owner, self._live, pace=pace, halt=self._halt, advance=self._advance
        )
        self.chores = self._keeper.chores
        self.chores.append(Lifecycle(settings, database, self._approvals).look)

    async def start(self) -> None:
        """Take over what died, and begin to keep time."""
        self._standing.changed.append(self._stops.judge)
        await self._keeper.look()
        self._background = [asyncio.create_task(work) for work in (self._journal.run(), self._keeper.run())]

    async def close(self) -> None:
        """No new runs; let the live ones finish within the drain time, interrupt the rest, write everything."""
        self.closing = True
        await self._tasks.rest(self._settings.drain_timeout)
        for queued in (False, True):  # what waits comes after the answer that it waits for
            for run in [run for run in self._live.values() if run.queued is queued]:
                self._halt(run, "shutdown")
            await self._tasks.rest(CLOSE_SECONDS)
        self._readers.close()
        await self._tasks.end(*self._background)
        try:
            await self._journal.flush(durable=True)
        except Exception:  # the rest still has to be closed
            logger.exception("the last of the log could not be written")

    def check(self, agent: str, model: str) -> None:
        """Raise VisitorError if no run can be started, or not on these."""
        self.check_open()
        self._answerer.check(agent, model)

    async def submit(self, order: Order) -> RunRecord:
        """Start a run, or queue it behind the thread's live one. Raises VisitorError; then nothing has changed."""
        self.check_open()
        await self._answerer.allow(order)
        # whoever waits here may be cancelled; a run that was let in must have its task
        return await asyncio.shield(self._tasks.spawn(self._let_in(order)))

    async def _let_in(self, order: Order) -> RunRecord:
        admitted = await self._door.let_in(order)
        if admitted.existing:
            return admitted.run
        run = LiveRun(
            id=admitted.run.id,
            order=order,
            branch_id=admitted.run.branch_id,
            journal=self._journal,
            position=admitted.position,
            frames=list(admitted.frames),
            queued=admitted.queued,
        )
        self._live[run.id] = run
        self._stops.judge(run)  # what was forbidden while it was let in
        if run.queued:
            self._tasks.spawn(self._advance(order.thread_id))  # what it waits for may be over by now
        else:
            self._begin(run, admitted.told)
        return admitted.run

    async def run(self, visitor: Visitor, run_id: str) -> RunRecord:
        """The run as it stands. Raises NotFound."""
        return await kept.find(self._database, visitor, run_id)

    async def rest(self, visitor: Visitor, run_id: str) -> RunRecord:
        """The run once nobody works on it: it is over, or waits for an approval. Raises NotFound."""
        return await self._readers.rest(visitor, run_id)

    async def settled(self, thread_id: str) -> None:
        """Whoever has seen all frames of a run finds it as they say: its end, or its pause, is saved."""
        for run in [run for run in self._live.values() if run.settling and run.order.thread_id == thread_id]:
            await run.done.wait()

    async def stop(self, visitor: Visitor, run_id: str) -> RunRecord:
        """Stop a run; answers when its provider's connection is closed and its partial answer saved."""
        return await self._stops.stop(visitor, run_id, "visitor")

    async def stop_any(self, run_id: str, reason: StopReason = "owner") -> RunRecord:
        """Stop a run, whoever's it is; its visitor is told the reason. Answers as `stop` does. Raises NotFound."""
        return await self._stops.stop_any(run_id, reason)

    async def decide(self, visitor: Visitor, run_id: str, verdict: Verdict) -> RunRecord:
        """Approve or reject what a run waits for; it goes on once all is decided. Raises VisitorError, see `decide`."""
        self.check_open()
        record = await self.run(visitor, run_id)
        await self._answerer.allow_on(visitor, record, verdict)
        await self.settled(record.thread_id)
        return await asyncio.shield(self._tasks.spawn(self._approvals.decide(visitor, run_id, verdict)))

    async def decide_as_owner(self, run_id: str, verdict: Verdict) -> RunRecord:
        """The owner's word on unsafe calls of anybody's run. Raises as `decide`."""
        return await self.decide(await kept.visitor_of(self._database, run_id), run_id, replace(verdict, kind="owner"))

    async def waiting_for_owner(self) -> tuple[RunRecord, ...]:
        """The runs whose unsafe calls the owner has to decide, the oldest first."""
        return await kept.waiting_for_owner(self._database)

    async def supply(self, visitor: Visitor, given: Supply) -> Supplied:
        """Take what the visitor's UI answers; the run goes on once all is answered. Raises as the function `supply`."""
        self.check_open()
        await self.settled(given.thread_id)
        await self._answerer.allow_on(visitor, await kept.waiting(self._database, visitor, given.thread_id), given)
        return await asyncio.shield(self._tasks.spawn(self._approvals.supply(visitor, given)))

    def touch(self, thread_id: str) -> None:
        """Somebody read this thread: its run may finish."""
        self._readers.touch(thread_id)

    def open_items(self, visitor: Visitor, thread_id: str) -> list[dict[str, Any]]:
        """The payloads of the items that a run of this process has made so far; some may be stored already."""
        return self._readers.open_items(visitor, thread_id)

    def attach(self, visitor: Visitor, run_id: str, *, after: int = 0, linger: bool = False) -> AsyncGenerator[Frame]:
        """The run's frames above `after`, to its end; while it waits for an approval there is none. Raises NotFound.

        A `linger`ing reader is one whose leaving may stop the run (see `Grace`).
        """
        return self._readers.attach(visitor, run_id, after=max(after, 0), linger=linger)

    def _begin(self, run: LiveRun, told: Told) -> None:
        self._grace.begin(run)
        self._tasks.spawn(self._work(run, told))

    def _resume(self, run: LiveRun) -> None:
        self._live[run.id] = run
        self._tasks.spawn(self._work(run, ()))  # in nobody's absence: who decided it wants it to go on

    async def _work(self, run: LiveRun, told: Told) -> None:
        run.task = asyncio.current_task()
        ending = await self._answered(run, told)
        run.task, run.settling = None, True
        try:
            await self._journal.end(run.id, run.epoch, ending)
        except Exception:  # whatever it is: nobody may wait for this run for ever
            logger.exception("a run's end could not be written; it is kept and tried again")
        self._conclude(run, ending)
        await self._advance(run.order.thread_id)

    async def _answered(self, run: LiveRun, told: Told) -> Ending:
        try:
            return await self._answerer.answer(run, told)
        except Exception:  # whatever it is: no run may be without an end
            logger.exception("an answer broke", extra={"run_id": run.id})
            return broken(run)

    def _conclude(self, run: LiveRun, ending: Ending) -> None:
        run.parked = ending.status in LIVE
        self._forget(run)
        logger.info("run waits" if run.parked else "run ended", extra=facts(run, ending))

    def check_open(self) -> None:
        """Raise Unavailable, Paused while nothing may begin."""
        if self.closing:
            raise Unavailable("The server is stopping. Try again in a moment.")
        self._standing.check_running()

    async def _advance(self, thread_id: str) -> None:
        try:
            self.check_open()
        except Unavailable:  # what waits is ended, or waits on
            return
        await self._queue.advance(thread_id)

    def _fenced(self, run_id: str) -> None:
        if (run := self._live.get(run_id)) is not None:
            self._halt(run, "fenced")

    def _forget(self, run: LiveRun) -> None:
        self._grace.end(run)
        run.end()
        self._live.pop(run.id, None)
        run.done.set()
