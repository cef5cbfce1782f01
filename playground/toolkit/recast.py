"""A copy of an agent and of all that it may hand over to, with other tools. What the author made stays as it was."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any, TypeGuard
from weakref import ref

from agents import Agent, Handoff, RunContextWrapper, Tool
from agents.mcp import MCPServer

_RECAST = "_playground_recast"

Change = Callable[[Tool], Tool | None]
"""What a tool becomes; None takes it away."""


def recast(agent: Agent[Any], change: Change, *, servers: Callable[[MCPServer], bool] | None = None) -> Agent[Any]:
    """A copy of the agent, and of all that it hands over to as an `Agent`, with changed tools.

    With `servers` it goes behind the author's own `Handoff` objects too, and only these MCP servers stay.
    """
    return Recast(change, servers).of(agent)


def reached(agent: Agent[Any]) -> list[Agent[Any]]:
    """The agents that `recast` copies where no servers are asked for."""
    found: dict[int, Agent[Any]] = {}
    left = [agent]
    while left:
        one = left.pop(0)
        if id(one) not in found:
            found[id(one)] = one
            left += [to for to in one.handoffs if isinstance(to, Agent)]
    return list(found.values())


def everyone(agent: Agent[Any]) -> list[Agent[Any]]:
    """The agents that can be reached: as tools too, and behind the author's `Handoff` objects as far as they tell."""
    found: dict[int, Agent[Any]] = {}
    left: list[Any] = [agent]
    while left:
        one = left.pop(0)
        one = one if _is_agent(one) else _behind(one)
        if one is not None and id(one) not in found:
            found[id(one)] = one
            left += [*one.handoffs, *filter(None, map(inner_agent, one.tools))]
    return list(found.values())


def inner_agent(tool: Tool) -> Agent[Any] | None:
    """The agent that serves as this tool."""
    found = getattr(tool, "_agent_instance", None)  # the SDK has no public word for it
    return found if _is_agent(found) else None


def with_inner(tool: Tool, agent: Agent[Any]) -> Tool:
    """The tool, said to be this copy of its agent: where a run that waited looks for who goes on in it."""
    changed = copy(tool)
    vars(changed)["_agent_instance"] = agent
    return changed


def is_recast(handoff: Handoff[Any, Any]) -> bool:
    """Whether it ends at a copy already."""
    return _RECAST in vars(handoff)


def _behind(handoff: Any) -> Agent[Any] | None:
    target = handoff._agent_ref  # noqa: SLF001 - the SDK has no public word for it
    found = target() if target is not None else None
    return found if _is_agent(found) else None


class Recast:
    """The copies made so far, by what they are copies of: agents may hand over in circles."""

    def __init__(self, change: Change, servers: Callable[[MCPServer], bool] | None = None) -> None:
        self._change = change
        self._servers = servers
        self._known: dict[int, tuple[Agent[Any], Agent[Any]]] = {}
        self._copies: set[int] = set()

    def of(self, agent: Agent[Any]) -> Agent[Any]:
        """The copy of an agent; a copy is its own."""
        if id(agent) in self._copies:
            return agent
        if id(agent) not in self._known:
            tools = [made for tool in agent.tools if (made := self._change(tool)) is not None]
            found = agent.clone(tools=tools, **self._without(agent, tools))
            self._known[id(agent)] = agent, found
            self._copies.add(id(found))
            found.handoffs = [self._handed(to) for to in agent.handoffs]
        return self._known[id(agent)][1]

    def _without(self, agent: Agent[Any], tools: list[Tool]) -> dict[str, Any]:
        """What else changes: the servers that go, and a choice of a tool that is gone."""
        changed: dict[str, Any] = {}
        if self._servers is not None and agent.mcp_servers:
            changed["mcp_servers"] = [server for server in agent.mcp_servers if self._servers(server)]
        gone = {tool.name for tool in agent.tools} - {tool.name for tool in tools}
        if agent.model_settings.tool_choice in gone or (gone and not tools):
            changed["model_settings"] = replace(agent.model_settings, tool_choice=None)
        return changed

    def _handed(self, to: Agent[Any] | Handoff[Any, Any]) -> Agent[Any] | Handoff[Any, Any]:
        if isinstance(to, Agent):
            return self.of(to)
        return to if self._servers is None else self._behind(to)

    def _behind(self, handoff: Any) -> Any:
        """The author's own way of handing over, which ends at a copy."""
        own, known = handoff.on_invoke_handoff, _behind(handoff)

        async def invoke(context: RunContextWrapper[Any], arguments: str) -> Any:
            found = await own(context, arguments)
            return self.of(found) if _is_agent(found) else found

        changed = copy(handoff)
        changed.on_invoke_handoff = invoke
        vars(changed)[_RECAST] = True
        if known is not None:  # where a run that waited looks for who goes on with it
            changed._agent_ref = ref(self.of(known))  # noqa: SLF001 - the SDK has no public word for it
        return changed


def _is_agent(value: object) -> TypeGuard[Agent[Any]]:
    return isinstance(value, Agent)
