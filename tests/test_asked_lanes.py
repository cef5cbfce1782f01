"""Lanes whose agents ask the visitor's page: each is answered alone, and what is copied of one waits for nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.client import Client
from playground.compare.differences.trace import traced
from playground.records import StandIn, Tab
from tests.askers import NAME
from tests.house import House, opened
from tests.protocol.waiting import LOOK, Asked, pending


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agent=(NAME,)) as house:
        yield house


@pytest.fixture
def client(house: House) -> Client:
    return house.client()


@pytest.fixture
async def tab(client: Client) -> Tab:
    (first,) = await client.tabs()
    return await client.set_lane(first.id, agent=NAME, model=LOOK)


async def test_in_the_same_world_each_lane_is_answered_for_itself(house: House, client: Client, tab: Tab) -> None:
    await client.add_lane(tab.id)
    await client.set_tab(tab.id, same_world=True)
    ann = Asked(house)
    said: list[str] = []
    for number, sent in enumerate(await client.send_all(tab.id, "hello")):
        assert sent.reply is not None
        asked = await ann.heard(sent.reply)
        reply = await client.output(tab.id, asked.run_id, pending(asked).id, number, lane_id=sent.lane_id)
        said.append((await ann.heard(reply)).answer)
    assert said == ["The tool said: 0", "The tool said: 1"]


async def test_for_what_was_made_up_beforehand_nobody_is_asked(house: House, client: Client, tab: Tab) -> None:
    await client.stand_in(tab.id, [tab.lane.id], StandIn(tool="look", arguments='{"corner":"left"}', output="a mouse"))
    told = await Asked(house).heard(await client.send(tab.id, "hello"))
    assert told.answer == "The tool said: a mouse"
    again = await Asked(house).heard(await client.send(tab.id, "again"))
    assert pending(again).status == "pending"


async def test_what_is_copied_while_it_waits_waits_for_nothing(house: House, client: Client, tab: Tab) -> None:
    ann = Asked(house)
    asked = await ann.heard(await client.send(tab.id, "hello"))
    forked = await client.fork(tab.id, tab.lane.id, pending(asked).id, model="compatible/echo")
    copied = (await client.tab(tab.id)).find(forked.lane_id).thread_id or ""
    assert [item["type"] for item in await ann.guest.items(copied)][:3] == [
        "user_message",
        "workflow",
        "client_tool_call",
    ]
    assert not any(item.get("status") == "pending" for item in await ann.guest.items(copied))
    assert await ann.titles(copied) == ["look · not finished"]
    assert (await ann.output(asked, "cat")).answer == "The tool said: cat"


async def test_a_trace_tells_what_was_asked_and_answered(house: House, client: Client, tab: Tab) -> None:
    ann = Asked(house)
    asked = await ann.heard(await client.send(tab.id, "hello"))
    waiting = [step for step in (await traced(client, asked.run_id)).steps if step.kind == "tool"]
    assert [(step.name, step.text) for step in waiting] == [("look", None)]
    await ann.heard(await client.output(tab.id, asked.run_id, pending(asked).id, {"cat": 1}))
    steps = (await traced(client, asked.run_id)).steps
    assert [(step.kind, step.turn) for step in steps] == [("tool", 1), ("answer", 2)]
    assert (steps[0].name, steps[0].arguments, steps[0].text) == ("look", '{"corner":"left"}', '{"cat": 1}')
