"""Widgets in plain words."""

from typing import Any

from playground.widget_text import MOST_CHARS, widget_text

Json = dict[str, Any]


def said(*children: Json, **more: Any) -> str:
    return widget_text({"widget": {"type": "Card", "children": list(children), **more}})


def test_the_text_to_copy_stands_for_a_widget_that_has_one() -> None:
    assert widget_text({"widget": {"type": "Card", "children": []}, "copy_text": "Tea, 2 cups"}) == "Tea, 2 cups"


def test_a_list_reads_line_by_line() -> None:
    rows = [{"type": "ListViewItem", "children": [{"type": "Text", "value": name}]} for name in ("Tea", "Milk")]
    assert widget_text({"widget": {"type": "ListView", "children": rows}}) == "- Tea\n- Milk"


def test_what_can_be_pressed_ticked_or_chosen_is_told() -> None:
    row = {
        "type": "Row",
        "children": [
            {"type": "Checkbox", "label": "Pay", "defaultChecked": True},
            {"type": "Button", "label": "Remove"},
        ],
    }
    select = {"type": "Select", "name": "size", "defaultValue": "m", "options": [{"label": "Small"}, {"label": "Big"}]}
    words = said({"type": "Title", "value": "To do"}, row, select, confirm={"label": "Send", "action": {"type": "s"}})
    assert words == "To do\n[x] Pay [Remove]\nsize: m (Small, Big)\n[Send]"


def test_a_component_that_nobody_knows_is_read_by_its_words() -> None:
    assert said({"type": "Novelty", "title": "New", "children": {"type": "Text", "value": "inside"}}) == "New\ninside"


def test_charts_and_images_say_what_they_show() -> None:
    chart = {"type": "Chart", "data": [{"day": "Mon", "cups": 3}]}
    assert said(chart, {"type": "Image", "src": "x", "alt": "a cup"}, {"type": "Divider"}) == (
        "day: Mon, cups: 3\n(image: a cup)"
    )


def test_a_long_widget_is_cut() -> None:
    assert len(said({"type": "Text", "value": "x" * 5_000})) == MOST_CHARS
