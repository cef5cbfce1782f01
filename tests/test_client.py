"""The page's way in: tabs, messages, views."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import AssistantMessageItem, ThreadItemDoneEvent, ThreadStreamEvent, UserMessageItem

from playground.client import Client, Numbered, ThreadView
from playground.errors import Conflict, Malformed, NotFound
from playground.protocol.dispatcher import StreamReply
from playground.records import LaneSettings, Tab
from playground.transcript import Transcript, apply
from tests.house import ECHO, House, opened, until


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
def client(house: House) -> Client:
    return house.client()


@pytest.fixture
async def tab(client: Client) -> Tab:
    """The first tab, on a model that says what it is told."""
    (first,) = await client.tabs()
    return await client.set_lane(first.id, model=ECHO)


async def read(client: Client, reply: StreamReply) -> list[Numbered]:
    return [numbered async for numbered in client.follow(reply.run_id)]


async def say(client: Client, tab: Tab, text: str, *, model: str | None = None, edit: str | None = None) -> StreamReply:
    """A message with its answer, waited for."""
    if model:
        await client.set_lane(tab.id, model=model)
    reply = await client.send(tab.id, text, edit_item_id=edit)
    await read(client, reply)
    return reply


async def again(client: Client, tab: Tab, item_id: str, *, model: str) -> StreamReply:
    await client.set_lane(tab.id, model=model)
    reply = await client.retry(tab.id, item_id)
    await read(client, reply)
    return reply


def texts(view: ThreadView) -> list[str]:
    """The words of a view's messages."""
    said = [item for item in view.transcript.items if isinstance(item, UserMessageItem | AssistantMessageItem)]
    return ["".join(part.text for part in item.content) for item in said]


def placed(view: ThreadView) -> list[tuple[int, str]]:
    """Under which item a run stands, and how it ended; runs under no item of the view are at -1."""
    at = {item.id: index for index, item in enumerate(view.transcript.items)}
    return sorted((at.get(item_id, -1), run.status) for item_id, run in view.runs.items())


ON_A_TAB: dict[str, Callable[[Client, str], Awaitable[Any]]] = {
    "tab": lambda client, tab_id: client.tab(tab_id),
    "close": lambda client, tab_id: client.close_tab(tab_id),
    "rename": lambda client, tab_id: client.rename_tab(tab_id, "mine"),
    "set_lane": lambda client, tab_id: client.set_lane(tab_id, model=ECHO),
    "send": lambda client, tab_id: client.send(tab_id, "hello"),
    "retry": lambda client, tab_id: client.retry(tab_id, "msg_x"),
}
ON_A_THREAD: dict[str, Callable[[Client, StreamReply], Awaitable[Any]]] = {
    "view": lambda client, reply: client.view(reply.thread_id),
    "open": lambda client, reply: client.open_tab(thread_id=reply.thread_id),
    "switch": lambda client, reply: client.switch_branch(reply.thread_id, "brn_x"),
    "feedback": lambda client, reply: client.feedback(reply.thread_id, "msg_x", "positive"),
    "delete": lambda client, reply: client.delete_thread(reply.thread_id),
    "stop": lambda client, reply: client.stop(reply.run_id),
    "follow": read,
}


class TestTabs:
    async def test_a_visitor_who_has_none_gets_a_first_one(self, house: House, client: Client) -> None:
        (first,) = await client.tabs()
        assert await client.tabs() == (first,)
        assert (first.title, first.lane.agent, first.closed) == ("New session", "tests.staff:parrot", False)
        assert first.lane.model == await house.parts.default_model()

    async def test_two_pages_that_open_at_once_get_the_same_one(self, client: Client) -> None:
        seen = await asyncio.gather(*(client.tabs() for _ in range(4)))
        assert len(set(seen)) == 1

    async def test_a_new_tab_takes_over_who_answers(self, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, agent="tests.staff:clerk", settings=LaneSettings(max_tokens=5))
        new = await client.open_tab()
        assert (new.lane.agent, new.lane.model, new.lane.thread_id) == ("tests.staff:clerk", ECHO, None)
        assert [one.id for one in await client.tabs()] == [tab.id, new.id]

    async def test_a_closed_tab_comes_back_where_it_was(self, client: Client, tab: Tab) -> None:
        others = [await client.open_tab() for _ in range(2)]
        await client.close_tab(tab.id)
        assert await client.tabs() == tuple(others)
        assert (await client.tab(tab.id)).closed
        reopened = await client.reopen_tab()
        assert reopened == tab
        assert await client.tabs() == (tab, *others)

    async def test_tabs_come_back_in_the_reverse_order_of_their_closing(self, client: Client, tab: Tab) -> None:
        other = await client.open_tab()
        for one in (tab, other):
            await client.close_tab(one.id)
        back = [await client.reopen_tab() for _ in range(3)]
        assert [one.id if one else None for one in back] == [other.id, tab.id, None]

    async def test_closing_the_last_tab_makes_a_new_one(self, client: Client, tab: Tab) -> None:
        await client.close_tab(tab.id)
        (fresh,) = await client.tabs()
        assert fresh.id != tab.id

    async def test_a_thread_has_one_tab_which_is_opened_again(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "hello")
        await client.close_tab(tab.id)
        assert (await client.open_tab(thread_id=reply.thread_id)).id == tab.id
        assert (await client.open_tab(thread_id=reply.thread_id)).id == tab.id
        assert not (await client.tab(tab.id)).closed

    async def test_a_thread_without_a_tab_gets_one_with_its_agent_and_model(self, house: House, client: Client) -> None:
        told = await house.guest().create("from elsewhere", metadata={"agent": "tests.staff:clerk"})
        opened_tab = await client.open_tab(thread_id=told.thread_id)
        assert opened_tab.title == "from elsewhere"
        assert (opened_tab.lane.agent, opened_tab.lane.model) == ("tests.staff:clerk", ECHO)
        assert opened_tab.lane.thread_id == told.thread_id

    async def test_a_tab_is_named_before_its_first_message(self, client: Client, tab: Tab) -> None:
        await client.rename_tab(tab.id, "  My \x00 talk ")
        assert (await client.tab(tab.id)).title == "My \ufffd talk"
        reply = await say(client, tab, "hello")
        assert (await client.tab(tab.id)).title == "My \ufffd talk"
        assert (await client.view(reply.thread_id)).transcript.title == "My \ufffd talk"

    async def test_a_tabs_name_is_its_threads(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "hello there")
        assert (await client.tab(tab.id)).title == "hello there"
        await client.rename_tab(tab.id, "by hand")
        assert [thread.title for thread in await client.threads()] == ["by hand"]
        with pytest.raises(Malformed):
            await client.rename_tab(tab.id, " ")
        assert (await client.view(reply.thread_id)).transcript.title == "by hand"

    async def test_a_lane_changes_only_in_what_is_named(self, client: Client, tab: Tab) -> None:
        settings = LaneSettings(temperature=0.5, instructions="be\x00brief")
        await client.set_lane(tab.id, settings=settings)
        changed = await client.set_lane(tab.id, agent="tests.staff:clerk")
        assert (changed.lane.agent, changed.lane.model) == ("tests.staff:clerk", ECHO)
        assert changed.lane.settings == LaneSettings(temperature=0.5, instructions="be\ufffdbrief")
        cleared = await client.set_lane(tab.id, settings=LaneSettings())
        assert cleared.lane.settings == LaneSettings()

    @pytest.mark.parametrize("use", ON_A_TAB.values(), ids=ON_A_TAB)
    async def test_a_foreign_tab_is_not_found(
        self, house: House, tab: Tab, use: Callable[[Client, str], Awaitable[Any]]
    ) -> None:
        for tab_id in (tab.id, "tab_none"):
            with pytest.raises(NotFound):
                await use(house.client("vis_bob"), tab_id)
        assert await house.client().tab(tab.id) == tab
        assert await house.client("vis_bob").reopen_tab() is None

    @pytest.mark.parametrize("use", ON_A_THREAD.values(), ids=ON_A_THREAD)
    async def test_a_foreign_thread_is_not_found(
        self, house: House, client: Client, tab: Tab, use: Callable[[Client, StreamReply], Awaitable[Any]]
    ) -> None:
        reply = await say(client, tab, "hello")
        with pytest.raises(NotFound):
            await use(house.client("vis_bob"), reply)
        assert texts(await client.view(reply.thread_id)) == ["hello", "hello"]


class TestMessages:
    async def test_the_first_message_makes_the_tabs_thread(self, house: House, client: Client, tab: Tab) -> None:
        first = await say(client, tab, "one")
        second = await say(client, tab, "two")
        assert first.thread_id == second.thread_id == (await client.tab(tab.id)).lane.thread_id
        assert texts(await client.view(first.thread_id)) == ["one", "one", "two", "two"]

    async def test_a_first_message_sent_twice_is_one(self, house: House, client: Client, tab: Tab) -> None:
        replies = await asyncio.gather(*(client.send(tab.id, "twice") for _ in range(3)))
        assert len(set(replies)) == 1
        assert len(await client.threads()) == 1

    async def test_two_first_messages_at_once_come_into_one_thread(self, client: Client, tab: Tab) -> None:
        one, two = await asyncio.gather(client.send(tab.id, "one"), client.send(tab.id, "two"))
        await asyncio.gather(read(client, one), read(client, two))
        assert one.thread_id == two.thread_id
        assert sorted(texts(await client.view(one.thread_id))) == ["one", "one", "two", "two"]

    async def test_the_lane_answers(self, house: House, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, agent="tests.staff:clerk", settings=LaneSettings(temperature=0.25))
        await say(client, tab, "hello", model="compatible/words-3")
        body = house.calls[-1].body
        assert (body["model"], body["temperature"]) == ("words-3", 0.25)
        assert "You are a clerk." in str(body)

    async def test_text_that_no_database_keeps_is_mended(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "a\x00b\ud83d")
        assert texts(await client.view(reply.thread_id)) == ["a\ufffdb\ufffd"] * 2

    async def test_an_unknown_agent_is_refused_and_the_tab_stays_empty(self, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, agent="gone")
        with pytest.raises(NotFound, match="no agent named 'gone'"):
            await client.send(tab.id, "hello")
        assert (await client.tab(tab.id)).lane.thread_id is None
        assert await client.threads() == ()

    async def test_a_run_is_followed_from_any_point(self, client: Client, tab: Tab) -> None:
        reply = await client.send(tab.id, "a b c")
        events = await read(client, reply)
        assert [numbered.seq for numbered in events] == list(range(1, len(events) + 1))
        assert [numbered async for numbered in client.follow(reply.run_id, after=3)] == events[3:]
        assert [numbered async for numbered in client.follow(reply.run_id, after=len(events))] == []

    async def test_what_is_read_live_equals_what_is_read_later(self, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, agent="tests.staff:clerk")
        for model in ("openai/think-9-words-9", 'openai/tool:stamp:{"text":"x"}', "compatible/think-9-words-9"):
            await client.set_lane(tab.id, model=model)
            reply = await client.send(tab.id, "hello")
            before = await client.view(reply.thread_id)
            live = before.transcript
            for numbered in await read(client, reply):
                live = apply(live, numbered.event)
            assert live == (await client.view(reply.thread_id)).transcript

    async def test_a_stopped_run_keeps_its_answer_and_the_next_message_works(
        self, house: House, client: Client, tab: Tab
    ) -> None:
        await client.set_lane(tab.id, model="compatible/stall-5")
        reply = await client.send(tab.id, "one")
        await (await house.called()).reached(5)
        words = asyncio.Event()

        async def watch() -> None:
            async for numbered in client.follow(reply.run_id):
                if numbered.event.type == "thread.item.updated":
                    words.set()

        watching = asyncio.create_task(watch())
        await words.wait()
        await client.stop(reply.run_id)
        await watching
        assert placed(await client.view(reply.thread_id)) == [(1, "cancelled")]
        await say(client, tab, "two", model=ECHO)
        assert texts(await client.view(reply.thread_id))[2:] == ["two", "two"]


class TestViews:
    async def test_runs_stand_under_their_last_item(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one", model="openai/think-2-words-2")
        await say(client, tab, "two", model=ECHO)
        view = await client.view(reply.thread_id)
        assert placed(view) == [(2, "completed"), (4, "completed")]
        assert [run.model for run in view.runs.values()] == ["openai/think-2-words-2", ECHO]
        assert (view.live, view.queued, view.has_more) == (None, (), False)

    async def test_a_run_without_any_answer_stands_under_what_was_asked(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one", model="compatible/status-500")
        await say(client, tab, "two", model=ECHO)
        view = await client.view(reply.thread_id)
        assert placed(view) == [(0, "failed"), (2, "completed")]
        assert view.runs[view.transcript.items[0].id].error

    async def test_a_failed_retry_stands_where_the_answer_would_and_stays_there(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one", model=ECHO)
        asked = (await client.view(reply.thread_id)).transcript.items[0].id
        await again(client, tab, asked, model="compatible/status-500")
        assert placed(await client.view(reply.thread_id)) == [(0, "failed")]
        await say(client, tab, "two", model=ECHO)
        assert placed(await client.view(reply.thread_id)) == [(0, "failed"), (2, "completed")]

    async def test_a_run_is_not_shown_on_a_branch_that_left_its_answer_out(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one", model="compatible/status-500")
        asked = (await client.view(reply.thread_id)).transcript.items[0].id
        await again(client, tab, asked, model=ECHO)
        view = await client.view(reply.thread_id)
        assert placed(view) == [(1, "completed")]
        await client.switch_branch(reply.thread_id, view.branches[0].id)
        assert placed(await client.view(reply.thread_id)) == [(0, "failed")]

    async def test_an_edit_keeps_what_was_said_before(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one", model="compatible/status-500")
        await say(client, tab, "two", model=ECHO)
        second = (await client.view(reply.thread_id)).transcript.items[1].id
        await say(client, tab, "zwei", edit=second)
        view = await client.view(reply.thread_id)
        assert texts(view) == ["one", "zwei", "zwei"]
        assert placed(view) == [(0, "failed"), (2, "completed")]
        assert [(branch.label, branch.head) for branch in view.branches] == [("", False), ("zwei", True)]

    async def test_a_waiting_message_is_shown_apart(self, house: House, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, model="compatible/hang-open")
        first = await client.send(tab.id, "one")
        second = await client.send(tab.id, "two")
        view = await client.view(first.thread_id)
        assert texts(view) == ["one"]
        assert view.live is not None
        assert (view.live.id, view.runs) == (first.run_id, {})
        assert [(run.id, run.input_text) for run in view.queued] == [(second.run_id, "two")]
        await client.stop(second.run_id)
        assert (await client.view(first.thread_id)).queued == ()
        await client.stop(first.run_id)
        view = await client.view(first.thread_id)
        assert (texts(view), placed(view)) == (["one"], [(0, "cancelled")])

    async def test_the_newest_items_are_shown(self, house: House, client: Client) -> None:
        thread_id = await house.thread()
        await house.place(thread_id, *(("assistant_message", f"m{n}") for n in range(70)))
        view = await client.view(thread_id)
        assert (texts(view), view.has_more) == ([f"m{n}" for n in range(10, 70)], True)
        whole = await client.view(thread_id, limit=70)
        assert (texts(whole), whole.has_more) == ([f"m{n}" for n in range(70)], False)

    async def test_thumbs_are_shown_where_they_were_given(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one")
        answer = (await client.view(reply.thread_id)).transcript.items[1].id
        await client.feedback(reply.thread_id, answer, "negative")
        assert (await client.view(reply.thread_id)).feedback == {answer: "negative"}

    async def test_the_branch_cannot_be_switched_under_a_running_answer(self, client: Client, tab: Tab) -> None:
        reply = await say(client, tab, "one")
        view = await client.view(reply.thread_id)
        await client.set_lane(tab.id, model="compatible/hang-open")
        await client.retry(tab.id, view.transcript.items[0].id)
        with pytest.raises(Conflict, match="still answering"):
            await client.switch_branch(reply.thread_id, view.branches[0].id)
        assert texts(await client.view(reply.thread_id)) == ["one"]

    async def test_a_branch_of_another_thread_is_not_found(self, client: Client, tab: Tab) -> None:
        one, two = await say(client, tab, "one"), await say(client, await client.open_tab(), "two")
        elsewhere = (await client.view(two.thread_id)).branches[0].id
        with pytest.raises(NotFound):
            await client.switch_branch(one.thread_id, elsewhere)

    async def test_a_deleted_thread_takes_its_tab_with_it(self, house: House, client: Client, tab: Tab) -> None:
        await client.set_lane(tab.id, model="compatible/hang-open")
        reply = await client.send(tab.id, "one")
        await client.delete_thread(reply.thread_id)
        uses: list[Awaitable[Any]] = [client.tab(tab.id), client.view(reply.thread_id), client.send(tab.id, "two")]
        for use in uses:
            with pytest.raises(NotFound):
                await use
        (fresh,) = await client.tabs()
        assert fresh.id != tab.id

    async def test_threads_come_newest_first(self, client: Client, tab: Tab) -> None:
        ids = [(await say(client, await client.open_tab(), text)).thread_id for text in ("one", "two", "three")]
        assert [thread.id for thread in await client.threads(limit=2)] == ids[:0:-1]


async def test_a_view_of_a_live_run_goes_on_where_it_was_read(client: Client, tab: Tab) -> None:
    """What the page does: read the thread, then follow its live run from the first event."""
    await client.set_lane(tab.id, model="openai/think-20-words-20@200")
    reply = await client.send(tab.id, "hello")
    views: list[Transcript] = []

    async def seen() -> bool:
        view = await client.view(reply.thread_id)
        views.append(view.transcript)
        return view.live is None

    await until(seen)
    events: list[ThreadStreamEvent] = [numbered.event for numbered in await read(client, reply)]
    assert any(isinstance(event, ThreadItemDoneEvent) for event in events)
    for start in views:
        shown = start
        for event in events:
            shown = apply(shown, event)
        assert shown.items == views[-1].items
