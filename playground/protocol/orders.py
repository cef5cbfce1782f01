"""Streaming requests → orders for the engine."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chatkit.types import (
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsRetryAfterItemReq,
    UserMessageInput,
    UserMessageItem,
)

from playground.access.offered import Offered
from playground.errors import Malformed
from playground.ids import new_id
from playground.languages.say import say
from playground.protocol.requests import Extras
from playground.roster.roster import Roster
from playground.runs.order import Order
from playground.store.tables import ThreadRow
from playground.toolkit.actions import Pressed
from playground.toolkit.unsafe import tools_of
from playground.visitor import Visitor

StreamReq = ThreadsCreateReq | ThreadsAddUserMessageReq | ThreadsRetryAfterItemReq


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and what came beside the request. `detached` runs go on without readers."""

    visitor: Visitor
    extras: Extras
    key: str | None
    key_hash: str
    detached: bool


class Orders:
    """Makes orders: on what is `offered` first, where neither the request nor the thread names an agent or a model."""

    def __init__(self, roster: Roster, offered: Offered) -> None:
        self._roster = roster
        self._offered = offered

    async def make(self, request: StreamReq, call: Call, thread: ThreadRow | None) -> Order:
        """The order for a request on a thread, or for a new one. Raises VisitorError."""
        message = None if isinstance(request, ThreadsRetryAfterItemReq) else request.params.input
        kept = thread.meta if thread else {}
        options = message.inference_options if message else None
        named = (options.model if options else None) or call.extras.model
        agent, model = await self._who(call, kept, named)
        thread_id = thread.id if thread else new_id("thr")
        tool = options.tool_choice.id if options and options.tool_choice else None
        edit = call.extras.edit_item_id
        retry = request.params.item_id if isinstance(request, ThreadsRetryAfterItemReq) else None
        return Order(
            visitor_id=call.visitor.id,
            link_id=call.visitor.link,
            token_id=call.visitor.token,
            scope=call.visitor.scope,
            thread_id=thread_id,
            agent=agent,
            model=model,
            item=_item(message, thread_id) if message else None,
            settings=call.extras.settings,
            tool_choice=await self._tool(agent, tool) if tool else None,
            new_thread=thread is None,
            fork="retry" if retry else "edit" if edit and thread else "none",
            fork_at=retry or (edit if thread else None),
            detached=call.detached,
            key=call.key,
            key_hash=call.key_hash,
            round=call.extras.round,
            world=call.extras.world,
            stand_ins=call.extras.stand_ins,
        )

    async def press(self, pressed: Pressed, call: Call, thread: ThreadRow) -> Order:
        """The order for an action in a thread. Raises Forbidden for an agent that is not on offer."""
        agent, model = await self._who(call, thread.meta, call.extras.model)
        return Order(
            visitor_id=call.visitor.id,
            link_id=call.visitor.link,
            token_id=call.visitor.token,
            scope=call.visitor.scope,
            thread_id=thread.id,
            agent=agent,
            model=model,
            item=None,
            settings=call.extras.settings,
            detached=call.detached,
            key=call.key,
            key_hash=call.key_hash,
            pressed=pressed,
        )

    async def _who(self, call: Call, kept: Mapping[str, Any], model: str | None) -> tuple[str, str]:
        """The agent and the model that are asked. Whether the model may be is found out when the run is let in."""
        agent: str = call.extras.agent or kept.get("agent") or self._offered.default_agent(call.visitor)
        named: str | None = model or kept.get("model")
        model = named or (await self._offered.now()).default_model(call.visitor)
        self._offered.policy.check_agent(call.visitor, agent)  # before any of its code is asked for its tools
        return agent, model

    async def _tool(self, agent: str, tool: str) -> str:
        built = await asyncio.to_thread(self._roster.get(agent).build)  # the owner's code may take its time
        names = [one.name for one in tools_of(built, self._offered.policy.unsafe_tools)]
        if tool not in names:
            raise Malformed(
                "The agent {agent} has no tool named {tool}. It has: {tools}.",
                agent=agent,
                tool=tool,
                tools=", ".join(names) or say("none"),
            )
        return tool


def _item(message: UserMessageInput, thread_id: str) -> UserMessageItem:
    return UserMessageItem(
        id=new_id("msg"),
        thread_id=thread_id,
        created_at=datetime.now(UTC),
        content=message.content,
        quoted_text=message.quoted_text,
        inference_options=message.inference_options,
    )
