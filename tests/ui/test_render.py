"""Items → messages."""

import pytest
from chatkit.types import (
    Annotation,
    ClientToolCallItem,
    CustomTask,
    EndOfTurnItem,
    EntitySource,
    FileSource,
    FileTask,
    HiddenContextItem,
    NoticeEvent,
    SearchTask,
    Task,
    TaskItem,
    ThoughtTask,
    URLSource,
)

from playground.compare.answers import sources
from playground.compare.drawing.markdown import plain
from playground.compare.drawing.metrics import escaped
from playground.ui.render import item_messages, notice, source_list, step_title
from tests.ui.made import AT, answer, texts, user, work


def test_what_was_said_goes_out_as_it_is() -> None:
    said = "  indented\n\ttab <b>&amp;</b> ${1+1}"
    assert [(one["role"], texts(one)) for one in item_messages(user(said))] == [("user", [said])]
    assert [(one["role"], texts(one)) for one in item_messages(answer(said))] == [("assistant", [said])]


def test_a_quotation_stands_above_the_message() -> None:
    quoting = user("Why?").model_copy(update={"quoted_text": "one\ntwo"})
    assert texts(item_messages(quoting)[0]) == ["> one\n> two\n\nWhy?"]


def test_an_answer_without_text_waits_while_it_is_open_and_is_nothing_after() -> None:
    assert 'class="dots"' in texts(item_messages(answer(""), is_open=True)[0])[0]
    assert item_messages(answer(" ")) == []


@pytest.mark.parametrize(
    ("task", "title", "body", "status"),
    [
        (ThoughtTask(content="Hm.", status_indicator="loading"), "Reasoning", "Hm.", "pending"),
        (ThoughtTask(title="Weighing", content="Hm."), "Reasoning · Weighing", "Hm.", "done"),
        (ThoughtTask(title="Thought", content="Hm."), "Reasoning", "Hm.", "done"),
        (
            CustomTask(title="get_time · 12 ms", content="```json\n{}\n```"),
            "`get_time` · 12 ms",
            "```json\n{}\n```",
            "done",
        ),
        (CustomTask(title="get_time", status_indicator="loading"), "`get_time`", "", "pending"),
        (CustomTask(title="Hand-off → Flights"), r"Hand\-off → Flights", "", "done"),
        (CustomTask(), "`Step`", "", "done"),
        (SearchTask(title_query="a*b"), r"Web search · a\*b", "", "done"),
        (FileTask(title="Files", sources=[FileSource(title="a.txt", filename="a.txt")]), "Files", "- a.txt", "done"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_step_folds_under_its_title(task: Task, title: str, body: str, status: str) -> None:
    [message] = item_messages(work(task))
    assert message["metadata"] == {"title": title, "status": status}
    assert texts(message) == [body]
    assert item_messages(TaskItem(id="t", thread_id="thr", created_at=AT, task=task)) == [message]


def test_thoughts_in_a_row_are_one_entry() -> None:
    tasks: list[Task] = [
        ThoughtTask(content="One."),
        ThoughtTask(content="Two."),
        CustomTask(title="look"),
        ThoughtTask(content="3"),
    ]
    assert [texts(message)[0] for message in item_messages(work(*tasks))] == ["One.\n\nTwo.", "", "3"]


def test_what_a_reader_does_not_see_makes_no_message() -> None:
    for hidden in (
        HiddenContextItem(id="h", thread_id="thr", created_at=AT, content="secret"),
        EndOfTurnItem(id="e", thread_id="thr", created_at=AT),
    ):
        assert item_messages(hidden) == []


def test_a_call_in_the_browser_has_a_place_until_its_step_shows_the_answer() -> None:
    call = ClientToolCallItem(id="c", thread_id="thr", created_at=AT, call_id="1", name="open_it", arguments={})
    (waiting,) = item_messages(call)
    assert texts(waiting) == ['<div class="pg-mount of-c"><p>open_it waits for your browser.</p></div>']
    assert item_messages(call.model_copy(update={"status": "completed", "output": {"a": "```"}})) == []


def test_no_message_carries_a_file_that_gradio_would_serve() -> None:
    call = ClientToolCallItem(
        id="c", thread_id="thr", created_at=AT, call_id="1", name="x", arguments={"path": "/etc/passwd"}
    )
    for message in [*item_messages(call), *item_messages(answer('{"path": "/etc/passwd"}'))]:
        assert all(set(part) == {"type", "text"} for part in message["content"])
        assert set(message) == {"role", "metadata", "content", "options"}


def test_sources_are_listed_once_and_only_web_addresses_are_links() -> None:
    notes = [
        Annotation(source=URLSource(title="A [b]", url="https://a.test/x y)")),
        Annotation(source=URLSource(title="A [b]", url="https://a.test/x y)")),
        Annotation(source=URLSource(title="Bad", url="javascript:alert(1)")),
        Annotation(source=FileSource(title="t", filename="a_b.txt")),
        Annotation(source=EntitySource(title="Ann", id="1")),
    ]
    listed = ["1. [A \\[b\\]](<https://a.test/x%20y)>)", "2. Bad", "3. t", "4. Ann"]
    assert source_list(sources(answer("Yes.", *notes))).splitlines()[2:] == listed
    assert texts(item_messages(answer("Yes.", *notes))[0])[0].startswith("Yes.\n\n**Sources**")


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "a *b* _c_ `d`", '"><script>', "two\nlines"])
def test_escaped_text_is_neither_markup_nor_markdown(text: str) -> None:
    assert not set(escaped(text)) & set("<>*_`\n")


def test_plain_text_is_literal_markdown_on_one_line() -> None:
    assert plain("a_b\n<i> [x](y) #1") == r"a\_b \<i\> \[x\]\(y\) \#1"


def test_a_tools_name_cannot_leave_its_code() -> None:
    assert step_title("a`b · 1 s") == "`a'b` · 1 s"


def test_a_notice_is_shown_in_its_level_as_text() -> None:
    shown = texts(notice(NoticeEvent(level="warning", message="Cut <b>", title="Note")))[0]
    assert shown == '<div class="note warning" role="status">Note: Cut &lt;b&gt;</div>'
