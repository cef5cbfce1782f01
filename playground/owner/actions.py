"""What the owner does: pauses everything, stops a run, blocks a visitor. All replicas obey, within two seconds."""

import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime

import structlog

from playground.owner.words import cleaned
from playground.parts import Playground
from playground.records import RunRecord
from playground.store import overview, switch, visitors

log = structlog.get_logger(__name__)


async def pause(parts: Playground, text: str = "") -> None:
    """Stop all that runs, and take no message until `resume`; visitors read the text, or our own words."""
    await parts.database.write(lambda session: switch.pause(session, cleaned(text), at=datetime.now(UTC)), durable=True)
    log.warning("the owner paused everything")
    await parts.standing.refresh()


async def resume(parts: Playground) -> None:
    """Let everything go on."""
    await parts.database.write(switch.resume, durable=True)
    log.warning("the owner let everything go on")
    await parts.standing.refresh()


async def stop(parts: Playground, run_id: str) -> RunRecord:
    """Stop a run; answers when it is over. Raises NotFound, or Unavailable if its process does not answer in time."""
    log.info("the owner stops a run", run_id=run_id)
    return await parts.engine.stop_any(run_id, "owner")


async def block(parts: Playground, visitor_id: str) -> None:
    """Let a visitor in no more, and end their runs, also those that wait for them."""
    await parts.database.write(lambda session: visitors.block(session, visitor_id, at=datetime.now(UTC)), durable=True)
    log.warning("the owner blocked a visitor", visitor=visitor_id)
    await parts.standing.refresh()
    for run_id in await parts.database.read(lambda session: overview.waiting_of(session, visitor_id)):
        await parts.engine.stop_any(run_id, "revoked")


async def unblock(parts: Playground, visitor_id: str) -> None:
    """Let a visitor in again."""
    await parts.database.write(lambda session: visitors.unblock(session, visitor_id), durable=True)
    log.info("the owner unblocked a visitor", visitor=visitor_id)
    await parts.standing.refresh()


def by_signal(parts: Playground) -> Mapping[int, Callable[[], Coroutine[None, None, None]]]:
    """What the kill switch's signals do, on systems that have them."""
    if sys.platform == "win32":
        return {}
    return {signal.SIGUSR1: lambda: pause(parts), signal.SIGUSR2: lambda: resume(parts)}
