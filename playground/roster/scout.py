"""The scout: asks the visitor's browser what it knows of where he is. For seeing how a client tool goes."""

from typing import Any

from agents import Agent

from playground.roster import tools
from playground.toolkit.asking import client_tool
from playground.toolkit.offer import AgentOffer

INSTRUCTIONS = """\
You help somebody of whom you know nothing but what his browser tells. Before you say anything that depends on where
he is, on the time there, on his language or his screen, ask the browser once with browser_facts; then use the other
tools for dates and times. If the browser says nothing, say so and ask the user himself. Answer in his language.
"""

browser_facts = client_tool(
    "browser_facts",
    "Ask the user's browser for its language, its time zone, the size of its screen, and whether it is online.",
)


def build() -> Agent[Any]:
    """A new scout."""
    given = [browser_facts, tools.current_time, tools.convert_time, tools.add_to_date, tools.days_between]
    return Agent(name="Scout", instructions=INSTRUCTIONS, tools=[*given])


OFFER = AgentOffer(
    name="scout",
    label="Scout",
    description="Asks your browser for its language, time zone and screen before it answers",
    prompts=(
        "What time is it where I am, and in Tokyo?",
        "Which language does my browser speak, and how large is its screen?",
        "How many days are left of this year, counted from my own time zone?",
        "Suggest a time today for a call between me and New York, within office hours in both places.",
    ),
    build=build,
)
