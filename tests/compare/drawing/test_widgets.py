"""What widgets, forms and images say in words."""

from typing import Any

import pytest

from playground.compare.drawing.markdown import rendered
from playground.compare.drawing.widgets import MOST, words
from playground.compare.parts import Form, Image, Question, Widget

SIZES = [{"value": "s", "label": "S"}, {"value": "m"}]
NASTY = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) *b*"


def said(*children: dict[str, Any], **more: Any) -> str:
    return words(Widget(widget={"type": "Card", "children": list(children), **more}))


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        ({"type": "Title", "value": "Tea"}, "**Tea**"),
        ({"type": "Text", "value": "one\ntwo"}, "one two"),
        ({"type": "Caption", "value": "hot"}, "*hot*"),
        ({"type": "Markdown", "value": "- a\n- b"}, "- a\n- b"),
        ({"type": "Badge", "label": "new"}, "(new)"),
        ({"type": "Button", "label": "More"}, "\\[More\\]"),
        ({"type": "Image", "src": "https://a.test/<x>", "alt": "A cup"}, "[A cup](<https://a.test/%3Cx%3E>)"),
        ({"type": "Image", "src": "data:image/png;base64,xx"}, "*Image*"),
        ({"type": "Input", "name": "who", "placeholder": "Your name"}, "Your name: …"),
        ({"type": "Input", "name": "key", "inputType": "password", "defaultValue": "secret"}, "key: …"),
        ({"type": "Checkbox", "name": "ok", "label": "Done", "defaultChecked": True}, "☑ Done"),
        (
            {
                "type": "Select",
                "name": "size",
                "options": [{"value": "s", "label": "S"}, {"value": "m"}],
                "defaultValue": "s",
            },
            "size: **S** / m",
        ),
        (
            {"type": "Row", "children": [{"type": "Text", "value": "a"}, {"type": "Button", "label": "b"}]},
            "a \\[b\\]",
        ),
        (
            {"type": "ListView", "children": [{"type": "ListViewItem", "children": [{"type": "Text", "value": "a"}]}]},
            "- a",
        ),
        (
            {
                "type": "Chart",
                "xAxis": {"dataKey": "day"},
                "series": [{"type": "bar", "dataKey": "n", "label": "Cups"}],
                "data": [{"day": "Mon", "n": 3}],
            },
            "| day | Cups |\n| --- | --- |\n| Mon | 3 |",
        ),
        ({"type": "Orrery", "title": "Stars", "children": [{"type": "Text", "value": "Sun"}]}, "Stars\n\nSun"),
    ],
)
def test_a_component_says_what_it_shows(component: dict[str, Any], expected: str) -> None:
    assert said(component) == expected


def test_a_cards_status_and_buttons_are_told() -> None:
    shown = said(
        {"type": "Text", "value": "a"}, status={"text": "Draft"}, confirm={"label": "Yes"}, cancel={"label": "No"}
    )
    assert shown == "*Draft*\n\na\n\n\\[Yes\\] \\[No\\]"


@pytest.mark.parametrize(
    "kind", ["Text", "Title", "Caption", "Button", "Badge", "Label", "Markdown", "Input", "Unheard"]
)
def test_nothing_in_a_widget_becomes_markup(kind: str) -> None:
    component = {"type": kind, "value": NASTY, "label": NASTY, "placeholder": NASTY, "title": NASTY}
    shown = rendered(said(component))
    assert "<img" not in shown
    assert 'href="javascript' not in shown


ODD: list[dict[str, Any]] = [{}, {"children": 3}, {"type": 3, "children": [None, 1, "x", []]}, {"status": 1}]


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_widget_says_what_it_can(odd: dict[str, Any]) -> None:
    assert words(Widget(widget=odd)) == "*An empty widget.*"
    assert words(Widget(widget=odd, text="It *is*")) == "It *is*"


def test_a_huge_widget_is_cut() -> None:
    nested: dict[str, Any] = {"type": "Text", "value": "deep"}
    for _ in range(2_000):
        nested = {"type": "Box", "children": [dict[str, Any](nested)]}
    assert "deep" not in said(nested)
    many: list[dict[str, Any]] = [{"type": "Text", "value": "x"}] * (3 * MOST)
    assert said(*many).count("x") < MOST


def test_a_form_tells_what_was_chosen_or_can_be() -> None:
    asked = Form(status="pending", questions=(Question(question="Why *me*?", options=("a", "b")),))
    assert words(asked) == "The agent asks:\n\n**Why \\*me\\*?**\n\n- a\n- b"
    told = (Question(question="Why?", options=("a",), answers=("a", "b")), Question(question="Who?", skipped=True))
    assert words(Form(status="answered", questions=told)).splitlines()[2:] == [
        "**Why?**",
        "",
        "a, b",
        "",
        "**Who?**",
        "",
        "*skipped*",
    ]


def test_an_image_is_a_link_where_there_is_one() -> None:
    assert words(Image(url="https://a.test/x y")) == "[An image that was made](<https://a.test/x%20y>)"
    assert words(Image()) == "*An image was made.*"
