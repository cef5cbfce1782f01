"""Requests of somebody who means ill: small to send, and dear to serve."""

from typing import Any

import pytest

from playground.errors import Malformed
from playground.store import items
from tests.house import Guest, House


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
