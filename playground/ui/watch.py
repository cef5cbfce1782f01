"""One open page looking at one tab: reads the thread, follows its live run, and says what to show."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Self

from playground.client import Client, Numbered, ThreadView
from playground.transcript import Transcript, apply
from playground.ui.bell import Ear
from playground.ui.choices import strip_value, versions
from playground.ui.conversation import draw
from playground.ui.state import WINDOW, Feed, Shown

FRAME = 0.1
"""Seconds between two pictures of a running answer."""
PEEK = 1.5
"""Seconds between two looks at the store, for what another window, a ChatKit client or a replica did."""

logger = logging.getLogger(__name__)


class Following:
    """Folds the events of one run as they come, in a task of its own."""

    def __init__(self, run_id: str, events: AsyncIterator[Numbered], start: Transcript, woken: asyncio.Event) -> None:
        self.run_id = run_id
        self.transcript = start
        self._woken = woken
        self._task = asyncio.create_task(self._fold(events))

    @property
    def over(self) -> bool:
        """Whether no more events come."""
        return self._task.done()

    async def _fold(self, events: AsyncIterator[Numbered]) -> None:
        try:
            async for numbered in events:
                self.transcript = apply(self.transcript, numbered.event)
                self._woken.set()
        except Exception:
            logger.exception("following run %s ended early", self.run_id)
        finally:
            self._woken.set()

    async def aclose(self) -> None:
        """Stops following; the run goes on."""
        self._task.cancel()
        # Not awaited itself: its cancellation must not be mistaken for one's own, which has to go through.
        await asyncio.wait([self._task])


class Watch:
    """What one page last saw of a tab."""

    def __init__(self, client: Client, tab_id: str, ear: Ear, *, limit: int = WINDOW) -> None:
        self._client = client
        self._tab_id = tab_id
        self._ear = ear
        self._limit = limit
        self._view: ThreadView | None = None
        self._following: Following | None = None
        self._mark: object = None
        self._read_again = 0.0
        self._shown = Shown()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._unfollow()

    async def pause(self) -> None:
        """Waits for news, at most until it is time for the next look at the store."""
        with contextlib.suppress(TimeoutError):
            # Not wait_for: in Python 3.11 it can swallow a cancellation.
            async with asyncio.timeout(PEEK):
                await self._ear.woken.wait()
        if not self._ear.rung:
            await asyncio.sleep(FRAME)
        self._ear.woken.clear()

    async def look(self) -> Shown:
        """What differs from the last look.

        Raises:
            NotFound: the tab is gone.
        """
        strip = await self._read() if self._due() else self._shown.strip
        now = Shown(strip=strip, feed=self._feed(), versions=versions(self._view))
        before, self._shown = self._shown, now
        return Shown(
            strip=now.strip if now.strip != before.strip else None,
            feed=now.feed if now.feed != before.feed else None,
            versions=now.versions if now.versions != before.versions else None,
        )

    def _due(self) -> bool:
        ended = self._following is not None and self._following.over
        return self._ear.rung or ended or asyncio.get_running_loop().time() >= self._read_again

    async def _read(self) -> dict[str, Any]:
        self._ear.rung = False
        self._read_again = asyncio.get_running_loop().time() + PEEK
        at = time.time()
        tab = await self._client.tab(self._tab_id)
        tabs = await self._client.tabs()
        thread_id = tab.lane.thread_id
        if thread_id is None:
            self._view = None
            await self._unfollow()
        else:
            await self._read_thread(thread_id)
        fresh, known = strip_value(tabs, self._tab_id, at), self._shown.strip
        return known if known and known["tabs"] == fresh["tabs"] else fresh

    async def _read_thread(self, thread_id: str) -> None:
        glance = await self._client.view(thread_id, limit=1)
        mark = _mark(glance)
        if mark == self._mark and not (self._following and self._following.over):
            return
        # The window only grows while a page looks on: a fold that was opened stays where it is.
        shown = len(self._view.transcript.items) if self._view else 0
        view = await self._client.view(thread_id, limit=max(self._limit, shown))
        self._view, self._mark = view, mark
        await self._follow(view)

    async def _follow(self, view: ThreadView) -> None:
        live = view.live.id if view.live else None
        if self._following and self._following.run_id == live and not self._following.over:
            return
        await self._unfollow()
        if live is not None:
            # From the first event: items that the store already has are replaced by themselves.
            events = self._client.follow(live)
            self._following = Following(live, events, view.transcript, self._ear.woken)

    async def _unfollow(self) -> None:
        following, self._following = self._following, None
        if following is not None:
            await following.aclose()

    def _feed(self) -> Feed:
        if self._view is None:
            return Feed(tab_id=self._tab_id)
        transcript = self._following.transcript if self._following else self._view.transcript
        return replace(draw(self._view, transcript), tab_id=self._tab_id, limit=self._limit)


def _mark(view: ThreadView) -> object:
    """Differs when something about the thread did, apart from what its live run streams."""
    items = view.transcript.items
    live = (view.live.id, view.live.asks) if view.live else None
    last = None if live else (items[-1].id if items else None)
    head = next((branch.id for branch in view.branches if branch.head), None)
    queued = tuple(run.id for run in view.queued)
    ended = None if live else tuple((run.id, run.status) for run in view.runs.values())
    return (live, last, head, len(view.branches), queued, ended, tuple(sorted(view.feedback.items())))
