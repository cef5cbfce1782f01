"""Widgets: shown, changed in their place, or growing while a generator makes them."""

import asyncio
from collections.abc import AsyncIterable
from datetime import UTC, datetime
from typing import Any

from chatkit.types import (
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetItem,
)

from playground.ids import new_id
from playground.toolkit.stage import Stage, stage
from playground.widgets import Widget, difference, same, settled, widget_of

FRAME_SECONDS = 0.05
"""Between two updates of a widget that grows. What comes faster is told together."""


class Shown:
    """A widget on the visitor's screen. It can be changed as long as the run goes on."""

    def __init__(self, here: Stage | None, copy_text: str | None = None) -> None:
        self._stage = here
        self._copy_text = copy_text
        self._item: WidgetItem | None = None

    @property
    def item_id(self) -> str | None:
        """What its actions name; None if it was never shown."""
        return self._item.id if self._item else None

    def update(self, widget: Any, copy_text: str | None = None) -> None:
        """Show this in its place. Raises WidgetError, and then it stays as it was."""
        before = self._item
        item = self._made(widget_of(widget), copy_text)
        if item is None or item == before:
            return
        if before is None:
            self.say(ThreadItemAddedEvent(item=item))
        self.say(ThreadItemReplacedEvent(item=item) if before else ThreadItemDoneEvent(item=item))

    def grow(self, widget: Widget) -> None:
        """Show this as what there is of it so far; `end` has to follow."""
        before = self._item
        item = self._made(widget, None)
        if item is None:
            return
        if before is None:
            self.say(ThreadItemAddedEvent(item=item))
        elif isinstance(before.widget, Widget):
            for update in difference(before.widget, widget):
                self.say(ThreadItemUpdatedEvent(item_id=item.id, update=update))

    def end(self) -> None:
        """It has grown up."""
        if self._item is not None and isinstance(self._item.widget, Widget):
            final = Widget.keep(settled(self._item.widget.raw))
            self._item = self._item.model_copy(update={"widget": final})
            self.say(ThreadItemDoneEvent(item=self._item))

    def say(self, event: ThreadStreamEvent) -> None:
        """An event of this widget."""
        if self._stage is not None:
            self._stage.emit(event)

    def _made(self, widget: Widget, copy_text: str | None) -> WidgetItem | None:
        if self._stage is None:
            return None
        self._copy_text = copy_text or self._copy_text
        if self._item is None:
            self._item = WidgetItem(
                id=new_id("wid"),
                thread_id=self._stage.thread_id,
                created_at=datetime.now(UTC),
                widget=widget,
                copy_text=self._copy_text,
            )
        elif self._copy_text != self._item.copy_text or not same(_raw(self._item), widget.raw):
            self._item = self._item.model_copy(update={"widget": widget, "copy_text": self._copy_text})
        return self._item


def show(widget: Any, copy_text: str | None = None) -> Shown:
    """Show a widget: JSON, or one of the SDK's. What its visitor copies, and a model is told of it, is `copy_text`.

    Raises WidgetError if it is none.
    """
    shown = Shown(stage(), copy_text)
    shown.update(widget)
    return shown


async def stream(widgets: AsyncIterable[Any], copy_text: str | None = None) -> Shown:
    """Show a widget while it grows: each of these in the place of the one before, with the last one to stay.

    Raises WidgetError, and whatever the generator raises; then what was shown stays.
    """
    shown = Shown(stage(), copy_text)
    pace = _Pace(shown)
    try:
        async for widget in widgets:
            pace.take(widget_of(widget))
    finally:
        pace.end()
    return shown


class _Pace:
    """Hands on the newest of what it takes, so and so often at most."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._held: Widget | None = None
        self._timer: asyncio.TimerHandle | None = None

    def take(self, widget: Widget) -> None:
        """A newer one."""
        self._held = widget
        if self._timer is None:
            self._hand_on()

    def end(self) -> None:
        """There are no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            self._shown.grow(self._held)
        self._shown.end()

    def _hand_on(self) -> None:
        self._timer = None
        if self._held is not None:
            self._shown.grow(self._held)
            self._held = None
            self._timer = asyncio.get_running_loop().call_later(FRAME_SECONDS, self._hand_on)


def _raw(item: WidgetItem) -> Any:
    return item.widget.raw if isinstance(item.widget, Widget) else None
