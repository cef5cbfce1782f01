"""What tools say, as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.runs.spelled import fenced, pretty, spell


@given(text=st.text(alphabet="`a\n", max_size=40))
def test_nothing_inside_a_block_can_end_it(text: str) -> None:
    lines = fenced(text).split("\n")
    fence = lines[0]
    assert lines[-1] == fence
    assert set(fence) == {"`"}
    assert all(fence not in line for line in lines[1:-1])


def test_json_is_indented_and_anything_else_is_left_alone() -> None:
    assert pretty('{"a":"ü"}') == '```json\n{\n  "a": "ü"\n}\n```'
    assert pretty("plain") == "```\nplain\n```"


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5_000])
def test_json_that_cannot_be_read_is_left_alone(text: str) -> None:
    assert pretty(text) == f"```\n{text}\n```"


@pytest.mark.parametrize(("seconds", "spelled"), [(0.0124, "12 ms"), (0.9996, "1000 ms"), (1.26, "1.3 s")])
def test_durations_are_short(seconds: float, spelled: str) -> None:
    assert spell(seconds) == spelled
