"""Tools that the visitor answers: what the model may call them with, and what their forms ask."""

import json
from typing import Any, cast

import pytest
from agents import UserError
from agents.strict_schema import ensure_strict_json_schema
from chatkit.types import StructuredInputFreeform
from pydantic import BaseModel

from playground.toolkit.asking import MOST_OPTIONS, MOST_QUESTIONS, Asking, client_tool, form
from tests.askers import TOOLS

PLAIN = {"type", "properties", "required", "additionalProperties", "items", "description", "title"}


class Inner(BaseModel):
    """A model inside another."""

    name: str


class Outer(BaseModel):
    """Arguments with a default and a part of their own."""

    inner: Inner
    often: int = 1


def asking(tool: Any) -> Asking:
    assert isinstance(tool, Asking)
    return tool


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if isinstance(tool, Asking)], ids=lambda tool: tool.name)
def test_a_schema_is_strict_and_says_no_more_than_every_provider_takes(tool: Asking) -> None:
    schema = tool.params_json_schema
    assert tool.strict_json_schema
    assert ensure_strict_json_schema(json.loads(json.dumps(schema))) == schema
    assert set(_keywords(schema)) <= PLAIN


def _keywords(schema: dict[str, Any]) -> list[str]:
    inside = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return [*schema, *(word for one in inside for word in _keywords(cast("dict[str, Any]", one)))]


def test_a_model_of_the_arguments_is_made_strict() -> None:
    schema = client_tool("a", "A.", Outer).params_json_schema
    assert schema["required"] == ["inner", "often"]
    assert schema["additionalProperties"] is False


def test_a_schema_that_cannot_be_strict_is_refused_where_it_is_written() -> None:
    with pytest.raises(UserError):
        client_tool("a", "A.", {"type": "object", "additionalProperties": True})


def test_a_form_without_questions_or_with_one_id_twice_is_refused() -> None:
    one = StructuredInputFreeform(id="a", question="Why?")
    for questions in ([], [one, one]):
        with pytest.raises(ValueError, match="each with an id of its own"):
            form("a", "A.", questions)


def test_the_questions_of_an_author_are_asked_as_they_are_each_time() -> None:
    tool = asking(form("a", "A.", [StructuredInputFreeform(id="a", question="Why?")]))
    first, again = tool.asked("{}"), tool.asked("")
    assert first == again
    assert first[0] is not again[0]


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [{"question": ""}],
        [{"options": ["a"]}],
        [{"question": "Why?"}] * (MOST_QUESTIONS + 1),
        [{"question": "Which?", "options": ["a"] * (MOST_OPTIONS + 1)}],
        "Why?",
    ],
)
def test_a_form_that_cannot_be_read_has_one_open_question(questions: Any) -> None:
    asked = asking(form("a", "A.")).asked(json.dumps({"questions": questions}))
    assert [(one.id, one.type) for one in asked] == [("q1", "freeform")]
