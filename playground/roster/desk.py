"""The travel desk: somebody who listens and hands over to one of two specialists, who may hand over to each other."""

from typing import Any

from agents import Agent
from agents.extensions.handoff_prompt import prompt_with_handoff_instructions

from playground.roster import tools
from playground.toolkit.offer import AgentOffer

DESK = """\
You are the front desk of a travel agency. Find out what the traveller needs, then hand over at once:
questions of when and where (routes, seasons, time zones, dates) go to the itinerary planner;
questions of money and measures (costs, budgets, luggage, distances) go to the budget planner.
Answer only greetings and questions about what this desk can do yourself.
"""
ITINERARY = """\
You plan routes and days. Suggest places with a reason each, and order them so that the traveller moves little.
Use your tools for every date, weekday and time zone: never reckon them yourself. When it is about money or
measures, hand over to the budget planner. Answer with a short list, day by day.
"""
BUDGET = """\
You plan travel budgets. Ask for what you need (days, number of people, exchange rate), assume the rest and say so.
Use your tools for every sum and conversion: never work one out yourself. When it is about routes, dates or
time zones, hand over to the itinerary planner. Answer with a small table and its total.
"""


def build() -> Agent[Any]:
    """A new desk with its two specialists."""
    itinerary = Agent[Any](
        name="Itinerary planner",
        handoff_description="Routes, seasons, dates and time zones",
        instructions=prompt_with_handoff_instructions(ITINERARY),
        tools=[tools.current_time, tools.convert_time, tools.add_to_date, tools.days_between],
    )
    budget = Agent[Any](
        name="Budget planner",
        handoff_description="Costs, budgets, luggage and distances",
        instructions=prompt_with_handoff_instructions(BUDGET),
        tools=[tools.calculate, tools.convert_units],
        handoffs=[itinerary],
    )
    itinerary.handoffs = [budget]
    return Agent(name="Travel desk", instructions=prompt_with_handoff_instructions(DESK), handoffs=[itinerary, budget])


OFFER = AgentOffer(
    name="travel-desk",
    label="Travel desk",
    description="A front desk that hands over to an itinerary planner or a budget planner",
    prompts=(
        "Plan four days in Lisbon and Porto, starting on 2026-05-14.",
        "My flight leaves Berlin on 2026-07-03 at 22:40 and takes 11 h 20 min. When is it in Tokyo when I land?",
        "Two of us, nine days in Norway, 140 euros a day each. What is the total with a reserve of 12 %?",
        "My suitcase weighs 52 lb and the limit is 23 kg. Can I take it?",
    ),
    build=build,
)
