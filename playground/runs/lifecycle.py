"""The end of what is not used: runs that wait for a visitor who does not come, and old conversations."""

from datetime import UTC, datetime, timedelta

import structlog

from playground.languages.say import say
from playground.runs.approvals import Approvals
from playground.settings import Settings
from playground.store import retention
from playground.store.database import Database

BATCH = 50
"""Threads that are deleted in one transaction, and runs that are given up in one look."""
MOST_BATCHES = 20
"""In one look; the rest is left for the next."""

log = structlog.get_logger(__name__)


class Lifecycle:
    """Looks now and then, in every replica: which of them acts, the store decides."""

    def __init__(self, settings: Settings, database: Database, approvals: Approvals) -> None:
        self._database = database
        self._idle = timedelta(seconds=settings.idle_timeout)
        self._kept = None if settings.retention_days is None else timedelta(days=settings.retention_days)
        self._approvals = approvals

    async def look(self) -> None:
        """End the runs that have waited for too long, and delete the threads that were not used for too long."""
        before = datetime.now(UTC) - self._idle
        waiting = await self._database.read(
            lambda session: retention.waiting_since(session, before=before, limit=BATCH)
        )
        for run_id in waiting:
            await self._give_up(run_id, before)
        if self._kept is not None:
            await self._drop(datetime.now(UTC) - self._kept)

    async def _give_up(self, run_id: str, before: datetime) -> None:
        log.info("a run has waited too long", run_id=run_id)
        try:
            await self._approvals.expire(run_id, before)
        except Exception:  # whatever is wrong with it: it comes first again the next time, and others wait as long
            log.exception("a run could not be given up", run_id=run_id)

    async def _drop(self, before: datetime) -> None:
        for _ in range(MOST_BATCHES):
            dropped = await self._database.write(
                lambda session: retention.drop_unused(session, before=before, limit=BATCH)
            )
            if not dropped:
                return
            log.info("unused threads were deleted", threads=len(dropped))


def kept_for(settings: Settings) -> str | None:
    """What who begins a conversation is told of how long it is kept; None if for ever."""
    if (days := settings.retention_days) is None:
        return None
    return say("This conversation is deleted when it has not been used for {days} days.", days=f"{days:g}")
