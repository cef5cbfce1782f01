"""What a run asks the visitor's page is given up with whatever he does instead, and nothing is left hanging."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from playground.errors import Conflict, NotFound
from playground.parts import open_playground
from playground.protocol.dispatcher import StreamReply
from playground.store.tables import RunRow
from tests.askers import NAME
from tests.house import House, Json, Told, message, opened, until
from tests.protocol.waiting import CHOOSE, LOOK, RED, Asked, pending, told_to_model, unpaired

THREE = 'compatible/tools:{"look":{"corner":"left"},"choose":{},"stamp":{"text":"x"}}'


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path, agent=(NAME,)) as house:
        yield house


@pytest.fixture
def ann(house: House) -> Asked:
    return Asked(house)


async def given_up(ann: Asked, asked: Told) -> Json:
    """The item that had waited, after the run was given up."""
    assert await ann.guest.status(asked) == "cancelled"
    assert await ann.dangling(asked.thread_id) == []
    read = await ann.guest.read(_reply(asked))
    assert read.kinds[-2:] == ["thread.item.replaced", "thread.item.replaced"]
    return next(item for item in await ann.guest.items(asked.thread_id) if item["id"] == pending(asked).id)


def _reply(told: Told) -> StreamReply:
    return StreamReply(told.run_id, told.thread_id)


@pytest.mark.parametrize("policy", ["enqueue", "interrupt", "reject"])
async def test_a_new_message_is_answered_at_once(database_url: str, tmp_path: Path, policy: str) -> None:
    async with opened(database_url, tmp_path, agent=(NAME,), double_text=policy) as house:
        ann = Asked(house)
        asked = await ann.begin(LOOK)
        told = await ann.guest.add(asked.thread_id, "something else", model="compatible/echo")
        assert told.answer == "something else"
        item = await given_up(ann, asked)
        assert (item["status"], "output" in item) == ("completed", False)
        assert await ann.titles(asked.thread_id) == ["look · not answered"]
        assert unpaired(told_to_model(house)) == set()
        assert [one["role"] for one in told_to_model(house)] == ["system", "user", "user"]
        with pytest.raises(Conflict):
            await ann.put(asked.thread_id, "late", item_id=pending(asked).id)


async def test_results_that_were_there_stay_and_what_was_asked_is_not_told(ann: Asked) -> None:
    first = await ann.begin(THREE)
    second = await ann.output(first, "cat")
    assert (await ann.guest.add(first.thread_id, "go on", model="compatible/echo")).answer == "go on"
    item = await given_up(ann, second)
    assert (item["status"], [one["answer"]["skipped"] for one in item["inputs"]]) == ("skipped", [True, True, True])
    assert await ann.titles(first.thread_id) == ["look · not answered", "choose · not answered", "stamp"]
    assert unpaired(told_to_model(ann.house)) == set()


async def test_an_edit_and_a_retry_give_it_up(ann: Asked) -> None:
    asked = await ann.begin(CHOOSE)
    params = {"thread_id": asked.thread_id, "input": message("in other words", model="compatible/echo")}
    edited = await ann.guest.read(
        await ann.guest.start("threads.add_user_message", params, metadata={"edit_item_id": asked.question})
    )
    assert edited.answer == "in other words"
    assert await ann.guest.status(asked) == "cancelled"
    again = await ann.begin(CHOOSE)
    retried = await ann.heard(
        await ann.guest.start(
            "threads.retry_after_item",
            {"thread_id": again.thread_id, "item_id": again.question},
            metadata={"model": LOOK},
        )
    )
    assert pending(retried).type == "client_tool_call"
    assert await ann.guest.status(again) == "cancelled"
    assert (await ann.output(retried, "cat")).answer == "The tool said: cat"


async def test_a_stop_gives_it_up(ann: Asked) -> None:
    asked = await ann.begin(THREE)
    stopped = await ann.house.parts.engine.stop(ann.guest.visitor, asked.run_id)
    assert stopped.status == "cancelled"
    await given_up(ann, asked)
    with pytest.raises(Conflict):
        await ann.put(asked.thread_id, "late")
    assert (await ann.guest.add(asked.thread_id, "next", model="compatible/echo")).answer == "next"
    assert unpaired(told_to_model(ann.house)) == set()


async def test_a_thread_with_a_pending_form_can_be_deleted(ann: Asked) -> None:
    asked = await ann.begin(CHOOSE)
    await ann.guest.ask("threads.delete", thread_id=asked.thread_id)
    with pytest.raises(NotFound):
        await ann.answer(asked, RED)


async def test_an_answer_and_a_stop_that_race_leave_nothing_hanging(ann: Asked) -> None:
    for _ in range(4):
        asked = await ann.begin(LOOK)
        await asyncio.gather(
            ann.put(asked.thread_id, "cat"),
            ann.house.parts.engine.stop(ann.guest.visitor, asked.run_id),
            return_exceptions=True,
        )
        await ann.guest.read(_reply(asked))
        assert (await ann.run(asked)).status in {"completed", "cancelled"}
        assert await ann.dangling(asked.thread_id) == []


async def test_a_run_that_dies_after_an_answer_leaves_nothing_hanging(ann: Asked, house: House) -> None:
    first = await ann.begin('compatible/loop:look:{"corner":"left"}')
    asked = await ann.output(first, "cat")

    def die(session: Session) -> None:
        """As if its process had fallen between the question and the note that it waits."""
        row = session.get_one(RunRow, asked.run_id)
        row.status, row.paused, row.owner = "running", None, "gone"
        row.heartbeat_at = datetime.now(UTC) - timedelta(minutes=5)

    await house.change(die)
    async with open_playground(house.parts.settings):  # a new process looks after the dead as it starts
        pass
    await until(lambda: _is(ann, asked, "interrupted"))
    assert [item["status"] for item in await ann.guest.items(asked.thread_id) if "status" in item] == ["completed"] * 2
    assert await ann.titles(asked.thread_id) == ["look", "look · not finished"]
    assert (await ann.guest.add(asked.thread_id, "next", model="compatible/echo")).answer == "next"
    assert unpaired(told_to_model(house)) == set()


async def _is(ann: Asked, told: Told, status: str) -> bool:
    return (await ann.run(told)).status == status
