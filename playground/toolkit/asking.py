"""Tools whose results are the visitor's: a call that his browser makes, a form that he fills in.

Such a call interrupts the run as one that needs an approval does, so nothing has to be alive while it is waited for.
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

from agents import FunctionTool, RunContextWrapper
from agents.tool_context import ToolContext
from chatkit.types import (
    StructuredInput,
    StructuredInputFreeform,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
)
from pydantic import BaseModel, Field, ValidationError

from playground import wire
from playground.languages.say import say

MOST_QUESTIONS = 10
MOST_OPTIONS = 20
OUTSIDE = "This tool works in the playground only: what it asks for has to come from the user's own page."
NOT_READ = "The agent asks for something, but its question cannot be read. Write what it should know, or skip it."

Parsed = Callable[[Any], Any]
"""Reads a call's arguments. Raises ValueError with words for the model."""


@dataclass(eq=False)
class Asking(FunctionTool):
    """A tool that the visitor answers. `questions` are what its form asks, None if the model writes them."""

    kind: Literal["client", "form"] = field(default="client", kw_only=True)
    questions: Sequence[StructuredInput] | None = field(default=None, kw_only=True)

    async def waits(self, context: RunContextWrapper[Any], arguments: dict[str, Any], call_id: str) -> bool:
        """Whether the run has to wait for this call's result."""
        policy = self.needs_approval
        return await policy(context, arguments, call_id) if callable(policy) else policy

    def asked(self, arguments: str) -> list[StructuredInput]:
        """What a call's form asks; one open question if the model's cannot be read."""
        if self.questions is not None:
            return [question.model_copy(deep=True) for question in self.questions]
        try:
            return _questions(json.loads(arguments or "{}"))
        except ValueError:
            return [StructuredInputFreeform(id="q1", question=say(NOT_READ))]


def client_tool(
    name: str, description: str, parameters: type[BaseModel] | Mapping[str, Any] | None = None
) -> FunctionTool:
    """A tool that the visitor's page runs; the model gets what the page answers, as JSON.

    `parameters` are a model of the arguments or their JSON schema, none for a tool without any. The schema is made
    strict. Raises `agents.UserError` for one that cannot be.
    """
    if isinstance(parameters, type):
        return _asking(name, description, parameters.model_json_schema(), parameters.model_validate)
    schema = dict(parameters) if parameters else _NOTHING
    return _asking(name, description, schema, lambda given: given)


def form(name: str, description: str, questions: Sequence[StructuredInput] | None = None) -> FunctionTool:
    """A tool that puts a form before the visitor; the model gets his answers, question by question.

    The `questions` are fixed, or written by the model with each call if there are none. Raises ValueError for a
    form without a question, or with the same id twice.
    """
    if questions is None:
        return _asking(name, description, _QUESTIONS, _questions, kind="form")
    fixed = tuple(questions)
    if not fixed or len({question.id for question in fixed}) < len(fixed):
        raise ValueError(f"the form {name} needs questions, each with an id of its own")
    return _asking(name, description, _NOTHING, lambda given: given, kind="form", questions=fixed)


@contextmanager
def answering(given: Mapping[str, Any]) -> Generator[None]:
    """Tools called within may ask the visitor; `given` are the answers so far, by call id."""
    token = _given.set(given)
    try:
        yield
    finally:
        _given.reset(token)


_given: ContextVar[Mapping[str, Any] | None] = ContextVar("what the visitor has answered, by call", default=None)


def _asking(name: str, description: str, schema: dict[str, Any], parsed: Parsed, **more: Any) -> FunctionTool:
    async def waits(_context: RunContextWrapper[Any], arguments: dict[str, Any], call_id: str) -> bool:
        given = _given.get()
        return given is not None and call_id not in given and _complaint(lambda: parsed(arguments)) is None

    async def invoke(context: ToolContext[Any], arguments: str) -> str:
        given = _given.get()
        if given is None:
            return OUTSIDE
        if context.tool_call_id in given:
            output = given[context.tool_call_id]
            return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
        return _complaint(lambda: parsed(json.loads(arguments or "{}"))) or OUTSIDE

    return Asking(
        name=name,
        description=description,
        params_json_schema=schema,
        on_invoke_tool=invoke,
        needs_approval=waits,
        **more,
    )


def _complaint(read: Callable[[], Any]) -> str | None:
    """What the model is told of arguments that cannot be read; None if they can."""
    try:
        read()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"The arguments cannot be read: {where or 'they'}: {first['msg']}. Mend them and call again."
    except ValueError as error:
        return f"The arguments cannot be read: {error}. Mend them and call again."
    return None


class _Question(BaseModel):
    question: str = Field(min_length=1, max_length=2_000)
    options: list[str] = Field(default=[], max_length=MOST_OPTIONS)
    multiple: bool = False


class _Form(BaseModel):
    questions: list[_Question] = Field(min_length=1, max_length=MOST_QUESTIONS)


def _questions(arguments: Any) -> list[StructuredInput]:
    asked = _Form.model_validate(wire.clean(arguments)).questions
    return [_question(f"q{number}", question) for number, question in enumerate(asked, 1)]


def _question(question_id: str, asked: _Question) -> StructuredInput:
    options = list(dict.fromkeys(option for option in asked.options if option.strip()))
    if not options:
        return StructuredInputFreeform(id=question_id, question=asked.question)
    return StructuredInputMultipleChoice(
        id=question_id,
        question=asked.question,
        options=[StructuredInputMultipleChoiceOption(value=option) for option in options],
        multiple=asked.multiple,
    )


_NOTHING: dict[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
# Written by hand: of what a schema may say, providers agree on no more than this.
_QUESTIONS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "questions": {
            "type": "array",
            "description": f"What to ask, one to {MOST_QUESTIONS} questions.",
            "items": {
                "type": "object",
                "properties": {
                    "question": {"type": "string", "description": "The question, in the user's language."},
                    "options": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "What the user can choose from; empty for an answer in his own words.",
                    },
                    "multiple": {"type": "boolean", "description": "Whether several options may be chosen."},
                },
                "required": ["question", "options", "multiple"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["questions"],
    "additionalProperties": False,
}
