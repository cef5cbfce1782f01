"""What comes from a model is not trusted: nothing of it runs, asks anybody or leaves its box."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.browser.drawing.conftest import Sheet
from tests.browser.drawing.samples import SAMPLES, component

pytestmark = pytest.mark.browser

OUT = "https://evil.example/x"
THEMED = {"light": OUT, "dark": OUT}
HERE = Path(__file__).parent
WORDS: list[str] = [json.loads(line) for line in (HERE / "hostile.jsonl").read_text().splitlines()]
STRINGS = [*WORDS, "a" * 5000, "字" * 3000]
ODD: list[Any] = [None, True, -1, 1e9, -1e9, 1.5e308, [], {}, [[]], [None], {"type": "Text"}, THEMED, "", 0]
LOOK = (HERE / "look.js").read_text()
ANNOTATION = {"type": "annotation", "index": 3, "source": {"type": "url", "title": "T", "url": OUT, "attribution": "A"}}
ITEMS: dict[str, dict[str, Any]] = {
    "user_message": {"content": [{"type": "input_text", "text": "T"}, {"type": "input_tag", "text": "T", "group": "G"}]}
    | {"quoted_text": "Q", "attachments": [{"id": "1", "type": "image", "name": "N", "preview_url": "P"}]},
    "assistant_message": {"content": [{"type": "output_text", "text": "T", "annotations": [ANNOTATION]}]},
    "structured_input": {"status": "pending", "inputs": [
        {"id": "1", "type": "multiple_choice", "question": "Q", "options": [{"value": "V"}]},
        {"id": "2", "type": "freeform", "question": "Q", "description": "D"}]},
    "client_tool_call": {"status": "pending", "name": "N", "arguments": {"a": "A"}, "output": "O"},
    "generated_image": {"image": {"id": "1", "url": "U"}},
    "workflow": {"workflow": {"type": "custom", "summary": {"title": "S", "icon": "I"}, "tasks": [
        {"type": "custom", "title": "T", "icon": "I", "content": "C", "status_indicator": "none"},
        {"type": "web_search", "title": "T", "queries": ["Q"], "sources": [{"type": "url", "title": "T", "url": OUT}]},
        {"type": "file", "sources": [{"type": "file", "title": "T", "filename": "F"}]}]}},
    "task": {"task": {"type": "thought", "title": "T", "content": "C"}},
    "error": {"message": "M", "code": "custom", "allow_retry": True},
    "notice": {"level": "info", "title": "T", "message": "M"},
    "progress": {"text": "T", "icon": "I"},
}  # fmt: skip


def spoilt(value: Any, by: Any, *, every: bool = False) -> Any:
    """The value with its strings (or, `every`, all its leaves) replaced; the `type` of components stays."""
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        kept = {"type": parts["type"]} if isinstance(parts.get("type"), str) else {}
        return {name: spoilt(part, by, every=every) for name, part in parts.items()} | kept
    if isinstance(value, list):
        entries = cast("list[object]", value)
        return [spoilt(part, by, every=every) for part in entries]
    return by if every or isinstance(value, str) else value


def item(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": "itm_1", "thread_id": "thr_1", "type": kind, **fields}


def widgets() -> list[dict[str, Any]]:
    """Every component in a root."""
    roots = {"Card", "ListView", "Basic"}
    inner = [component(name) for name in SAMPLES if name not in roots]
    return [{"type": "Basic", "children": inner}, *[component(name) for name in roots]]


def all_items() -> list[dict[str, Any]]:
    return [
        *[item("widget", {"widget": widget}) for widget in widgets()],
        *[item(name, fields) for name, fields in ITEMS.items()],
    ]


def test_there_are_enough_of_them() -> None:
    assert len(set(STRINGS)) >= 60


@pytest.mark.parametrize("part", range(5))
def test_hostile_words_in_every_field_do_nothing(sheet: Sheet, part: int) -> None:
    for words in STRINGS[part::5]:
        wrong = sheet.page.evaluate(LOOK, [spoilt(one, words) for one in all_items()])
        assert wrong == [], json.dumps(words[:80])


@pytest.mark.parametrize("odd", ODD, ids=json.dumps)
def test_values_of_another_kind_in_every_field_do_nothing(sheet: Sheet, odd: Any) -> None:
    assert sheet.page.evaluate(LOOK, [spoilt(one, odd, every=True) for one in all_items()]) == []


def test_fields_may_be_missing(sheet: Sheet) -> None:
    bare = [item("widget", {"widget": {"type": "Basic", "children": [{"type": name} for name in SAMPLES]}})]
    assert (
        sheet.page.evaluate(LOOK, [*bare, *[item(name, {}) for name in (*ITEMS, "widget", "nobody_knows", "")]]) == []
    )


def test_depth_and_number_are_bounded(sheet: Sheet) -> None:
    deep = "Array.from({length: 5000}).reduce((at) => ({type: 'Card', children: [at]}), {type: 'Text', value: 'x'})"
    row = "{type: 'Row', children: Array.from({length: 999}, () => ({type: 'Icon', name: 'star'}))}"
    wide = f"{{type: 'Basic', children: Array.from({{length: 50}}, () => ({row}))}}"
    for widget in (deep, wide):
        counted = sheet.page.evaluate(
            f"show({{id: 'x', type: 'widget', widget: {widget}}}).querySelectorAll('*').length"
        )
        assert 20 < counted < 8000


def test_hidden_kinds_draw_nothing(sheet: Sheet) -> None:
    for kind in ("hidden_context_item", "sdk_hidden_context", "end_of_turn"):
        shown = sheet.show(kind, content="secret")
        assert shown.is_hidden()
        assert shown.inner_html() == ""
