"""What a run's tools answer: their own results, those of the world that it shares with other runs, the visitor's.

None of them changes what happens around a call: approvals, guardrails, hooks and bounds are the tool's own in every
run. The time in which a run waits for another's result counts as the tool's. An agent that serves as a tool is never
shared: its answers are those of the run's own model.
"""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from copy import copy
from functools import partial, wraps
from typing import Any

from agents import Agent, FunctionTool, Tool
from agents.tool import with_function_tool_failure_error_handler
from agents.tool_context import ToolContext
from sqlalchemy.exc import SQLAlchemyError

from playground import wire
from playground.records import StandIn
from playground.runs import notes
from playground.runs.activity import SHARED, STOOD_IN
from playground.runs.calls import Calls
from playground.runs.hooks import failure
from playground.runs.live import LiveRun
from playground.runs.outcome import ALONE, Outcome, kept, restored
from playground.runs.worlds import Worlds
from playground.store.worlds import Call, Kept
from playground.toolkit.asking import Asking
from playground.toolkit.recast import reached, recast

logger = logging.getLogger(__name__)

Invoke = Callable[[Any, str], Awaitable[Any]]
"""Runs a tool, given the SDK's context and the call's arguments as they came."""

_inside: ContextVar[bool] = ContextVar("inside a shared call", default=False)


class World:
    """The world of one run. `note` keeps a sentence with the run."""

    def __init__(self, worlds: Worlds, run: LiveRun, calls: Calls, note: Callable[[str], None]) -> None:
        self._worlds = worlds
        self._run = run
        self._calls = calls
        self._note = note

    def around(self, agent: Agent[Any]) -> Agent[Any]:
        """The agent with its tools in this world: a copy of its whole graph, or itself where nothing differs."""
        order = self._run.order
        if order.world is None and not order.stand_ins:
            return agent
        self._tell(reached(agent))
        return recast(agent, self._placed)

    def _tell(self, agents: list[Agent[Any]]) -> None:
        """Note what cannot be shared, and results for what cannot be stood in."""
        if self._run.order.world is not None and (names := list(dict.fromkeys(_apart(agents)))):
            self._note(notes.apart(names))
        own = {name for agent in agents for tool in agent.tools for name in _names(tool)}
        if unused := [one.tool for one in self._run.order.stand_ins if one.tool not in own]:
            self._note(notes.unused(list(dict.fromkeys(unused))))

    def _placed(self, tool: Tool) -> Tool:
        if not isinstance(tool, FunctionTool):
            return tool
        stands_in = any(one.tool in _names(tool) for one in self._run.order.stand_ins)
        if not stands_in and not self._shares(tool):
            return tool
        placed = copy(tool)
        if isinstance(placed, Asking) and isinstance(tool, Asking):
            placed.needs_approval = partial(self._waits, tool)
        placed.on_invoke_tool = _around(placed.on_invoke_tool, partial(self._asked, tool))
        return copy(placed)  # which is how the SDK ties a tool to who runs it

    def _shares(self, tool: FunctionTool) -> bool:
        return self._run.order.world is not None and not _is_alone(tool)

    async def _waits(self, tool: Asking, context: Any, arguments: dict[str, Any], call_id: str) -> bool:
        """Whether the visitor is asked: not for what he has answered beforehand."""
        return self._stand_in(tool, json.dumps(arguments)) is None and await tool.waits(context, arguments, call_id)

    async def _asked(self, tool: FunctionTool, own: Invoke, context: Any, arguments: str) -> Any:
        call_id = context.tool_call_id if isinstance(context, ToolContext) else ""
        stand_in = self._stand_in(tool, arguments)
        if stand_in is not None:
            self._mark(call_id, STOOD_IN, failed=stand_in.failed)
            return failure(tool.name, "an error") if stand_in.failed and not stand_in.output else stand_in.output
        # A call from inside a shared one is part of that: waiting for a third could be waiting for each other.
        if not self._shares(tool) or _inside.get():
            return await own(context, arguments)
        outcome = await self._shared(tool, arguments, call_id, lambda: own(context, arguments))
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def _stand_in(self, tool: FunctionTool, arguments: str) -> StandIn | None:
        """The visitor's result for the call; one for these arguments goes before one for any."""
        found = [one for one in self._run.order.stand_ins if one.tool in _names(tool)]
        spelled = wire.canonical(arguments)
        exact = [one for one in found if one.arguments and wire.canonical(one.arguments) == spelled]
        return next(iter([*exact, *(one for one in found if not one.arguments)]), None)

    async def _shared(
        self, tool: FunctionTool, arguments: str, call_id: str, invoke: Callable[[], Awaitable[Any]]
    ) -> Outcome:
        made: list[Outcome] = []

        async def make() -> Kept:
            made.append(await self._made(call_id, invoke))
            stored = kept(made[0], tool)
            if stored is ALONE:
                self._note(notes.unshared(tool.name))
            return stored

        try:
            found = await self._worlds.once(self._call(tool, arguments), self._run.id, make)
        except SQLAlchemyError:
            logger.exception("a tool's result could not be shared", extra={"run_id": self._run.id})
            found = ALONE
        outcome = restored(found) if found else None
        if outcome is not None:
            self._mark(call_id, SHARED, failed=outcome.failed)
            return outcome
        if found is not None:
            self._note(notes.unshared(tool.name))
        return made[0] if made else await self._made(call_id, invoke)

    async def _made(self, call_id: str, invoke: Callable[[], Awaitable[Any]]) -> Outcome:
        token = _inside.set(True)
        try:
            value = await invoke()
        except Exception as error:
            return Outcome(error=error)
        finally:
            _inside.reset(token)
        return Outcome(value, failed=self._calls.has_failed(call_id))

    def _mark(self, call_id: str, word: str, *, failed: bool) -> None:
        self._calls.say(call_id, word)
        if failed:
            self._calls.fail(call_id)

    def _call(self, tool: FunctionTool, arguments: str) -> Call:
        order = self._run.order
        name, spelled = tool.qualified_name, wire.canonical(arguments)
        key = hashlib.sha256(json.dumps([name, spelled]).encode()).hexdigest()
        return Call(order.visitor_id, order.world or "", key, wire.clean(name), spelled)


def _around(own: Invoke, asked: Callable[[Invoke, Any, str], Awaitable[Any]]) -> Invoke:
    """Runs `asked` in place of `own`, and looks the same to the SDK."""

    async def invoke(context: Any, arguments: str) -> Any:
        return await asked(own, context, arguments)

    prepare = getattr(own, "prepare_arguments", None)
    if prepare is None:
        return wraps(own)(invoke)  # the SDK reads from the signature which context is wanted
    # Its own kind of invoker is asked what it understood of the arguments before an approval is asked for.
    invoke.__dict__["__agents_prepare_arguments__"] = prepare
    return with_function_tool_failure_error_handler(invoke, _nothing_more)


def _nothing_more(_tool: FunctionTool, _error: Exception, _arguments: str) -> None:
    """The tool's own invoker has said in the trace what failed."""


def _apart(agents: list[Agent[Any]]) -> list[str]:
    """What `World` cannot reach: tools at the provider or on a server, agents as tools and behind hand-offs."""
    tools = [
        tool.name for agent in agents for tool in agent.tools if not isinstance(tool, FunctionTool) or _is_alone(tool)
    ]
    servers = [server.name for agent in agents for server in agent.mcp_servers]
    return [
        *tools,
        *servers,
        *(to.agent_name for agent in agents for to in agent.handoffs if not isinstance(to, Agent)),
    ]


def _is_alone(tool: FunctionTool) -> bool:
    """An agent, or what the visitor's own page answers, to each run that asks."""
    return isinstance(tool, Asking) or _is_agent(tool)


def _is_agent(tool: FunctionTool) -> bool:
    return getattr(tool, "_is_agent_tool", False) is True  # the SDK has no public word for it


def _names(tool: Tool) -> set[str]:
    return {tool.name, tool.qualified_name} if isinstance(tool, FunctionTool) else set()
