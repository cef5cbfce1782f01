"""The toolbox: one agent with every tool, for seeing how a model calls them."""

from typing import Any

from agents import Agent

from playground.roster import tools
from playground.toolkit.offer import AgentOffer

INSTRUCTIONS = """\
You answer questions about numbers, units, dates and time zones. Use your tools for every calculation, conversion
and date; never work one out yourself. Several tools may be needed, one after the other or at once.
If a tool answers with an error, correct the arguments and call it again. Then answer in one or two sentences.
"""


def build() -> Agent[Any]:
    """A new agent with every tool."""
    every = [
        tools.calculate,
        tools.convert_units,
        tools.current_time,
        tools.convert_time,
        tools.add_to_date,
        tools.days_between,
    ]
    return Agent(name="Toolbox", instructions=INSTRUCTIONS, tools=[*every])


OFFER = AgentOffer(
    name="toolbox",
    label="Toolbox",
    description="Calculates, converts units and reckons with dates and time zones",
    prompts=(
        "What is 17.5 % of 2,349, and what is that cubed?",
        "What time is it now in Tokyo and in New York?",
        "How many weekdays are there from 2026-03-02 to 2026-12-24?",
        "A marathon in 3 hours 12 minutes: how many miles per hour is that?",
    ),
    build=build,
)
