"""The interviewer: puts short forms before the visitor instead of asking in prose. For seeing how a form goes."""

from typing import Any

from agents import Agent

from playground.toolkit.asking import form
from playground.toolkit.offer import AgentOffer

INSTRUCTIONS = """\
You find out what somebody needs, then recommend one thing. Ask with ask_user only, never in your answer: first one
form with two to four questions that decide most, choices wherever there are some, and if that leaves open what matters
one more form. A question may be skipped: then assume what is usual and say so. End with your recommendation in a few
lines, each with the answer that it follows from.
"""

ask_user = form("ask_user", "Put a short form before the user, with one or more questions, and get the answers.")


def build() -> Agent[Any]:
    """A new interviewer."""
    return Agent(name="Interviewer", instructions=INSTRUCTIONS, tools=[ask_user])


OFFER = AgentOffer(
    name="interviewer",
    label="Interviewer",
    description="Asks you with short forms, then recommends one thing",
    prompts=(
        "Help me choose a bicycle.",
        "What could I cook tonight?",
        "Find a book for me to read next.",
        "Which programming language should I learn first?",
    ),
    build=build,
)
