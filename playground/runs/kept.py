"""Runs that are over, that wait for the visitor, or that another replica owns: known from the store alone."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from sqlmodel import Session

from playground.errors import NotFound, Unavailable
from playground.records import RunRecord
from playground.runs.live import Frame, StopReason
from playground.runs.pending import presented
from playground.store import runs, threads
from playground.store.database import Database
from playground.visitor import Visitor

POLL_SECONDS = 0.2
"""How often the log of another replica's run is read."""
POLLS_WHILE_WAITING = 5
"""Of a run that waits for an approval the log is read so much less often."""
PAGE = 500
STOP_SECONDS = 10
"""How long a stop waits for the owner."""
OWNED = ("queued", "running")
"""Statuses of a run that some process works on."""


async def find(database: Database, visitor: Visitor, run_id: str) -> RunRecord:
    """The visitor's run. Raises NotFound."""
    return await database.read(lambda session: runs.record(runs.find(session, visitor_id=visitor.id, run_id=run_id)))


async def waiting(database: Database, visitor: Visitor, thread_id: str) -> RunRecord | None:
    """The run of the visitor's thread that waits for somebody. Raises NotFound for a thread that is not there."""

    def work(session: Session) -> RunRecord | None:
        live = runs.live_of(session, threads.find(session, visitor_id=visitor.id, thread_id=thread_id).id)
        return next((runs.record(row) for row in live if row.status == "awaiting_approval"), None)

    return await database.read(work)


async def visitor_of(database: Database, run_id: str) -> Visitor:
    """Whose run it is. Raises NotFound."""
    return Visitor(await database.read(lambda session: runs.visitor_of(session, run_id)))


async def waiting_for_owner(database: Database) -> tuple[RunRecord, ...]:
    """Runs with a call that the owner has to decide, the oldest first."""
    found = await database.read(lambda session: [runs.record(row) for row in runs.waiting(session)])
    return tuple(run for run in found if any(ask.kind == "owner" and ask.approved is None for ask in run.asks))


async def stop(database: Database, visitor: Visitor, run_id: str, reason: StopReason) -> RunRecord:
    """Ask the owner to stop a run and wait until it has, or let go of it. Raises NotFound or Unavailable."""
    await database.write(lambda session: runs.request_cancel(session, run_id, reason))
    for _ in range(int(STOP_SECONDS / POLL_SECONDS)):
        await asyncio.sleep(POLL_SECONDS)
        record = await find(database, visitor, run_id)
        if record.status not in OWNED:
            return record
    raise Unavailable("The run has not stopped yet. Try again in a moment.")


async def follow(
    database: Database, visitor: Visitor, run_id: str, after: int, *, until: Callable[[], bool], leaving: bool = False
) -> AsyncGenerator[Frame]:
    """The run's frames above `after`, to its end, or as long as `until` says no.

    Who is `leaving` does not stay while it asks the visitor's UI. Raises NotFound, also for frames that are no longer
    kept.
    """
    while True:
        record = await find(database, visitor, run_id)
        page = await _page(database, run_id, after)
        for seq, data in page:
            yield Frame(seq, data)
            after = seq
        if not page and not record.live:
            if after < record.last_seq:
                raise NotFound("The events of this run are no longer kept; read the thread instead.")
            return
        if not page and leaving and presented(record.asks) is not None:
            return
        for _ in range(0 if page else POLLS_WHILE_WAITING if record.status == "awaiting_approval" else 1):
            if until():
                return
            await asyncio.sleep(POLL_SECONDS)


async def _page(database: Database, run_id: str, after: int) -> list[tuple[int, bytes]]:
    return await database.read(lambda session: list(runs.events(session, run_id, after=after, limit=PAGE)))
