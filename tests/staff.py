"""Agents for the tests, offered as an owner would offer his own."""

from typing import Any

from agents import Agent, GuardrailFunctionOutput, RunContextWrapper, function_tool, output_guardrail
from agents.tool_context import ToolContext


@function_tool
def stamp(text: str) -> str:
    """Stamp a text."""
    return f"stamped {text}"


@function_tool(failure_error_function=None)
def burn(text: str) -> str:
    """Burn a text, which never works."""
    raise OSError(f"/srv/secret/oven: {text}")


@output_guardrail
async def no_words(_context: RunContextWrapper[Any], _agent: Agent[Any], _output: str) -> GuardrailFunctionOutput:
    """Refuses everything."""
    return GuardrailFunctionOutput(output_info="refused", tripwire_triggered=True)


@function_tool
def whoami(context: ToolContext[Any]) -> str:
    """Tell the tool's own call id."""
    return context.tool_call_id


parrot = Agent[Any](name="Parrot", instructions="You are a parrot.")
clerk = Agent[Any](name="Clerk", instructions="You are a clerk.", tools=[stamp, burn, whoami])
censored = Agent[Any](name="Censored", instructions="Say nothing.", output_guardrails=[no_words], tools=[stamp])
front = Agent[Any](name="Front", instructions="Hand over.", handoffs=[clerk])
both = Agent[Any](name="Both", instructions="Stamp or hand over.", tools=[stamp], handoffs=[parrot])
