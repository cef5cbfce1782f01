"""Wakes the pages of this process that look at a tab, so that none has to ask the store often."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Ear:
    """One page's side of the bell: `woken` is set when there may be news, `rung` says that the store has them."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.rung = False

    def ring(self) -> None:
        """Wakes the page and has it read the store."""
        self.rung = True
        self.woken.set()


class Bell:
    """Rings by tab id. It carries no news and no rights: whoever wakes reads through its own client."""

    def __init__(self) -> None:
        self._ears: dict[str, set[Ear]] = {}

    def ring(self, tab_id: str) -> None:
        """Wakes everyone who listens to that tab."""
        for ear in self._ears.get(tab_id, ()):
            ear.ring()

    @contextmanager
    def listen(self, tab_id: str) -> Iterator[Ear]:
        """An ear that hears each ring while the context lasts."""
        ear = Ear()
        self._ears.setdefault(tab_id, set()).add(ear)
        try:
            yield ear
        finally:
            ears = self._ears[tab_id]
            ears.discard(ear)
            if not ears:
                del self._ears[tab_id]
