"""Agents that tests talk to; named to the roster as an owner names his own."""

import asyncio
from typing import Any

from agents import (
    Agent,
    GuardrailFunctionOutput,
    InputGuardrail,
    ModelSettings,
    OutputGuardrail,
    RunContextWrapper,
    function_tool,
)

SECRET = "postgres://admin:hunter2@db/prod"
"""In a tool's exception; must never reach the model or the visitor."""

WAITING: list[str] = []
"""One for each call of `wait` that goes on."""

PAID: list[int] = []
"""What was really paid, by any run."""

FIRED: list[str] = []
"""What the agent `payer` is without: its `tools`, its `name`."""

FRAGILE: list[str] = []
"""Anything in it breaks the agent `fragile`."""


@function_tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@function_tool
def now() -> str:
    """The time."""
    return "noon"


@function_tool
def break_down() -> str:
    """Fails, and tells its secret."""
    raise RuntimeError(SECRET)


@function_tool(failure_error_function=None)
def explode() -> str:
    """Fails, and wants the run to fail with it."""
    raise RuntimeError(SECRET)


@function_tool
def big() -> str:
    """Answers a lot."""
    return "x" * 200_000


@function_tool
async def wait() -> str:
    """Never comes back."""
    WAITING.append("wait")
    try:
        await asyncio.Event().wait()
    finally:
        WAITING.pop()
    return "back"


@function_tool
async def give_up() -> str:
    """Cancels itself."""
    raise asyncio.CancelledError


@function_tool
def odd() -> str:
    """Answers what no text should hold."""
    return "nul \x00 half \ud83d end"


@function_tool(needs_approval=True)
def pay(context: RunContextWrapper[Any], amount: int) -> str:
    """Pays, and knows what it has paid."""
    paid: list[int] = context.context.setdefault("paid", [])
    paid.append(amount)
    PAID.append(amount)
    return f"paid {paid}"


@function_tool(needs_approval=True)
def hold() -> str:
    """Needs an approval, and nothing else."""
    return "held"


@function_tool
def clutch(context: RunContextWrapper[Any]) -> str:
    """Puts into the context what no database can keep."""
    context.context["socket"] = object()
    return "clutched"


def worker() -> Agent[Any]:
    """An agent with every tool."""
    return Agent(name="Worker", instructions="Work.", tools=[add, now, break_down, explode, big, wait, give_up, odd])


def desk() -> Agent[Any]:
    """An agent that hands over."""
    clerk = Agent[Any](name="Clerk", instructions="File.", tools=[now])
    return Agent(name="Desk", handoffs=[clerk])


def guarded() -> Agent[Any]:
    """An agent that refuses messages with the word `forbidden`."""

    def look(_context: object, _agent: object, given: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered="forbidden" in str(given))

    return Agent(name="Guarded", input_guardrails=[InputGuardrail(look)])


def censored() -> Agent[Any]:
    """An agent whose answers are withheld."""

    def look(_context: object, _agent: object, _said: object) -> GuardrailFunctionOutput:
        return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)

    return Agent(name="Censored", tools=[now], output_guardrails=[OutputGuardrail(look)])


def fragile() -> Agent[Any]:
    """An agent that can be built only while all is well."""
    if FRAGILE:
        raise RuntimeError(SECRET)
    return Agent(name="Fragile")


def cold() -> Agent[Any]:
    """An agent with settings that not every model takes."""
    return Agent(name="Cold", model_settings=ModelSettings(temperature=0.1, frequency_penalty=1))


def boss() -> Agent[Any]:
    """An agent whose tool is another agent."""
    return Agent(name="Boss", tools=[Agent[Any](name="Inner").as_tool("now", "Asks somebody else.")])


def payer() -> Agent[Any]:
    """An agent that asks before it pays; so does the cashier that it hands over to, and the one that it calls."""
    cashier = Agent[Any](name="Cashier", instructions="Count.", tools=[pay, now])
    teller = Agent[Any](name="Teller", instructions="Tell.", tools=[pay])
    asking = teller.as_tool(tool_name="ask_teller", tool_description="Asks the teller.")
    tools = [] if "tools" in FIRED else [pay, now, hold, clutch, asking]
    return Agent(name="Robot" if "name" in FIRED else "Payer", instructions="Pay.", tools=[*tools], handoffs=[cashier])


def strict() -> Agent[Any]:
    """An agent that asks before it pays, and whose answers are withheld."""
    return Agent(name="Strict", tools=[pay], output_guardrails=censored().output_guardrails)
