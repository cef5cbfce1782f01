"""A page that looks at a tab, without a browser."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from playground.client import Client
from playground.ui.handlers import chat
from playground.ui.handlers.desk import Desk
from playground.ui.state import Feed, Shown


class Looker:
    """What a page showed, part by part, as the browser would put it together."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.feed = Feed()
        self.strip: dict[str, Any] = {}
        self.over = False
        self._news = asyncio.Condition()

    async def take(self, shown: Shown) -> None:
        """One more picture."""
        async with self._news:
            self.shown.append(shown)
            self.feed = shown.feed or self.feed
            self.strip = shown.strip or self.strip
            self._news.notify_all()

    async def until(self, seen: Callable[["Looker"], bool]) -> None:
        """Waits until the page shows it."""
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: seen(self))

    async def end(self) -> None:
        """The stream ended by itself."""
        async with self._news:
            self.over = True
            self._news.notify_all()

    @property
    def text(self) -> str:
        """All that can be read."""
        return "\n".join(part["text"] for message in self.feed.messages for part in message["content"])


@asynccontextmanager
async def looking(
    desk: Desk, client: Client, tab_id: str, *, page: str = "page", limit: int = 60
) -> AsyncGenerator[Looker]:
    """A page that looks on while the context lasts."""
    looker = Looker()

    async def look() -> None:
        async for shown in chat.attach(desk, client, page=page, tab_id=tab_id, limit=limit):
            await looker.take(shown)
        await looker.end()

    task = asyncio.create_task(look())
    try:
        yield looker
    finally:
        task.cancel()
        await asyncio.wait([task])
