"""Checks 39 to 49: leaving, stopping, coming back, and several at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from playground.store.tables import RunRow, ThreadRow
from tests.conformance.conftest import Served, open_served
from tests.conformance.ui import Frame, Live, Ui, ids
from tests.house import message, until
from tests.wire import Call

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = "words-5000@100"
SHOWMAN = {"agent": "tests.conformance.agents:showman"}
DELTA = "assistant_message.content_part.text_delta"


async def call_of(served: Served, mark: str) -> Call:
    """The provider's call that holds these words."""
    async with asyncio.timeout(20):
        while not (found := served.calls(mark)):
            await asyncio.sleep(0.01)
    return found[-1]


async def left(ui: Ui, text: str, model: str, *, after: str, **more: Any) -> str:
    """A thread whose first answer was left when an event came."""
    async with ui.open("threads.create", {"input": message(text, model=model)}, **more) as live:
        await live.until(after)
        return live.thread_id


async def test_39_who_leaves_finds_what_was_said(served: Served, ann: Ui) -> None:
    """After the grace, which is 0.2 s here (DESIGN 5.6). The mark is the run's status; the model is told of it too."""
    thread_id = await left(ann, "leaving", f"compatible/{LONG}", after=DELTA)

    async def over() -> bool:
        rows = await served.parts.database.read(
            lambda session: session.exec(select(RunRow).where(RunRow.thread_id == thread_id)).one().status
        )
        return rows == "cancelled"

    await until(over)
    _, answer = await ann.items(thread_id)
    assert answer["content"][0]["text"].startswith("w0")


async def test_40_who_leaves_before_the_first_word_finds_no_empty_message(served: Served, ann: Ui) -> None:
    thread_id = await left(ann, "too early", "compatible/hang-open", after="stream_options")
    call = await call_of(served, "too early")
    await call.over.wait()
    await until(lambda: ended(served, thread_id))
    assert [item["type"] for item in await ann.items(thread_id)] == ["user_message"]


async def ended(served: Served, thread_id: str) -> bool:
    """Whether its run is over; looking at it in the store keeps nothing alive."""

    def work(session: Session) -> bool:
        return session.exec(select(RunRow).where(RunRow.thread_id == thread_id)).one().ended_at is not None

    return await served.parts.database.read(work)


async def test_41_the_model_is_let_go(served: Served, ann: Ui) -> None:
    """No leaking after a hundred: tests/runs/test_stop.py."""
    thread_id = await left(ann, "let go of me", f"compatible/{LONG}", after=DELTA)
    call = await call_of(served, "let go of me")
    await call.over.wait()
    assert call.disconnected is not None
    assert call.sent < 5000
    await until(lambda: ended(served, thread_id))


async def test_41_a_stop_lets_the_model_and_the_tool_go(served: Served, ann: Ui) -> None:
    async with ann.open(
        "threads.create", {"input": message("hold it", model="compatible/tool:hold:{}")}, metadata=SHOWMAN
    ) as live:
        await live.until("workflow.task.added")
        stopped = await ann.http.post(f"/chatkit/runs/{live.run_id}/stop")
        await live.rest()
    assert stopped.json()["status"] == "cancelled"
    assert len(served.calls("hold it")) == 1


async def test_42_nothing_seems_to_go_on_after_a_stop(ann: Ui) -> None:
    model = "compatible/tool:hold:{}"
    async with ann.open("threads.create", {"input": message(model=model)}, metadata=SHOWMAN) as live:
        await live.until("workflow.task.added")
        await ann.http.post(f"/chatkit/runs/{live.run_id}/stop")
        reply = await live.rest()
    opened = {event["item"]["id"] for event in reply.of("thread.item.added")}
    closed = {event["item"]["id"] for event in reply.of("thread.item.done")}
    assert opened <= closed | {event["item_id"] for event in reply.of("thread.item.removed")}
    assert "loading" not in str(await ann.items(reply.thread_id))


async def test_43_the_next_answer_does_not_go_on_with_the_old_one(served: Served, ann: Ui) -> None:
    thread_id = await left(ann, "first of 43", f"compatible/{LONG}", after=DELTA)
    await until(lambda: ended(served, thread_id))
    second = await ann.add(thread_id, "second of 43")
    assert second.answer == "second of 43"
    assert second.error is None
    first, *_ = [item for item in await ann.items(thread_id) if item["type"] == "assistant_message"]
    assert first["content"][0]["text"].startswith("w0")


async def frames_after(ui: Ui, run_id: str, after: int) -> list[Frame]:
    """A run's frames above a number."""
    async with ui.http.stream("GET", f"/chatkit/runs/{run_id}/events", params={"after": after}) as response:
        return (await Live(response).rest()).frames


async def test_44_who_reloads_sees_the_end_and_each_event_once(database_url: str, tmp_path: Path) -> None:
    async with open_served(database_url, tmp_path, disconnect_grace=15) as served:
        ann = await served.visitor()
        async with ann.open("threads.create", {"input": message(model="compatible/words-60@200")}) as live:
            await live.until(DELTA)
            first = list(live.frames)
        thread = await ann.ask("threads.get_by_id", thread_id=live.thread_id)
        assert thread["items"]["data"][1]["content"][0]["text"].startswith("w0")
        rest = await frames_after(ann, live.run_id, first[-1].seq)
        assert [frame.seq for frame in (*first, *rest)] == list(range(1, rest[-1].seq + 1))
        assert await frames_after(ann, live.run_id, 0) == [*first, *rest]
        whole = " ".join(f"w{number}" for number in range(60))
        thread = await ann.ask("threads.get_by_id", thread_id=live.thread_id)
        assert thread["items"]["data"][1]["content"][0]["text"] == whole


async def test_45_the_same_post_from_the_same_page_is_one_message(ann: Ui) -> None:
    """Five times, as the official page does after a 5xx: from the same frame, without a key."""
    await ann.ask("threads.list")  # her cookie
    params = {"input": message("once, please", model="compatible/words-20@100")}
    frame = {"ChatKit-Frame-Instance-Id": "frame-1"}
    lives = [ann.stream("threads.create", params, headers=frame) for _ in range(5)]
    replies = await asyncio.gather(*lives)
    assert len({reply.run_id for reply in replies}) == 1
    assert len({reply.answer for reply in replies}) == 1
    assert len((await ann.ask("threads.list"))["data"]) == 1
    meant = await ann.stream("threads.create", params, headers=frame)
    assert meant.run_id not in {reply.run_id for reply in replies}


async def test_45_a_key_says_it_outright(ann: Ui) -> None:
    params = {"input": message("once")}
    first = await ann.stream("threads.create", params, headers={"Idempotency-Key": "k45"})
    again = await ann.stream("threads.create", params, headers={"Idempotency-Key": "k45"})
    assert (first.run_id, first.frames) == (again.run_id, again.frames)
    other = await ann.post("threads.create", {"input": message("twice")}, headers={"Idempotency-Key": "k45"})
    assert other.status_code == 422


async def test_46_two_messages_at_once_are_answered_one_after_the_other(ann: Ui) -> None:
    thread_id = (await ann.create("zero")).thread_id
    replies = await asyncio.gather(*(ann.add(thread_id, text, model="compatible/words-10@200") for text in "ab"))
    assert [reply.error for reply in replies] == [None, None]
    kinds = [item["type"] for item in await ann.items(thread_id)]
    assert kinds == ["user_message", "assistant_message"] * 3


async def test_47_a_restart_leaves_a_thread_that_can_be_used(database_url: str, tmp_path: Path) -> None:
    """A kill -9: tests/test_kill.py."""
    async with open_served(database_url, tmp_path) as served:
        ann = await served.visitor()
        async with ann.open("threads.create", {"input": message(model=f"compatible/{LONG}")}) as live:
            await live.until(DELTA)
            cookies = dict(ann.http.cookies)
            thread_id = live.thread_id
            await served.parts.drain()
            reply = await live.rest()
        assert reply.kinds[-1] in {"error", "notice", "thread.item.done"}
    async with open_served(database_url, tmp_path) as served:
        again = await served.visitor()
        again.http.cookies.update(cookies)
        assert (await again.run(thread_id))["status"] == "interrupted"
        assert (await again.texts(thread_id))[1].startswith("w0")
        assert (await again.add(thread_id, "go on")).answer == "go on"


async def test_48_a_reader_who_does_not_read_holds_nobody_up(ann: Ui) -> None:
    """What waits for him is bounded (tests/web/test_stream.py); the run and other readers go on."""
    async with ann.open("threads.create", {"input": message("slow reader", model="openai/words-3000")}) as slow:
        await slow.until("stream_options")
        async with ann.http.stream("GET", f"/chatkit/runs/{slow.run_id}/events") as response:
            other = await Live(response).rest()
        assert (await ann.run(slow.thread_id))["status"] == "completed"
        reply = await slow.rest()
    assert reply.frames == other.frames


async def test_49_no_upkeep_removes_a_thread_that_is_answering(database_url: str, tmp_path: Path) -> None:
    async with open_served(database_url, tmp_path, retention_days=1) as served:
        ann = await served.visitor()
        async with ann.open("threads.create", {"input": message(model=f"compatible/{LONG}")}) as live:
            await live.until(DELTA)

            def age(session: Session) -> None:
                row = session.get_one(ThreadRow, live.thread_id)
                row.updated_at = datetime.now(UTC) - timedelta(days=9)
                session.add(row)

            await served.parts.database.write(age)
            for chore in served.parts.engine.chores:
                await chore()
            await live.until(DELTA)
            await ann.http.post(f"/chatkit/runs/{live.run_id}/stop")
            await live.rest()
        assert ids((await ann.ask("threads.list"))["data"]) == [live.thread_id]
