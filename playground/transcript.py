"""What a reader sees of a thread: a pure fold over events.

The rule: replaying the stored items gives the value that the live stream gave. So nothing here depends on time,
on order of arrival across runs, or on anything an event does not carry.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chatkit.types import (
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ErrorEvent,
    GeneratedImageItem,
    GeneratedImageUpdated,
    NoticeEvent,
    ProgressUpdateEvent,
    ThreadCreatedEvent,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
    WidgetComponentUpdated,
    WidgetItem,
    WidgetRootUpdated,
    WidgetStreamingTextValueDelta,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from playground import widgets
from playground.widgets import Widget


@dataclass(frozen=True, slots=True)
class Transcript:
    """Items in reading order, `open_ids` of those still being written, and what the stream said beside them."""

    items: tuple[ThreadItem, ...] = ()
    open_ids: frozenset[str] = frozenset()
    title: str | None = None
    progress: str | None = None
    progress_icon: str | None = None
    error: ErrorEvent | None = None
    notices: tuple[NoticeEvent, ...] = ()


def replay(items: Iterable[ThreadItem], *, title: str | None = None) -> Transcript:
    """The transcript of stored items, oldest first."""
    return Transcript(items=tuple(items), title=title)


def apply(transcript: Transcript, event: ThreadStreamEvent) -> Transcript:
    """The transcript after one more event. An event that changes nothing a reader sees returns it unchanged."""
    match event:
        case ThreadItemUpdatedEvent():
            return _update(transcript, event)
        case ThreadItemAddedEvent(item=item):
            return replace(_put(transcript, item), open_ids=transcript.open_ids | {item.id}, progress=None)
        case ThreadItemReplacedEvent(item=item) if _position(transcript, item.id) is None:
            return transcript  # older than what this reader has of the thread
        case ThreadItemDoneEvent(item=item) | ThreadItemReplacedEvent(item=item):
            return replace(_put(transcript, item), open_ids=transcript.open_ids - {item.id}, progress=None)
        case ThreadItemRemovedEvent(item_id=item_id):
            kept = tuple(item for item in transcript.items if item.id != item_id)
            return replace(transcript, items=kept, open_ids=transcript.open_ids - {item_id})
        case _:
            return _aside(transcript, event)


def _aside(transcript: Transcript, event: ThreadStreamEvent) -> Transcript:
    match event:
        case ThreadCreatedEvent(thread=thread) | ThreadUpdatedEvent(thread=thread):
            return replace(transcript, title=thread.title)
        case ProgressUpdateEvent(text=text, icon=icon):
            return replace(transcript, progress=text, progress_icon=icon)
        case ErrorEvent():
            return replace(transcript, error=event, progress=None)
        case NoticeEvent():
            return replace(transcript, notices=(*transcript.notices, event))
        case _:
            return transcript


def _position(transcript: Transcript, item_id: str) -> int | None:
    for index in range(len(transcript.items) - 1, -1, -1):
        if transcript.items[index].id == item_id:
            return index
    return None


def _put(transcript: Transcript, item: ThreadItem) -> Transcript:
    index = _position(transcript, item.id)
    items = transcript.items
    if index is None:
        return replace(transcript, items=(*items, item))
    return replace(transcript, items=(*items[:index], item, *items[index + 1 :]))


def _update(transcript: Transcript, event: ThreadItemUpdatedEvent) -> Transcript:
    index = _position(transcript, event.item_id)
    if index is None or event.item_id not in transcript.open_ids:  # the store has no updates of what is done
        return transcript
    return _put(transcript, updated(transcript.items[index], event.update))


def updated(item: ThreadItem, update: ThreadItemUpdate) -> ThreadItem:
    """The item after one update; an update that does not fit the item's kind leaves it as it is."""
    match item:
        case AssistantMessageItem():
            return _message_updated(item, update)
        case WorkflowItem():
            return _workflow_updated(item, update)
        case WidgetItem():
            return _widget_updated(item, update)
        case GeneratedImageItem() if isinstance(update, GeneratedImageUpdated):
            return item.model_copy(update={"image": update.image})
        case _:
            return item


def _widget_updated(item: WidgetItem, update: ThreadItemUpdate) -> WidgetItem:
    match update:
        case WidgetRootUpdated(widget=widget):
            return item.model_copy(update={"widget": widget})
        case WidgetComponentUpdated() | WidgetStreamingTextValueDelta():
            return item.model_copy(update={"widget": Widget.keep(widgets.updated(widgets.raw_of(item.widget), update))})
        case _:
            return item


def _message_updated(item: AssistantMessageItem, update: ThreadItemUpdate) -> AssistantMessageItem:
    parts = list(item.content)
    match update:
        case AssistantMessageContentPartAdded(content_index=index, content=content):
            parts[index : index + 1] = [content]
        case AssistantMessageContentPartDone(content_index=index, content=content):
            parts[index : index + 1] = [content]
        case AssistantMessageContentPartTextDelta(content_index=at, delta=delta) if 0 <= at < len(parts):
            parts[at] = parts[at].model_copy(update={"text": parts[at].text + delta})
        case AssistantMessageContentPartAnnotationAdded(content_index=at, annotation=note) if 0 <= at < len(parts):
            parts[at] = parts[at].model_copy(update={"annotations": [*parts[at].annotations, note]})
        case _:
            return item
    return item.model_copy(update={"content": parts})


def _workflow_updated(item: WorkflowItem, update: ThreadItemUpdate) -> WorkflowItem:
    if not isinstance(update, WorkflowTaskAdded | WorkflowTaskUpdated):
        return item
    tasks = list(item.workflow.tasks)
    tasks[update.task_index : update.task_index + 1] = [update.task]
    return item.model_copy(update={"workflow": item.workflow.model_copy(update={"tasks": tasks})})
