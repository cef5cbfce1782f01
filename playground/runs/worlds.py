"""Calls that are made once for all runs of a world: in this process by a lock for each, between processes by a row."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground.runs.tasks import Tasks
from playground.store import worlds
from playground.store.database import Database
from playground.store.worlds import Call, Kept

T = TypeVar("T")

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""Between two looks at a call that a run in another process is making."""


class Worlds:
    """The results that runs share. One for a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._doors: WeakValueDictionary[Call, asyncio.Lock] = WeakValueDictionary()
        self._tasks = Tasks()

    async def once(self, call: Call, run_id: str, make: Callable[[], Awaitable[Kept]]) -> Kept | None:
        """What was kept of the call; None if it was made now, by `make`, for this run and for others.

        Others wait meanwhile. If this is cancelled one of them makes the call. Raises SQLAlchemyError if the store
        cannot be used, before `make` or after it.
        """
        door = self._doors.setdefault(call, asyncio.Lock())
        await door.acquire()
        turn = _Turn(self._database, self._tasks, call, run_id)
        try:
            found = await turn.take()
            if found is None:
                await turn.keep(await make())
        except BaseException:
            # The door stays closed until the claim is given back, though whoever was stopped does not wait for that.
            self._tasks.spawn(turn.give_back()).add_done_callback(lambda _: door.release())
            raise
        door.release()
        return found


class _Turn:
    """One run's turn at a call."""

    def __init__(self, database: Database, tasks: Tasks, call: Call, run_id: str) -> None:
        self._database = database
        self._tasks = tasks
        self._call = call
        self._run_id = run_id
        self._last: asyncio.Task[object] | None = None

    async def take(self) -> Kept | None:
        """The call's result; None if this run is to make it. Waits while another run does."""
        while True:
            row = await self._database.read(lambda session: worlds.find(session, self._call, self._run_id))
            if row is not None and row.done_at is not None:
                return Kept(row.output, row.failed)
            if row is not None:
                await asyncio.sleep(LOOK_SECONDS)
            elif await self._write(lambda s: worlds.claim(s, self._call, self._run_id, datetime.now(UTC))):
                return None

    async def keep(self, kept: Kept) -> None:
        """Store the result."""
        await self._write(lambda s: worlds.keep(s, self._call, self._run_id, kept, datetime.now(UTC)))

    async def give_back(self) -> None:
        """Leave the call to others; what was kept stays. If the store does not answer, they see that the run ended."""
        if self._last is not None:
            await asyncio.gather(self._last, return_exceptions=True)
        try:
            await self._database.write(lambda session: worlds.give_back(session, self._call, self._run_id))
        except (SQLAlchemyError, RuntimeError):  # the latter from a store that is closed
            logger.warning("a claim on a tool's result could not be given back", extra={"run_id": self._run_id})

    async def _write(self, work: Callable[[Session], T]) -> T:
        """A write that goes on when this is cancelled: `give_back` must come after it."""
        task = self._tasks.spawn(self._database.write(work))
        self._last = task
        return await asyncio.shield(task)
