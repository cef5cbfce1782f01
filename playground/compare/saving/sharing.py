"""Comparisons that anybody may read who has the link."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from playground import wire
from playground.client import Client
from playground.compare.drawing.fragments import fragment
from playground.compare.saving.comparison import Comparison
from playground.compare.saving.gather import comparison
from playground.parts import Playground
from playground.store import shares
from playground.store.database import Database
from playground.store.shares import Share
from playground.visitor import Visitor


class Sharing:
    """What one visitor shares. Methods raise VisitorError."""

    def __init__(self, visitor: Visitor, parts: Playground) -> None:
        self._visitor = visitor
        self._client = Client(visitor, parts)
        self._database = parts.database

    async def share(self, tab_id: str) -> Share:
        """Make a tab public as it is now; what happens in it later is not.

        Raises NotFound, TooLarge, and Conflict for a visitor who shares as many as may be.
        """
        made = await comparison(self._client, tab_id)
        content = await asyncio.to_thread(lambda: wire.clean(made.model_dump(mode="json")))  # megabytes
        return await self._database.write(
            lambda session: shares.create(
                session,
                visitor_id=self._visitor.id,
                tab_id=tab_id,
                title=wire.clean(made.title),
                content=content,
                at=datetime.now(UTC),
            )
        )

    async def shared(self) -> Sequence[Share]:
        """All that the visitor shares, newest first."""
        return await self._database.read(lambda session: shares.of_visitor(session, visitor_id=self._visitor.id))

    async def revoke(self, share_id: str) -> None:
        """Take one back: its link leads nowhere. Raises NotFound, also for another visitor's."""
        await self._database.write(
            lambda session: shares.revoke(session, visitor_id=self._visitor.id, share_id=wire.clean(share_id))
        )


async def shared(database: Database, share_id: str) -> Comparison:
    """What a link leads to, for anybody. Raises NotFound."""
    content = await database.read(lambda session: shares.find(session, wire.clean(share_id)))
    return await asyncio.to_thread(Comparison.model_validate, content)


async def still_shared(database: Database, share_id: str) -> None:
    """Raises NotFound for a link that leads nowhere, or nowhere any more."""
    await database.read(lambda session: shares.check(session, wire.clean(share_id)))


def shares_html(shares: Sequence[Share], made: Share | None = None) -> str:
    """What a visitor shares, with the link that was just `made`, as a piece of HTML."""
    return fragment("shares.html", shares=shares, made=made)
