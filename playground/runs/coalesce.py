"""Growth in few frames: the first piece at once, then at most so many a second.

Text is joined; of a growing task only the newest state counts. Anything else that is emitted flushes first, so the
order is kept.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    Task,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WorkflowTaskUpdated,
)

Emit = Callable[[ThreadStreamEvent, Sequence[Any] | None], None]
Held = tuple[str, int]


class Coalescer:
    """An Outlet in front of another. Rates are frames per second."""

    def __init__(self, emit: Emit, *, text_rate: float, thought_rate: float) -> None:
        self._emit = emit
        self._pause = {"text": 1 / text_rate, "task": 1 / thought_rate}
        self._last = {"text": float("-inf"), "task": float("-inf")}
        self._texts: list[str] = []
        self._key: Held | None = None
        self._task: Callable[[], Task] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def emit(self, event: ThreadStreamEvent, model_input: Sequence[Any] | None = None) -> None:
        """Pass an event on, after what is held back."""
        self.flush()
        self._emit(event, model_input)

    def text(self, item_id: str, content_index: int, delta: str) -> None:
        """Hold a piece of text, or send it with what is held."""
        if self._task is not None or self._key != (item_id, content_index):
            self.flush()
        self._key = (item_id, content_index)
        self._texts.append(delta)
        if self._timer is None:
            self._schedule("text")

    def task(self, item_id: str, task_index: int, task: Callable[[], Task]) -> None:
        """Hold a task's newest state, or send it."""
        if self._texts or self._key != (item_id, task_index):
            self.flush()
        self._key = (item_id, task_index)
        self._task = task
        if self._timer is None:
            self._schedule("task")

    def flush(self) -> None:
        """Send what is held back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._key is None:
            return
        (item_id, index), texts, task = self._key, self._texts, self._task
        self._key, self._texts, self._task = None, [], None
        if texts:
            self._last["text"] = self._loop.time()
            update = AssistantMessageContentPartTextDelta(content_index=index, delta="".join(texts))
            self._emit(ThreadItemUpdatedEvent(item_id=item_id, update=update), None)
        elif task is not None:
            self._last["task"] = self._loop.time()
            self._emit(
                ThreadItemUpdatedEvent(item_id=item_id, update=WorkflowTaskUpdated(task_index=index, task=task())), None
            )

    def _schedule(self, kind: str) -> None:
        wait = self._last[kind] + self._pause[kind] - self._loop.time()
        if wait <= 0:
            self.flush()
        else:
            self._timer = self._loop.call_later(wait, self.flush)
