"""A page that looks at a tab, without a browser."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from playground.client import Client
from playground.compare.drawing.entries import Drawn
from playground.ui.handlers import chat
from playground.ui.handlers.desk import Desk
from playground.ui.state import Columns, Feed, Shown


class Looker:
    """What a page showed, part by part, as the browser would put it together."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.feed = Feed()
        self.columns = Columns("{}", {})
        self.redrawn: list[str] = []
        self.strip: dict[str, Any] = {}
        self.over = False
        self._news = asyncio.Condition()

    async def take(self, shown: Shown) -> None:
        """One more picture."""
        async with self._news:
            self.shown.append(shown)
            if isinstance(shown.feed, Feed):
                self.feed = shown.feed
            if isinstance(shown.feed, Columns):
                self._take_lanes(shown.feed)
            self.strip = shown.strip or self.strip
            self._news.notify_all()

    def _take_lanes(self, columns: Columns) -> None:
        before, self.columns = self.columns, columns
        for lane_id, drawn in columns.lanes.items():
            known = before.lanes.get(lane_id)
            if known and not drawn.lines.startswith(known.lines):
                self.redrawn.append(lane_id)

    @property
    def board(self) -> dict[str, Any]:
        """What stands above the lanes."""
        value: dict[str, Any] = orjson.loads(self.columns.board)
        return value

    def on_board(self, lane_id: str) -> dict[str, Any]:
        """What the board says of a lane."""
        return next(lane for lane in self.board.get("lanes", []) if lane["id"] == lane_id)

    def blocks(self, lane_id: str) -> list[dict[str, Any]]:
        """What is shown in a lane."""
        drawn = self.columns.lanes.get(lane_id, Drawn())
        tail: list[dict[str, Any]] = orjson.loads(drawn.tail)
        return [orjson.loads(line) for line in drawn.lines.split("\n")[:-1]] + tail

    def kinds(self, lane_id: str) -> list[str]:
        """What kinds of blocks there are in a lane."""
        return [block["kind"] for block in self.blocks(lane_id)]

    def said(self, lane_id: str) -> str:
        """All the markup of a lane."""
        return "\n".join(block["html"] for block in self.blocks(lane_id))

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
