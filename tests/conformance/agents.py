"""Agents that use every part of the toolkit, offered as an owner would offer his own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from agents import Agent, GuardrailFunctionOutput, RunContextWrapper, function_tool, input_guardrail
from chatkit.types import (
    StructuredInputFreeform,
    StructuredInputMultipleChoice,
    StructuredInputMultipleChoiceOption,
)

from playground import toolkit
from playground.toolkit import AgentOffer, Outcome, Pressed

ODD = {
    "type": "Card",
    "border": {"color": "alpha-10", "size": 2},
    "unheardOf": [None, {"a": 1.5}, "ü\u2028"],
    "children": [{"type": "Text", "id": "t", "value": "One", "sparkle": True}],
}
"""A widget with what no version of the SDK knows."""


@function_tool
def show_card() -> str:
    """Show a card."""
    toolkit.show(ODD, copy_text="One")
    return "shown"


@function_tool
async def stream_card(with_ids: bool) -> str:
    """Show a card whose words grow."""
    identity = {"id": "grows"} if with_ids else {}

    async def growing() -> AsyncIterator[dict[str, Any]]:
        for end in (3, 7, 11):
            text = {"type": "Text", "value": "one two six"[:end], "streaming": end < 11, **identity}
            yield {"type": "Card", "children": [text]}
            await asyncio.sleep(0)

    await toolkit.stream(growing())
    return "streamed"


@function_tool
async def say_all() -> str:
    """Say what is not kept."""
    toolkit.progress("Looking …", icon="search")
    toolkit.effect("confetti", {"count": 3, "nothing": None})
    toolkit.notice("Mind the *gap*.", level="warning", title="Notice")
    return "said"


@function_tool
async def quote() -> str:
    """Name two sources."""
    toolkit.cite("A page", "https://example.org/a", description="About a")
    toolkit.cite("A file", filename="b.txt")
    return "cited"


@function_tool
async def picture() -> str:
    """Show an image."""
    toolkit.image("https://images.example.org/one.png")
    return "shown"


@function_tool
async def shut(reason: str, for_good: bool) -> str:
    """Lock or close the conversation."""
    (toolkit.close if for_good else toolkit.lock)(reason)
    return "shut"


@function_tool
async def hold() -> str:
    """Take long."""
    await asyncio.sleep(60)
    return "held"


async def _pressed(pressed: Pressed) -> Outcome | None:
    words = f"{pressed.payload.get('n', '')}{'' if pressed.widget else ' without a widget'}"
    return Outcome(widget={**ODD, "pressed": words}) if pressed.widget else Outcome(tell=f"Pressed{words}.")


async def _told(pressed: Pressed) -> Outcome | None:
    return Outcome(tell=f"The visitor pressed {pressed.payload['n']}.")


async def _broken(_pressed: Pressed) -> Outcome | None:
    raise OSError("/srv/secret/handler.py broke")


ACTIONS = {"press": _pressed, "tell": _told, "break": _broken}

CHOICE = StructuredInputMultipleChoice(
    id="colour",
    question="Which colour?",
    options=[StructuredInputMultipleChoiceOption(value=value) for value in ("red", "blue")],
)
SEVERAL = StructuredInputMultipleChoice(
    id="sizes",
    question="Which sizes?",
    multiple=True,
    options=[StructuredInputMultipleChoiceOption(value=value) for value in ("s", "m", "l")],
)
WORDS = StructuredInputFreeform(id="why", question="Why?", description="In a sentence.")

facts = toolkit.client_tool("facts", "What the browser knows.")
question = toolkit.form("question", "Asks the visitor.", [CHOICE, SEVERAL, WORDS])


@function_tool
def stamp(text: str) -> str:
    """Stamp a text."""
    return f"stamped {text}"


def _build() -> Agent[Any]:
    tools = [show_card, stream_card, say_all, quote, picture, shut, hold, facts, question, stamp]
    return Agent(name="Showman", instructions="You show things.", tools=[*tools])


showman = AgentOffer(
    name="showman", label="Showman", description="Shows all there is", prompts=(), build=_build, actions=ACTIONS
)


@input_guardrail
async def nothing_rude(_context: RunContextWrapper[Any], _agent: Agent[Any], said: Any) -> GuardrailFunctionOutput:
    """Refuses what is rude."""
    return GuardrailFunctionOutput(output_info="rude", tripwire_triggered="rude" in str(said))


polite = Agent[Any](name="Polite", instructions="Be polite.", input_guardrails=[nothing_rude])
