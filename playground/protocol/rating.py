"""Thumbs on items."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chatkit.types import ItemFeedbackParams, ItemsFeedbackReq
from sqlmodel import Session

from playground.errors import Malformed
from playground.protocol.dispatcher import Begin, Serve
from playground.store import items, threads
from playground.store.database import Database
from playground.visitor import Visitor

MAX_RATED = 100
"""Items in one feedback. Each is looked up and written while nobody else can write."""


class Rating:
    """A room of the dispatcher's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.plain: Mapping[type, Serve] = {ItemsFeedbackReq: self._feedback}
        self.streams: Mapping[type, Begin] = {}

    async def _feedback(self, visitor: Visitor, params: ItemFeedbackParams) -> dict[str, Any]:
        rated = list(dict.fromkeys(params.item_ids))
        if len(rated) > MAX_RATED:
            raise Malformed("params.item_ids: at most {most}.", most=MAX_RATED)

        def work(session: Session) -> None:
            thread = threads.find(session, visitor_id=visitor.id, thread_id=params.thread_id)
            items.rate(
                session,
                visitor_id=visitor.id,
                thread=thread,
                item_ids=rated,
                kind=params.kind,
                at=datetime.now(UTC),
            )

        await self._database.write(work)
        return {}
