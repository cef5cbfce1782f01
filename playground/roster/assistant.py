"""The plain assistant: no tools, so that what is seen is the model."""

from typing import Any

from agents import Agent

from playground.toolkit.offer import AgentOffer

INSTRUCTIONS = """\
You are a helpful assistant. Answer the question that was asked, in the language it was asked in.
Be brief; use Markdown where it helps. If you do not know something, say so.
"""


def build() -> Agent[Any]:
    """A new assistant."""
    return Agent(name="Assistant", instructions=INSTRUCTIONS)


OFFER = AgentOffer(
    name="assistant",
    label="Assistant",
    description="The model by itself, without tools",
    prompts=(
        "Explain how a hash table works, in five sentences.",
        "Write a haiku about waiting for tokens.",
        "Which is heavier, a kilogram of feathers or a pound of iron?",
        "Give me a regular expression for ISO dates, and explain it.",
    ),
    build=build,
)
