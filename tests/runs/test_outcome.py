"""What a tool answered comes back as it was, or as the words that a model is told; else not at all."""

from copy import copy
from enum import StrEnum
from typing import Any

import pytest
from agents import FunctionTool, ToolOutputFileContent, ToolOutputImage, ToolOutputText, function_tool

from playground.runs.outcome import ALONE, FailedElsewhere, Outcome, kept, restored


class Colour(StrEnum):
    """Text, and yet not."""

    RED = "red"


class Rude:
    """Has no words."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@function_tool
def tool() -> str:
    """Stands for any."""
    return ""


def deep() -> Any:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    return value


def back(value: Any, own: FunctionTool = tool) -> Any:
    outcome = restored(kept(Outcome(value), own))
    return ALONE if outcome is None else outcome.value


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "",
        None,
        True,
        10**30,
        0.1,
        [],
        {"a": [{"b": None}]},
        {"value": 1},
        ToolOutputText(text="a"),
        ToolOutputImage(file_id="f", detail="low"),
        [ToolOutputFileContent(file_url="https://example.org/a.pdf"), ToolOutputText(text="b")],
    ],
)
def test_it_comes_back_as_it_was(value: Any) -> None:
    found = back(value)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ((1, 2), "(1, 2)"),
        ({1: 2}, "{1: 2}"),
        ([ToolOutputText(text="a"), "b"], str([ToolOutputText(text="a"), "b"])),
        (Colour.RED, "red"),
        (float("inf"), "inf"),
        ({1}, "{1}"),
        ("half \ud83d nul \x00", "half \ufffd nul \ufffd"),
        ({"half \ud83d": "\x00"}, {"half \ufffd": "\ufffd"}),
    ],
)
def test_what_is_not_json_comes_back_as_its_words(value: Any, words: Any) -> None:
    assert back(value) == words


@pytest.mark.parametrize("value", [Rude(), deep(), "x" * 4_000_001])
def test_what_cannot_be_kept_is_got_by_everybody_for_himself(value: Any) -> None:
    assert back(value) is ALONE


def test_an_object_that_somebody_reads_is_not_replaced_by_its_words() -> None:
    read = function_tool(lambda: "", name_override="read", custom_data_extractor=lambda _: None)
    assert (back((1, 2), read), back("text", read)) == (ALONE, "text")


def test_a_failure_keeps_its_words() -> None:
    assert restored(kept(Outcome("it failed", failed=True), tool)) == Outcome("it failed", failed=True)


def test_an_error_comes_back_as_one_without_its_words() -> None:
    stored = kept(Outcome(error=RuntimeError("secret")), tool)
    assert "secret" not in str(stored)
    outcome = restored(stored)
    assert outcome is not None
    assert isinstance(outcome.error, FailedElsewhere)
    assert "RuntimeError" in str(outcome.error)


def test_the_words_of_a_failure_are_not_held_against_a_schema() -> None:
    shaped = copy(tool)
    shaped.output_json_schema = {"type": "object"}
    assert kept(Outcome("it failed", failed=True), shaped) is ALONE
    assert kept(Outcome({"a": 1}), shaped).output == {"value": {"a": 1}}
