"""`Remote` against our server, with and without a network that fails, and against a plain one of the SDK's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from chatkit.types import (
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    StructuredInputAnswerSubmission,
    StructuredInputSubmission,
    ThreadItem,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    UserMessageItem,
    WidgetItem,
)
from sqlmodel import Session

from playground import wire
from playground.client.heard import Answer, Heard
from playground.client.http import Remote
from playground.client.line import LOST
from playground.errors import Malformed, NotFound, Unavailable, VisitorError
from playground.records import Decision, LaneSettings
from playground.store.tables import RunRow
from tests.client.proxy import Cut, Proxy, proxy
from tests.conformance.agents import ODD
from tests.house import ECHO
from tests.plain import plain_app
from tests.stack import Stack, stack
from tests.upstream import QuickstartServer
from tests.web.conftest import serving
from tests.wire import serve

SHOWMAN = "tests.conformance.agents:showman"


@dataclass
class World:
    """A playground, a network before it, and a client of each."""

    stack: Stack
    network: Proxy
    direct: Remote
    shaky: Remote


@pytest.fixture
async def world(sqlite_url: str) -> AsyncIterator[World]:
    async with AsyncExitStack() as exits:
        agents = ("tests.staff:parrot", "tests.staff:clerk", SHOWMAN)
        served = await exits.enter_async_context(stack(sqlite_url, agent=agents, text_rate=1000))
        network = await exits.enter_async_context(proxy(served.client.base_url.port or 0))
        direct = await exits.enter_async_context(Remote(f"{served.client.base_url}/chatkit"))
        shaky = await exits.enter_async_context(Remote(f"{network.root}/chatkit"))
        yield World(served, network, direct, shaky)


def texts(items: list[ThreadItem]) -> list[str]:
    said = [item for item in items if isinstance(item, UserMessageItem | AssistantMessageItem)]
    return ["".join(part.text for part in item.content) for item in said]


def once_each(cuts: list[int]) -> Cut:
    """The next streams are cut after so many bytes, one after the other."""

    def cut(sent: bytes) -> int | None:
        if b"text/event-stream" not in sent or not cuts or len(sent) < cuts[0]:
            return None
        return cuts.pop(0)

    return cut


async def test_a_message_is_answered_with_numbered_events(world: World) -> None:
    answer = await world.direct.send("Hello there", model=ECHO)
    heard = [one async for one in answer]
    assert [one.seq for one in heard] == list(range(1, len(heard) + 1))
    assert heard[0].event.type == "thread.created"
    assert answer.run is not None
    assert (answer.run.status, answer.run.last_seq) == ("completed", len(heard))


async def test_a_conversation_goes_on_in_its_thread(world: World) -> None:
    first = await world.direct.send("one", model=ECHO)
    assert await first.text() == "one"
    assert first.thread_id is not None
    second = await world.direct.send("two", thread_id=first.thread_id, settings=LaneSettings(instructions="Be brief."))
    assert await second.text() == "two"
    page = await world.direct.items(first.thread_id, order="asc")
    assert texts(page.data) == ["one", "one", "two", "two"]
    again = await world.direct.retry(first.thread_id, page.data[0].id)
    assert await again.text() == "one"
    assert [branch.head for branch in await world.direct.branches(first.thread_id)] == [False, True]


async def test_threads_are_read_named_rated_and_deleted(world: World) -> None:
    answer = await world.direct.send("Hello", model=ECHO)
    await answer.text()
    thread_id = answer.thread_id or ""
    await world.direct.rename(thread_id, "Greetings")
    thread = await world.direct.thread(thread_id)
    assert thread.title == "Greetings"
    await world.direct.rate(thread_id, [thread.items.data[-1].id], "positive")
    assert [one.id for one in (await world.direct.threads(limit=5)).data] == [thread_id]
    await world.direct.delete(thread_id)
    with pytest.raises(NotFound, match="Not found"):
        await world.direct.thread(thread_id)


@pytest.mark.parametrize("seed", [900, 1500, 2801])
async def test_no_word_is_lost_or_doubled_by_a_network_that_fails(world: World, seed: int) -> None:
    cuts = [seed, 700, seed + 1, 333, 4000]
    world.network.cut = once_each(cuts)
    answer = await world.shaky.send("Go on", model="compatible/words-300@1000")
    heard = [one async for one in answer]
    assert cuts == []
    assert answer.run is not None
    assert [one.seq for one in heard] == list(range(1, answer.run.last_seq + 1))
    whole = " ".join(f"w{number}" for number in range(300))
    deltas = [one.event.update for one in heard if isinstance(one.event, ThreadItemUpdatedEvent)]
    assert "".join(one.delta for one in deltas if isinstance(one, AssistantMessageContentPartTextDelta)) == whole
    assert texts((await world.shaky.items(answer.thread_id or "")).data) == [whole, "Go on"]


async def test_a_message_that_waits_for_the_answer_before_it_is_read_on(world: World) -> None:
    first = await world.direct.send("One", model="compatible/hang-open")
    cuts, again = [b"Waiting"], asyncio.Event()

    def cut(sent: bytes) -> int | None:
        if not cuts and b"text/event-stream" in sent:
            again.set()
        return len(sent) if cuts and cuts[0] in sent and cuts.pop() else None

    world.network.cut = cut
    async with Remote(f"{world.network.root}/chatkit", cookies=world.direct.cookies) as remote, first:
        second = await remote.send("Two", thread_id=first.thread_id, model=ECHO)
        heard = asyncio.create_task(_all(second))
        await asyncio.wait({heard, asyncio.create_task(again.wait())}, return_when="FIRST_COMPLETED")
        await world.direct.stop(first.run_id or "")
        assert [one.seq for one in await heard] == list(range(1, second.seq + 1))
    assert second.run is not None
    assert (second.run.status, second.run.last_seq) == ("completed", second.seq)


async def _all(answer: Answer) -> list[Heard]:
    return [heard async for heard in answer]


async def test_a_message_whose_reply_never_came_is_sent_again_and_kept_once(world: World) -> None:
    await world.shaky.options()
    lost = [1]

    def cut(sent: bytes) -> int | None:
        return lost.pop() if b"x-run-id" in sent and lost else None

    world.network.cut = cut
    answer = await world.shaky.send("just once", model=ECHO)
    assert await answer.text() == "just once"
    assert [thread.title for thread in (await world.shaky.threads()).data] == ["just once"]
    assert len((await world.shaky.items(answer.thread_id or "")).data) == 2


async def test_a_server_that_is_not_there_yet_is_waited_for(world: World) -> None:
    world.network.refusing = 2
    assert (await world.shaky.threads()).data == []
    assert world.network.connections == 3


async def test_a_server_that_stays_away_is_given_up(world: World) -> None:
    world.network.refusing = 100
    impatient = Remote(f"{world.network.root}/chatkit", attempts=2)
    with pytest.raises(Unavailable, match=LOST):
        await impatient.threads()
    await impatient.aclose()
    assert world.network.connections == 2


async def test_an_answer_is_read_on_by_another_program(world: World) -> None:
    asked = await world.direct.send("Go on", model="compatible/words-200@400")
    first = await anext(aiter(asked))
    assert asked.run_id is not None
    async with Remote(f"{world.stack.client.base_url}/chatkit", cookies=world.direct.cookies) as other:
        rest = [one async for one in await other.follow(asked.run_id, after=first.seq or 0)]
    await asked.aclose()
    assert [one.seq for one in rest] == list(range(2, len(rest) + 2))


async def test_a_run_whose_server_died_is_no_answer_although_its_end_was_not_heard(world: World) -> None:
    asked = await world.direct.send("one", model=ECHO)
    heard = [one async for one in asked]

    def died(session: Session) -> None:
        session.get_one(RunRow, asked.run_id).status = "interrupted"

    await world.stack.parts.database.write(died)
    again = await world.direct.follow(asked.run_id or "", after=heard[-1].seq or 0)
    with pytest.raises(Unavailable):
        await again.text()


async def test_a_run_is_stopped(world: World) -> None:
    answer = await world.direct.send("Go on", model="compatible/words-5000@50")
    await anext(aiter(answer))
    run = await world.direct.stop(answer.run_id or "")
    assert run.status == "cancelled"
    assert not run.live
    async for _ in answer:
        pass
    assert answer.run == run


async def test_what_waits_for_an_approval_is_decided(world: World) -> None:
    answer = await world.direct.send("Write it", model='compatible/tool:add_line:{"text":"milk"}', agent="clerk")
    said: list[str] = []
    async for heard in answer:
        if heard.event.type == "thread.item.updated" and "waits for your approval" in heard.data.decode():
            run = await world.direct.run_of(answer.thread_id or "")
            decisions = [Decision(ask.call_id, approve=True) for ask in run.asks]
            assert [ask.tool for ask in run.asks] == ["add_line"]
            await world.direct.decide(run.id, decisions)
        said.append(heard.data.decode())
    assert "1. milk" in said[-1]


Ask = Callable[[Remote], Awaitable[object]]
REFUSED: dict[str, tuple[Ask, type[VisitorError]]] = {
    "thread": (lambda remote: remote.thread("thr_unknown"), NotFound),
    "limit": (lambda remote: remote.threads(limit=0), Malformed),
    "message": (lambda remote: remote.send("  ", model=ECHO), Malformed),
    "model": (lambda remote: remote.send("hello", model="nobody/nothing"), VisitorError),
    "stop": (lambda remote: remote.stop("run_unknown"), NotFound),
    "follow": (lambda remote: remote.follow("run_unknown"), NotFound),
}


@pytest.mark.parametrize(("ask", "error"), REFUSED.values(), ids=REFUSED)
async def test_a_refusal_is_one_of_our_errors_in_the_servers_words(
    world: World, ask: Ask, error: type[VisitorError]
) -> None:
    with pytest.raises(error) as raised:
        await ask(world.direct)
    assert raised.value.message


async def test_a_key_names_a_message(world: World) -> None:
    first = await world.direct.send("one", model=ECHO, key="k")
    again = await world.direct.send("one", model=ECHO, key="k")
    assert (await first.text(), await again.text()) == ("one", "one")
    assert first.run_id == again.run_id
    with pytest.raises(VisitorError) as raised:
        await world.direct.send("two", model=ECHO, key="k")
    assert raised.value.status == 422


async def test_two_clients_are_two_visitors(world: World) -> None:
    answer = await world.direct.send("secret", model=ECHO)
    await answer.text()
    with pytest.raises(NotFound):
        await world.shaky.thread(answer.thread_id or "")


async def test_branches_are_made_and_chosen(world: World) -> None:
    answer = await world.direct.send("one", model=ECHO)
    await answer.text()
    thread_id = answer.thread_id or ""
    items = (await world.direct.items(thread_id, order="asc")).data
    made = await world.direct.fork(thread_id, items[0].id)
    assert texts((await world.direct.items(thread_id)).data) == ["one"]
    first = next(branch for branch in await world.direct.branches(thread_id) if branch.id != made.id)
    assert (await world.direct.switch(thread_id, first.id)).head
    assert texts((await world.direct.items(thread_id)).data) == ["one", "one"]


async def test_files_forms_calls_and_actions_go_through(world: World) -> None:
    remote = world.direct
    file = await remote.upload("kite.txt", "text/plain", b"A red kite.")
    asked = await remote.send("Look", model="compatible/tool:facts:{}", attachments=[file.id], agent=SHOWMAN)
    call = [one.event async for one in asked][-1]
    assert asked.run is not None
    assert (asked.run.status, [ask.kind for ask in asked.run.asks]) == ("awaiting_approval", ["client"])
    assert isinstance(call, ThreadItemDoneEvent)
    thread_id = asked.thread_id or ""
    assert "seen" in await (await remote.output(thread_id, {"word": "seen"})).text()

    await (await remote.send("Ask", thread_id=thread_id, model="compatible/tool:question:{}")).text()
    form = (await remote.items(thread_id, limit=1)).data[0]
    given = StructuredInputSubmission(answers={"why": StructuredInputAnswerSubmission(values=["Because."])})
    assert "Because." in await (await remote.answer(thread_id, form.id, given)).text()

    await (await remote.send("Show", thread_id=thread_id, model="compatible/tool:show_card:{}")).text()
    card = next(item for item in (await remote.items(thread_id)).data if isinstance(item, WidgetItem))
    pressed = await remote.act_now(thread_id, "press", {"n": "7"}, item_id=card.id)
    assert isinstance(pressed, WidgetItem)
    assert wire.payload(pressed)["widget"] == {**ODD, "pressed": "7"}
    assert await (await remote.act(thread_id, "press", {"n": "8"}, item_id=card.id)).text() == ""
    other = await remote.upload("b.txt", "text/plain", b"Words.")
    await remote.forget(other.id)


class TestAPlainServer:
    """Without runs, numbers, keys and heartbeats."""

    @pytest.fixture
    async def port(self) -> AsyncIterator[int]:
        async with serve() as wire:
            server = QuickstartServer(wire.base_url)
            async with serving(plain_app(server)) as http:
                yield http.base_url.port or 0
            await server.aclose()

    @pytest.fixture
    async def remote(self, port: int) -> AsyncIterator[Remote]:
        async with Remote(f"http://127.0.0.1:{port}/chatkit") as remote:
            yield remote

    async def test_a_conversation(self, remote: Remote) -> None:
        first = await remote.send("one", model="openai/echo")
        heard = [one async for one in first]
        assert {one.seq for one in heard} == {None}
        assert first.run_id is None
        assert first.thread_id is not None
        second = await remote.send("two", thread_id=first.thread_id, model="openai/echo")
        assert await second.text() == "two"
        page = await remote.items(first.thread_id, order="asc")
        assert texts(page.data) == ["one", "one", "two", "two"]
        assert [thread.id for thread in (await remote.threads()).data] == [first.thread_id]

    async def test_a_message_is_not_sent_twice(self, port: int) -> None:
        async with proxy(port) as network, Remote(f"{network.root}/chatkit") as shaky:
            network.cut = lambda sent: 0 if b"event-stream" in sent else None
            with pytest.raises(Unavailable, match=LOST):
                await shaky.send("just once", model="openai/echo")
            network.cut = lambda _sent: None
            assert len((await shaky.threads()).data) == 1

    async def test_what_is_lost_is_told(self, port: int) -> None:
        async with proxy(port) as network, Remote(f"{network.root}/chatkit") as shaky:
            network.cut = lambda sent: 1200 if b"event-stream" in sent and len(sent) > 1200 else None
            answer = await shaky.send("Go on", model="openai/words-200@400")
            with pytest.raises(Unavailable, match=LOST):
                await answer.text()

    async def test_what_only_a_playground_has_is_not_found(self, remote: Remote) -> None:
        with pytest.raises(NotFound):
            await remote.run_of("thr_x")
