"""A lane's thread → the board's lines."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from chatkit.types import (
    Annotation,
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    CustomTask,
    ErrorEvent,
    NoticeEvent,
    ProgressUpdateEvent,
    SearchTask,
    Task,
    ThoughtTask,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    URLSource,
    WidgetItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from playground.client import ThreadView
from playground.compare.drawing.entries import Drawn, Entries, Tells, tell_all
from playground.runs.spelled import pretty
from playground.transcript import Transcript, apply
from tests.compare.payloads import SCRIPTS
from tests.ui.made import AT, answer, run, user, view, work

Shown = dict[str, Any]


def blocks(drawn: Drawn) -> list[Shown]:
    tail: list[Shown] = orjson.loads(drawn.tail)
    return [orjson.loads(line) for line in drawn.lines.split("\n")[:-1]] + tail


def draw(shown: ThreadView, transcript: Transcript | None = None, tells: Tells = tell_all) -> list[Shown]:
    return blocks(Entries().draw(shown, transcript or shown.transcript, tells))


def kinds(shown: Iterable[Shown]) -> list[str]:
    return [block["kind"] for block in shown]


def call(name: str = "look", arguments: str = '{"at":1}', result: str = "sunny", note: str = "12 ms") -> CustomTask:
    content = "\n\n".join(["Arguments", pretty(arguments), "Result", pretty(result)])
    return CustomTask(title=f"{name} · {note}", icon="bolt", content=content, status_indicator="complete")


def test_a_turn_is_a_message_its_steps_its_answer_and_what_it_took() -> None:
    ended = run(answers="msg_q", round="rnd")
    shown = draw(view(user("Hi"), work(call()), answer("Hello"), runs={"msg_a": ended}, tries={"msg_q": 2}))
    assert kinds(shown) == ["user", "step", "answer", "metrics"]
    assert [block["item"] for block in shown] == ["msg_q", "wf", "msg_a", None]
    assert {(block["run"], block["round"]) for block in shown} == {("run", "rnd")}
    assert len({block["id"] for block in shown}) == len(shown)
    assert (shown[0]["text"], shown[0]["versions"]) == ("Hi", 2)


def test_a_finished_call_can_be_read_and_told_apart() -> None:
    (step,) = draw(view(work(call(note="shared · 3 ms"))))
    assert step["step"] == 0
    assert step["html"].startswith('<details class="step tool"><summary><code>look</code> <span class="facts">shared')
    assert "&quot;at&quot;: 1" in step["html"]
    assert "sunny" in step["html"]
    tool = {"name": "look", "arguments": '{\n  "at": 1\n}', "output": "sunny"}
    assert step["tool"] == {**tool, "failed": False, "shared": True, "stood_in": False}


@pytest.mark.parametrize(
    ("task", "kind", "words"),
    [
        (CustomTask(title="look", icon="bolt", status_indicator="loading"), "step", 'class="step tool pending"'),
        (
            CustomTask(title="pay · waits for your approval", icon="bolt", status_indicator="none"),
            "step",
            'class="step tool waits"',
        ),
        (
            CustomTask(title="Hand-off → Ann", icon="agent", status_indicator="complete"),
            "step",
            '"step handoff"><summary>Hand-off → Ann<',
        ),
        (SearchTask(title_query="rain", status_indicator="complete"), "step", "Web search · rain"),
        (ThoughtTask(title="Thought", content="*Hm*", status_indicator="complete"), "thought", "<em>Hm</em>"),
        (ThoughtTask(title="Plan", content="x", status_indicator="loading"), "thought", "Reasoning · Plan"),
    ],
    ids=["a call under way", "a call that waits", "a hand-off", "a search", "a thought", "a thought under way"],
)
def test_each_kind_of_step_is_told(task: Task, kind: str, words: str) -> None:
    (step,) = draw(view(work(task)))
    assert step["kind"] == kind
    assert words in step["html"]
    assert step["tool"] is None


def test_sources_stand_below_an_answer_and_only_web_addresses_are_links() -> None:
    notes = [Annotation(source=URLSource(title="A <b>", url=url)) for url in ("https://a.test/", "javascript:alert(1)")]
    said, sources = draw(view(answer("Yes.", *notes)))
    assert said["html"] == "<p>Yes.</p>\n"
    assert 'href="https://a.test/"' in sources["html"]
    assert "javascript:" not in sources["html"]
    assert "<b>" not in sources["html"]


def test_failures_have_a_reason_and_one_answered_in_a_later_try_is_not_told() -> None:
    failed = run("failed", error="Busy.", answers="msg_q")
    assert kinds(draw(view(user("Hi"), runs={"msg_q": failed}))) == ["user", "note", "metrics"]
    assert "Busy." in draw(view(user("Hi"), runs={"msg_q": failed}))[1]["html"]
    again = view(user("Hi"), answer("Hello"), runs={"msg_q": failed, "msg_a": run(id="r2", answers="msg_q")})
    assert kinds(draw(again)) == ["user", "answer", "metrics"]


def test_what_waits_to_be_sent_is_shown_last() -> None:
    shown = draw(view(user("Hi"), live=run("running"), queued=(run("queued", id="next", input_text="And <b>?"),)))
    assert kinds(shown) == ["user", "waiting", "user", "note"]
    assert shown[2]["item"] is None
    assert "And &lt;b&gt;?" in shown[2]["html"]


def test_the_stream_is_heard_beside_the_items() -> None:
    live = view(user("Hi"), live=run("running"))
    told = apply(live.transcript, ProgressUpdateEvent(text="Fetching <1>"))
    assert "Fetching &lt;1&gt;" in draw(live, told)[-1]["html"]
    told = apply(told, NoticeEvent(level="warning", message="Cut."))
    assert kinds(draw(live, told)) == ["user", "note", "waiting"]
    told = apply(told, ErrorEvent(code="custom", message="It broke.", allow_retry=True))
    assert kinds(draw(live, told)) == ["user", "note", "note"]


def test_a_run_that_waits_for_the_visitor_shows_no_sign_of_life() -> None:
    (ask,) = [object()]
    waiting = view(user("Hi"), live=run("awaiting_approval", asks=(ask,)))
    assert kinds(draw(waiting)) == ["user"]


def test_a_widget_is_named() -> None:
    widget = WidgetItem.model_construct(id="w", thread_id="thr", created_at=AT, type="widget", copy_text="A *card*")
    (block,) = draw(view(widget))
    assert "<em>card</em>" in block["html"]
    assert block["mount"]["id"] == "w"


# -- pictures ---------------------------------------------------------------------------------------------------

STORY = (
    "First *one*.\n\nThen:\n\n- two\n- three\n\n```py\nx = 1\n\ny = 2\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd."
)


def streamed(text: str, pieces: int) -> Iterable[ThreadStreamEvent]:
    """An answer that comes in pieces, after a tool call."""
    yield ThreadItemAddedEvent(item=work())
    for index, task in enumerate((call(), call("again"))):
        pending = CustomTask(title=(task.title or "").partition(" ")[0], icon="bolt", status_indicator="loading")
        yield ThreadItemUpdatedEvent(item_id="wf", update=WorkflowTaskAdded(task_index=index, task=pending))
        yield ThreadItemUpdatedEvent(item_id="wf", update=WorkflowTaskUpdated(task_index=index, task=task))
    yield ThreadItemDoneEvent(item=work(call(), call("again")))
    yield ThreadItemAddedEvent(item=answer("").model_copy(update={"content": []}))
    part = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text="", annotations=[]))
    yield ThreadItemUpdatedEvent(item_id="msg_a", update=part)
    for at in range(0, len(text), pieces):
        delta = AssistantMessageContentPartTextDelta(content_index=0, delta=text[at : at + pieces])
        yield ThreadItemUpdatedEvent(item_id="msg_a", update=delta)
    yield ThreadItemDoneEvent(item=answer(text))


@pytest.mark.parametrize("pieces", [1, 3, 17])
def test_lines_are_only_ever_added_and_end_as_if_never_streamed(pieces: int) -> None:
    ended = run(answers="msg_q", round="rnd")
    live = view(user("Hi"), live=replace(ended, status="running"))
    entries, transcript, before = Entries(), live.transcript, ""
    for event in streamed(STORY, pieces):
        transcript = apply(transcript, event)
        drawn = entries.draw(live, transcript)
        assert drawn.lines.startswith(before)
        assert len({block["id"] for block in blocks(drawn)}) == len(blocks(drawn))
        before = drawn.lines
    over = view(user("Hi"), work(call(), call("again")), answer(STORY), runs={"msg_a": ended})
    assert entries.draw(over, over.transcript).lines.startswith(before)
    assert entries.draw(over, over.transcript) == Entries().draw(over, over.transcript)
    assert entries.draw(over, over.transcript).tail == "[]"


def test_a_page_that_comes_in_the_middle_sees_the_same() -> None:
    live = view(user("Hi"), live=run("running", answers="msg_q"))
    events = list(streamed(STORY, 5))
    for stop in range(1, len(events), 9):
        transcript, watching = live.transcript, Entries()
        for event in events[:stop]:
            transcript = apply(transcript, event)
            watching.draw(live, transcript)
        assert blocks(watching.draw(live, transcript)) == blocks(Entries().draw(live, transcript))


def test_the_unfinished_end_of_an_answer_may_still_change() -> None:
    live = view(user("Hi"), live=run("running", answers="msg_q"))
    text = "\n\n".join(f"Part {number}" for number in range(10))
    transcript = live.transcript
    for event in list(streamed(text, 4))[:-1]:
        transcript = apply(transcript, event)
    drawn = Entries().draw(live, transcript)
    assert 0 < len(orjson.loads(drawn.tail)) < 5
    assert "Part 5" in drawn.lines
    assert "Part 9" in drawn.tail


def test_nothing_is_drawn_again_that_is_as_it_was() -> None:
    items: list[ThreadItem] = [user("Hi"), answer(STORY)]
    over = view(*items, runs={"msg_a": run(answers="msg_q")})
    entries = Entries()
    first = entries.draw(over, over.transcript)
    read_again = view(*(item.model_copy(deep=True) for item in items), runs={"msg_a": run(answers="msg_q")})
    assert entries.draw(read_again, read_again.transcript) is first


def test_a_step_that_waits_may_change_though_its_item_is_stored() -> None:
    waits = CustomTask(title="pay · waits for your approval", icon="bolt", status_indicator="none")
    live = run("awaiting_approval", answers="msg_q", asks=(object(),))
    drawn = Entries().draw(
        view(user("Hi"), work(call(), waits), live=live), view(user("Hi"), work(call(), waits)).transcript
    )
    assert [block["step"] for block in orjson.loads(drawn.tail)] == [1]


# -- what is kept back ------------------------------------------------------------------------------------------


def test_who_answers_is_kept_back_until_it_may_be_told() -> None:
    thought = ThoughtTask(title="Thought", content="As Claude I think", status_indicator="complete")
    ended = run("failed", error="OpenAI is busy.", model="openai/secret", round="rnd", answers="msg_q")
    shown = view(user("Hi"), work(thought, call()), answer("Hello"), runs={"msg_a": ended})
    hidden = draw(shown, tells=lambda _: False)
    assert kinds(hidden) == ["user", "step", "answer", "note"]
    assert not re.search("secret|openai|claude", orjson.dumps(hidden).decode(), re.IGNORECASE)
    assert kinds(draw(shown)) == ["user", "thought", "step", "answer", "note", "metrics"]


def test_what_the_stream_says_of_who_answers_is_kept_back_too() -> None:
    live = view(user("Hi"), live=run("running", round="rnd"))
    told = live.transcript
    for event in (
        ProgressUpdateEvent(text="openai is slow"),
        NoticeEvent(level="info", message="openai"),
    ):
        told = apply(told, event)
        assert "openai" not in orjson.dumps(draw(live, told, lambda _: False)).decode()
    told = apply(told, ErrorEvent(code="custom", message="openai", allow_retry=True))
    assert "openai" not in orjson.dumps(draw(live, told, lambda _: False)).decode()


# -- what models write ------------------------------------------------------------------------------------------

MARKUP = re.compile(
    r"<(?!/?(?:p|pre|code|details|summary|div|span|ol|ul|li|em|strong|h\d|hr|br|a|s|table|thead|tbody|t[rhd]|blockquote|small|i|b)\b)",
    re.IGNORECASE,
)


def harmless(block: Shown) -> bool:
    """No element that is not for reading, no handler, no address that runs."""
    tags = re.findall(r"<[^>]*>", block["html"])
    return not MARKUP.search(block["html"]) and not any(
        re.search(r"\son\w+\s*=|javascript:|data:|\sstyle=", tag) for tag in tags
    )


PLACES: dict[str, Callable[[str], ThreadView]] = {
    "message": lambda payload: view(user(payload)),
    "answer": lambda payload: view(answer(payload)),
    "name": lambda payload: view(work(call(name=payload))),
    "arguments": lambda payload: view(work(call(arguments=payload))),
    "result": lambda payload: view(work(call(result=payload))),
    "note": lambda payload: view(work(call(note=payload))),
    "step": lambda payload: view(work(CustomTask(title=payload, content=payload, status_indicator="complete"))),
    "thought": lambda payload: view(work(ThoughtTask(title=payload, content=payload, status_indicator="complete"))),
    "source": lambda payload: view(answer("x", Annotation(source=URLSource(title=payload, url=payload)))),
    "failure": lambda payload: view(
        user("x"), runs={"msg_q": run("failed", error=payload, model=payload, notes=(payload,))}
    ),
    "queued": lambda payload: view(live=run("running"), queued=(run("queued", input_text=payload),)),
}


@pytest.mark.parametrize("shown", PLACES.values(), ids=PLACES)
def test_nothing_that_is_written_becomes_markup(shown: Callable[[str], ThreadView]) -> None:
    for payload in SCRIPTS:
        for block in draw(shown(payload)):
            assert harmless(block), (payload, block["html"])
