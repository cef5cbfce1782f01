"""Every tool gets a bound, on copies."""

import pytest
from agents import Agent, function_tool, handoff

from playground.runs.bounded import bounded
from playground.toolkit.recast import reached


@function_tool
def plain() -> str:
    """A tool without a bound."""
    return "done"


@function_tool(timeout=5)
async def patient() -> str:
    """A tool with a bound of its own."""
    return "done"


def _bounds(agent: Agent[None]) -> list[float | None]:
    return [getattr(tool, "timeout_seconds", None) for tool in agent.tools]


def test_only_a_tool_without_a_bound_gets_one_and_the_owners_stays_as_it_was() -> None:
    agent: Agent[None] = Agent(name="A", tools=[plain, patient])
    assert _bounds(bounded(agent, 60)) == [60, 5]
    assert _bounds(agent) == [None, 5]


def test_agents_that_hand_over_in_a_circle_are_bounded_and_stay_a_circle() -> None:
    first: Agent[None] = Agent(name="First", tools=[plain])
    second: Agent[None] = Agent(name="Second", tools=[plain], handoffs=[first])
    first.handoffs = [second]
    found = bounded(first, 60)
    onward = found.handoffs[0]
    assert isinstance(onward, Agent)
    assert onward is not second
    assert _bounds(onward) == [60]
    assert onward.handoffs == [found]
    assert reached(found) == [found, onward]


@pytest.mark.parametrize("times", [1, 3])
def test_a_hand_off_of_the_owners_own_making_is_kept(times: int) -> None:
    own = handoff(Agent[None](name="Second"))
    assert bounded(Agent[None](name="First", handoffs=[own] * times), 60).handoffs == [own] * times
