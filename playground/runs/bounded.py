"""An agent whose tools come back in time: a copy of the whole graph that the owner's agent hands over to."""

from copy import copy
from typing import Any

from agents import Agent, FunctionTool, Tool

from playground.toolkit.recast import recast


def bounded(agent: Agent[Any], seconds: float) -> Agent[Any]:
    """The agent with `seconds` for each tool that has no bound of its own.

    Copies, because the owner's own tools may serve elsewhere, and because an agent's tools must not change while it
    runs for somebody else. An agent behind a `Handoff` object of the owner's is not copied; the run's own watch ends
    its tools.
    """
    return recast(agent, lambda tool: _timed(tool, seconds))


def _timed(tool: Tool, seconds: float) -> Tool:
    if not isinstance(tool, FunctionTool) or tool.timeout_seconds is not None:
        return tool
    timed = copy(tool)
    timed.timeout_seconds = seconds  # afterwards: a copy with a bound is refused for plain functions
    return timed
