"""Who reads which run, wherever it is: in memory while it is worked on here, else in the store."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from playground import wire
from playground.records import RunRecord
from playground.runs import kept
from playground.runs.grace import Grace
from playground.runs.live import Frame, LiveRun
from playground.store.database import Database
from playground.visitor import Visitor


class Readers:
    """Reads the `live` runs of this process, and those of others. A reader stays while a run waits or moves."""

    def __init__(self, database: Database, live: Mapping[str, LiveRun], grace: Grace) -> None:
        self._database = database
        self._live = live
        self._grace = grace
        self._closed = False

    def close(self) -> None:
        """Let those go that read a run which does not end here: one that waits, or another replica's."""
        self._closed = True

    def touch(self, thread_id: str) -> None:
        """Somebody read this thread: its run may finish."""
        for run in self._live.values():
            if run.order.thread_id == thread_id:
                self._grace.touch(run)

    def open_items(self, visitor: Visitor, thread_id: str) -> list[dict[str, Any]]:
        """The payloads of the items that a run of this process has made so far; some may be stored already."""
        for run in self._live.values():
            if run.order.thread_id == thread_id and run.order.visitor_id == visitor.id and not run.queued:
                return [wire.payload(item) for item in run.transcript().items]
        return []

    async def rest(self, visitor: Visitor, run_id: str) -> RunRecord:
        """The run once nobody works on it, or as it stands when this process ends. Raises NotFound."""
        while (record := await kept.find(self._database, visitor, run_id)).status in kept.OWNED and not self._closed:
            if (run := self._near(visitor, run_id)) is not None:
                await run.done.wait()
            else:  # another replica's, or its end is not written yet
                await asyncio.sleep(kept.POLL_SECONDS)
        return record

    async def attach(self, visitor: Visitor, run_id: str, *, after: int, linger: bool) -> AsyncGenerator[Frame]:
        """The run's frames above `after`, to its end; a lingering reader's to where it asks his UI. Raises NotFound."""
        while True:
            run = self._near(visitor, run_id)
            source = (
                self._follow(run, after, linger=linger) if run else self._far(visitor, run_id, after, leaving=linger)
            )
            async with aclosing(source) as frames:
                async for frame in frames:
                    yield frame
                    after = frame.seq
            goes_on = run.parked if run else run_id in self._live
            if self._closed or not goes_on:
                return

    def _near(self, visitor: Visitor, run_id: str) -> LiveRun | None:
        run = self._live.get(run_id)
        return run if run is not None and run.order.visitor_id == visitor.id else None

    def _far(self, visitor: Visitor, run_id: str, after: int, *, leaving: bool) -> AsyncGenerator[Frame]:
        return kept.follow(
            self._database,
            visitor,
            run_id,
            after,
            until=lambda: self._closed or run_id in self._live,
            leaving=leaving,
        )

    async def _follow(self, run: LiveRun, after: int, *, linger: bool) -> AsyncGenerator[Frame]:
        self._grace.enter(run)
        try:
            while frames := await run.more(after):
                for frame in frames:
                    yield frame
                after = frames[-1].seq
        finally:
            self._grace.leave(run, lingering=linger)
