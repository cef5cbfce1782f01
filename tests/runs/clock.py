"""Time that a test moves."""

import asyncio


class Loop(asyncio.SelectorEventLoop):
    """A loop whose clock stands until a test moves it."""

    now = 100.0

    def time(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Time passes, and what was due in it happens, each at its time."""
        end = self.now + seconds
        while timers := [h for h in self._timers() if h.when() <= end]:
            self.now = max(self.now, timers[0].when())
            self.run_until_complete(asyncio.sleep(0))
        self.now = end

    def _timers(self) -> list[asyncio.TimerHandle]:
        scheduled: list[asyncio.TimerHandle] = vars(self)["_scheduled"]
        return sorted((h for h in scheduled if not h.cancelled()), key=lambda h: h.when())
