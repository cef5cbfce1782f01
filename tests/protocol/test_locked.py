"""A thread that is locked or closed: nothing more is said in it, and all of it can still be read and put away."""

from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from playground.errors import Conflict
from playground.protocol.branches import Branches
from playground.store import threads
from tests.house import Guest, House, Told, message, opened
from tests.protocol.waiting import CHOOSE, LOOK, RED, Asked

KINDS = ("locked", "closed")


async def locked(house: House, kind: Any, reason: str | None = None) -> Told:
    """A thread of Ann's with an answer, shut then."""
    told = await house.guest().create("one")
    await house.change(lambda session: threads.set_status(session, thread_id=told.thread_id, kind=kind, reason=reason))
    return told


def speaking(told: Told) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each way of saying something: type, params, metadata."""
    written = {"thread_id": told.thread_id, "input": message("two")}
    return [
        ("threads.add_user_message", written, {}),
        ("threads.add_user_message", written, {"edit_item_id": told.question}),
        ("threads.retry_after_item", {"thread_id": told.thread_id, "item_id": told.question}, {}),
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_said_in_it_and_nothing_stored(each_house: House, kind: str) -> None:
    told = await locked(each_house, kind, reason="Sold {out}.")
    ann = each_house.guest()
    before = await ann.items(told.thread_id)
    for request, params, metadata in speaking(told):
        with pytest.raises(Conflict, match=r"^Sold \{out\}\.$"):
            await ann.start(request, params, metadata=metadata)
    with pytest.raises(Conflict):
        await Branches(each_house.parts.database).fork(ann.visitor, told.thread_id, told.question)
    assert await ann.items(told.thread_id) == before
    assert len((await each_house.client().view(told.thread_id)).branches) == 1
    assert len(each_house.calls) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_without_a_reason_the_refusal_says_what_it_is(house: House, kind: str) -> None:
    told = await locked(house, kind)
    with pytest.raises(Conflict, match=f"This conversation is {kind}"):
        await house.guest().add(told.thread_id)


@pytest.mark.parametrize("kind", KINDS)
async def test_its_status_is_seen_wherever_the_thread_is(house: House, ann: Guest, kind: str) -> None:
    told = await locked(house, kind, reason="Sold out.")
    one = await ann.ask("threads.get_by_id", thread_id=told.thread_id)
    (listed,) = (await ann.ask("threads.list"))["data"]
    assert one["status"] == listed["status"] == {"type": kind, "reason": "Sold out."}


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_read_renamed_rated_switched_and_deleted(house: House, ann: Guest, kind: threads.Status) -> None:
    told = await ann.create("one")
    await ann.retry(told.thread_id, told.question)
    await house.change(lambda session: threads.set_status(session, thread_id=told.thread_id, kind=kind))
    branches = Branches(house.parts.database)
    page = await branches.page(ann.visitor, told.thread_id, limit=None, order="asc", after=None)
    await branches.switch(ann.visitor, told.thread_id, page["data"][0]["id"])
    assert await ann.texts(told.thread_id) == ["one", "one"]
    renamed = await ann.ask("threads.update", thread_id=told.thread_id, title="Old")
    assert (renamed["title"], renamed["status"]["type"]) == ("Old", kind)
    listed = await ann.ask("items.list", thread_id=told.thread_id)
    rated = [item["id"] for item in listed["data"]]
    assert await ann.ask("items.feedback", thread_id=told.thread_id, item_ids=rated, kind="positive") == {}
    assert await ann.ask("threads.delete", thread_id=told.thread_id) == {}


async def test_the_same_request_again_finds_the_run_from_before(house: House, ann: Guest) -> None:
    told = await ann.create("one")
    params = {"thread_id": told.thread_id, "input": message("two")}
    first = await ann.start("threads.add_user_message", params, key="k")
    await ann.read(first)
    await house.change(lambda session: threads.set_status(session, thread_id=told.thread_id, kind="locked"))
    assert await ann.start("threads.add_user_message", params, key="k") == first


async def test_an_opened_thread_goes_on(house: House, ann: Guest) -> None:
    told = await locked(house, "locked", reason="Later.")
    await house.change(lambda session: threads.set_status(session, thread_id=told.thread_id, kind="active"))
    assert (await ann.add(told.thread_id, "two")).answer == "two"
    assert b"Later" not in orjson.dumps(await ann.ask("threads.get_by_id", thread_id=told.thread_id))


@pytest.mark.parametrize("kind", KINDS)
async def test_what_the_visitor_is_asked_for_is_not_taken_any_more(
    database_url: str, tmp_path: Path, kind: threads.Status
) -> None:
    async with opened(database_url, tmp_path, agent=("tests.askers:asker",)) as house:
        asked = Asked(house)
        looked, chosen = await asked.begin(LOOK), await asked.begin(CHOOSE)
        for told in (looked, chosen):
            shut = partial(threads.set_status, thread_id=told.thread_id, kind=kind, reason="Sold out.")
            await house.change(shut)
        before = [await house.guest().items(told.thread_id) for told in (looked, chosen)]
        with pytest.raises(Conflict, match="Sold out"):
            await asked.put(looked.thread_id, {"seen": "a cat"})
        with pytest.raises(Conflict, match="Sold out"):
            await asked.answer(chosen, RED)
        assert [await house.guest().items(told.thread_id) for told in (looked, chosen)] == before
