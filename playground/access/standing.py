"""Who may go on right now, in every process: what the owner paused, blocked and revoked, a second old at most."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlmodel import Session

from playground.errors import Forbidden, Paused, Unauthorized
from playground.store import links, session_tokens, switch, visitors
from playground.store.database import Database
from playground.visitor import Visitor

LOOK_SECONDS = 1.0
"""Between two looks at the store."""

PASSWORD = "password"  # noqa: S105 - the name of a link, not a secret
"""The link of all who came by the playground's password. It ends with the password itself: see `Badges`."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Facts:
    """As the store has them. `paused` is the owner's text, None while things go on; `links` are those that are good."""

    paused: str | None = None
    blocked: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    revoked_tokens: frozenset[str] = frozenset()
    owner_left: datetime | None = None


class Standing:
    """Look at it as often as you like: it costs nothing. `refresh` after a change of one's own.

    Each of `changed` is called, on the event loop, after a look that found something else than the one before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.facts = Facts()
        self.changed: list[Callable[[], None]] = []
        self._looking = asyncio.Lock()

    def check(self, visitor: Visitor) -> None:
        """Raise Unauthorized, Forbidden for a visitor who is let in no more."""
        if visitor.id in self.facts.blocked:
            raise Forbidden("The owner of this playground has blocked you.")
        if not self.lets_in(visitor.link):
            raise Unauthorized("The link that you came by has expired, or was taken back. Ask for a new one.")
        if visitor.token in self.facts.revoked_tokens:
            raise Unauthorized("This token was taken back. Ask for a new one.")

    def lets_in(self, link_id: str | None) -> bool:
        """Whether a link is good. Having none is no fault: whether one is needed is for the gate to say."""
        return link_id is None or link_id == PASSWORD or link_id in self.facts.links

    def check_running(self) -> None:
        """Raise Paused while the owner has paused everything."""
        if (own := self.facts.paused) is not None:
            raise Paused(message=own) if own else Paused()

    async def refresh(self) -> None:
        """Look now."""
        async with self._looking:  # of two at once, the one that began later also ends later
            found = await self._database.read(_facts)
            if found == self.facts:
                return
            self.facts = found
        for told in self.changed:
            told()

    async def run(self) -> None:
        """Look for ever; cancel to stop."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.refresh()
            except Exception:  # whatever it is: what was known before holds on
                log.exception("who may go on could not be looked up")


def _facts(session: Session) -> Facts:
    now = datetime.now(UTC)
    return Facts(
        paused=switch.paused(session),
        blocked=visitors.blocked(session),
        links=links.live(session, at=now),
        revoked_tokens=session_tokens.ended(session, at=now),
        owner_left=switch.owner_left(session),
    )
