"""Work that nobody waits for, kept in sight so that it can be ended."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Tasks:
    """The tasks of an engine."""

    def __init__(self) -> None:
        self._going_on: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin some work."""
        task = asyncio.get_running_loop().create_task(work)
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return task

    async def rest(self, seconds: float) -> None:
        """Let what goes on end, for so long at most."""
        end = asyncio.get_running_loop().time() + seconds
        while self._going_on and (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._going_on, timeout=left)

    async def end(self, *others: asyncio.Task[Any]) -> None:
        """End what still goes on, and others."""
        left = [*others, *self._going_on]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
