"""Keeps time for the runs of a process: says that it lives, takes over from those that died, tidies up."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from chatkit.types import NoticeEvent
from sqlmodel import Session

from playground.languages.say import say, speaking
from playground.runs.admit import KEY_LIFE
from playground.runs.journal import Journal
from playground.runs.live import LiveRun, StopReason
from playground.runs.recovery import bury
from playground.store import runs, worlds
from playground.store.database import Database

logger = logging.getLogger(__name__)

EVENTS_LIFE = timedelta(minutes=10)
WORLD_LIFE = timedelta(days=7)
TIDY_EVERY = 60
"""Beats between two rounds of chores."""
UNSAVED = "The database cannot be written at the moment: what you read is not saved yet."

Chore = Callable[[], Awaitable[object]]
"""Something that is done now and then. What it raises is logged, and it is done again the next time."""
Beats = Mapping[str, tuple[int, str | None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two beats, and of silence after which a run's process counts as dead."""

    beat: float = 1
    silence: float = 5


PACE = Pace()


class Keeper:
    """Calls `halt` for runs that must stop, `advance` for threads whose queue may move, and `chores` now and then."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        owner: str,
        live: Mapping[str, LiveRun],
        *,
        pace: Pace,
        halt: Callable[[LiveRun, StopReason], None],
        advance: Callable[[str], Awaitable[None]],
    ) -> None:
        self._database = database
        self._journal = journal
        self._owner = owner
        self._live = live
        self._halt = halt
        self._advance = advance
        self._pace = pace
        self.chores: list[Chore] = []
        self._warned = False
        self._looked = time.monotonic()
        self._patient_until = self._looked

    async def run(self) -> None:
        """Beat and do the chores for ever; cancel to stop."""
        await asyncio.gather(self._beats(), self._rounds())

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(self._pace.beat)
            try:
                await self.look()
            except Exception:  # whatever it is: without a beat every run here would count as dead
                logger.exception("the runs could not be looked after; trying again")
            self._warn()

    async def look(self) -> None:
        """One beat: be alive, bury the dead, obey, let queues move."""
        if await self._database.read(runs.any_beating):
            known = list(self._live.values())
            alive = [*(run.id for run in known), *self._journal.pending]
            beats = await self._database.write(lambda session: self._beat(session, alive))
            for run in known:
                self._obey(run, beats)
            for thread_id in {run.order.thread_id for run in known if run.queued}:
                await self._advance(thread_id)
        now = time.monotonic()
        if now - self._looked >= self._pace.silence:
            self._patient_until = now + self._pace.silence
        self._looked = now

    async def _rounds(self) -> None:
        """The chores take what time they need: no beat waits for them."""
        while True:
            await asyncio.sleep(self._pace.beat)
            for chore in (self._tidy, *self.chores):
                try:
                    await chore()
                except Exception:  # whatever it is: the others are still to be done
                    logger.exception("a chore could not be done; it is tried again the next time")
            await asyncio.sleep(self._pace.beat * TIDY_EVERY)

    async def _tidy(self) -> None:
        await self._database.write(tidy)

    def _beat(self, session: Session, alive: Sequence[str]) -> Beats:
        at = datetime.now(UTC)
        beats = runs.beat(session, owner=self._owner, run_ids=alive, at=at)
        silence = timedelta(seconds=self._pace.silence)
        while self._calm() and (dead := runs.take_stale(session, owner=self._owner, at=at, silence=silence)):
            for row in dead:
                logger.warning("a run's process died", extra={"run_id": row.id})
                bury(session, row)
        return beats

    def _calm(self) -> bool:
        """Whether silence means death: after an outage of the store everybody first gets the time to be heard."""
        now = time.monotonic()
        return now - self._looked < self._pace.silence and now >= self._patient_until

    def _obey(self, run: LiveRun, beats: Beats) -> None:
        epoch, cancel = beats.get(run.id, (0, None))
        if run.over:
            return
        if epoch != run.epoch:
            self._halt(run, "fenced")
        elif cancel is not None:
            self._halt(run, cast("StopReason", cancel))

    def _warn(self) -> None:
        """Say once per trouble, to everybody who is reading, that nothing is being saved."""
        if self._journal.trouble and not self._warned:
            for run in self._live.values():
                with speaking(run.order.language):
                    run.emit(NoticeEvent(level="warning", message=say(UNSAVED)))
        self._warned = self._journal.trouble


def tidy(session: Session) -> None:
    """Drop logs, keys and shared results that have had their time."""
    now = datetime.now(UTC)
    runs.prune(session, ended_before=now - EVENTS_LIFE, keys_before=now - KEY_LIFE)
    worlds.prune(session, before=now - WORLD_LIFE)
