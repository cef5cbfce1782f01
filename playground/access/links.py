"""Invite links: made for somebody, with a cap of their own, expiring, revocable."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlmodel import Session

from playground.errors import Malformed, NotFound, Unauthorized
from playground.ids import new_id
from playground.store import links
from playground.store.access_tables import LinkRow
from playground.store.database import Database

MOST = 1000
"""Links that are listed."""
LONGEST_NAME = 100
LONGEST_CODE = 200
LARGEST_CAP = Decimal(1_000_000)
NANO = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class Made:
    """A new link. The `code` is told this once; it is not kept."""

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of a link. `cap` is in US dollars, for all its visitors together."""

    id: str
    name: str
    cap: Decimal | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    live: bool


class Links:
    """One per process."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    async def make(self, name: str, *, cap: Decimal | None = None, expires_at: datetime | None = None) -> Made:
        """A new link. Raises Malformed for what cannot be."""
        name, now = name.strip(), self._clock()
        _check(name, cap, expires_at, now)
        made = Made(new_id("lnk"), secrets.token_urlsafe(18))
        nano = None if cap is None else int(cap * NANO)

        def work(session: Session) -> None:
            fields = {"id": made.id, "name": name, "cap_nano_usd": nano, "created_at": now, "expires_at": expires_at}
            links.create(session, code=made.code, **fields)

        await self._database.write(work)
        return made

    async def redeem(self, code: str) -> str:
        """The id of the link with this code. Raises Unauthorized, alike for unknown, expired and revoked."""
        known = code.isascii() and len(code) <= LONGEST_CODE
        link_id = await self._database.read(lambda s: links.find(s, code, at=self._clock())) if known else None
        if link_id is None:
            raise Unauthorized("This link is not valid, or not any more. Ask for another one.")
        return link_id

    async def revoke(self, link_id: str) -> None:
        """End a link for all who came by it. Raises NotFound."""

        def work(session: Session) -> bool:
            return links.revoke(session, link_id, at=self._clock())

        if not await self._database.write(work, durable=True):
            raise NotFound

    async def list(self) -> Sequence[Link]:
        """The links, the newest first; at most MOST."""
        now = self._clock()
        rows = await self._database.read(lambda session: links.newest(session, limit=MOST))
        return [_link(row, now) for row in rows]


def _check(name: str, cap: Decimal | None, expires_at: datetime | None, now: datetime) -> None:
    fault = ""
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        fault = f"A link needs a name of at most {LONGEST_NAME} printable characters."
    if cap is not None and not (cap.is_finite() and 0 <= cap <= LARGEST_CAP):
        fault = f"A cap is an amount of US dollars, from 0 to {LARGEST_CAP:,}."
    if expires_at is not None and expires_at <= now:
        fault = "A link cannot have expired when it is made."
    if fault:
        raise Malformed("{complaint}", complaint=fault)  # the owner's affair, so in English


def _link(row: LinkRow, now: datetime) -> Link:
    cap = None if row.cap_nano_usd is None else Decimal(row.cap_nano_usd) / NANO
    live = row.revoked_at is None and (row.expires_at is None or row.expires_at > now)
    return Link(row.id, row.name, cap, row.created_at, row.expires_at, row.revoked_at, live)
