"""A visitor who wants to be forgotten. There is no way back; whatever they say afterwards, a stranger says."""

from contextlib import suppress
from datetime import UTC, datetime

from playground.errors import NotFound
from playground.parts import Playground
from playground.store import leaving
from playground.visitor import Visitor

BATCH = 50
"""Threads that are deleted in one transaction."""
MOST_ROUNDS = 10
"""In which runs are stopped that were begun while others were."""


async def forget(visitor: Visitor, parts: Playground) -> None:
    """Stop the visitor's runs, then delete all that is theirs. Doing it again does no harm."""
    await parts.keys.forget(visitor.id)
    for _ in range(MOST_ROUNDS):
        if not await _stop(visitor, parts):
            break
    while await parts.database.write(
        lambda session: leaving.drop_threads(session, visitor_id=visitor.id, limit=BATCH), durable=True
    ):
        pass
    now = datetime.now(UTC)
    await parts.database.write(lambda session: leaving.drop_rest(session, visitor_id=visitor.id, at=now), durable=True)
    await parts.attachments.tidy()


async def _stop(visitor: Visitor, parts: Playground) -> bool:
    """Stop what runs; whether anything did."""
    live = await parts.database.read(lambda session: leaving.live_runs(session, visitor_id=visitor.id))
    for run_id in live:
        with suppress(NotFound):  # another window of the same visitor was faster
            await parts.engine.stop(visitor, run_id)
    return bool(live)
