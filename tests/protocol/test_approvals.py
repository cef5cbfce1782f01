"""Approvals over the protocol: what a UI is told, and that nobody decides for another."""

import orjson
import pytest

from playground.errors import Conflict, Malformed, NotFound
from playground.protocol.dispatcher import StreamReply
from tests.house import Guest, House, Json, message

MODEL = 'compatible/tool:add_line:{"text":"milk"}'
CLERK = {"agent": "clerk"}


async def asked(house: House, guest: Guest) -> tuple[StreamReply, Json]:
    """A run that waits, and what it asks."""
    reply = await guest.begin(model=MODEL, metadata=CLERK)
    async for frame in house.parts.engine.attach(guest.visitor, reply.run_id):
        if b"waits for your approval" in frame.data:
            break
    record = await house.parts.dispatcher.run_of(guest.visitor, reply.thread_id)
    assert record.status == "awaiting_approval"
    return reply, {"call_id": record.asks[0].call_id, "approve": True}


def body(*decisions: Json) -> bytes:
    return orjson.dumps({"decisions": decisions})


async def test_what_waits_is_there_for_whoever_reads_the_thread(house: House, ann: Guest) -> None:
    reply, _ = await asked(house, ann)
    for items in (
        await ann.items(reply.thread_id),
        (await ann.ask("items.list", thread_id=reply.thread_id, order="asc"))["data"],
    ):
        assert [item["type"] for item in items] == ["user_message", "workflow"]
        assert items[1]["workflow"]["tasks"][0]["title"] == "add_line \u00b7 waits for your approval"


async def test_only_whose_run_it_is_decides(house: House, ann: Guest, bob: Guest) -> None:
    reply, decision = await asked(house, ann)
    with pytest.raises(NotFound):
        await house.parts.dispatcher.decide(bob.visitor, reply.run_id, body(decision))
    with pytest.raises(Malformed):
        await house.parts.dispatcher.decide(ann.visitor, reply.run_id, b"{}")
    assert (await ann.status(reply)) == "awaiting_approval"
    await house.parts.dispatcher.decide(ann.visitor, reply.run_id, body(decision))
    assert (await ann.read(reply)).answer == "The tool said: 1. milk"
    with pytest.raises(Conflict):
        await house.parts.dispatcher.decide(ann.visitor, reply.run_id, body(decision))


async def test_what_goes_on_is_told_as_it_is_now(house: House, ann: Guest) -> None:
    reply, decision = await asked(house, ann)
    going_on = orjson.dumps({"decisions": [decision], "model": "compatible/hang-open"})
    await house.parts.dispatcher.decide(ann.visitor, reply.run_id, going_on)
    await house.called(2)
    items = await ann.items(reply.thread_id)
    assert [item["type"] for item in items] == ["user_message", "workflow"]
    assert "1. milk" in items[1]["workflow"]["tasks"][0]["content"]


async def test_a_thread_with_a_waiting_run_can_be_deleted(house: House, ann: Guest) -> None:
    reply, decision = await asked(house, ann)
    await ann.ask("threads.delete", thread_id=reply.thread_id)
    with pytest.raises(NotFound):
        await ann.items(reply.thread_id)
    with pytest.raises(NotFound):
        await house.parts.dispatcher.decide(ann.visitor, reply.run_id, body(decision))


async def test_an_edit_gives_up_what_waits(house: House, ann: Guest) -> None:
    reply, _ = await asked(house, ann)
    question = (await ann.items(reply.thread_id))[0]["id"]
    params = {"thread_id": reply.thread_id, "input": message("in other words")}
    edit = {"agent": "assistant", "edit_item_id": question}
    again = await ann.read(await ann.start("threads.add_user_message", params, metadata=edit))
    assert again.answer == "in other words"
    assert await ann.status(reply) == "cancelled"
