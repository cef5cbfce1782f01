"""Runs that nobody reads any more.

The protocol's Stop is a bare disconnect, and a refresh looks the same. So the last reader's leaving starts a grace:
whoever comes back within it lets the run finish.
"""

import asyncio
from collections.abc import Callable

from playground.runs.live import LiveRun

FIRST_READER_SECONDS = 5.0
"""The least that a new run waits for the reader that asked for it, however short the grace is set."""


class Grace:
    """Counts the readers of each run and calls `expired` when the last has been gone for `seconds`."""

    def __init__(self, seconds: float, expired: Callable[[LiveRun], None]) -> None:
        self._seconds = seconds
        self._expired = expired
        self._readers: dict[str, int] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def begin(self, run: LiveRun) -> None:
        """A run starts to work; unless it is detached somebody has to read it soon. One that waits costs nothing."""
        if not self._readers.setdefault(run.id, 0):
            self._wait(run, max(self._seconds, FIRST_READER_SECONDS))

    def enter(self, run: LiveRun) -> None:
        """A reader comes."""
        self._readers[run.id] = self._readers.get(run.id, 0) + 1
        self._calm(run.id)

    def leave(self, run: LiveRun, *, lingering: bool) -> None:
        """A reader goes; only a `lingering` one leaves a wish to stop behind."""
        if run.over:
            return
        self._readers[run.id] -= 1
        if lingering and not self._readers[run.id]:
            self._wait(run, self._seconds)

    def touch(self, run: LiveRun) -> None:
        """Somebody looked at the run's thread: let it finish."""
        self._calm(run.id)

    def end(self, run: LiveRun) -> None:
        """The run is over."""
        self._calm(run.id)
        self._readers.pop(run.id, None)

    def _wait(self, run: LiveRun, seconds: float) -> None:
        self._calm(run.id)
        if not run.order.detached and not run.queued:
            self._timers[run.id] = asyncio.get_running_loop().call_later(seconds, self._expired, run)

    def _calm(self, run_id: str) -> None:
        timer = self._timers.pop(run_id, None)
        if timer is not None:
            timer.cancel()
