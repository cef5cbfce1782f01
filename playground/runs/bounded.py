"""An agent whose tools come back in time: a copy of the whole graph that the owner's agent hands over to."""

from collections.abc import Callable
from copy import copy
from typing import Any

from agents import Agent, FunctionTool, Tool


def bounded(agent: Agent[Any], seconds: float) -> Agent[Any]:
    """The agent with `seconds` for each tool that has no bound of its own.

    Copies, because the owner's own tools may serve elsewhere, and because an agent's tools must not change while it
    runs for somebody else. An agent behind a `Handoff` object of the owner's cannot be copied; the run's own watch
    ends its tools.
    """
    return recast(agent, lambda tool: _timed(tool, seconds))


def recast(agent: Agent[Any], change: Callable[[Tool], Tool]) -> Agent[Any]:
    """A copy of the agent, and of all that it hands over to, with changed tools."""
    return _copied(agent, change, {})


def reached(agent: Agent[Any]) -> list[Agent[Any]]:
    """The agents that `recast` copies."""
    found: dict[int, Agent[Any]] = {}
    left = [agent]
    while left:
        one = left.pop(0)
        if id(one) not in found:
            found[id(one)] = one
            left += [to for to in one.handoffs if isinstance(to, Agent)]
    return list(found.values())


def _copied(agent: Agent[Any], change: Callable[[Tool], Tool], known: dict[int, Agent[Any]]) -> Agent[Any]:
    if id(agent) not in known:  # agents may hand over in circles
        known[id(agent)] = found = agent.clone(tools=[change(tool) for tool in agent.tools])
        found.handoffs = [_copied(to, change, known) if isinstance(to, Agent) else to for to in agent.handoffs]
    return known[id(agent)]


def _timed(tool: Tool, seconds: float) -> Tool:
    if not isinstance(tool, FunctionTool) or tool.timeout_seconds is not None:
        return tool
    timed = copy(tool)
    timed.timeout_seconds = seconds  # afterwards: a copy with a bound is refused for plain functions
    return timed
