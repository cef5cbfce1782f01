"""A widget's JSON comes back as it was written, and its updates lead where they should."""

from datetime import UTC, datetime
from functools import reduce
from itertools import pairwise
from typing import Any

import orjson
import pytest
from chatkit.types import (
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    WidgetComponentUpdated,
    WidgetItem,
    WidgetRootUpdated,
    WidgetStreamingTextValueDelta,
)
from chatkit.widgets import WidgetTemplate
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import wire
from playground.transcript import Transcript, apply, replay
from playground.widgets import MOST_BYTES, WidgetError, difference, updated, widget_of

AT = datetime(2026, 1, 1, tzinfo=UTC)
Json = dict[str, Any]

Any_ = st.SearchStrategy[Any]
letters = st.characters(codec="utf-8", exclude_characters="\x00")  # a NUL is cleaned at the edge
values: Any_ = st.none() | st.booleans() | st.integers(-9, 9) | st.text(letters, max_size=4)
names: Any_ = st.sampled_from("abc")
leaf: dict[str, Any_] = {"type": st.sampled_from(["Text", "Markdown", "Badge", "Novelty"])}
more: dict[str, Any_] = {"id": names, "value": st.text("xy", max_size=3), "streaming": st.booleans(), "new": values}


def around(inner: Any_) -> Any_:
    given: dict[str, Any_] = {"type": st.sampled_from(["Row", "Box"]), "children": st.lists(inner, max_size=3)}
    return st.fixed_dictionaries(given, optional={"id": names, "gap": values})


nodes = st.recursive(st.fixed_dictionaries(leaf, optional=more), around, max_leaves=6)
root: dict[str, Any_] = {"type": st.sampled_from(["Card", "Basic"]), "children": st.lists(nodes, max_size=3)}
beside: dict[str, Any_] = {
    "border": values,
    "deep": st.dictionaries(st.text(letters, max_size=2), values, max_size=2),
    "id": st.just("a"),
}
roots: Any_ = st.fixed_dictionaries(root, optional=beside)


def card(*children: Json, **more: Any) -> Json:
    return {"type": "Card", "children": list(children), **more}


def text(value: str, **more: Any) -> Json:
    return {"type": "Text", "value": value, **more}


def item(widget: Json) -> WidgetItem:
    return WidgetItem(id="wid_1", thread_id="thr_1", created_at=AT, widget=widget_of(widget))


def again(item: ThreadItem) -> ThreadItem:
    return wire.item(orjson.loads(orjson.dumps(wire.payload(item))))


@given(roots)
def test_a_widget_is_stored_and_sent_byte_for_byte(root: Json) -> None:
    stored = wire.payload(item(root))
    sent = orjson.loads(wire.dump(ThreadItemDoneEvent(item=item(root))))
    assert orjson.dumps(stored["widget"]) == orjson.dumps(root) == orjson.dumps(sent["item"]["widget"])
    assert again(item(root)) == item(root)


def test_nulls_order_and_unknown_properties_of_a_widget_stay() -> None:
    root = {"zeta": None, "type": "Card", "border": {"b": None, "a": [None]}, "children": [{"x": 1, "type": "Text"}]}
    event = wire.event(wire.dump(ThreadItemAddedEvent(item=item(root))))
    assert isinstance(event, ThreadItemAddedEvent)
    assert orjson.dumps(wire.payload(event.item)["widget"]) == orjson.dumps(root)


def test_what_no_database_keeps_is_replaced_in_a_widget() -> None:
    assert wire.payload(item(card(text("a\0b"))))["widget"] == card(text("a\ufffdb"))


@settings(max_examples=200)
@given(st.lists(roots, min_size=1, max_size=4))
def test_a_widget_that_grew_live_equals_the_one_that_is_reloaded(steps: list[Json]) -> None:
    versions = [widget_of(step) for step in steps]
    first = item(steps[0])
    updates = [one for old, new in pairwise(versions) for one in difference(old, new)]
    events = [
        ThreadItemAddedEvent(item=first),
        *(ThreadItemUpdatedEvent(item_id="wid_1", update=update) for update in updates),
    ]
    live = reduce(apply, (wire.event(wire.dump(event)) for event in events), Transcript())
    last = item(steps[-1])
    assert orjson.dumps(wire.payload(live.items[0])) == orjson.dumps(wire.payload(last))
    assert apply(live, ThreadItemDoneEvent(item=last)) == replay([again(last)])


def test_text_that_grows_in_a_named_component_is_told_as_what_it_gained() -> None:
    before, after = card(text("ab", id="t", streaming=True)), card(text("abcd", id="t", streaming=True))
    assert difference(widget_of(before), widget_of(after)) == [
        WidgetStreamingTextValueDelta(component_id="t", delta="cd", done=False)
    ]


def test_text_that_grows_without_a_name_arrives_too() -> None:
    [update] = difference(widget_of(card(text("ab"))), widget_of(card(text("abcd"))))
    assert isinstance(update, WidgetRootUpdated)
    assert updated(card(text("ab")), update) == card(text("abcd"))


def test_the_end_of_a_text_is_told_with_its_last_piece() -> None:
    before, after = card(text("a", id="t", streaming=True)), card(text("ab", id="t", streaming=False))
    [update] = difference(widget_of(before), widget_of(after))
    assert update == WidgetStreamingTextValueDelta(component_id="t", delta="b", done=True)
    assert updated(before, update) == after


def test_a_named_component_that_changed_is_told_alone() -> None:
    before = card(text("same"), {"type": "Row", "children": [{"type": "Badge", "id": "b", "label": "1"}]})
    after = card(text("same"), {"type": "Row", "children": [{"type": "Badge", "id": "b", "label": "2"}]})
    [update] = difference(widget_of(before), widget_of(after))
    assert isinstance(update, WidgetComponentUpdated)
    assert update.component_id == "b"


def test_of_two_components_with_one_name_neither_is_mistaken_for_the_other() -> None:
    before, after = card(text("a", id="t"), text("b", id="t")), card(text("a", id="t"), text("bc", id="t"))
    [update] = difference(widget_of(before), widget_of(after))
    assert isinstance(update, WidgetRootUpdated)


def test_nothing_is_told_of_a_widget_that_stayed_as_it_was() -> None:
    assert difference(widget_of(card(text("a"))), widget_of(card(text("a")))) == []


def test_a_widget_may_be_one_of_the_sdks() -> None:
    payload = {"id": "wid_1", "thread_id": "thr_1", "created_at": AT, "widget": card(text("hi"), size="sm")}
    theirs = WidgetItem.model_validate(payload).widget
    assert type(theirs).__name__ == "Card"
    assert widget_of(theirs).raw == card(text("hi"), size="sm")


def test_a_widget_may_come_from_a_template() -> None:
    template = WidgetTemplate(
        {"version": "1.0", "name": "n", "template": '{"type": "Card", "children": [], "border": 1}', "jsonSchema": {}}
    )
    assert widget_of(template.build({})).raw == {"type": "Card", "children": [], "border": 1}


@pytest.mark.parametrize(
    "wrong", [{"type": "Table"}, {"type": "Card", "children": ["x"]}, {"children": []}, [], {"type": "Card", "x": {1}}]
)
def test_what_is_no_widget_is_refused_in_words(wrong: Any) -> None:
    with pytest.raises(WidgetError):
        widget_of(wrong)


def test_a_widget_has_a_largest_size() -> None:
    with pytest.raises(WidgetError, match="at most"):
        widget_of(card(text("x" * MOST_BYTES)))


@pytest.mark.parametrize("depth", range(115, 130))
def test_a_widget_that_nests_too_deep_is_refused_and_any_other_can_be_told(depth: int) -> None:
    inner = text("x")
    for _ in range(depth):
        inner = {"type": "Box", "children": [inner]}
    try:
        widget = widget_of(card(inner))
    except WidgetError:
        return
    event = ThreadItemAddedEvent(item=WidgetItem(id="wid_1", thread_id="thr_1", created_at=AT, widget=widget))
    assert wire.dump(wire.event(wire.dump(event))) == wire.dump(event)


def test_what_an_author_does_to_a_widget_afterwards_changes_nothing() -> None:
    root = card(text("a"))
    widget = widget_of(root)
    root["children"].clear()
    assert widget.raw == card(text("a"))
