"""SDK events become thread events: items of our own, each ended, nothing empty, nothing shared."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import pytest
from agents import Agent, RunConfig, Runner
from agents.items import TResponseOutputItem
from agents.stream_events import RawResponsesStreamEvent
from agents.testing import ScriptedModel, function_call
from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    Task,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WorkflowItem,
    WorkflowTaskUpdated,
)
from openai.types.responses import ResponseFunctionWebSearch, ResponseOutputMessage, ResponseReasoningItem
from pydantic import TypeAdapter

from playground.runs.translate import Translator, handoff_names
from playground.transcript import Transcript, apply, replay
from tests.runs import agents

OUTPUT: TypeAdapter[TResponseOutputItem] = TypeAdapter(TResponseOutputItem)


class Recorded:
    """An outlet that holds nothing back, keeps every event, and what it looked like when it came."""

    def __init__(self) -> None:
        self.events: list[ThreadStreamEvent] = []
        self.as_they_came: list[str] = []
        self.inputs: dict[str, Sequence[Any]] = {}

    def emit(self, event: ThreadStreamEvent, model_input: Sequence[Any] | None = None) -> None:
        self.events.append(event)
        self.as_they_came.append(event.model_dump_json())
        if model_input is not None and event.type == "thread.item.done":
            self.inputs[event.item.id] = model_input

    def text(self, item_id: str, content_index: int, delta: str) -> None:
        update = AssistantMessageContentPartTextDelta(content_index=content_index, delta=delta)
        self.emit(ThreadItemUpdatedEvent(item_id=item_id, update=update))

    def task(self, item_id: str, task_index: int, task: Callable[[], Task]) -> None:
        self.emit(
            ThreadItemUpdatedEvent(item_id=item_id, update=WorkflowTaskUpdated(task_index=task_index, task=task()))
        )

    @property
    def transcript(self) -> Transcript:
        return reduce(apply, self.events, Transcript())

    @property
    def done(self) -> list[Any]:
        return [event.item for event in self.events if event.type == "thread.item.done"]

    def updates(self, kind: str) -> list[Any]:
        return [e.update for e in self.events if e.type == "thread.item.updated" and e.update.type == kind]


async def translated(steps: Sequence[Sequence[Any]], agent: Agent[Any] | None = None) -> Recorded:
    """What a visitor sees of a scripted run."""
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    result = Runner.run_streamed(
        agent or agents.worker(),
        "go",
        run_config=RunConfig(model=ScriptedModel([list(step) for step in steps]), tracing_disabled=True),
    )
    async for event in result.stream_events():
        translator.feed(event)
    translator.close()
    return outlet


def item(**fields: Any) -> Any:
    return OUTPUT.validate_python(fields)


def message(*texts: str, item_id: str = "msg_1", annotations: Sequence[Any] = ()) -> ResponseOutputMessage:
    content = [{"type": "output_text", "text": text, "annotations": list(annotations)} for text in texts]
    made: ResponseOutputMessage = item(
        id=item_id, type="message", role="assistant", status="completed", content=content
    )
    return made


def reasoning(*summaries: str, item_id: str = "rs_1") -> ResponseReasoningItem:
    made: ResponseReasoningItem = item(
        id=item_id, type="reasoning", summary=[{"type": "summary_text", "text": text} for text in summaries]
    )
    return made


def shape(items: Sequence[Any]) -> list[Any]:
    """Messages as their text, workflows as the titles of their tasks."""
    return [
        "".join(part.text for part in one.content)
        if isinstance(one, AssistantMessageItem)
        else [task.title.split(" · ")[0] for task in one.workflow.tasks]
        for one in items
    ]


def sound(outlet: Recorded) -> None:
    """What holds for every translation."""
    transcript = outlet.transcript
    assert not transcript.open_ids
    stored = {one.id: one for one in outlet.done}  # a place is given when an item is opened
    assert replay(stored[one.id] for one in transcript.items) == Transcript(items=transcript.items)
    assert len(stored) == len(outlet.done) == len(transcript.items)
    assert [event.model_dump_json() for event in outlet.events] == outlet.as_they_came, "an event changed afterwards"
    assert "loading" not in str([one.model_dump() for one in outlet.done])
    ids = [event.item.id for event in outlet.events if event.type == "thread.item.added"]
    assert len(ids) == len(set(ids))
    for one in outlet.done:
        if isinstance(one, WorkflowItem):
            added = [
                e.update.task_index
                for e in outlet.events
                if e.type == "thread.item.updated" and e.item_id == one.id and e.update.type == "workflow.task.added"
            ]
            assert added == list(range(len(one.workflow.tasks)))


NOW = {"name": "now", "arguments": "{}"}
SCRIPTS: dict[str, tuple[list[list[Any]], list[Any]]] = {
    "one message": ([[message("hi")]], ["hi"]),
    "two messages": ([[message("one"), message("two", item_id="msg_2")]], ["one", "two"]),
    "two messages with one id": ([[message("one"), message("two")]], ["one", "two"]),
    "a message of two parts": ([[message("one ", "two")]], ["one two"]),
    "a thought and a message": ([[reasoning("hm"), message("hi")]], [["Thought"], "hi"]),
    "two thoughts": ([[reasoning("a"), reasoning("b", item_id="rs_2"), message("x")]], [["Thought", "Thought"], "x"]),
    "two equal thoughts": ([[reasoning("a"), reasoning("a"), message("x")]], [["Thought", "Thought"], "x"]),
    "a tool": ([[function_call(**NOW, call_id="c1")], [message("noon")]], [["now"], "noon"]),
    "tools at once": (
        [[function_call(**NOW, call_id="c1"), function_call(**NOW, call_id="c2")], [message("noon")]],
        [["now", "now"], "noon"],
    ),
    "tools one after the other": (
        [[function_call(**NOW, call_id="c1")], [function_call(**NOW, call_id="c2")], [message("noon")]],
        [["now", "now"], "noon"],
    ),
    "a thought, a tool, a thought, an answer": (
        [[reasoning("a"), function_call(**NOW, call_id="c1")], [reasoning("b"), message("noon")]],
        [["Thought", "now", "Thought"], "noon"],
    ),
    "words before a tool": (
        [[message("let me see"), function_call(**NOW, call_id="c1")], [message("noon")]],
        ["let me see", ["now"], "noon"],
    ),
    "a tool before words in one turn": (
        [[function_call(**NOW, call_id="c1"), message("meanwhile")], [message("noon", item_id="msg_2")]],
        [["now"], "meanwhile", "noon"],
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_run_is_shown_as_items_in_the_order_they_came(name: str) -> None:
    steps, expected = SCRIPTS[name]
    outlet = await translated(steps)
    assert shape(outlet.transcript.items) == expected
    sound(outlet)


async def test_a_message_that_says_nothing_is_taken_back() -> None:
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    _feed(translator, _added(message()), _done(message("")))
    translator.close()
    assert outlet.transcript.items == ()
    assert outlet.events[-1].type == "thread.item.removed"
    sound(outlet)


async def test_ids_are_ours_although_the_provider_repeats_its_own() -> None:
    fake = "__fake_id__"
    outlet = await translated([[message("a", item_id=fake), message("b", item_id=fake)]])
    ids = [one.id for one in outlet.done]
    assert len(set(ids)) == 2
    assert all(one.startswith("msg_") and len(one) == 36 for one in ids)
    assert fake not in str([event.model_dump_json() for event in outlet.events])


async def test_a_failing_tools_error_is_shown() -> None:
    outlet = await translated([[function_call(name="break_down", arguments="{}", call_id="c1")], [message("sorry")]])
    [workflow, _] = outlet.done
    assert "break_down" in workflow.workflow.tasks[0].title
    assert workflow.workflow.tasks[0].status_indicator == "complete"


async def test_a_hand_off_is_named_after_the_agent_it_leads_to() -> None:
    call = function_call(name="transfer_to_clerk", arguments="{}", call_id="c1")
    outlet = await translated([[call], [message("filed")]], agents.desk())
    assert shape(outlet.transcript.items) == [["Hand-off → Clerk"], "filed"]
    sound(outlet)


def test_hand_offs_are_known_by_the_name_of_their_tool() -> None:
    assert handoff_names(agents.desk()) == {"transfer_to_clerk": "Clerk"}


async def test_a_source_becomes_an_annotation_of_its_part() -> None:
    url = {"type": "url_citation", "url": "https://x.invalid/a", "title": "A", "start_index": 0, "end_index": 2}
    untitled = {**url, "title": ""}
    outlet = await translated([[message("hi", annotations=[url, untitled])]])
    [found] = outlet.done
    [first, second] = found.content[0].annotations
    assert (first.source.title, first.source.url, first.index) == ("A", "https://x.invalid/a", 2)
    assert second.source.title == "https://x.invalid/a"
    added = outlet.updates("assistant_message.content_part.annotation_added")
    assert [update.annotation_index for update in added] == [0, 1]
    sound(outlet)


async def test_an_annotation_of_another_kind_is_passed_over() -> None:
    note = {"type": "file_citation", "file_id": "f", "filename": "x", "index": 0}
    outlet = await translated([[message("hi", annotations=[note])]])
    assert outlet.done[0].content[0].annotations == []


def test_a_tool_of_the_providers_is_a_step_in_plain_words() -> None:
    search = ResponseFunctionWebSearch.model_validate(
        {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "x"}}
    )
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    _feed(translator, _added(search), _done(search), _added(message(), 1), _done(message("found"), 1))
    translator.close()
    assert shape(outlet.transcript.items) == [["Web search"], "found"]
    sound(outlet)


async def test_what_the_model_made_is_kept_to_be_replayed() -> None:
    call = function_call(**NOW, call_id="c1")
    outlet = await translated([[reasoning("a"), call], [message("noon")]])
    workflow, said = outlet.done
    assert [step["type"] for step in outlet.inputs[workflow.id]] == [
        "reasoning",
        "function_call",
        "function_call_output",
    ]
    [replayed] = outlet.inputs[said.id]
    assert (replayed["type"], replayed["content"][0]["text"]) == ("message", "noon")


def _event(**fields: Any) -> RawResponsesStreamEvent:
    """A raw event; attributes are what the translator reads."""
    data: Any = type("Raw", (), fields)()
    return RawResponsesStreamEvent(data=data)


def _added(one: Any, index: int = 0) -> RawResponsesStreamEvent:
    return _event(type="response.output_item.added", item=one, output_index=index)


def _done(one: Any, index: int = 0) -> RawResponsesStreamEvent:
    return _event(type="response.output_item.done", item=one, output_index=index)


def _delta(kind: str, delta: str, index: int = 0) -> RawResponsesStreamEvent:
    return _event(type=f"response.{kind}.delta", delta=delta, content_index=0, output_index=index, summary_index=0)


def _feed(translator: Translator, *events: RawResponsesStreamEvent) -> None:
    for event in events:
        translator.feed(event)


CUTS: dict[str, tuple[list[RawResponsesStreamEvent], list[Any]]] = {
    "nothing": ([], []),
    "an opened message": ([_added(message())], []),
    "half a message": ([_added(message()), _delta("output_text", "half")], ["half"]),
    "half a thought": ([_added(reasoning()), _delta("reasoning_summary_text", "hm")], [["Thought"]]),
    "half a raw thought": ([_added(reasoning()), _delta("reasoning_text", "hm")], [["Thought"]]),
    "half a call": ([_added(function_call(**NOW, call_id="c"))], [["now"]]),
    "a call without its result": (
        [_added(function_call(**NOW, call_id="c")), _done(function_call(**NOW, call_id="c"))],
        [["now"]],
    ),
    "half a message beside a call": (
        [_added(function_call(**NOW, call_id="c")), _added(message(), 1), _delta("output_text", "half", 1)],
        [["now"], "half"],
    ),
    "half a refusal": ([_added(message()), _delta("refusal", "no")], ["no"]),
    "words without an opened message": ([_delta("output_text", "half")], ["half"]),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_in_the_middle_ends_everything_that_was_open(name: str) -> None:
    events, expected = CUTS[name]
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    _feed(translator, *events)
    translator.close()
    assert shape(outlet.transcript.items) == expected
    sound(outlet)
    count = len(outlet.events)
    translator.close()
    assert len(outlet.events) == count


def test_a_step_that_did_not_end_says_so() -> None:
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    _feed(translator, _added(function_call(**NOW, call_id="c")))
    translator.close()
    assert outlet.done[0].workflow.tasks[0].title == "now · not finished"


def test_thoughts_that_come_mixed_with_calls_go_to_their_own_step() -> None:
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    call = function_call(**NOW, call_id="c")
    _feed(
        translator,
        _added(reasoning(), 0),
        _added(call, 1),
        _delta("reasoning_summary_text", "hm", 0),
        _done(reasoning("hm"), 0),
        _done(call, 1),
    )
    translator.close()
    thought, tool = outlet.done[0].workflow.tasks
    assert (thought.title, thought.content) == ("Thought", "hm")
    assert tool.title == "now · not finished"
    sound(outlet)


def test_a_result_for_a_call_that_nobody_saw_leaves_no_empty_item() -> None:
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    translator._output({"type": "function_call_output", "call_id": "c", "output": "x"})  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    translator.close()
    assert outlet.transcript.items == ()


def test_a_message_that_came_without_pieces_is_shown_whole() -> None:
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    _feed(translator, _added(message()), _done(message("whole")))
    translator.close()
    assert shape(outlet.done) == ["whole"]
    sound(outlet)


def test_events_of_an_unknown_kind_change_nothing() -> None:
    outlet = Recorded()
    translator = Translator("thr_1", outlet)
    _feed(translator, _event(type="response.something.new"), _event(type="keepalive"))
    assert outlet.events == []


def test_what_a_run_waits_for_is_known() -> None:
    translator = Translator("thr_1", Recorded())
    seen: list[object] = [translator.phase]
    for event in (_event(type="response.created"), _delta("output_text", "x")):
        _feed(translator, event)
        seen += [translator.phase, translator.turns, translator.first_token_at is not None]
    assert seen == ["first", "first", 1, False, "tokens", 1, True]


def test_the_first_token_counts_once() -> None:
    ticks = iter(range(100))
    translator = Translator("thr_1", Recorded(), clock=lambda: float(next(ticks)))
    _feed(translator, _delta("output_text", "x"))
    first = translator.first_token_at
    _feed(translator, _delta("output_text", "y"), _done(message("xy")), _added(message(), 1))
    assert translator.first_token_at == first
