"""Checks 13 to 22: threads, their lists, their pages, their locks."""

from datetime import UTC, datetime
from typing import Literal

import pytest
from sqlmodel import Session, select

from playground.ids import new_id
from playground.store import threads
from playground.store.tables import FeedbackRow, ItemRow, RunRow, ThreadRow
from tests.conformance.conftest import Served
from tests.conformance.ui import Ui, ids
from tests.house import Json, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWMAN = {"agent": "tests.conformance.agents:showman"}
PACED = "compatible/words-40@100"


async def visitor_of(served: Served, thread_id: str) -> str:
    return await served.parts.database.read(lambda session: session.get_one(ThreadRow, thread_id).visitor_id)


async def test_13_a_first_message_is_announced_answered_and_listed(ann: Ui) -> None:
    reply = await ann.create("Hello there")
    assert reply.shape == [
        "thread.created",
        "thread.item.done",
        "thread.updated",
        "stream_options",
        "thread.item.added",
        "thread.item.updated",
        "thread.item.done",
    ]
    assert reply.done("user_message")[0]["content"][0]["text"] == "Hello there"
    assert [thread["id"] for thread in (await ann.ask("threads.list"))["data"]] == [reply.thread_id]


async def test_14_created_comes_first_and_ids_are_too_long_to_meet(ann: Ui) -> None:
    replies = [await ann.create(model=f"{wire}/words-2") for wire in ("compatible", "openai") for _ in range(3)]
    assert {reply.kinds[0] for reply in replies} == {"thread.created"}
    named = [reply.thread_id for reply in replies] + [
        item["id"] for reply in replies for item in (*reply.done("user_message"), *reply.done("assistant_message"))
    ]
    assert len(set(named)) == len(named) == 18
    assert all(len(bytes.fromhex(one.partition("_")[2])) * 8 >= 96 for one in named)


async def test_15_a_title_is_given_once(ann: Ui) -> None:
    first = await ann.create("A title to be")
    second = await ann.add(first.thread_id, "something else")
    assert [event["thread"]["title"] for event in first.of("thread.updated")] == ["A title to be"]
    assert second.of("thread.updated") == []
    assert [thread["title"] for thread in (await ann.ask("threads.list"))["data"]] == ["A title to be"]


async def test_16_a_title_given_by_hand_stays(ann: Ui) -> None:
    reply = await ann.create("ours")
    await ann.ask("threads.update", thread_id=reply.thread_id, title="by hand")
    await ann.add(reply.thread_id, "another")
    await ann.retry(reply.thread_id, reply.question)
    assert (await ann.ask("threads.get_by_id", thread_id=reply.thread_id))["title"] == "by hand"


async def test_16_a_title_given_while_the_answer_runs_stays(ann: Ui) -> None:
    async with ann.open("threads.create", {"input": message("ours", model=PACED)}) as live:
        await live.until("assistant_message.content_part.text_delta")
        await ann.ask("threads.update", thread_id=live.thread_id, title="by hand")
        await live.rest()
    assert (await ann.ask("threads.get_by_id", thread_id=live.thread_id))["title"] == "by hand"


async def strewn(served: Served, ui: Ui, count: int) -> list[str]:
    """Threads of a visitor that were all begun at the same moment, oldest first as they are listed."""
    first = await ui.create()
    owner = await visitor_of(served, first.thread_id)
    made = [new_id("thr") for _ in range(count)]

    def work(session: Session) -> None:
        for thread_id in made:
            at = datetime(2026, 1, 2, tzinfo=UTC)
            threads.create(session, thread_id=thread_id, visitor_id=owner, title=None, meta={}, at=at)

    await served.parts.database.write(work)
    return [first.thread_id, *made]


async def test_17_threads_are_listed_twenty_at_a_time_newest_first_and_only_ones_own(
    served: Served, ann: Ui, bob: Ui
) -> None:
    made = await strewn(served, ann, 24)
    await bob.create()
    page = await ann.ask("threads.list")
    assert (len(page["data"]), page["has_more"], page["after"]) == (20, True, page["data"][-1]["id"])
    assert page["data"][0]["id"] == made[0]
    assert {thread["id"] for thread in page["data"]} <= set(made)


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_17_pages_hold_each_thread_once_although_all_are_of_one_moment(
    served: Served, ann: Ui, order: str
) -> None:
    made = await strewn(served, ann, 24)
    walked = [thread["id"] async for thread in ann.walk("threads.list", order=order, limit=7)]
    assert len(walked) == len(made)
    assert set(walked) == set(made)
    again = [thread["id"] async for thread in ann.walk("threads.list", order=order, limit=3)]
    assert again == walked


async def test_17_a_limit_that_is_too_large_is_cut_and_says_so(served: Served, ann: Ui) -> None:
    """A UI asks for 9999: it gets 100, and the cursor to the rest."""
    await strewn(served, ann, 104)
    page = await ann.ask("threads.list", limit=9999, order="desc")
    assert (len(page["data"]), page["has_more"]) == (100, True)
    rest = await ann.ask("threads.list", limit=9999, order="desc", after=page["after"])
    assert (len(rest["data"]), rest["has_more"]) == (5, False)


@pytest.mark.parametrize("limit", [0, -1])
async def test_17_a_limit_that_makes_no_sense_is_refused(ann: Ui, limit: int) -> None:
    assert "limit" in await ann.refused("threads.list", 400, limit=limit)


async def test_18_an_unknown_or_foreign_cursor_is_not_the_first_page(ann: Ui, bob: Ui) -> None:
    mine, theirs = await ann.create(), await bob.create()
    for after in ("thr_unknown", theirs.thread_id):
        await ann.refused("threads.list", 404, after=after)
    for after in ("msg_unknown", theirs.question):
        await ann.refused("items.list", 404, thread_id=mine.thread_id, after=after)


async def fill(served: Served, thread_id: str, count: int, *, hidden: int = 0) -> None:
    """Put messages at the end of a thread; every `hidden`th is one that nobody may see."""

    def work(session: Session) -> None:
        thread = session.get_one(ThreadRow, thread_id)
        last = max(session.exec(select(ItemRow.position).where(ItemRow.thread_id == thread_id)).all(), default=0)
        for number in range(count):
            kind = "hidden_context_item" if hidden and number % hidden == 0 else "assistant_message"
            item_id = new_id("msg")
            payload: Json = {"id": item_id, "thread_id": thread_id, "type": kind, "created_at": "2026-01-02T03:04:05Z"}
            part: Json = {"type": "output_text", "text": f"n{number}", "annotations": []}
            payload["content"] = f"SECRET {number}" if kind == "hidden_context_item" else [part]
            session.add(
                ItemRow(
                    id=item_id,
                    thread_id=thread_id,
                    branch_id=thread.head_branch,
                    position=last + 1 + number,
                    type=kind,
                    payload=payload,
                    created_at=datetime.now(UTC),
                )
            )

    await served.parts.database.write(work)


@pytest.mark.parametrize("count", [1, 498])
async def test_19_a_thread_is_read_to_its_newest_item_without_gaps(served: Served, ann: Ui, count: int) -> None:
    reply = await ann.create("first")
    await fill(served, reply.thread_id, count)
    thread = await ann.ask("threads.get_by_id", thread_id=reply.thread_id)
    found = thread["items"]["data"]
    page = thread["items"]
    while page["has_more"]:
        page = await ann.ask("items.list", thread_id=reply.thread_id, order="asc", limit=100, after=page["after"])
        found += page["data"]
    assert len(set(ids(found))) == len(found) == count + 2
    newest = await ann.ask("items.list", thread_id=reply.thread_id)
    assert newest["data"][0]["id"] == found[-1]["id"]
    assert [item["content"][0]["text"] for item in found[2:]] == [f"n{number}" for number in range(count)]
    assert thread["title"] == "first"


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_20_pages_are_full_although_items_are_hidden(served: Served, ann: Ui, order: str) -> None:
    reply = await ann.create("first")
    await fill(served, reply.thread_id, 60, hidden=2)
    pages: list[list[Json]] = []
    after: str | None = None
    while True:
        page = await ann.ask("items.list", thread_id=reply.thread_id, order=order, limit=10, after=after)
        pages.append(page["data"])
        assert page.get("after") in {None, page["data"][-1]["id"]}
        if not page["has_more"]:
            break
        after = page["after"]
    assert [len(one) for one in pages] == [10, 10, 10, 2]
    assert "SECRET" not in str(pages)


async def test_21_what_is_missing_is_not_found(ann: Ui) -> None:
    await ann.refused("threads.get_by_id", 404, thread_id="thr_missing")
    await ann.refused("threads.update", 404, thread_id="thr_missing", title="x")
    await ann.refused("threads.delete", 404, thread_id="thr_missing")


async def test_21_a_thread_goes_with_all_that_is_in_it(served: Served, ann: Ui) -> None:
    """Its files: test_attachments.py."""
    reply = await ann.create()
    answer = reply.done("assistant_message")[0]["id"]
    await ann.ask("items.feedback", thread_id=reply.thread_id, item_ids=[answer], kind="positive")
    await ann.ask("threads.delete", thread_id=reply.thread_id)
    await ann.refused("threads.delete", 404, thread_id=reply.thread_id)

    def left(session: Session) -> int:
        kept = session.exec(select(ItemRow).where(ItemRow.thread_id == reply.thread_id)).all()
        ran = session.exec(select(RunRow).where(RunRow.thread_id == reply.thread_id)).all()
        thumbs = session.exec(select(FeedbackRow).where(FeedbackRow.item_id == answer)).all()
        return len(kept) + len(ran) + len(thumbs)

    assert await served.parts.database.read(left) == 0


async def test_21_what_comes_late_brings_no_thread_back(ann: Ui) -> None:
    async with ann.open("threads.create", {"input": message(model="compatible/words-400@100")}) as live:
        await live.until("assistant_message.content_part.text_delta")
        await ann.ask("threads.delete", thread_id=live.thread_id)
        await live.rest()
    assert (await ann.ask("threads.list"))["data"] == []
    await ann.refused("threads.get_by_id", 404, thread_id=live.thread_id)


@pytest.mark.parametrize("kind", ["locked", "closed"])
async def test_22_a_locked_thread_takes_nothing_and_can_be_read(
    served: Served, ann: Ui, kind: Literal["locked", "closed"]
) -> None:
    """Refused before the first event, so with 409 and a message (DESIGN 5.3)."""
    call = await ann.create(model="compatible/tool:facts:{}", metadata=SHOWMAN)
    asked = await ann.create(model="compatible/tool:question:{}", metadata=SHOWMAN)
    shown = await ann.create(model="compatible/tool:show_card:{}", metadata=SHOWMAN)
    widget = shown.done("widget")[0]["id"]
    form = asked.done("structured_input")[0]["id"]

    def lock(session: Session) -> None:
        for reply in (call, asked, shown):
            threads.set_status(session, thread_id=reply.thread_id, kind=kind, reason="Enough.")

    await served.parts.database.write(lock)
    before = {reply.thread_id: await ann.items(reply.thread_id) for reply in (call, asked, shown)}
    action: Json = {"action": {"type": "press", "payload": {}}, "item_id": widget}
    tries: list[tuple[str, str, Json]] = [
        ("threads.add_user_message", shown.thread_id, {"input": message()}),
        ("threads.retry_after_item", shown.thread_id, {"item_id": shown.question}),
        ("threads.custom_action", shown.thread_id, action),
        ("threads.sync_custom_action", shown.thread_id, action),
        ("threads.add_client_tool_output", call.thread_id, {"result": {}}),
        ("threads.add_structured_input", asked.thread_id, {"item_id": form, "input": {"status": "skipped"}}),
    ]
    for request, thread_id, params in tries:
        assert "Enough." in await ann.refused(request, 409, thread_id=thread_id, **params)
    for thread_id, items in before.items():
        assert await ann.items(thread_id) == items
    await ann.ask("threads.update", thread_id=shown.thread_id, title="renamed")
    thread = await ann.ask("threads.get_by_id", thread_id=shown.thread_id)
    assert (thread["status"], thread["title"]) == ({"type": kind, "reason": "Enough."}, "renamed")
    listed = {one["id"]: one["status"] for one in (await ann.ask("threads.list"))["data"]}
    assert listed[shown.thread_id] == thread["status"]
    await ann.ask("threads.delete", thread_id=shown.thread_id)


async def test_22_a_tool_may_lock_a_thread_and_its_reader_sees_it(ann: Ui) -> None:
    model = 'compatible/tool:shut:{"reason":"Full.","for_good":false}'
    reply = await ann.create(model=model, metadata=SHOWMAN)
    assert reply.of("thread.updated")[-1]["thread"]["status"] == {"type": "locked", "reason": "Full."}
    await ann.refused("threads.add_user_message", 409, thread_id=reply.thread_id, input=message())
