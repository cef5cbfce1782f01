"""get_by_id, threads.list, items.list: every id once, newest reachable, nothing hidden."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chatkit.types import Page, Thread, ThreadItem
from pydantic import TypeAdapter

from playground.errors import Malformed, NotFound
from playground.store.tables import ItemRow
from tests.house import Guest, House, Json, until

AT = datetime(2026, 1, 1, tzinfo=UTC)
PAGE: TypeAdapter[Page[ThreadItem]] = TypeAdapter(Page[ThreadItem])


async def walked(guest: Guest, kind: str, **params: Any) -> list[str]:
    """The ids of every page, one after the other."""
    found: list[str] = []
    after: Json = {}
    while True:
        page = await guest.ask(kind, **params, **after)
        found += [one["id"] for one in page["data"]]
        if not page["has_more"]:
            assert "after" not in page
            return found
        assert page["data"], "a page that is not the last is not empty"
        after = {"after": page["after"]}


async def talk(house: House, count: int) -> tuple[str, list[str]]:
    thread_id = await house.thread()
    kinds = ("user_message", "assistant_message")
    return thread_id, await house.place(thread_id, *((kinds[n % 2], f"m{n}") for n in range(count)))


@pytest.mark.parametrize("count", [0, 3, 200, 201, 500])
async def test_a_thread_can_be_read_to_its_newest_item(house: House, ann: Guest, count: int) -> None:
    thread_id, ids = await talk(house, count)
    thread = await ann.ask("threads.get_by_id", thread_id=thread_id)
    Thread.model_validate(thread)
    first = [item["id"] for item in thread["items"]["data"]]
    rest: list[str] = []
    if thread["items"]["has_more"]:
        rest = await _rest(ann, thread_id, thread["items"]["after"])
    assert first + rest == ids


async def _rest(guest: Guest, thread_id: str, after: str) -> list[str]:
    found: list[str] = []
    while True:
        page = await guest.ask("items.list", thread_id=thread_id, order="asc", after=after)
        found += [item["id"] for item in page["data"]]
        if not page["has_more"]:
            return found
        after = page["after"]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_of_items_give_each_id_once(each_house: House, order: str) -> None:
    thread_id, ids = await talk(each_house, 45)
    for limit in (None, 1, 44, 45, 46, 100, 9999, 10**9):
        found = await walked(each_house.guest(), "items.list", thread_id=thread_id, order=order, limit=limit)
        assert found == (ids if order == "asc" else ids[::-1])


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_of_threads_give_each_id_once_though_they_are_of_one_moment(each_house: House, order: str) -> None:
    ids = sorted([await each_house.thread(at=AT) for _ in range(23)])
    ids.append(await each_house.thread(at=AT + timedelta(microseconds=1)))
    ids.insert(0, await each_house.thread(at=AT - timedelta(microseconds=1)))
    await each_house.thread("vis_bob", at=AT)
    for limit in (None, 1, 25, 9999):
        found = await walked(each_house.guest(), "threads.list", order=order, limit=limit)
        assert found == (ids if order == "asc" else ids[::-1])


async def test_twenty_come_unless_asked_otherwise_and_a_hundred_at_most(house: House, ann: Guest) -> None:
    thread_id, _ = await talk(house, 130)
    sizes = [
        len((await ann.ask("items.list", thread_id=thread_id, **limit))["data"]) for limit in ({}, {"limit": 9999})
    ]
    assert sizes == [20, 100]


@pytest.mark.parametrize("limit", [0, -1, -(10**9)])
async def test_a_limit_below_one_is_malformed(house: House, ann: Guest, limit: int) -> None:
    thread_id, _ = await talk(house, 1)
    for kind, params in (("items.list", {"thread_id": thread_id}), ("threads.list", {})):
        with pytest.raises(Malformed, match="limit"):
            await ann.ask(kind, **params, limit=limit)


async def test_a_cursor_that_is_unknown_foreign_or_hidden_is_not_found(house: House, ann: Guest) -> None:
    thread_id, _ = await talk(house, 3)
    _, elsewhere = await talk(house, 1)
    (hidden,) = await house.place(thread_id, ("hidden_context_item", "secret"))
    for after in ("msg_none", elsewhere[0], hidden, thread_id):
        with pytest.raises(NotFound):
            await ann.ask("items.list", thread_id=thread_id, after=after)
    for after in ("thr_none", await house.thread("vis_bob")):
        with pytest.raises(NotFound):
            await ann.ask("threads.list", after=after)


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_are_full_though_hidden_items_lie_between(house: House, ann: Guest, order: str) -> None:
    thread_id = await house.thread()
    kinds = ("hidden_context_item", "assistant_message", "sdk_hidden_context")
    placed = await house.place(thread_id, *((kinds[n % 3], "x") for n in range(31)))
    page = await ann.ask("items.list", thread_id=thread_id, order=order, limit=4)
    seen = placed[1::3]
    assert [item["id"] for item in page["data"]] == (seen if order == "asc" else seen[::-1])[:4]
    assert await walked(ann, "items.list", thread_id=thread_id, order=order, limit=4) == (
        seen if order == "asc" else seen[::-1]
    )
    assert [item["id"] for item in await ann.items(thread_id)] == seen


async def test_what_a_payload_holds_beyond_our_types_survives(house: House, ann: Guest) -> None:
    thread_id, (item_id,) = await talk(house, 1)
    extra = {"border": {"size": 1}, "new": None}

    await house.change(lambda session: _extend(session.get_one(ItemRow, item_id), extra))
    (item,) = await ann.items(thread_id)
    assert {name: item[name] for name in extra} == extra


def _extend(row: ItemRow, extra: Json) -> None:
    row.payload = {**row.payload, **extra}


async def test_times_carry_an_offset_everywhere(ann: Guest) -> None:
    told = await ann.create()
    thread = await ann.ask("threads.get_by_id", thread_id=told.thread_id)
    listed = (await ann.ask("threads.list"))["data"]
    times = [thread["created_at"], listed[0]["created_at"], *(item["created_at"] for item in thread["items"]["data"])]
    assert len(times) == 4
    assert all(datetime.fromisoformat(time).tzinfo is not None for time in times)


async def test_an_answer_under_way_is_shown_once_as_far_as_it_has_come(ann: Guest) -> None:
    reply = await ann.begin(model="compatible/stall-5")

    async def all_words() -> bool:
        return (await ann.texts(reply.thread_id))[1:] == ["w0 w1 w2 w3 w4"]

    await until(all_words)
    assert len(await ann.items(reply.thread_id)) == 2


async def test_a_picture_at_any_moment_has_every_item_once_and_in_order(ann: Guest) -> None:
    reply = await ann.begin(model="openai/think-40-words-40@200")
    pictures: list[list[str]] = []

    async def looked_on() -> bool:
        pictures.append([item["id"] for item in await ann.items(reply.thread_id)])
        return await ann.status(reply) == "completed"

    await until(looked_on)
    final = [item["id"] for item in await ann.items(reply.thread_id)]
    assert len(final) == 3
    assert all(picture == final[: len(picture)] for picture in pictures)


async def test_the_partial_answer_of_another_thread_is_not_mixed_in(house: House, ann: Guest) -> None:
    reply = await ann.begin(model="compatible/stall-5")
    await (await house.called()).reached(5)
    other = await ann.create("another")
    assert await ann.texts(other.thread_id) == ["another", "another"]
    assert await ann.status(reply) == "running"


async def test_reading_a_thread_does_not_disturb_its_run(ann: Guest) -> None:
    reply = await ann.begin(model="compatible/words-40@200")
    reading = asyncio.create_task(ann.read(reply))
    await asyncio.gather(*(ann.items(reply.thread_id) for _ in range(5)))
    assert (await reading).answer == " ".join(f"w{n}" for n in range(40))


async def test_the_run_of_a_thread_is_the_live_one_or_else_the_last(house: House, ann: Guest) -> None:
    dispatcher = house.parts.dispatcher
    empty = await house.thread()
    with pytest.raises(NotFound):
        await dispatcher.run_of(ann.visitor, empty)
    first = await ann.create()
    assert (await dispatcher.run_of(ann.visitor, first.thread_id)).status == "completed"
    second = await ann.retry(first.thread_id, first.question)
    assert (await dispatcher.run_of(ann.visitor, first.thread_id)).id == second.run_id
    params = {"thread_id": first.thread_id, "item_id": first.question}
    live = await ann.start("threads.retry_after_item", params, metadata={"model": "compatible/hang-open"})
    assert (await dispatcher.run_of(ann.visitor, first.thread_id)).id == live.run_id
