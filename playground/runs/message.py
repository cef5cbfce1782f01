"""One assistant message in the making."""

from datetime import UTC, datetime
from typing import Any

from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemUpdatedEvent,
)

from playground.ids import new_id
from playground.runs.outlet import Outlet


class Message:
    """One assistant message in the making. Its first words take the `sources` that wait for it."""

    def __init__(self, thread_id: str, outlet: Outlet, sources: list[Annotation] | None = None) -> None:
        self._outlet = outlet
        self._sources = [] if sources is None else sources
        self.parts: list[list[str]] = []
        self.notes: list[list[Annotation]] = []
        self._open: set[int] = set()
        self._item = AssistantMessageItem(
            id=new_id("msg"), thread_id=thread_id, created_at=datetime.now(UTC), content=[]
        )
        outlet.emit(ThreadItemAddedEvent(item=self._item))

    def text(self, index: int, delta: str) -> None:
        """The part grows; a part not seen before is opened."""
        while len(self.parts) <= index:
            self._open.add(len(self.parts))
            part = AssistantMessageContentPartAdded(content_index=len(self.parts), content=_content([], []))
            self.parts.append([])
            self.notes.append([])
            self._outlet.emit(ThreadItemUpdatedEvent(item_id=self._item.id, update=part))
        if delta:
            self.parts[index].append(delta)
            self._outlet.text(self._item.id, index, delta)
            self.land(index)

    def land(self, index: int = -1) -> None:
        """Give the sources that wait to a part, or to the last one; they wait on if there is none."""
        waiting = [*self._sources] if self.parts else []
        self._sources[:] = self._sources[len(waiting) :]
        for source in waiting:
            self.note(index % len(self.parts), source)

    def note(self, index: int, annotation: Annotation) -> None:
        """A source for the part."""
        self.text(index, "")
        self.notes[index].append(annotation)
        update = AssistantMessageContentPartAnnotationAdded(
            content_index=index, annotation_index=len(self.notes[index]) - 1, annotation=annotation
        )
        self._outlet.emit(ThreadItemUpdatedEvent(item_id=self._item.id, update=update))

    def end_part(self, index: int) -> None:
        """No more for this part."""
        if index in self._open:
            self._open.discard(index)
            done = AssistantMessageContentPartDone(content_index=index, content=self._content(index))
            self._outlet.emit(ThreadItemUpdatedEvent(item_id=self._item.id, update=done))

    def close(self, model_input: list[Any] | None = None) -> None:
        """End the item, or take it back if nothing was said."""
        if not any(any(part) for part in self.parts):
            self._outlet.emit(ThreadItemRemovedEvent(item_id=self._item.id))
            return
        for index in sorted(self._open):
            self.end_part(index)
        content = [self._content(index) for index in range(len(self.parts))]
        self._outlet.emit(ThreadItemDoneEvent(item=self._item.model_copy(update={"content": content})), model_input)

    def _content(self, index: int) -> AssistantMessageContent:
        return _content(self.parts[index], self.notes[index])


def _content(texts: list[str], notes: list[Annotation]) -> AssistantMessageContent:
    return AssistantMessageContent(text="".join(texts), annotations=list(notes))
