"""Ctrl+C, and the signal that asks a process to end: the first time in order, the second time at once."""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While it is entered, a signal calls `stop` once. `code` is what to exit with, None if there was no signal.

    A second signal ends the process where it stands, after `last`.
    """

    def __init__(self, stop: Callable[[], Awaitable[None]], last: Callable[[], object]) -> None:
        self.code: int | None = None
        self._stop = stop
        self._last = last
        self._loop = asyncio.get_running_loop()
        self._stopping: asyncio.Future[None] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # no other one may
            self._before = {signum: signal.signal(signum, self._heard) for signum in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for signum, before in self._before.items():
            signal.signal(signum, before)

    def _heard(self, signum: int, _frame: FrameType | None) -> None:
        if self.code is not None:
            self._last()
            os._exit(self.code)
        self.code = 128 + signum
        self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        self._stopping = asyncio.ensure_future(self._stop())
