"""What tools show and say in a run reaches its readers and, where it is to stay, the store."""

import asyncio
from collections.abc import AsyncIterator
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
import pytest
from agents import RunConfig, Runner
from agents.testing import ScriptedModel, assistant_message, function_call
from chatkit.types import (
    Annotation,
    ClientEffectEvent,
    NoticeEvent,
    ProgressUpdateEvent,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
)

from playground import wire
from playground.errors import Conflict
from playground.records import Decision
from playground.runs.approvals import Verdict
from playground.runs.stage import MOST_EVENTS, RunStage
from playground.toolkit import progress, show
from playground.toolkit.stage import on
from playground.transcript import Transcript, apply
from tests.house import Guest, House, Told, opened, until
from tests.shows import build, counter, verse

Json = dict[str, Any]


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path, agent=("tests.shows:waiter",)) as house:
        yield house


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agent=("tests.shows:waiter",)) as house:
        yield house


def calling(tool: str, **arguments: Any) -> str:
    return f"compatible/tool:{tool}:{orjson.dumps(arguments).decode()}"


async def stored(guest: Guest, told: Told, kind: str) -> Json:
    [item] = [item for item in await guest.items(told.thread_id) if item["type"] == kind]
    return item


async def live_equals_reload(house: House, told: Told) -> None:
    live = reduce(apply, (wire.event(frame.data) for frame in told.frames), Transcript())
    view = await house.client().view(told.thread_id)
    assert live.items == view.transcript.items
    assert not live.open_ids


class Recorder:
    """An outlet that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[ThreadStreamEvent] = []

    def emit(self, event: ThreadStreamEvent, model_input: object = None) -> None:
        self.events.append(event)

    def text(self, item_id: str, content_index: int, delta: str) -> None:
        raise AssertionError("a stage writes no text")

    def task(self, item_id: str, task_index: int, task: object) -> None:
        raise AssertionError("a stage has no tasks")


def recorded() -> tuple[RunStage, Recorder, list[Annotation]]:
    outlet, sources = Recorder(), list[Annotation]()
    return RunStage("thr_1", outlet, cite=sources.append), outlet, sources


@pytest.mark.parametrize("tool", ["serve_tea", "serve_later"])
async def test_a_widget_is_the_same_live_stored_and_reloaded(house: House, tool: str) -> None:
    guest = house.guest()
    told = await guest.create(model=calling(tool, count=3))
    widget = (await stored(guest, told, "widget"))["widget"]
    assert orjson.dumps(widget) == orjson.dumps(counter(3))
    sent = [orjson.loads(frame.data) for frame in told.frames]
    last = [frame["item"] for frame in sent if frame.get("item", {}).get("type") == "widget"][-1]
    assert orjson.dumps(last["widget"]) == orjson.dumps(counter(3))
    await live_equals_reload(house, told)


async def test_a_widget_that_grows_arrives_in_pieces_and_stays_whole(house: House) -> None:
    guest = house.guest()
    told = await guest.create(model=calling("recite", words="tea for two"))
    updates = [event.update for event in told.events if isinstance(event, ThreadItemUpdatedEvent)]
    assert any(update.type.startswith("widget.") for update in updates)
    assert (await stored(guest, told, "widget"))["widget"] == verse("tea for two", streaming=False)
    await live_equals_reload(house, told)


async def test_a_widget_is_told_anew_only_when_it_changed() -> None:
    stage, outlet, _ = recorded()
    with on(stage):
        shown = show({"type": "Card", "children": []})
    assert [event.type for event in outlet.events] == ["thread.item.added", "thread.item.done"]
    shown.update({"type": "Card", "children": []})
    assert len(outlet.events) == 2
    shown.update({"type": "Card", "children": [{"type": "Divider"}]})
    assert outlet.events[-1].type == "thread.item.replaced"


async def test_what_is_said_beside_the_answer_arrives_and_is_not_kept(small: House) -> None:
    guest = small.guest()
    told = await guest.create(model=calling("speak", text="tea"))
    assert ProgressUpdateEvent(text="Saying tea", icon="bolt") in told.events
    assert ClientEffectEvent(name="shake", data={"by": None, "text": "tea"}) in told.events
    assert NoticeEvent(level="warning", message="tea", title="Hear") in told.events
    assert {item["type"] for item in await guest.items(told.thread_id)} == {
        "user_message",
        "workflow",
        "assistant_message",
    }


async def test_sources_land_on_the_next_answer_each_once_and_stay(house: House) -> None:
    guest = house.guest()
    told = await guest.create(model=calling("look_up", topic="tea"))
    updates = [event.update for event in told.events if isinstance(event, ThreadItemUpdatedEvent)]
    added = [update for update in updates if update.type == "assistant_message.content_part.annotation_added"]
    assert [update.annotation_index for update in added] == [0, 1]
    [done] = [update for update in updates if update.type == "assistant_message.content_part.done"]
    titles = [note.source.title for note in done.content.annotations]
    assert titles == ["About tea", "A book"]
    [part] = (await stored(guest, told, "assistant_message"))["content"]
    assert [note["source"]["title"] for note in part["annotations"]] == titles
    await live_equals_reload(house, told)


async def test_an_image_stays_in_the_conversation(house: House) -> None:
    guest = house.guest()
    told = await guest.create(model=calling("paint", url="https://images.test/cup.png"))
    assert (await stored(guest, told, "generated_image"))["image"]["url"] == "https://images.test/cup.png"
    await live_equals_reload(house, told)


@pytest.mark.parametrize(("how", "status"), [("lock", "locked"), ("close", "closed")])
async def test_a_tool_shuts_its_conversation(house: House, how: str, status: str) -> None:
    guest = house.guest()
    told = await guest.create(model=calling("shut", how=how))
    last = [event.thread.status for event in told.events if isinstance(event, ThreadUpdatedEvent)][-1]
    assert (last.type, last.model_dump()["reason"]) == (status, "It is late.")
    assert (await guest.ask("threads.get_by_id", thread_id=told.thread_id))["status"] == {
        "type": status,
        "reason": "It is late.",
    }
    with pytest.raises(Conflict, match="It is late"):
        await guest.add(told.thread_id)


async def test_a_run_that_went_on_after_an_approval_has_its_stage(house: House) -> None:
    guest = house.guest()
    reply = await guest.begin(model=calling("serve_if_allowed", count=4))

    async def waits() -> bool:
        return await guest.status(reply) == "awaiting_approval"

    await until(waits)
    record = await house.parts.engine.run(guest.visitor, reply.run_id)
    decisions = [Decision(ask.call_id, approve=True) for ask in record.asks]
    await house.parts.engine.decide(guest.visitor, reply.run_id, Verdict(decisions))
    told = await guest.read(reply)
    assert (await stored(guest, told, "widget"))["widget"] == counter(4)


async def test_a_stopped_run_leaves_no_widget_that_seems_to_come_still(house: House) -> None:
    guest = house.guest()
    reply = await guest.begin(model=calling("begin_and_hang"))

    async def begun() -> bool:
        return any(item["type"] == "widget" for item in await guest.items(reply.thread_id))

    await until(begun)
    await house.parts.engine.stop(guest.visitor, reply.run_id)
    told = await guest.read(reply)
    assert (await stored(guest, told, "widget"))["widget"] == verse("half", streaming=False)
    await live_equals_reload(house, told)


async def test_what_is_no_widget_is_the_tools_failure(small: House) -> None:
    guest = small.guest()
    told = await guest.create(model=calling("show_nonsense"))
    assert "WidgetError" in told.answer
    assert not [item for item in await guest.items(told.thread_id) if item["type"] == "widget"]


async def test_a_model_is_told_what_the_visitor_sees(small: House) -> None:
    guest = small.guest()
    told = await guest.create(model=calling("serve_later", count=3))
    await guest.add(told.thread_id, model="compatible/echo")
    said = [str(message["content"]) for message in small.calls[-1].body["messages"]]
    assert "[The user was shown this]\n3 cups\n[More]" in said


@pytest.mark.parametrize(
    "call",
    [
        function_call("ask_inner", '{"input": "x"}', call_id="c1"),
        function_call("transfer_to_guest", "{}", call_id="c1"),
    ],
)
async def test_agents_that_serve_as_tools_or_take_over_are_on_the_same_stage(call: Any) -> None:
    stage, outlet, _ = recorded()
    model = ScriptedModel(
        [[call], [function_call("serve_later", '{"count": 1}', call_id="c2")], *([[assistant_message("Done.")]] * 2)]
    )
    agent = build()
    config = RunConfig(model=model, tracing_disabled=True)
    with on(stage):
        await Runner.run(agent, "Hello", run_config=config)
    assert [event.type for event in outlet.events] == ["thread.item.added", "thread.item.done"]


async def test_the_order_of_a_thread_is_kept() -> None:
    stage, outlet, _ = recorded()

    def work() -> None:
        for number in range(50):
            progress(str(number))

    with on(stage):
        await asyncio.to_thread(work)
    await asyncio.sleep(0)
    assert [event.text for event in outlet.events if isinstance(event, ProgressUpdateEvent)] == [
        str(number) for number in range(50)
    ]


async def test_a_stage_that_is_closed_hears_nothing_more() -> None:
    stage, outlet, sources = recorded()
    with on(stage):
        shown = show(counter(1))
        stage.close()
        shown.update(counter(2))
        progress("late")
        await asyncio.to_thread(progress, "later")
    await asyncio.sleep(0)
    assert [type(event) for event in outlet.events] == [ThreadItemAddedEvent, ThreadItemDoneEvent]
    assert not sources


async def test_a_tool_that_never_stops_talking_is_not_heard_for_ever() -> None:
    stage, outlet, _ = recorded()
    with on(stage):
        shown = show(counter(1))
        for number in range(MOST_EVENTS):
            progress(str(number))
        shown.update(counter(2))
    assert len(outlet.events) == MOST_EVENTS


async def test_a_refused_answer_takes_what_it_showed_with_it(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, agent=("tests.shows:censored",)) as house:
        guest = house.guest()
        told = await guest.create(model=calling("serve_later", count=3))
        assert [item["type"] for item in await guest.items(told.thread_id)] == ["user_message"]
        await live_equals_reload(house, told)
