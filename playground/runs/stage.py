"""A run as the stage of its tools: what they say and show, in order, from whatever thread.

What a tool left open is ended with the run, and what it says after that is not heard: a thread cannot be stopped.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from chatkit.types import (
    Annotation,
    Thread,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
    WidgetItem,
)

from playground.runs.outlet import Outlet
from playground.runs.tasks import Tasks
from playground.toolkit.stage import Shut
from playground.transcript import updated
from playground.widgets import Widget, raw_of, settled

logger = logging.getLogger(__name__)

MOST_EVENTS = 20_000
"""That tools may say in one run. Whoever says more is not heard: a log has an end."""
SHUT_SECONDS = 10
"""How long a run waits for its thread to be shut."""

Shutter = Callable[[Shut, str], Awaitable[Thread]]
"""Lets the thread take no more messages, and answers it as it is then."""


class RunStage:
    """The stage of one run, made on its event loop. `close` it before the run ends."""

    def __init__(
        self, thread_id: str, outlet: Outlet, *, cite: Callable[[Annotation], None], shutter: Shutter | None = None
    ) -> None:
        self._thread_id = thread_id
        self._outlet = outlet
        self._cite = cite
        self._shutter = shutter
        self._loop = asyncio.get_running_loop()
        self._tasks = Tasks()
        self._open: dict[str, ThreadItem] = {}
        self._over = False
        self._said = 0

    @property
    def thread_id(self) -> str:
        """The thread that the run answers in."""
        return self._thread_id

    def emit(self, event: ThreadStreamEvent) -> None:
        """Say something beside the answer."""
        self._soon(self._emit, event)

    def cite(self, annotation: Annotation) -> None:
        """Give a source to the answer that is being written, or else comes next."""
        self._soon(self._cite, annotation)

    def shut(self, kind: Shut, reason: str) -> None:
        """Let the thread take no more messages."""
        self._soon(lambda: self._tasks.spawn(self._shut(kind, reason)))

    async def rest(self) -> None:
        """Wait for what was begun."""
        await self._tasks.rest(SHUT_SECONDS)

    def close(self) -> None:
        """End what is open, and hear nothing more."""
        for item in list(self._open.values()):
            self._emit(ThreadItemDoneEvent(item=still(item)))
        self._over = True

    async def _shut(self, kind: Shut, reason: str) -> None:
        if self._shutter is None:
            return
        try:
            thread = await self._shutter(kind, reason)
        except Exception:  # the answer goes on: what the tool wanted is not its own
            logger.exception("a thread could not be shut")
        else:
            self._emit(ThreadUpdatedEvent(thread=thread))

    def _soon(self, work: Callable[..., object], *given: Any) -> None:
        if _running() is self._loop:
            self._unless_over(work, *given)
        else:
            with suppress(RuntimeError):  # the loop is closed: nobody listens
                self._loop.call_soon_threadsafe(self._unless_over, work, *given)

    def _unless_over(self, work: Callable[..., object], *given: Any) -> None:
        self._said += 1
        if not self._over and self._said <= MOST_EVENTS:
            work(*given)

    def _emit(self, event: ThreadStreamEvent) -> None:
        if self._over:
            return
        match event:
            case ThreadItemAddedEvent(item=item):
                self._open[item.id] = item
            case ThreadItemUpdatedEvent(item_id=item_id, update=update) if item_id in self._open:
                self._open[item_id] = updated(self._open[item_id], update)
            case ThreadItemDoneEvent(item=item):
                self._open.pop(item.id, None)
            case ThreadItemRemovedEvent(item_id=item_id):
                self._open.pop(item_id, None)
            case _:
                pass
        self._outlet.emit(event)


def still(item: ThreadItem) -> ThreadItem:
    """The item with nothing left that seems to go on, if it is a tool's."""
    if not isinstance(item, WidgetItem):
        return item
    return item.model_copy(update={"widget": Widget.keep(settled(raw_of(item.widget)))})


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
