"""Requests of somebody who means ill: small to send, and dear to serve."""

from typing import Any

import pytest

from playground.errors import Malformed, TooMany
from playground.runs.admit import MOST_WAITING
from playground.store import items
from tests.house import Guest, House, message


async def test_a_thumb_on_one_item_is_kept_once_however_often_it_is_named(house: House, ann: Guest) -> None:
    told = await ann.create()
    await ann.ask("items.feedback", thread_id=told.thread_id, item_ids=[told.question] * 20_000, kind="positive")
    kept = await house.stored(lambda s: items.ratings(s, visitor_id="vis_ann", thread_id=told.thread_id))
    assert kept == {told.question: "positive"}


async def test_thumbs_on_very_many_items_are_refused(ann: Guest) -> None:
    told = await ann.create()
    params: dict[str, Any] = {"thread_id": told.thread_id, "kind": "positive"}
    with pytest.raises(Malformed, match="item_ids"):
        await ann.ask("items.feedback", item_ids=[f"msg_{number}" for number in range(101)], **params)


async def test_a_thread_holds_so_many_waiting_messages_and_no_more(ann: Guest) -> None:
    first = await ann.begin(model="compatible/hang-open")
    params = {"thread_id": first.thread_id, "input": message()}
    for _ in range(MOST_WAITING):
        await ann.start("threads.add_user_message", params)
    with pytest.raises(TooMany):
        await ann.start("threads.add_user_message", params)
