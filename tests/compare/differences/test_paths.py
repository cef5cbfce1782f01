"""Where two JSON values differ."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import wire
from playground.compare.differences.paths import Change, changes

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("", "{}", []),
        ('{"a": 1}', '{ "a": 1.0 }', []),
        ("1", "2", [("", "1", "2")]),
        ("[1]", '{"a": 1}', [("", "[1]", '{"a": 1}')]),
        ("[0, 1]", "[0]", [("[1]", "1", None)]),
        ('{"a": {"b": [{"c": 1}]}}', '{"a": {"b": [{"c": "1"}]}}', [("a.b[0].c", "1", '"1"')]),
        ('{"a": null}', "{}", [("a", "null", None)]),
        ('{"": 1, "x.y": 1}', "{}", [('[""]', "1", None), ('["x.y"]', "1", None)]),
        ("{broken", "{}", [("", "{broken", "{}")]),
        ("{broken", "{broken", []),
        ("NaN", "1", [("", "NaN", "1")]),
    ],
)
def test_places_are_named_with_what_stands_there(first: str, second: str, found: list[tuple[Any, ...]]) -> None:
    assert list(changes(first, second)) == [Change(*one) for one in found]


def test_what_lies_very_deep_is_one_value() -> None:
    first, second = ("[" * 100 + str(number) + "]" * 100 for number in (1, 2))
    (change,) = changes(first, second)
    assert change.path == "[0]" * 32


def test_what_lies_too_deep_for_a_reader_of_json_is_text() -> None:
    first, second = ("[" * 100_000 + str(number) + "]" * 100_000 for number in (1, 2))
    assert list(changes(first, second)) == [Change("", first, second)]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(VALUES, VALUES)
def test_there_are_places_exactly_where_values_differ(first: Any, second: Any) -> None:
    one, two = json.dumps(first), json.dumps(second)
    there, back = list(changes(one, two)), list(changes(two, one))
    assert bool(there) == (wire.canonical(one) != wire.canonical(two))
    assert {(change.path, change.first, change.second) for change in there} == {
        (change.path, change.second, change.first) for change in back
    }
    assert len({change.path for change in there}) == len(there)
