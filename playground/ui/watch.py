"""One open page looking at one tab: reads its lanes' threads, follows their live runs, and says what to show."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import orjson

from playground.client import Client
from playground.records import Tab, Vote
from playground.ui.bell import Ear
from playground.ui.board import Board, Seen, board
from playground.ui.choices import strip_value, versions
from playground.ui.column import Column
from playground.ui.conversation import draw
from playground.ui.state import WINDOW, Columns, Feed, Shown, Versions

FRAME = 0.1
"""Seconds between two pictures of a running answer, at least."""
REST = 4
"""Times as long as a picture took to be drawn, nothing is drawn for the page: a long table is drawn again as a whole,
and lanes, pages and visitors share one processor."""
SLOW = 0.01
"""Seconds of drawing for which others need not wait."""
PEEK = 1.5
"""Seconds between two looks at the store, for what another window, a ChatKit client or a replica did."""


class Watch:
    """What one page last saw of a tab."""

    def __init__(self, client: Client, tab_id: str, ear: Ear, *, limit: int = WINDOW) -> None:
        self._client = client
        self._tab_id = tab_id
        self._ear = ear
        self._limit = limit
        self._columns: dict[str, Column] = {}
        self._board: Board | None = None
        self._above = ""
        self._read_again = 0.0
        self._took = 0.0
        self._shown = Shown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for column in self._columns.values():
            await column.aclose()

    async def pause(self) -> None:
        """Waits for news, at most until it is time for the next look at the store."""
        with contextlib.suppress(TimeoutError):
            # Not wait_for: in Python 3.11 it can swallow a cancellation.
            async with asyncio.timeout(PEEK):
                await self._ear.woken.wait()
        if not self._ear.rung:
            await asyncio.sleep(min(max(FRAME, REST * self._took), PEEK))
        self._ear.woken.clear()

    async def look(self) -> Shown:
        """What differs from the last look.

        Raises:
            NotFound: the tab is gone.
        """
        due = self._due()
        strip = await self._read() if due else self._shown.strip
        # A thread that was just read may have much to be drawn, while others wait for their pictures.
        began = time.perf_counter()
        feed = await asyncio.to_thread(self._feed) if due or self._took > SLOW else self._feed()
        self._took = time.perf_counter() - began
        now = Shown(strip=strip, feed=feed, versions=self._versions())
        before, self._shown = self._shown, now
        return Shown(
            strip=now.strip if now.strip != before.strip else None,
            feed=now.feed if now.feed != before.feed else None,
            versions=now.versions if now.versions != before.versions else None,
        )

    def _due(self) -> bool:
        ended = any(column.ended for column in self._columns.values())
        return self._ear.rung or ended or asyncio.get_running_loop().time() >= self._read_again

    async def _read(self) -> dict[str, Any]:
        self._ear.rung = False
        self._read_again = asyncio.get_running_loop().time() + PEEK
        at = time.time()
        tab = await self._client.tab(self._tab_id)
        tabs = await self._client.tabs()
        votes = await self._client.votes(tab.id) if len(tab.lanes) > 1 else ()
        await self._read_lanes(tab)
        self._show_board(tab, votes)
        fresh, known = strip_value(tabs, self._tab_id, at), self._shown.strip
        return known if known and known["tabs"] == fresh["tabs"] else fresh

    async def _read_lanes(self, tab: Tab) -> None:
        before, self._columns = self._columns, {}
        for lane in tab.lanes:
            known = before.pop(lane.id) if lane.id in before else None
            self._columns[lane.id] = Column(self._client, self._ear.woken) if known is None else known
        for gone in before.values():
            await gone.aclose()
        limits = {lane.id: self._limit + self._ear.further[lane.id] for lane in tab.lanes}
        await asyncio.gather(*(self._columns[lane.id].read(lane.thread_id, limits[lane.id]) for lane in tab.lanes))
        alone = self._columns[tab.lane.id]
        if len(tab.lanes) == 1 and alone.trouble is not None:
            raise alone.trouble

    def _show_board(self, tab: Tab, votes: Sequence[Vote]) -> None:
        seen = {lane_id: Seen(column.view, column.error) for lane_id, column in self._columns.items()}
        self._board = board(tab, seen, votes)
        self._above = orjson.dumps(self._board.value).decode()

    def _feed(self) -> Feed | Columns:
        shown = self._board
        assert shown is not None  # noqa: S101 - a tab is read before it is shown
        columns = {lane_id: self._columns[lane_id] for lane_id in shown.order}
        if len(columns) > 1:
            drawn = {lane_id: column.draw(shown.curtain.tells) for lane_id, column in columns.items()}
            return Columns(self._above, drawn, tuple(one for column in columns.values() for one in column.effects))
        (alone,) = columns.values()
        if alone.view is None:
            return Feed(tab_id=self._tab_id, board=self._above)
        fresh = draw(alone.view, alone.transcript)
        return replace(fresh, tab_id=self._tab_id, limit=alone.limit, board=self._above, effects=alone.effects)

    def _versions(self) -> Versions:
        """Of the only lane; several have theirs on the board."""
        columns = list(self._columns.values())
        return versions(columns[0].view) if len(columns) == 1 else Versions()
