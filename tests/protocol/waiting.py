"""A UI whose visitor is asked: what waits, and short words for answering it."""

import asyncio
from typing import Any

from chatkit.types import ClientToolCallItem, StructuredInputItem, ThreadItemReplacedEvent

from playground.protocol.dispatcher import StreamReply
from playground.records import RunRecord
from tests.house import Guest, House, Json, Told

LOOK = 'compatible/tool:look:{"corner":"left"}'
CHOOSE = "compatible/tool:choose:{}"
RED: Json = {"answers": {"colour": {"values": ["red"]}}}


class Asked:
    """A visitor of a house whose agent asks."""

    def __init__(self, house: House, visitor_id: str = "vis_ann") -> None:
        self.house = house
        self.guest: Guest = house.guest(visitor_id)

    async def begin(self, model: str, text: str = "hello") -> Told:
        """A new thread, read as a ChatKit UI reads it: to where it has to do something."""
        return await self.heard(await self.guest.begin(text, model=model))

    async def heard(self, reply: StreamReply) -> Told:
        """What a ChatKit UI gets of a reply."""
        attach = self.house.parts.engine.attach
        async with asyncio.timeout(20):
            frames = [frame async for frame in attach(self.guest.visitor, reply.run_id, after=reply.after, linger=True)]
        return Told(reply.run_id, reply.thread_id, frames)

    async def output(self, told: Told, result: Any, *, key: str | None = None, **metadata: Any) -> Told:
        """The browser's answer to the call that waits."""
        return await self.heard(await self.put(told.thread_id, result, key=key, **metadata))

    async def put(self, thread_id: str, result: Any, *, key: str | None = None, **metadata: Any) -> StreamReply:
        """The same, without reading on."""
        params = {"thread_id": thread_id, "result": result}
        return await self.guest.start("threads.add_client_tool_output", params, key=key, metadata=metadata)

    async def answer(self, told: Told, given: Json, **metadata: Any) -> Told:
        """The visitor's answer to the form that is told of last."""
        params = {"thread_id": told.thread_id, "item_id": pending(told).id, "input": given}
        return await self.heard(await self.guest.start("threads.add_structured_input", params, metadata=metadata))

    async def run(self, told: Told) -> RunRecord:
        """The run as it stands."""
        return await self.house.parts.engine.run(self.guest.visitor, told.run_id)

    async def titles(self, thread_id: str) -> list[str]:
        """The titles of all steps, without their times, after a reload."""
        flows = [item["workflow"]["tasks"] for item in await self.guest.items(thread_id) if item["type"] == "workflow"]
        titles = [str(task["title"]) for tasks in flows for task in tasks]
        return [" · ".join(part for part in title.split(" · ") if not part.endswith(" ms")) for title in titles]

    async def dangling(self, thread_id: str) -> list[Json]:
        """What seems to go on after a reload, though nothing does."""
        items = await self.guest.items(thread_id)
        tasks = [task for item in items if item["type"] == "workflow" for task in item["workflow"]["tasks"]]
        return [
            *(item for item in items if item.get("status") == "pending"),
            *(task for task in tasks if task["status_indicator"] != "complete" or "waits" in str(task["title"])),
        ]


def pending(told: Told) -> ClientToolCallItem | StructuredInputItem:
    """What the last frame puts before the visitor."""
    item = told.items[-1]
    assert isinstance(item, ClientToolCallItem | StructuredInputItem)
    assert item.status == "pending"
    return item


def replaced(told: Told) -> list[Any]:
    """The items that came anew."""
    return [event.item for event in told.events if isinstance(event, ThreadItemReplacedEvent)]


def told_to_model(house: House) -> list[Json]:
    """The messages of the last request to the provider."""
    body: Json = house.calls[-1].body
    messages: list[Json] = body["messages"]
    return messages


def unpaired(messages: list[Json]) -> set[str]:
    """Calls without a result, and results of no call."""
    calls = {call["id"] for one in messages for call in one.get("tool_calls") or ()}
    results = {one["tool_call_id"] for one in messages if one["role"] == "tool"}
    return calls ^ results
