"""Widgets: every component, and what can be done with it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.drawing.conftest import Sheet
from tests.browser.drawing.samples import ACTION, SAMPLES, SHOWN, WORD, classes, component

pytestmark = pytest.mark.browser


def test_every_class_and_every_field_of_the_sdk_has_a_sample() -> None:
    expected = {name: set(kind.model_fields) - {"type", "id", "key"} for name, kind in classes().items()}
    assert {name: set(sample) for name, sample in SAMPLES.items()} == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_a_component_is_drawn(sheet: Sheet, name: str) -> None:
    root = name in {"Card", "ListView", "Basic"}
    item = sheet.show("widget", widget=component(name) if root else {"type": "Basic", "children": [component(name)]})
    expect(item.locator(".pg-unknown")).to_have_count(0)
    drawn = item.locator(".pg-basic > *") if not root else item.locator(".pg-widget > *")
    expect(drawn).to_have_count(1)
    if name in SHOWN:
        expect(item.get_by_text(SHOWN[name]).first).to_be_attached()


@pytest.mark.parametrize("kind", ["bar", "area", "line"])
@pytest.mark.parametrize("curve", ["linear", "natural", "stepAfter"])
def test_a_chart_is_drawn_and_its_numbers_can_be_read(sheet: Sheet, kind: str, curve: str) -> None:
    series = {"type": kind, "dataKey": "a", "label": "Visits", "curveType": curve}
    data = [{"m": month, "a": amount} for month, amount in (("Jan", 3), ("Feb", 5), ("Mar", 4))]
    item = sheet.widget({"type": "Chart", "data": data, "series": [series], "xAxis": "m"})
    expect(item.locator(f"svg .pg-{kind}").first).to_be_attached()
    assert item.get_by_role("table").inner_text().split() == [
        "The",
        "numbers",
        "of",
        "the",
        "chart",
        "Label",
        "Visits",
        "Jan",
        "3",
        "Feb",
        "5",
        "Mar",
        "4",
    ]
    item.locator(".pg-pointer").hover()
    expect(item.locator(".pg-tip")).to_have_text(re.compile("Feb.*Visits.*5"))


def test_a_component_that_is_not_known_shows_its_words_and_children(sheet: Sheet) -> None:
    item = sheet.widget({"type": "Carousel", "title": "Some", "children": [WORD, {"type": "Slide", "value": "deep"}]})
    assert item.inner_text().split("\n") == ["Some", "a word", "deep"]


def test_a_long_list_is_shown_in_parts(sheet: Sheet) -> None:
    rows = [{"type": "ListViewItem", "children": [{"type": "Text", "value": f"Row {number}"}]} for number in range(5)]
    item = sheet.show("widget", widget={"type": "ListView", "limit": 2, "children": rows})
    expect(item.get_by_role("listitem")).to_have_count(2)
    item.get_by_role("button", name="Show 3 more").click()
    expect(item.get_by_role("listitem")).to_have_count(5)


def fields() -> list[dict[str, Any]]:
    return [
        {"type": "Input", "name": "who.name", "defaultValue": "Ada"},
        {"type": "Textarea", "name": "note", "defaultValue": "two\nlines"},
        {
            "type": "Select",
            "name": "size",
            "options": [{"value": "s", "label": "Small"}, {"value": "l", "label": "Large"}],
        },
        {"type": "Checkbox", "name": "tick", "label": "Tick"},
        {
            "type": "RadioGroup",
            "name": "one",
            "options": [{"value": "1", "label": "First"}, {"value": "2", "label": "Second"}],
        },
        {"type": "DatePicker", "name": "day", "defaultValue": "2026-02-03T00:00:00"},
        {"type": "Text", "value": "edit me", "editable": {"name": "text"}},
        {"type": "Input", "name": "id", "defaultValue": "is there already"},
        {"type": "Input", "name": "__proto__.x", "defaultValue": "no"},
        {"type": "Button", "label": "Send", "submit": True},
    ]


def test_what_is_in_a_form_goes_with_its_action(sheet: Sheet) -> None:
    item = sheet.widget({"type": "Form", "onSubmitAction": ACTION, "children": fields()})
    item.get_by_label("size").select_option("l")
    item.get_by_label("Tick").check()
    item.get_by_label("Second").check()
    item.get_by_role("button", name="Send").click()
    payload = {"who": {"name": "Ada"}, "note": "two\nlines", "size": "l", "tick": True, "one": "2", "day": "2026-02-03"}
    assert sheet.calls[0][:2] == ["act", {"type": "pressed", "payload": {**payload, "text": "edit me", "id": 7}}]
    assert sheet.calls[0][2]["id"] == "itm_1"


@pytest.mark.parametrize("name", ["style", "attributes", "childNodes", "querySelectorAll", "setAttribute", "id"])
def test_a_field_may_have_any_name(sheet: Sheet, name: str) -> None:
    children = [
        {"type": "Input", "name": name, "defaultValue": "x"},
        {"type": "Button", "label": "Send", "submit": True},
    ]
    form = {"type": "Form", "gap": 2, "onSubmitAction": {"type": "sent"}, "children": children}
    item = sheet.widget(form)
    sheet.again("widget", widget={"type": "Card", "children": [{**form, "gap": 3}]})
    item.get_by_role("button", name="Send").click()
    assert sheet.calls[0][1] == {"type": "sent", "payload": {name: "x"}}


def test_a_card_can_be_a_form(sheet: Sheet) -> None:
    item = sheet.widget(
        {"type": "Input", "name": "a", "required": True},
        asForm=True,
        confirm={"label": "Yes", "action": ACTION},
        cancel={"label": "No", "action": {"type": "no"}},
    )
    item.get_by_role("button", name="Yes").click()
    assert sheet.calls == []  # it is required
    item.get_by_role("textbox").fill("x")
    item.get_by_role("button", name="Yes").click()
    item.get_by_role("button", name="No").click()
    assert [call[1] for call in sheet.calls] == [
        {"type": "pressed", "payload": {"a": "x", "id": 7}},
        {"type": "no", "payload": {"a": "x"}},
    ]


def test_a_field_outside_of_a_form_says_what_was_picked(sheet: Sheet) -> None:
    item = sheet.widget(
        {"type": "Checkbox", "name": "tick", "label": "Tick", "onChangeAction": {"type": "ticked"}},
        {"type": "Input", "name": "other", "defaultValue": "x"},
    )
    item.get_by_label("Tick").check()
    assert sheet.calls[0][1] == {"type": "ticked", "payload": {"tick": True}}


def test_an_action_of_the_client_is_an_event(sheet: Sheet) -> None:
    sheet.widget({"type": "Button", "label": "Go", "onClickAction": {**ACTION, "handler": "client"}}).get_by_role(
        "button"
    ).click()
    assert sheet.calls == [["client", {"type": "pressed", "payload": {"id": 7}}]]


def test_an_action_that_does_not_stream_redraws_the_widget(sheet: Sheet) -> None:
    newer = {
        "id": "itm_1",
        "type": "widget",
        "widget": {"type": "Card", "children": [{"type": "Text", "value": "newer"}]},
    }
    sheet.page.evaluate("(newer) => (window.replies.sync = newer)", newer)
    item = sheet.widget({"type": "Button", "label": "Go", "onClickAction": {**ACTION, "streaming": False}})
    item.get_by_role("button").click()
    expect(item).to_have_text("newer")


@pytest.mark.parametrize(
    ("behaviour", "busy"),
    [("auto", ".pg-w-button"), ("self", ".pg-w-button"), ("container", ".pg-widget"), ("none", "")],
)
def test_it_is_shown_that_an_action_is_under_way(sheet: Sheet, behaviour: str, busy: str) -> None:
    context = "{act: () => new Promise((done) => (window.finish = done))}"
    widget = {
        "type": "Basic",
        "children": [{"type": "Button", "label": "Go", "onClickAction": {**ACTION, "loadingBehavior": behaviour}}],
    }
    item = sheet.show("widget", widget=widget, context=context)
    item.get_by_role("button").click()
    expect(item.locator("[aria-busy=true]")).to_have_count(1 if busy else 0)
    if busy:
        expect(item.locator(busy)).to_have_attribute("aria-busy", "true")
    sheet.page.evaluate("finish()")
    expect(item.locator("[aria-busy=true]")).to_have_count(0)


def test_who_only_reads_presses_nothing(sheet: Sheet) -> None:
    widget = {
        "type": "ListView",
        "children": [
            {
                "type": "ListViewItem",
                "onClickAction": ACTION,
                "children": [{"type": "Button", "label": "Go", "onClickAction": ACTION}],
            }
        ],
    }
    item = sheet.show("widget", widget=widget, context="{readonly: true}")
    for button in item.get_by_role("button").all():
        expect(button).to_be_disabled()


def test_a_row_can_be_pressed_and_so_can_a_button_in_it(sheet: Sheet) -> None:
    row = {
        "type": "ListViewItem",
        "onClickAction": {"type": "row"},
        "children": [WORD, {"type": "Button", "label": "Go", "onClickAction": {"type": "go"}}],
    }
    item = sheet.show("widget", widget={"type": "ListView", "children": [row]})
    item.get_by_role("button", name="Go", exact=True).click()
    item.get_by_role("button", name="a word").click(position={"x": 4, "y": 4})
    assert [call[1]["type"] for call in sheet.calls] == ["go", "row"]


def test_a_foreign_picture_is_fetched_when_the_visitor_says_so(sheet: Sheet) -> None:
    address = "https://elsewhere.example/a.svg"
    drawn = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    sheet.page.route(address, lambda route: route.fulfill(body=drawn, content_type="image/svg+xml"))
    item = sheet.widget({"type": "Image", "src": address, "alt": "A cat"})
    expect(item).to_contain_text("Image from elsewhere.example")
    assert sheet.asked == []
    item.get_by_role("button", name="Show").click()
    expect(item.get_by_role("img", name="A cat")).to_have_js_property("naturalWidth", 9)
    assert sheet.asked == [address]
    sheet.asked.clear()


def test_a_foreign_picture_that_does_not_come_is_a_link(sheet: Sheet) -> None:
    address = "https://elsewhere.example/a.png"
    sheet.page.route(address, lambda route: route.abort())
    item = sheet.widget({"type": "Image", "src": address, "alt": "A cat"})
    item.get_by_role("button", name="Show").click()
    expect(item.get_by_role("link", name="Open")).to_have_attribute("href", address)
    expect(item.get_by_role("img")).to_have_count(0)
    sheet.asked.clear()
    sheet.errors.clear()


def test_a_host_that_the_thread_allows_is_asked_at_once(sheet: Sheet) -> None:
    address = "https://cdn.allowed.example/a.svg"
    drawn = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
    sheet.page.route(address, lambda route: route.fulfill(body=drawn, content_type="image/svg+xml"))
    widget = {"type": "Basic", "children": [{"type": "Image", "src": address, "alt": "A cat"}]}
    item = sheet.show("widget", widget=widget, context="{imageDomains: ['allowed.example']}")
    expect(item.get_by_role("img", name="A cat")).to_have_js_property("naturalWidth", 9)
    sheet.asked.clear()


def test_a_redraw_keeps_focus_what_was_typed_and_the_place_in_it(sheet: Sheet) -> None:
    def card(title: str) -> dict[str, Any]:
        children = [
            {"type": "Title", "value": title},
            {"type": "Input", "name": "a"},
            {
                "type": "Select",
                "name": "s",
                "options": [{"value": "1", "label": "One"}, {"value": "2", "label": "Two"}],
            },
        ]
        more = [] if title == "before" else [{"type": "Badge", "label": "new"}]
        return {"type": "Card", "children": [*more, *children]}

    item = sheet.show("widget", widget=card("before"))
    item.get_by_label("s").select_option("2")
    field = item.get_by_role("textbox")
    field.fill("hello")
    field.evaluate("(field) => field.setSelectionRange(1, 3)")
    sheet.again("widget", widget=card("after"))
    expect(item).to_contain_text("after")
    expect(field).to_be_focused()
    expect(field).to_have_value("hello")
    expect(item.get_by_label("s")).to_have_value("2")
    assert field.evaluate("(field) => [field.selectionStart, field.selectionEnd]") == [1, 3]


def test_a_redraw_takes_the_newer_action(sheet: Sheet) -> None:
    item = sheet.widget({"type": "Button", "label": "Go", "onClickAction": {"type": "old"}})
    sheet.again(
        "widget",
        widget={"type": "Card", "children": [{"type": "Button", "label": "Go", "onClickAction": {"type": "new"}}]},
    )
    item.get_by_role("button").click()
    assert [call[1]["type"] for call in sheet.calls] == ["new"]


def test_a_field_takes_the_focus_only_if_nobody_has_it(sheet: Sheet) -> None:
    asking = {"type": "Input", "name": "a", "autoFocus": True}
    sheet.widget(asking)
    first = sheet.page.get_by_role("textbox").first
    expect(first).to_be_focused()
    sheet.widget(asking)
    expect(first).to_be_focused()
