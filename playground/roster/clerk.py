"""The clerk: keeps a list, and asks the visitor before every change of it. For seeing how an approval goes.

The list is the run's own: it lasts as long as one answer, pauses included, and nobody else sees it.
"""

from typing import Any

from agents import Agent, RunContextWrapper, function_tool

from playground.roster.bad_input import BadInput, explain
from playground.toolkit.offer import AgentOffer

INSTRUCTIONS = """\
You keep a list for the user. Change it with your tools only, one line for each call, several calls at once if there
are several lines. The user is asked to approve each change; if one is not allowed, leave it at that and do not try
again. The list is gone when your answer ends, so end with what it says.
"""
LONGEST = 200
"""Characters of a line."""

Context = RunContextWrapper[dict[str, list[str]]]


@function_tool(needs_approval=True, failure_error_function=explain)
def add_line(context: Context, text: str) -> str:
    """Write one line on the list. The user has to approve it first.

    Args:
        context: The run's own.
        text: What the line says, up to 200 characters.
    """
    line = " ".join(text.split())
    if not line or len(line) > LONGEST:
        raise BadInput(f"a line has 1 to {LONGEST} characters.")
    _lines(context).append(line)
    return _told(context)


@function_tool(needs_approval=True, failure_error_function=explain)
def strike_line(context: Context, number: int) -> str:
    """Take one line off the list. The user has to approve it first.

    Args:
        context: The run's own.
        number: Which line, counted from 1.
    """
    lines = _lines(context)
    if not 1 <= number <= len(lines):
        raise BadInput(f"there is no line {number}.")
    del lines[number - 1]
    return _told(context)


@function_tool(failure_error_function=explain)
def read_list(context: Context) -> str:
    """Tell what the list says."""
    return _told(context)


def _lines(context: Context) -> list[str]:
    return context.context.setdefault("lines", [])


def _told(context: Context) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(_lines(context), 1)) or "The list is empty."


def build() -> Agent[Any]:
    """A new clerk."""
    return Agent(name="Clerk", instructions=INSTRUCTIONS, tools=[add_line, strike_line, read_list])


OFFER = AgentOffer(
    name="clerk",
    label="Clerk",
    description="Keeps a list while it answers, and asks you before each change",
    prompts=(
        "Write down what to pack for two days by the sea: three lines.",
        "Put milk, bread and candles on the list, then strike the bread.",
        "What is on the list?",
        "Draft an agenda for a half-hour meeting, a line for each point.",
    ),
    build=build,
)
