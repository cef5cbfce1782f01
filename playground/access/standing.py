"""Who may go on right now, in every process: what the owner paused, blocked and revoked, a second old at most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from playground.store.database import Database
from playground.visitor import Visitor

LOOK_SECONDS = 1.0
"""Between two looks at the store."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Facts:
    """As the store has them. `paused` is the owner's text, None while things go on."""

    paused: str | None = None
    blocked: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    revoked_tokens: frozenset[str] = frozenset()


class Standing:
    """Look at it as often as you like: it costs nothing. `refresh` after a change of one's own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.facts = Facts()
        self.changed: list[Callable[[], None]] = []

    def check(self, visitor: Visitor) -> None:
        """Raise Unauthorized, Forbidden for a visitor who is let in no more."""

    def check_running(self) -> None:
        """Raise Paused while the owner has paused everything."""

    async def refresh(self) -> None:
        """Look now."""

    async def run(self) -> None:
        """Look for ever; cancel to stop."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.refresh()
            except Exception:  # whatever it is: what was known before holds on
                log.exception("who may go on could not be looked up")
