"""Agents for the tests that ask the visitor, offered as an owner would offer his own."""

from typing import Any

from agents import Agent, Tool, function_tool
from chatkit.types import (
    StructuredInputFreeform,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
)
from pydantic import BaseModel, Field

from playground.toolkit.asking import client_tool, form


class Corner(BaseModel):
    """What `look` wants to know."""

    corner: str = Field(description="Which corner.")


@function_tool
def stamp(text: str) -> str:
    """Stamp a text."""
    return f"stamped {text}"


@function_tool(needs_approval=True)
def seal(text: str) -> str:
    """Seal a text, if the visitor lets it."""
    return f"sealed {text}"


QUESTIONS = (
    StructuredInputMultipleChoice(
        id="colour",
        question="Which colour?",
        options=[StructuredInputMultipleChoiceOption(value=value) for value in ("red", "green")],
    ),
    StructuredInputMultipleChoice(
        id="sizes",
        question="Which sizes?",
        options=[StructuredInputMultipleChoiceOption(value=value) for value in ("s", "m", "l")],
        multiple=True,
    ),
    StructuredInputFreeform(id="why", question="Why?"),
)

look = client_tool("look", "Look into a corner of the visitor's room.", Corner)
where = client_tool("where", "Ask the browser where it is.")
choose = form("choose", "Let the visitor choose.", QUESTIONS)
ask = form("ask", "Ask the visitor anything.")

TOOLS: list[Tool] = [look, where, choose, ask, stamp, seal]

inner = Agent[Any](name="Inner", instructions="Look.", tools=[look, choose])
second = Agent[Any](name="Second", instructions="Look.", tools=TOOLS)
asker = Agent[Any](
    name="Asker",
    instructions="Ask.",
    tools=[*TOOLS, inner.as_tool("send_inner", "Send the inner agent.")],
    handoffs=[second],
)
NAME = "tests.askers:asker"
