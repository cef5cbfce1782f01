"""Agents whose instructions hold a word that nobody may read."""

from typing import Any

from agents import Agent, RunContextWrapper, function_tool

CANARY = "XYZZY-instructions-canary"


@function_tool
def look() -> str:
    """Look."""
    return "looked"


@function_tool(failure_error_function=None)
def fail() -> str:
    """Fail."""
    raise ValueError("no")


def anew(_context: RunContextWrapper[Any], _agent: Agent[Any]) -> str:
    """Instructions that are written anew each time."""
    return f"{CANARY} anew"


inner = Agent[Any](name="Inner", instructions=f"{CANARY} inner", tools=[look])
second = Agent[Any](name="Second", instructions=anew, tools=[look, fail])
first = Agent[Any](
    name="First",
    instructions=f"{CANARY} first",
    tools=[look, fail, inner.as_tool("ask", "Asks.")],
    handoffs=[second],
)
