"""Agents whose tools tell how often they were really called, and wait at a gate while a test wants them to."""

import asyncio
from typing import Any

from agents import (
    Agent,
    FunctionTool,
    Handoff,
    RunContextWrapper,
    ToolGuardrailFunctionOutput,
    ToolOutputGuardrailData,
    ToolOutputImage,
    ToolOutputText,
    WebSearchTool,
    function_tool,
    handoff,
    tool_output_guardrail,
)
from agents.tool_context import ToolContext
from pydantic import BaseModel

MADE: list[str] = []
"""One for each call that was really made."""

GATES: list[asyncio.Event] = []
"""What tools wait for, if anything."""

SEEN: list[object] = []
"""What the guardrail looked at."""


class Point(BaseModel):
    """What a tool may answer besides text."""

    x: int


SHAPES: dict[str, Any] = {
    "text": "some text",
    "odd": "nul \x00 half \ud83d end",
    "dict": {"b": [1, 2.5, None], "a": "ä"},
    "number": 3.0,
    "nothing": None,
    "tuple": (1, 2),
    "object": Point(x=1),
    "not a number": float("nan"),
    "part": ToolOutputText(text="a part"),
    "parts": [ToolOutputText(text="one"), ToolOutputImage(image_url="https://example.org/a.png")],
}


@function_tool
async def count(a: int, b: int) -> str:
    """Adds, and says which call of all it was."""
    MADE.append(f"count {a} {b}")
    number = len(MADE)
    if GATES:
        await GATES[0].wait()
    return f"{a + b} by call {number}"


@function_tool
def fails() -> str:
    """Fails."""
    MADE.append("fails")
    raise RuntimeError(f"secret {len(MADE)}")


@function_tool(failure_error_function=None)
def bursts() -> str:
    """Fails, and wants the run to fail with it."""
    MADE.append("bursts")
    raise RuntimeError("secret")


@function_tool
def shape(kind: str) -> Any:
    """Answers something of that kind."""
    MADE.append(kind)
    return SHAPES[kind]


@tool_output_guardrail
def look(data: ToolOutputGuardrailData) -> ToolGuardrailFunctionOutput:
    """Lets everything through."""
    SEEN.append(data.output)
    return ToolGuardrailFunctionOutput.allow()


@function_tool(tool_output_guardrails=[look])
def guarded(kind: str) -> Any:
    """As `shape`, looked at by a guardrail."""
    MADE.append(kind)
    return SHAPES[kind]


@function_tool(needs_approval=True)
def pay(amount: int) -> str:
    """Needs an approval."""
    MADE.append(f"pay {amount}")
    return f"paid {amount}"


async def _costly(_context: RunContextWrapper[Any], given: dict[str, Any], _call_id: str) -> bool:
    return bool(given.get("amount") == 100)


@function_tool(needs_approval=_costly)
def spend(amount: int) -> str:
    """Needs an approval for much, and for what the SDK had to read as a number first."""
    MADE.append(f"spend {amount}")
    return f"spent {amount}"


@function_tool
async def again(context: ToolContext[Any], number: int) -> str:
    """Makes the same call from inside, once."""
    MADE.append(f"again {number}")
    if len(MADE) > 1:
        return "the inner one"
    assert context.agent is not None
    [tool] = [tool for tool in context.agent.tools if isinstance(tool, FunctionTool) and tool.name == "again"]
    return f"outside {await tool.on_invoke_tool(context, context.tool_arguments)}"


def laned() -> Agent[Any]:
    """An agent with every tool."""
    tools = [count, fails, bursts, shape, guarded, pay, spend, again]
    return Agent(name="Laned", instructions="Work.", tools=[*tools, helper().as_tool("ask", "Asks somebody else.")])


def helper() -> Agent[Any]:
    """An agent that serves as a tool."""
    return Agent(name="Helper", instructions="Help.")


def outer() -> Agent[Any]:
    """An agent with hand-offs of both kinds, and with a tool that a provider runs."""
    inner = Agent[Any](name="Inner", tools=[count, WebSearchTool()])
    hidden: Handoff[Any, Any] = handoff(Agent[Any](name="Hidden", tools=[count]))
    found = Agent[Any](name="Outer", tools=[count], handoffs=[inner, hidden])
    inner.handoffs = [found]
    return found
