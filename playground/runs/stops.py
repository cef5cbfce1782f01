"""Runs that end before they are done: by their visitor's word, the owner's, or because nobody may go on with them."""

import asyncio
from collections.abc import Mapping

from playground.access.standing import Standing
from playground.errors import Paused, VisitorError
from playground.languages.say import speaking
from playground.records import RunRecord
from playground.runs import kept
from playground.runs.approvals import Approvals
from playground.runs.live import LiveRun, StopReason
from playground.runs.queue import Queue
from playground.runs.tasks import Tasks
from playground.store import runs
from playground.store.database import Database
from playground.visitor import Visitor


class Stops:
    """Stops runs wherever they are: at work here, waiting, or another replica's. Who wins a race, the store decides."""

    def __init__(
        self,
        database: Database,
        live: Mapping[str, LiveRun],
        *,
        queue: Queue,
        approvals: Approvals,
        tasks: Tasks,
        standing: Standing,
    ) -> None:
        self._database = database
        self._live = live
        self._queue = queue
        self._approvals = approvals
        self._tasks = tasks
        self._standing = standing

    async def stop(self, visitor: Visitor, run_id: str, reason: StopReason) -> RunRecord:
        """Stop a run; answers when its provider's connection is closed and its answer saved. Raises NotFound."""
        while (record := await kept.find(self._database, visitor, run_id)).live:
            run = self._live.get(run_id)
            if run is not None:
                await self._end(run, reason)
            elif record.status == "awaiting_approval":
                await asyncio.shield(self._tasks.spawn(self._approvals.stop(visitor, run_id, reason)))
            else:
                await kept.stop(self._database, visitor, run_id, reason)
        return record

    async def stop_any(self, run_id: str, reason: StopReason) -> RunRecord:
        """Stop a run, whoever's it is. Raises NotFound."""
        visitor_id = await self._database.read(lambda session: runs.visitor_of(session, run_id))
        return await self.stop(Visitor(visitor_id), run_id, reason)

    def halt(self, run: LiveRun, reason: StopReason) -> None:
        """Stop a run of this process, soon."""
        if run.queued:
            self._tasks.spawn(self._queue.dismiss(run, reason))
        else:
            run.stop(reason)

    def judge(self, *some: LiveRun) -> None:
        """Stop those runs of this process that may not go on; of all of them, unless some are named."""
        for run in some or tuple(self._live.values()):
            if run.stopping is None and (reason := self._barred(run)) is not None:
                self.halt(run, reason)

    def _barred(self, run: LiveRun) -> StopReason | None:
        order = run.order
        try:
            with speaking(order.language):
                self._standing.check_running()
                self._standing.check(Visitor(order.visitor_id, link=order.link_id, token=order.token_id))
        except Paused as paused:
            run.words = paused.message
            return "paused"
        except VisitorError:
            return "revoked"
        return None

    async def _end(self, run: LiveRun, reason: StopReason) -> None:
        if run.queued:
            await self._queue.dismiss(run, reason)
        else:
            run.stop(reason)
        await run.done.wait()
