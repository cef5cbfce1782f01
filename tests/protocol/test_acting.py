"""Actions of widgets: a run that begins with the agent's handler, or an answer at once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
import pytest
from chatkit.types import ErrorEvent, ThreadItemReplacedEvent

from playground import wire
from playground.compare.differences.trace import traced
from playground.compare.drawing.entries import Entries
from playground.compare.saving.comparison import json
from playground.compare.saving.gather import saved
from playground.compare.saving.page import html
from playground.errors import Conflict, Malformed, NotFound, Paused
from playground.owner.actions import pause
from playground.protocol.dispatcher import StreamReply
from playground.records import Decision
from playground.runs.approvals import Verdict
from playground.store import threads
from playground.transcript import Transcript, apply
from playground.ui.conversation import draw
from playground.widget_text import widget_text
from tests.house import Guest, House, Told, message, opened, until
from tests.shows import counter

Json = dict[str, Any]
CANARY = "secret-canary"
SAY = "compatible/say:With pleasure."


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path, agent=("tests.shows:waiter", "tests.staff:parrot")) as house:
        yield house


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, agent=("tests.shows:waiter", "tests.staff:parrot")) as house:
        yield house


class Counter:
    """A visitor with a counter on the screen."""

    def __init__(self, house: House, guest: Guest, told: Told, item: Json) -> None:
        self.house, self.guest, self.told, self.item = house, guest, told, item
        self.thread_id, self.item_id = told.thread_id, str(item["id"])

    def params(self, action: str, payload: Any = None, **more: Any) -> Json:
        given = {} if payload is None else {"payload": payload}
        return {"thread_id": self.thread_id, "item_id": self.item_id, "action": {"type": action, **given}, **more}

    async def begin(self, action: str, payload: Any = None, *, model: str = SAY, **more: Any) -> StreamReply:
        key = more.pop("key", None)
        return await self.guest.start(
            "threads.custom_action", self.params(action, payload, **more), metadata={"model": model}, key=key
        )

    async def press(self, action: str, payload: Any = None, **more: Any) -> Told:
        return await self.guest.read(await self.begin(action, payload, **more))

    async def at_once(self, action: str, payload: Any = None, **more: Any) -> Json:
        reply: Json = await self.guest.ask("threads.sync_custom_action", **self.params(action, payload, **more))
        return reply

    async def now(self) -> Json:
        [widget] = [item["widget"] for item in await self.guest.items(self.thread_id) if item["id"] == self.item_id]
        return dict(widget)


async def on_screen(house: House, count: int = 3) -> Counter:
    guest = house.guest()
    told = await guest.create(model=f'compatible/tool:serve_later:{{"count": {count}}}')
    return Counter(house, guest, told, next(i for i in await guest.items(told.thread_id) if i["type"] == "widget"))


async def test_an_action_changes_its_widget_without_a_model(house: House) -> None:
    tea = await on_screen(house)
    asked = len(house.calls)
    told = await tea.press("more", {"by": 2})
    assert told.kinds == ["stream_options", "thread.item.replaced"]
    assert orjson.dumps(await tea.now()) == orjson.dumps(counter(5))
    assert (await tea.guest.status(told), len(house.calls)) == ("completed", asked)
    live = reduce(apply, (wire.event(frame.data) for frame in (*tea.told.frames, *told.frames)), Transcript())
    assert live.items == (await house.client().view(tea.thread_id)).transcript.items


async def test_no_action_is_served_while_everything_is_paused(small: House) -> None:
    tea = await on_screen(small)
    await pause(small.parts, "Back at nine.")
    with pytest.raises(Paused, match="Back at nine"):
        await tea.at_once("more")
    assert orjson.dumps(await tea.now()) == orjson.dumps(counter(3))


async def test_what_an_action_tells_is_answered_and_never_shown(house: House) -> None:
    tea = await on_screen(house)
    told = await tea.press("more_and_tell")
    assert told.answer == "With pleasure."
    asked = [str(each["content"]) for each in house.calls[-1].body["messages"]]
    assert any(CANARY in each for each in asked[-1:])
    assert "[The user was shown this]\n4 cups\n[More]" in asked
    read = [
        *(frame.data for frame in told.frames),
        orjson.dumps(await tea.guest.ask("threads.get_by_id", thread_id=tea.thread_id)),
        orjson.dumps(await tea.guest.ask("items.list", thread_id=tea.thread_id, limit=100)),
        repr(await house.client().view(tea.thread_id)).encode(),
    ]
    assert not [each for each in read if CANARY.encode() in each]


async def test_what_an_action_told_is_known_in_later_turns(small: House) -> None:
    tea = await on_screen(small)
    await tea.press("more_and_tell")
    await tea.guest.add(tea.thread_id, model=SAY)
    assert CANARY in str(small.calls[-1].body["messages"])


async def test_the_run_of_an_action_is_told_below_what_it_left(house: House) -> None:
    tea = await on_screen(house)
    silent, answered = await tea.press("more"), await tea.press("more_and_tell")
    view = await house.client().view(tea.thread_id)
    runs = {run.id: item_id for item_id, run in view.runs.items()}
    assert runs[answered.run_id] == answered.items[-1].id
    assert silent.run_id not in runs
    assert tea.told.run_id in runs


async def test_an_action_may_come_from_no_widget(house: House) -> None:
    tea = await on_screen(house)
    told = await tea.press("tell", {"a": 1}, item_id=None)
    assert told.answer == "With pleasure."
    assert f"{CANARY}: tell {{'a': 1}} None" in str(house.calls[-1].body["messages"])


async def test_a_handler_may_show_something_else(small: House) -> None:
    tea = await on_screen(small)
    told = await tea.press("serve", item_id=None)
    assert [item.type for item in told.items] == ["widget"]
    assert await tea.now() == counter(3)


async def test_a_payload_that_is_no_object_is_a_value(small: House) -> None:
    tea = await on_screen(small)
    await tea.press("tell", ["x"])
    assert "tell {'value': ['x']}" in str(small.calls[-1].body["messages"])


@pytest.mark.parametrize("request_type", ["threads.custom_action", "threads.sync_custom_action"])
@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"item_id": "wid_0"}, NotFound, None),
        ({"thread_id": "thr_0"}, NotFound, None),
        ({"item_id": "the message"}, Malformed, "Only a widget"),
        ({"action": {"type": "unheard"}}, Malformed, "unheard"),
    ],
)
async def test_an_action_that_nobody_can_serve_changes_nothing(
    house: House, request_type: str, change: Json, error: type[Exception], words: str | None
) -> None:
    tea = await on_screen(house)
    params = tea.params("more") | change
    if params["item_id"] == "the message":
        params["item_id"] = tea.told.question
    with pytest.raises(error, match=words):
        await tea.guest.handle(request_type, params)
    assert await tea.now() == counter(3)
    assert (await house.parts.dispatcher.run_of(tea.guest.visitor, tea.thread_id)).id == tea.told.run_id


@pytest.mark.parametrize("request_type", ["threads.custom_action", "threads.sync_custom_action"])
async def test_another_visitors_widget_is_unknown(house: House, request_type: str) -> None:
    tea = await on_screen(house)
    with pytest.raises(NotFound):
        await house.guest("vis_bob").handle(request_type, tea.params("more"))


@pytest.mark.parametrize("request_type", ["threads.custom_action", "threads.sync_custom_action"])
async def test_a_locked_conversation_takes_no_actions(house: House, request_type: str) -> None:
    tea = await on_screen(house)
    await house.change(
        lambda session: threads.set_status(session, thread_id=tea.thread_id, kind="locked", reason="It is late.")
    )
    with pytest.raises(Conflict, match="It is late"):
        await tea.guest.handle(request_type, tea.params("more"))


@pytest.mark.parametrize("action", ["break", "nonsense"])
async def test_a_handler_that_fails_loses_nothing(house: House, action: str) -> None:
    tea = await on_screen(house)
    told = await tea.press(action)
    [error] = [event for event in told.events if isinstance(event, ErrorEvent)]
    assert not error.allow_retry
    assert "/srv/secret" not in str(told.frames)
    assert (await tea.guest.status(told), await tea.now()) == ("failed", counter(3))
    assert (await tea.press("more", {"by": 1})).kinds == ["stream_options", "thread.item.replaced"]


async def test_a_handler_that_refuses_says_why(small: House) -> None:
    assert (await (await on_screen(small)).press("refuse")).error == "There is no tea left."


async def test_an_action_answered_at_once_is_saved(house: House) -> None:
    tea = await on_screen(house)
    reply = await tea.at_once("more", {"by": 4})
    assert reply["updated_item"]["id"] == tea.item_id
    assert orjson.dumps(reply["updated_item"]["widget"]) == orjson.dumps(counter(7)) == orjson.dumps(await tea.now())
    assert await tea.at_once("nothing") == {}


async def test_an_action_is_answered_at_once_while_an_answer_is_written(house: House) -> None:
    tea = await on_screen(house)
    params = {"thread_id": tea.thread_id, "input": message(model="compatible/words-1000@50")}
    reply = await tea.guest.start("threads.add_user_message", params)
    await house.called(len(house.calls) + 1)
    assert (await tea.at_once("more"))["updated_item"]["widget"] == counter(4)
    await house.parts.engine.stop(tea.guest.visitor, reply.run_id)
    told = await tea.guest.read(reply)
    [replaced] = [event for event in told.events if isinstance(event, ThreadItemReplacedEvent)]
    assert replaced.item.id == tea.item_id
    assert await tea.now() == counter(4)


async def test_what_an_action_at_once_tells_waits_for_the_next_answer(house: House) -> None:
    tea = await on_screen(house)
    await tea.at_once("more_and_tell")
    assert CANARY not in orjson.dumps(await tea.guest.items(tea.thread_id)).decode()
    await tea.guest.add(tea.thread_id, model=SAY)
    assert CANARY in str(house.calls[-1].body["messages"])


async def test_actions_that_race_are_all_counted(house: House) -> None:
    tea = await on_screen(house, 0)
    await asyncio.gather(*(tea.at_once("more") for _ in range(10)))
    assert await tea.now() == counter(10)


async def test_an_action_at_once_that_fails_says_so_and_changes_nothing(small: House) -> None:
    tea = await on_screen(small)
    with pytest.raises(Malformed, match="failed"):
        await tea.at_once("break")
    with pytest.raises(Conflict, match="no tea left"):
        await tea.at_once("refuse")
    assert await tea.now() == counter(3)


async def test_an_action_waits_for_the_answer_before_it(small: House) -> None:
    tea = await on_screen(small)
    params = {"thread_id": tea.thread_id, "input": message(model="compatible/hang-open")}
    first = await tea.guest.start("threads.add_user_message", params)
    await small.called(len(small.calls) + 1)
    second = await tea.begin("more")
    assert await tea.guest.status(second) == "queued"
    await small.parts.engine.stop(tea.guest.visitor, first.run_id)
    assert "thread.item.replaced" in (await tea.guest.read(second)).kinds
    assert await tea.now() == counter(4)


async def test_an_action_does_not_give_up_what_waits_for_the_visitor(small: House) -> None:
    tea = await on_screen(small)
    params = {
        "thread_id": tea.thread_id,
        "input": message(model='compatible/tool:serve_if_allowed:{"count": 1}'),
    }
    reply = await tea.guest.start("threads.add_user_message", params)

    async def waits() -> bool:
        return await tea.guest.status(reply) == "awaiting_approval"

    await until(waits)
    with pytest.raises(Conflict, match="waits for your word"):
        await tea.begin("more")
    assert (await tea.at_once("more"))["updated_item"]["widget"] == counter(4)


async def test_who_reads_a_run_that_waits_sees_what_an_action_changed(house: House) -> None:
    guest = house.guest()
    model = 'compatible/tools:{"serve_later": {"count": 3}, "serve_if_allowed": {"count": 1}}'
    reply = await guest.start("threads.create", {"input": message(model=model)})

    async def waits() -> bool:
        return await guest.status(reply) == "awaiting_approval"

    await until(waits)
    engine = house.parts.engine
    await engine.settled(reply.thread_id)
    item = next(i for i in await guest.items(reply.thread_id) if i["type"] == "widget")
    params = {"thread_id": reply.thread_id, "item_id": item["id"], "action": {"type": "more"}}
    await guest.ask("threads.sync_custom_action", **params)
    [ask] = (await engine.run(guest.visitor, reply.run_id)).asks
    await engine.decide(guest.visitor, reply.run_id, Verdict([Decision(ask.call_id, approve=True)]))
    told = await guest.read(reply)
    [seen] = [one for one in reduce(apply, told.events, Transcript()).items if one.id == item["id"]]
    assert widget_text(wire.payload(seen)) == widget_text({"widget": counter(4)})


async def test_an_action_sent_twice_with_one_key_is_done_once(small: House) -> None:
    tea = await on_screen(small)
    first, second = await tea.begin("more", key="k"), await tea.begin("more", key="k")
    assert first.run_id == second.run_id
    await tea.guest.read(second)
    assert await tea.now() == counter(4)


async def test_who_made_a_widget_serves_it_after_another_agent_was_picked(small: House) -> None:
    tea = await on_screen(small)
    await tea.guest.add(tea.thread_id, model=SAY, metadata={"agent": "tests.staff:parrot"})
    assert (await tea.at_once("more"))["updated_item"]["widget"] == counter(4)


async def test_a_forked_conversation_has_a_widget_of_its_own(small: House) -> None:
    tea = await on_screen(small)
    tab = await small.client().open_tab(thread_id=tea.thread_id)
    forked = await small.client().fork(tab.id, tab.lane.id, tea.told.items[-1].id)
    lane = forked.tab.find(forked.lane_id)
    [copy] = [item for item in await tea.guest.items(lane.thread_id or "") if item["type"] == "widget"]
    reply = await tea.at_once("more", thread_id=lane.thread_id, item_id=copy["id"])
    assert reply["updated_item"]["widget"] == counter(4)
    assert await tea.now() == counter(3)


async def test_runs_that_answered_no_message_are_no_trouble_to_who_reads(small: House) -> None:
    tea, client = await on_screen(small), small.client()
    await tea.press("more")
    await tea.press("break")
    answered = await tea.press("more_and_tell")
    tab = await client.open_tab(thread_id=tea.thread_id)
    view = await client.view(tea.thread_id)
    assert draw(view, view.transcript).messages
    assert "With pleasure." in Entries().draw(view, view.transcript).lines
    kept = saved(tab, {tab.lane.id: view}, at=datetime.now(UTC))
    assert CANARY not in html(kept)
    assert CANARY not in json(kept)
    assert [each.text for each in (await traced(client, answered.run_id)).steps if CANARY in repr(each)] == []
