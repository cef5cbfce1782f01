"""Events in, what a reader sees out."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import reduce

import pytest
from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartAnnotationAdded,
    AssistantMessageContentPartDone,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    ClientEffectEvent,
    CustomTask,
    ErrorEvent,
    GeneratedImage,
    GeneratedImageUpdated,
    InferenceOptions,
    NoticeEvent,
    Page,
    ProgressUpdateEvent,
    StreamOptions,
    StreamOptionsEvent,
    Thread,
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
    URLSource,
    UserMessageItem,
    UserMessageTextContent,
    WidgetItem,
    WidgetRootUpdated,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.transcript import Transcript, apply, replay

AT = datetime(2026, 1, 1, tzinfo=UTC)
NOTE = Annotation(source=URLSource(title="a page", url="https://page.test"), index=2)


def content(text: str = "", *notes: Annotation) -> AssistantMessageContent:
    return AssistantMessageContent(text=text, annotations=list(notes))


def said(*texts: str, item_id: str = "a") -> AssistantMessageItem:
    return AssistantMessageItem(id=item_id, thread_id="t", created_at=AT, content=[content(text) for text in texts])


def asked(text: str = "?", item_id: str = "u") -> UserMessageItem:
    return UserMessageItem(
        id=item_id,
        thread_id="t",
        created_at=AT,
        content=[UserMessageTextContent(text=text)],
        inference_options=InferenceOptions(),
    )


def worked(*titles: str, item_id: str = "w") -> WorkflowItem:
    tasks = [CustomTask(title=title) for title in titles]
    return WorkflowItem(
        id=item_id, thread_id="t", created_at=AT, workflow=Workflow(type="custom", tasks=[*tasks], expanded=False)
    )


def drawn(text: str) -> WidgetRootUpdated:
    return WidgetRootUpdated.model_validate({"widget": {"type": "Card", "children": [{"type": "Text", "value": text}]}})


def shown(text: str, item_id: str = "g") -> WidgetItem:
    return WidgetItem(id=item_id, thread_id="t", created_at=AT, widget=drawn(text).widget)


def thread(title: str | None) -> Thread:
    return Thread(id="t", created_at=AT, title=title, items=Page())


def fold(events: Iterable[ThreadStreamEvent], start: Transcript | None = None) -> Transcript:
    return reduce(apply, events, start or Transcript())


def grown(item: ThreadItem, *updates: ThreadItemUpdate) -> ThreadItem:
    events: list[ThreadStreamEvent] = [ThreadItemAddedEvent(item=item)]
    events += [ThreadItemUpdatedEvent(item_id=item.id, update=u) for u in updates]
    (left,) = fold(events).items
    return left


def delta(text: str, index: int = 0) -> ThreadItemUpdate:
    return AssistantMessageContentPartTextDelta(content_index=index, delta=text)


def part(text: str, index: int = 0) -> ThreadItemUpdate:
    return AssistantMessageContentPartAdded(content_index=index, content=content(text))


@pytest.mark.parametrize(
    ("start", "updates", "end"),
    [
        (said(), [part(""), delta("a"), delta("b")], said("ab")),
        (said(), [part(""), part("", 1), delta("b", 1), delta("a")], said("a", "b")),
        (said(), [part("x"), AssistantMessageContentPartDone(content_index=0, content=content("y"))], said("y")),
        (said(), [delta("lost: there is no part")], said()),
        (said("a"), [delta("lost", -1)], said("a")),
        (worked(), [WorkflowTaskAdded(task_index=0, task=CustomTask(title="one"))], worked("one")),
        (worked("one"), [WorkflowTaskUpdated(task_index=0, task=CustomTask(title="two"))], worked("two")),
        (worked("same"), [WorkflowTaskAdded(task_index=1, task=CustomTask(title="same"))], worked("same", "same")),
        (worked("one"), [delta("not for a workflow")], worked("one")),
        (said("a"), [WorkflowTaskAdded(task_index=0, task=CustomTask(title="not for a message"))], said("a")),
        (shown("a"), [drawn("b")], shown("b")),
        (asked(), [delta("not for the visitor's words")], asked()),
    ],
)  # fmt: skip
def test_an_update_changes_its_item(start: ThreadItem, updates: list[ThreadItemUpdate], end: ThreadItem) -> None:
    assert grown(start, *updates) == end


def test_a_source_survives_the_end_of_its_part() -> None:
    noted = AssistantMessageContentPartAnnotationAdded(content_index=0, annotation_index=0, annotation=NOTE)
    item = grown(said(), part("see"), noted)
    assert item == said().model_copy(update={"content": [content("see", NOTE)]})


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([ThreadItemDoneEvent(item=asked())], Transcript((asked(),))),
        ([ThreadItemAddedEvent(item=said())], Transcript((said(),), frozenset({"a"}))),
        ([ThreadItemAddedEvent(item=said()), ThreadItemDoneEvent(item=said("x"))], Transcript((said("x"),))),
        ([ThreadItemDoneEvent(item=said("x")), ThreadItemReplacedEvent(item=said("y"))], Transcript((said("y"),))),
        ([ThreadItemAddedEvent(item=said()), ThreadItemRemovedEvent(item_id="a")], Transcript()),
        ([ThreadItemRemovedEvent(item_id="never seen")], Transcript()),
        ([ThreadItemUpdatedEvent(item_id="never seen", update=delta("x"))], Transcript()),
        ([ThreadItemDoneEvent(item=said("x")), ThreadItemUpdatedEvent(item_id="a", update=delta("late"))],
         Transcript((said("x"),))),
        ([ThreadCreatedEvent(thread=thread(None)), ThreadUpdatedEvent(thread=thread("T"))], Transcript(title="T")),
        ([ProgressUpdateEvent(text="wait")], Transcript(progress="wait")),
        ([ProgressUpdateEvent(text="wait"), ThreadItemDoneEvent(item=asked())], Transcript((asked(),))),
        ([ProgressUpdateEvent(text="wait"), ErrorEvent(message="no")], Transcript(error=ErrorEvent(message="no"))),
        ([NoticeEvent(level="info", message="n")], Transcript(notices=(NoticeEvent(level="info", message="n"),))),
        ([StreamOptionsEvent(stream_options=StreamOptions(allow_cancel=True))], Transcript()),
        ([ClientEffectEvent(name="confetti")], Transcript()),
    ],
)  # fmt: skip
def test_events_make_a_transcript(events: list[ThreadStreamEvent], end: Transcript) -> None:
    assert fold(events) == end


def test_items_stand_in_the_order_in_which_they_were_opened() -> None:
    events: list[ThreadStreamEvent] = [
        ThreadItemAddedEvent(item=worked()),
        ThreadItemAddedEvent(item=said()),
        ThreadItemDoneEvent(item=said("x")),
        ThreadItemDoneEvent(item=worked("one")),
    ]
    assert fold(events).items == (worked("one"), said("x"))


def test_a_value_is_never_changed_behind_a_reader() -> None:
    before = fold([ThreadItemAddedEvent(item=said("a"))])
    apply(before, ThreadItemUpdatedEvent(item_id="a", update=delta("b")))
    assert before.items == (said("a"),)


def test_following_a_run_from_its_first_event_over_what_is_stored_shows_everything_once() -> None:
    events: list[ThreadStreamEvent] = [
        ThreadItemDoneEvent(item=asked()),
        ThreadItemAddedEvent(item=worked()),
        ThreadItemDoneEvent(item=worked("one")),
        ThreadItemAddedEvent(item=said()),
        ThreadItemUpdatedEvent(item_id="a", update=part("x")),
    ]
    assert fold(events, replay([asked(), worked("one")])) == fold(events)


ids = st.sampled_from("abcd")
indices = st.integers(-3, 5)
texts = st.text(max_size=3)
contents = st.builds(content, texts)
tasks = st.builds(CustomTask, title=texts)
items: st.SearchStrategy[ThreadItem] = st.one_of(
    st.builds(said, texts, texts, item_id=ids),
    st.builds(worked, texts, texts, item_id=ids),
    st.builds(asked, texts, ids),
    st.builds(shown, texts, ids),
)
updates: st.SearchStrategy[ThreadItemUpdate] = st.one_of(
    st.builds(delta, texts, indices),
    st.builds(part, texts, indices),
    st.builds(AssistantMessageContentPartDone, content_index=indices, content=contents),
    st.builds(
        AssistantMessageContentPartAnnotationAdded,
        content_index=indices,
        annotation_index=indices,
        annotation=st.just(NOTE),
    ),
    st.builds(WorkflowTaskAdded, task_index=indices, task=tasks),
    st.builds(WorkflowTaskUpdated, task_index=indices, task=tasks),
    st.builds(drawn, texts),
    st.builds(GeneratedImageUpdated, image=st.just(GeneratedImage(id="i", url="data:,"))),
)
events: st.SearchStrategy[ThreadStreamEvent] = st.one_of(
    st.builds(ThreadItemAddedEvent, item=items),
    st.builds(ThreadItemDoneEvent, item=items),
    st.builds(ThreadItemReplacedEvent, item=items),
    st.builds(ThreadItemUpdatedEvent, item_id=ids, update=updates),
    st.builds(ThreadItemRemovedEvent, item_id=ids),
    st.builds(ProgressUpdateEvent, text=texts),
    st.builds(ErrorEvent, message=texts),
    st.builds(NoticeEvent, level=st.just("info"), message=texts),
    st.builds(ThreadUpdatedEvent, thread=st.builds(thread, texts)),
    st.builds(ClientEffectEvent, name=texts),
)


def stored(stream: Iterable[ThreadStreamEvent]) -> list[ThreadItem]:
    """What a store keeps of a stream: a place for what is opened, and what is done at that place."""
    kept: dict[str, ThreadItem | None] = {}
    for event in stream:
        match event:
            case ThreadItemAddedEvent(item=item):
                kept.setdefault(item.id, None)
            case ThreadItemReplacedEvent(item=item) if item.id not in kept:
                pass
            case ThreadItemDoneEvent(item=item) | ThreadItemReplacedEvent(item=item):
                kept[item.id] = item
            case ThreadItemRemovedEvent(item_id=item_id):
                kept.pop(item_id, None)
            case _:
                pass
    return [item for item in kept.values() if item is not None]


def test_an_item_that_is_older_than_what_a_reader_has_is_not_put_behind_it() -> None:
    assert fold([ThreadItemReplacedEvent(item=said("y"))]) == Transcript()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(events, max_size=30))
def test_what_is_stored_reads_as_it_was_streamed(stream: list[ThreadStreamEvent]) -> None:
    live = fold(stream)
    open_ids = live.open_ids
    finished = [item for item in stored(stream) if item.id not in open_ids]
    assert replay(finished).items == tuple(item for item in live.items if item.id not in open_ids)
    assert open_ids <= {item.id for item in live.items}
