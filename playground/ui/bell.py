"""Wakes the pages of this process that look at a tab, so that none has to ask the store often."""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Ear:
    """One page's side of the bell.

    `woken` is set when there may be news, `rung` says that the store has them, and `closed` that nobody listens any
    more: the page looks at another tab, or at none.
    """

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.rung = False
        self.closed = False
        self.further: Counter[str] = Counter()

    def ring(self) -> None:
        """Wakes the page and has it read the store."""
        self.rung = True
        self.woken.set()

    def close(self) -> None:
        """Wakes the page for the last time."""
        self.closed = True
        self.woken.set()


class Bell:
    """Rings by tab id. It carries no news and no rights: whoever wakes reads through its own client.

    A page listens to one tab at a time. Gradio can cancel an event when another begins, but not in an order that
    would spare the one that just began; so the newer one closes the older one's ear here.
    """

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = {}
        self._pages: dict[str, Ear] = {}

    def ring(self, tab_id: str) -> None:
        """Wakes everyone who listens to that tab."""
        for ear in self._ears.get(tab_id, ()):
            ear.ring()

    def look_back(self, page: str, lane_id: str, items: int) -> None:
        """Has a page show more of a lane."""
        if (ear := self._pages.get(page)) is not None:
            ear.further[lane_id] += items
            ear.ring()

    def leave(self, page: str) -> None:
        """Closes the ear of a page, if it has one."""
        if (ear := self._pages.pop(page, None)) is not None:
            ear.close()

    @contextmanager
    def listen(self, tab_id: str, page: str) -> Generator[Ear]:
        """An ear that hears each ring while the context lasts, in place of the one that the page had before."""
        self.leave(page)
        ear = self._pages[page] = Ear()
        self._ears.setdefault(tab_id, set()).add(ear)
        try:
            yield ear
        finally:
            self._forget(tab_id, page, ear)

    def _forget(self, tab_id: str, page: str, ear: Ear) -> None:
        if self._pages.get(page) is ear:
            del self._pages[page]
        ears = self._ears[tab_id]
        ears.discard(ear)
        if not ears:
            del self._ears[tab_id]
