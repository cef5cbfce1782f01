"""Every other kind of item: messages, steps, questions, calls, pictures, notes; and what a redraw keeps."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.drawing.conftest import CLIENT, Sheet, said
from tests.browser.drawing.samples import PIXEL

pytestmark = pytest.mark.browser


def question(text: str) -> dict[str, Any]:
    return {"content": [{"type": "input_text", "text": text}]}


def test_a_message_shows_its_quote_tags_and_files(sheet: Sheet) -> None:
    content: list[dict[str, Any]] = [
        {"type": "input_text", "text": "Ask "},
        {"type": "input_tag", "id": "1", "text": "@Ada", "data": {}},
    ]
    files = [
        {"id": "a", "type": "image", "name": "map.png", "mime_type": "image/png", "preview_url": PIXEL},
        {"id": "b", "type": "file", "name": "paper.pdf", "mime_type": "application/pdf"},
    ]
    context = "{attachmentUrl: (file) => file.preview_url ?? 'https://here.example/' + file.id}"
    item = sheet.show("user_message", content=content, quoted_text="said before", attachments=files, context=context)
    expect(item.locator(".pg-tag")).to_have_text("@Ada")
    expect(item.locator(".pg-quote")).to_have_text("said before")
    expect(item.get_by_role("img", name="map.png")).to_be_visible()
    expect(item.get_by_role("link", name="paper.pdf PDF")).to_have_attribute("href", "https://here.example/b")


def test_a_message_is_edited_in_place(sheet: Sheet) -> None:
    item = sheet.show("user_message", **question("old"))
    item.hover()
    item.get_by_role("button", name="Edit").click()
    field = item.get_by_role("textbox", name="Edit message")
    expect(field).to_be_focused()
    field.fill("new")
    sheet.again("user_message", **question("old"))
    expect(field).to_have_value("new")
    field.press("Enter")
    expect(item.locator(".pg-bubble")).to_have_text("old")
    assert sheet.calls[0][0] == "edit"
    assert sheet.calls[0][2] == "new"


def test_the_editor_is_opened_by_an_event_and_left_by_escape(sheet: Sheet) -> None:
    item = sheet.show("user_message", **question("old"))
    item.evaluate("(item) => item.dispatchEvent(new CustomEvent('pg-edit'))")
    item.get_by_role("textbox").press("Escape")
    expect(item.get_by_role("textbox")).to_have_count(0)
    assert sheet.calls == []


def test_the_row_offers_what_the_context_can_do(sheet: Sheet) -> None:
    branches = "{rating: 'positive', branches: {index: 1, count: 3, go: (step) => calls.push(['go', step])}}"
    item = sheet.answer("An answer", context=branches)
    expect(item.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "true")
    for name in ("Bad answer", "Try again", "Next version"):
        item.get_by_role("button", name=name).click()
    assert [call[0] for call in sheet.calls] == ["feedback", "retry", "go"]
    assert sheet.calls[0][2] == "negative"
    bare = sheet.answer("x", context="{feedback: undefined, retry: undefined}")
    expect(bare.get_by_role("button")).to_have_count(1)
    expect(bare.get_by_role("button", name="Copy")).to_be_visible()


TASKS: list[dict[str, Any]] = [
    {"type": "thought", "title": "Planning", "content": "A **plan**", "status_indicator": "complete"},
    {
        "type": "web_search",
        "title_query": "whales",
        "queries": ["blue whale"],
        "sources": [{"type": "url", "title": "Whales", "url": "https://whales.example/a"}],
    },
    {"type": "custom", "title": "weigh · 3 ms", "icon": "lab", "content": "```json\n{}\n```"},
    {"type": "file", "title": "Read", "sources": [{"type": "file", "title": "Report", "filename": "r.pdf"}]},
    {"type": "image", "title": "Drawn", "status_indicator": "loading"},
]


def test_the_steps_of_a_workflow_are_in_a_fold(sheet: Sheet) -> None:
    item = sheet.show("workflow", workflow={"type": "custom", "tasks": TASKS})
    expect(item.locator("summary").first).to_contain_text("Drawn")
    expect(item.get_by_text("blue whale")).to_be_hidden()
    item.locator("summary").first.click()
    for words in ("Planning", "plan", "whales", "blue whale", "weigh · 3 ms", "r.pdf"):
        expect(item.get_by_text(words, exact=True).first).to_be_visible()
    expect(item.get_by_role("link", name="Whales")).to_have_attribute("href", "https://whales.example/a")


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        ({"type": "reasoning", "summary": {"duration": 74}}, "Thought for 1 min 14 s"),
        ({"type": "reasoning", "summary": {"duration": 3}}, "Thought for 3 s"),
        ({"type": "custom", "summary": {"title": "Looked", "icon": "search"}}, "Looked"),
        ({"type": "custom"}, "2 steps"),
        ({"type": "reasoning"}, "Thoughts"),
    ],
)
def test_a_workflow_says_what_it_was(sheet: Sheet, workflow: dict[str, Any], words: str) -> None:
    item = sheet.show("workflow", workflow={**workflow, "tasks": TASKS[:2]})
    expect(item.locator("summary").first).to_have_text(words)


def test_a_single_task_is_drawn(sheet: Sheet) -> None:
    expect(sheet.show("task", task=TASKS[0])).to_contain_text("A plan")


def test_a_redraw_keeps_the_folds_that_a_reader_opened_and_closed(sheet: Sheet) -> None:
    def workflow(count: int, **fields: Any) -> dict[str, Any]:
        return {"workflow": {"type": "custom", "tasks": TASKS[:count], **fields}}

    item = sheet.show("workflow", **workflow(3, expanded=True))
    item.locator("summary", has_text="weigh").click()
    item.locator("summary", has_text="Planning").click()
    sheet.again("workflow", **workflow(5, expanded=True))
    expect(item.locator("details", has_text="weigh").last).to_have_attribute("open", "")
    expect(item.locator("details", has_text="Planning").last).not_to_have_attribute("open", "")
    sheet.again("workflow", **workflow(5))
    expect(item.locator("details").first).not_to_have_attribute("open", "")  # nobody touched that one


def test_a_redraw_keeps_what_is_selected(sheet: Sheet) -> None:
    sheet.answer("First **words** here\n\nSecond paragraph", context="{open: true}")
    sheet.page.evaluate("getSelection().selectAllChildren(document.querySelector('.pg-md'))")
    selected = sheet.page.evaluate("String(getSelection())")
    sheet.again(
        "assistant_message",
        content=[said("First **words** here\n\nSecond paragraph that goes on\n\nThird")],
        context="{open: true}",
    )
    sheet.again("assistant_message", content=[said("First **words** here\n\nSecond paragraph that goes on\n\nThird")])
    assert sheet.page.evaluate("String(getSelection())").startswith(selected.strip())


QUESTIONS: list[dict[str, Any]] = [
    {"id": "a", "type": "multiple_choice", "question": "Which?", "options": [{"value": "Red"}, {"value": "Green"}]},
    {
        "id": "b",
        "type": "multiple_choice",
        "question": "What?",
        "multiple": True,
        "options": [{"value": "S"}, {"value": "M"}],
    },
    {"id": "c", "type": "freeform", "question": "Why?", "description": "In your words"},
]


def test_questions_are_answered(sheet: Sheet) -> None:
    item = sheet.show("structured_input", status="pending", inputs=QUESTIONS)
    item.get_by_role("group", name="Which?").get_by_label("Green").check()
    item.get_by_label("S", exact=True).check()
    item.get_by_label("M", exact=True).check()
    item.get_by_role("textbox", name="Why?", description="In your words").fill(" because ")
    item.get_by_role("button", name="Send answer").click()
    given = {"a": ["Green"], "b": ["S", "M"], "c": ["because"]}
    answers = {name: {"values": values, "skipped": False} for name, values in given.items()}
    assert sheet.calls[0][0] == "answer"
    assert sheet.calls[0][2] == {"status": "answered", "answers": answers}


def test_an_answer_of_ones_own_stands_beside_several_choices_and_for_a_single_one(sheet: Sheet) -> None:
    item = sheet.show("structured_input", status="pending", inputs=QUESTIONS[:2])
    which, what = item.get_by_role("group", name="Which?"), item.get_by_role("group", name="What?")
    which.get_by_label("Green").check()
    which.get_by_label("Another answer").fill("Blue")
    expect(which.get_by_label("Green")).not_to_be_checked()
    what.get_by_label("S", exact=True).check()
    what.get_by_label("Another answer").fill("XL")
    item.get_by_role("button", name="Send answer").click()
    answers = sheet.calls[0][2]["answers"]
    assert [answers[name]["values"] for name in ("a", "b")] == [["Blue"], ["S", "XL"]]


def test_what_is_not_answered_is_asked_for_again(sheet: Sheet) -> None:
    item = sheet.show("structured_input", status="pending", inputs=QUESTIONS)
    item.get_by_label("Red").check()
    item.get_by_role("button", name="Send answer").click()
    expect(item.get_by_role("alert")).to_be_visible()
    expect(item.get_by_label("Red")).to_be_checked()
    expect(item.get_by_label("S", exact=True)).to_be_focused()
    assert sheet.calls == []


def test_questions_can_be_skipped(sheet: Sheet) -> None:
    sheet.show("structured_input", status="pending", inputs=QUESTIONS).get_by_role("button", name="Skip").click()
    assert sheet.calls[0][2] == {"status": "skipped", "answers": {}}


def test_answers_are_shown(sheet: Sheet) -> None:
    sheet.show("structured_input", status="pending", inputs=QUESTIONS)
    inputs: list[dict[str, Any]] = [
        {**QUESTIONS[0], "answer": {"values": ["Green"]}},
        {**QUESTIONS[2], "answer": {"values": [], "skipped": True}},
    ]
    sheet.again("structured_input", status="answered", inputs=inputs)
    item = sheet.page.locator(".pg-item")
    expect(item.get_by_role("definition")).to_have_text(["Green", "Skipped"])
    expect(item.get_by_role("button")).to_have_count(0)


def test_a_call_is_answered_by_hand(sheet: Sheet) -> None:
    item = sheet.show("client_tool_call", status="pending", name="facts", call_id="1", arguments={"field": "language"})
    expect(item).to_contain_text("facts · waits for your browser")
    expect(item).to_contain_text('"field": "language"')
    item.get_by_role("textbox").fill('{"language": "de"}')
    item.get_by_role("button", name="Send").click()
    assert sheet.calls[0][2] == {"language": "de"}
    sheet.again(
        "client_tool_call", status="completed", name="facts", call_id="1", arguments={}, output={"language": "de"}
    )
    expect(item).to_contain_text("facts · answered")
    expect(item.get_by_role("textbox")).to_have_count(0)


def test_a_picture_that_is_made_shows_how_far_it_is(sheet: Sheet) -> None:
    item = sheet.show("generated_image", image=None, progress=0.4, context="{open: true}")
    expect(item.get_by_role("progressbar")).to_have_js_property("value", 40)
    sheet.again("generated_image", image={"id": "1", "url": PIXEL})
    expect(item.get_by_role("img", name="Generated image")).to_be_attached()


def test_a_failure_offers_another_try_if_there_is_one(sheet: Sheet) -> None:
    item = sheet.show("error", code="custom", message="Too busy.", allow_retry=True)
    expect(item.get_by_role("alert")).to_contain_text("Too busy.")
    item.get_by_role("button", name="Try again").click()
    assert [call[0] for call in sheet.calls] == ["retry"]
    expect(sheet.show("error", code="stream.error").get_by_role("button")).to_have_count(0)


def test_notices_and_progress_are_said(sheet: Sheet) -> None:
    notice = sheet.show(
        "notice", level="warning", title="Soon", message="Only **3** left. [More](https://more.example)"
    )
    expect(notice.get_by_role("alert")).to_contain_text("Soon")
    expect(notice.get_by_role("link")).to_have_attribute("href", "https://more.example/")
    expect(sheet.show("progress", text="Reading", icon="document").get_by_role("status")).to_have_text("Reading")


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"type": "user_message", "quoted_text": "q", **question("words")}, "> q\nwords"),
        ({"type": "assistant_message", "content": [said("**a**"), said("b")]}, "**a**\nb"),
        (
            {
                "type": "widget",
                "widget": {
                    "type": "Card",
                    "children": [{"type": "Title", "value": "T"}, {"type": "Button", "label": "B"}],
                },
            },
            "T\nB",
        ),
        ({"type": "widget", "copy_text": "copied", "widget": {"type": "Card"}}, "copied"),
        (
            {"type": "workflow", "workflow": {"tasks": TASKS[:2]}},
            "Planning\nA **plan**\nwhales\nblue whale\nhttps://whales.example/a",
        ),
        ({"type": "hidden_context_item", "content": "secret"}, ""),
        (None, ""),
    ],
)
def test_an_item_as_plain_text(sheet: Sheet, item: Any, text: str) -> None:
    assert sheet.page.evaluate("(item) => drawing.plainText(item)", item) == text


@pytest.mark.parametrize("language", ["de", "fr", "es", "zh", "ur"])
def test_every_word_of_a_drawing_is_in_every_language(sheet: Sheet, language: str) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (CLIENT / "draw").glob("*.js"))
    asked = {words for words in re.findall(r'\bt\(\s*"([^"]+)"', sources) if words[0].isalpha() or "{" in words}
    known: dict[str, str] = sheet.page.evaluate("(language) => drawing.words[language]", language)
    assert asked
    assert asked <= known.keys()
    names = re.compile(r"\{\w+\}")
    assert [
        words for words, other in known.items() if sorted(names.findall(words)) != sorted(names.findall(other))
    ] == []


def test_words_are_in_the_language_of_the_locale(sheet: Sheet) -> None:
    item = sheet.show("generated_image", image=None, context="{open: true, t: drawing.translator('de-AT')}")
    expect(item).to_have_text("Ein Bild wird erzeugt")
