"""Keeps time for the runs of a process: says that it lives, takes over from those that died, tidies up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from chatkit.types import NoticeEvent
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground.runs.journal import Journal
from playground.runs.live import LiveRun, StopReason
from playground.runs.recovery import bury
from playground.store import runs
from playground.store.database import Database

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1
SILENCE = timedelta(seconds=5)
"""An owner that has not been heard of for so long is dead; five missed beats."""
EVENTS_LIFE = timedelta(minutes=10)
KEYS_LIFE = timedelta(hours=24)
TIDY_EVERY = 60
"""Beats between two tidyings."""
UNSAVED = "The database cannot be written at the moment: what you read is not saved yet."

Beats = Mapping[str, tuple[int, bool]]


class Keeper:
    """Calls `halt` for runs that must stop, and `advance` for threads whose queue may move."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        owner: str,
        live: Mapping[str, LiveRun],
        *,
        halt: Callable[[LiveRun, StopReason], None],
        advance: Callable[[str], Awaitable[None]],
    ) -> None:
        self._database = database
        self._journal = journal
        self._owner = owner
        self._live = live
        self._halt = halt
        self._advance = advance
        self._warned = False

    async def run(self) -> None:
        """Beat for ever; cancel to stop."""
        beats = 0
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            beats += 1
            try:
                await self.look()
                if beats % TIDY_EVERY == 1:
                    await self._database.write(tidy)
            except SQLAlchemyError:
                logger.exception("the store could not be asked; trying again")
            self._warn()

    async def look(self) -> None:
        """One beat: be alive, bury the dead, obey, let queues move."""
        if not await self._database.read(runs.any_live):
            return
        known = list(self._live.values())
        beats = await self._database.write(self._beat)
        for run in known:
            self._obey(run, beats)
        for thread_id in {run.order.thread_id for run in known if run.queued}:
            await self._advance(thread_id)

    def _beat(self, session: Session) -> Beats:
        at = datetime.now(UTC)
        for row in runs.take_stale(session, owner=self._owner, at=at, silence=SILENCE):
            logger.warning("a run's process died", extra={"run_id": row.id})
            bury(session, row)
        return runs.beat(session, owner=self._owner, at=at)

    def _obey(self, run: LiveRun, beats: Beats) -> None:
        epoch, cancel = beats.get(run.id, (0, False))
        if run.over:
            return
        if epoch != run.epoch:
            self._halt(run, "fenced")
        elif cancel:
            self._halt(run, "visitor")

    def _warn(self) -> None:
        """Say once per trouble, to everybody who is reading, that nothing is being saved."""
        if self._journal.trouble and not self._warned:
            for run in self._live.values():
                run.emit(NoticeEvent(level="warning", message=UNSAVED))
        self._warned = self._journal.trouble


def tidy(session: Session) -> None:
    """Drop logs and keys that have had their time."""
    now = datetime.now(UTC)
    runs.prune(session, ended_before=now - EVENTS_LIFE, keys_before=now - KEYS_LIFE)
