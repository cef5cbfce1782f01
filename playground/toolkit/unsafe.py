"""Tools that strangers may not use as they like. What becomes of them is the playground's to say, for each run."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from inspect import isawaitable
from typing import Any, TypeVar, cast

from agents import (
    Agent,
    ApplyPatchTool,
    CodeInterpreterTool,
    ComputerTool,
    FunctionTool,
    HostedMCPTool,
    LocalShellTool,
    RunContextWrapper,
    ShellTool,
    Tool,
)
from agents.agent import AgentBase
from agents.mcp import MCPServer
from agents.tool import ProgrammaticToolCallingTool

from playground.settings import UnsafeTools
from playground.toolkit.recast import Recast, everyone, inner_agent, is_recast, with_inner

T = TypeVar("T", bound=Tool)
Vouched = TypeVar("Vouched", bound=Tool | MCPServer)

DANGEROUS = (
    ComputerTool,
    HostedMCPTool,
    ShellTool,
    LocalShellTool,
    ApplyPatchTool,
    CodeInterpreterTool,
    ProgrammaticToolCallingTool,
)
"""Kinds of the SDK's that run code, or reach files, a screen or a server. Unsafe unless their author says otherwise."""

_MARK = "_playground_unsafe"
_OWN = "_playground_enabled"
_WAITS = "_playground_waits_for_owner"


def unsafe(tool: T) -> T:
    """Mark a tool as one for trusted visitors only: a copy, as `@unsafe` above `@function_tool` or `unsafe(tool)`.

    Raises TypeError for what is no tool yet.
    """
    if not isinstance(getattr(tool, "name", None), str):
        raise TypeError("unsafe marks a tool: put @unsafe above @function_tool, not below it")
    marked = _marked(copy(tool), unsafe=True)
    if isinstance(marked, FunctionTool) and _OWN not in marked.__dict__:
        # However it is come by, by an agent that nobody has copied too, it is not there where it may not be.
        marked.__dict__[_OWN] = marked.is_enabled
        marked.is_enabled = _only_where_allowed(marked)
    return marked


def safe(tool: Vouched) -> Vouched:
    """Vouch for a tool of a kind that counts as unsafe, or for an MCP server: the same one, marked."""
    return _marked(tool, unsafe=False)


def is_unsafe(tool: Tool | MCPServer) -> bool:
    """Whether it is for trusted visitors only: as it was marked, else by its kind. An MCP server is."""
    mark = tool.__dict__.get(_MARK)
    if mark is not None:
        return bool(mark)
    return isinstance(tool, (*DANGEROUS, MCPServer)) or getattr(tool, "_is_codex_tool", False) is True


def waits_for_owner(tool: Tool) -> bool:
    """Whether the owner decides on calls of this tool: of a copy that waits, and of what it is a copy of.

    A run within a run that was kept and goes on tells the author's own tools.
    """
    return _waits(tool) or (is_unsafe(tool) and _mode() == "owner")


class _Guard:
    """What holds in one run: the same agent has the same copy in it, also in runs within."""

    def __init__(self, mode: UnsafeTools) -> None:
        self.mode: UnsafeTools = mode
        self.copies = Recast(self.fit, servers=lambda server: not is_unsafe(server))

    def fit(self, tool: Tool) -> Tool | None:
        """The tool as it may be given to a model. What cannot wait for anybody is off where the owner is asked."""
        inner = inner_agent(tool)
        if inner is not None and not self.is_fit(inner):
            tool = with_inner(tool, self.copies.of(inner))
        if self.mode == "on" or not is_unsafe(tool) or _waits(tool):
            return tool
        if self.mode == "off" or not isinstance(tool, FunctionTool):
            return None
        waiting = copy(tool)
        waiting.__dict__[_WAITS] = True
        waiting.is_enabled = tool.__dict__.get(_OWN, tool.is_enabled)
        waiting.needs_approval = True
        return waiting

    def is_fit(self, agent: Agent[Any]) -> bool:
        """Whether nothing in the agent's graph has to change; so it is with a copy that was made for this."""
        return self.mode == "on" or all(map(self._has_fit, everyone(agent)))

    def _has_fit(self, agent: Agent[Any]) -> bool:
        return (
            all(not is_unsafe(tool) or _waits(tool) for tool in agent.tools)
            and not any(map(is_unsafe, agent.mcp_servers))
            and all(isinstance(to, Agent) or is_recast(to) for to in agent.handoffs)
        )


_guard: ContextVar[_Guard | None] = ContextVar("what becomes of unsafe tools", default=None)


def _mode() -> UnsafeTools:
    guard = _guard.get()
    return guard.mode if guard is not None else "on"


@contextmanager
def allowing(mode: UnsafeTools) -> Generator[None]:
    """Within, unsafe tools are `on`, `off`, or wait for the `owner`."""
    token = _guard.set(_Guard(mode))
    try:
        yield
    finally:
        _guard.reset(token)


def guarded(agent: Agent[Any]) -> Agent[Any]:
    """The agent as it may be run here: a copy of its whole graph where unsafe tools are not just on."""
    guard = _guard.get()
    return agent if guard is None or guard.is_fit(agent) else guard.copies.of(agent)


def tools_of(agent: Agent[Any], mode: UnsafeTools) -> list[Tool]:
    """The agent's own tools, as far as its model is given them."""
    with allowing(mode):
        return guarded(agent).tools


def _waits(tool: Tool) -> bool:
    return tool.__dict__.get(_WAITS) is True


def _marked(tool: Vouched, *, unsafe: bool) -> Vouched:
    vars(tool)[_MARK] = unsafe
    return tool


def _only_where_allowed(tool: FunctionTool) -> Any:
    own = tool.is_enabled

    async def enabled(context: RunContextWrapper[Any], agent: AgentBase[Any]) -> bool:
        if _mode() != "on":
            return False
        given: Any = own(context, agent) if callable(own) else own
        return bool(await cast("Any", given) if isawaitable(given) else given)

    return enabled
