"""create, add_user_message, retry_after_item: what is streamed, what the provider is asked, what is kept."""

import asyncio
from typing import Any

import pytest
from sqlmodel import func, select

from playground.errors import Conflict, KeyReused, Malformed, NotConfigured, NotFound, TooLarge, VisitorError
from playground.store.tables import ItemRow, RunRow, ThreadRow
from tests.house import ECHO, Guest, House, Json, Told, message, opened, until

STAMP = 'tool:stamp:{"text":"x"}'


def order_of(told: Told) -> list[str]:
    """The events' types without the answer's growth."""
    return [kind for kind in told.kinds if kind != "thread.item.updated"]


async def test_a_new_thread_is_announced_before_everything(ann: Guest) -> None:
    told = await ann.create("What is a thread?")
    assert order_of(told) == [
        "thread.created",
        "thread.item.done",
        "thread.updated",
        "stream_options",
        "thread.item.added",
        "thread.item.done",
    ]
    assert told.answer == "What is a thread?"
    assert [frame.seq for frame in told.frames] == list(range(1, len(told.frames) + 1))


async def test_a_further_message_is_answered_in_its_thread(ann: Guest) -> None:
    first = await ann.create("one")
    second = await ann.add(first.thread_id, "two")
    assert order_of(second) == ["thread.item.done", "stream_options", "thread.item.added", "thread.item.done"]
    assert second.thread_id == first.thread_id
    assert await ann.texts(first.thread_id) == ["one", "one", "two", "two"]


async def test_an_item_has_one_id_from_its_first_event_to_the_store(ann: Guest) -> None:
    told = await ann.create(model="openai/think-3-words-3")
    stored = await ann.items(told.thread_id)
    assert [item.id for item in told.items] == [item["id"] for item in stored]
    named = {event.item.id for event in told.events if event.type == "thread.item.added"}
    assert named == {event.item_id for event in told.events if event.type == "thread.item.updated"}
    assert named == {item["id"] for item in stored[1:]}


async def test_ids_are_long_and_never_the_same(ann: Guest) -> None:
    told = [await ann.create(model=f"{wire}/words-3") for wire in ("compatible", "openai") for _ in range(3)]
    ids = [item.id for one in told for item in one.items] + [one.thread_id for one in told] + [t.run_id for t in told]
    assert len(set(ids)) == len(ids)
    assert all(len(bytes.fromhex(one.partition("_")[2])) * 8 >= 96 for one in ids)


@pytest.mark.parametrize("wire", ["compatible", "openai"])
async def test_every_turn_tells_the_model_what_was_said_before(house: House, ann: Guest, wire: str) -> None:
    first = await ann.create("one", model=f"{wire}/echo")
    await ann.add(first.thread_id, "two")
    await ann.add(first.thread_id, "three")
    told = str(house.calls[2].body)
    assert [told.count(word) for word in ("one", "two", "three")] == [2, 2, 1]


async def test_a_thread_remembers_who_answers(house: House, ann: Guest) -> None:
    first = await ann.create(metadata={"agent": "tests.staff:clerk"})
    await ann.add(first.thread_id)
    await ann.retry(first.thread_id, first.question)
    assert [call.model for call in house.calls] == ["echo"] * 3
    assert all("You are a clerk." in str(call.body) for call in house.calls)


async def test_the_last_choice_is_the_one_that_is_remembered(house: House, ann: Guest) -> None:
    first = await ann.create(model="compatible/words-1", metadata={"agent": "tests.staff:clerk"})
    await ann.add(first.thread_id, model="compatible/words-2", metadata={"agent": "tests.staff:parrot"})
    await ann.add(first.thread_id)
    assert [call.model for call in house.calls] == ["words-1", "words-2", "words-2"]
    assert ["clerk" in str(call.body) for call in house.calls] == [True, False, False]


async def test_the_first_agent_and_the_first_model_answer_unless_told_otherwise(house: House, ann: Guest) -> None:
    reply = await ann.begin(model=None)
    record = await house.parts.engine.run(ann.visitor, reply.run_id)
    assert (record.agent, record.model) == ("tests.staff:parrot", await house.parts.default_model())


async def test_the_model_of_the_message_goes_before_that_of_the_metadata(house: House, ann: Guest) -> None:
    await ann.create(model="compatible/words-1", metadata={"model": "compatible/words-2"})
    await ann.create(model=None, metadata={"model": "compatible/words-2"})
    assert [call.model for call in house.calls] == ["words-1", "words-2"]


@pytest.mark.parametrize(
    ("model", "choice"),
    [
        (f"openai/{STAMP}", {"type": "function", "name": "stamp"}),
        (f"compatible/{STAMP}", {"type": "function", "function": {"name": "stamp"}}),
    ],
)
async def test_a_chosen_tool_reaches_the_provider_for_one_turn(
    house: House, ann: Guest, model: str, choice: Json
) -> None:
    given = message(model=model)
    given["inference_options"]["tool_choice"] = {"id": "stamp"}
    told = await ann.read(await ann.start("threads.create", {"input": given}, metadata={"agent": "tests.staff:clerk"}))
    assert told.answer == "The tool said: stamped x"
    chosen, free = (call.body.get("tool_choice") for call in house.calls)
    assert chosen == choice
    assert free in (None, "auto")


async def test_a_chosen_tool_is_not_asked_of_the_next_agent(house: House, ann: Guest) -> None:
    given = message(model='openai/tools:{"stamp":{"text":"x"},"transfer_to_parrot":{}}')
    given["inference_options"]["tool_choice"] = {"id": "stamp"}
    await ann.read(await ann.start("threads.create", {"input": given}, metadata={"agent": "tests.staff:both"}))
    assert house.calls[0].body["tool_choice"] == {"type": "function", "name": "stamp"}
    assert house.calls[1].body.get("tool_choice") in (None, "auto")


async def test_a_tool_that_the_agent_has_not_is_malformed(house: House, ann: Guest) -> None:
    given = message()
    given["inference_options"]["tool_choice"] = {"id": "drill"}
    with pytest.raises(Malformed, match=r"no tool named drill\. It has: stamp, burn"):
        await ann.start("threads.create", {"input": given}, metadata={"agent": "tests.staff:clerk"})
    with pytest.raises(Malformed, match=r"It has: none"):
        await ann.start("threads.create", {"input": given})
    assert await count(house, ThreadRow) == 0


async def test_the_settings_reach_the_provider(house: House, ann: Guest) -> None:
    settings = {"instructions": "Be a cat.", "temperature": 0.5, "max_tokens": 7}
    await ann.create(metadata={"settings": settings})
    body = house.calls[0].body
    assert body["temperature"] == 0.5
    assert 7 in {body.get("max_tokens"), body.get("max_completion_tokens")}
    assert "Be a cat." in str(body)
    assert "parrot" not in str(body)


async def test_quotes_and_tags_reach_the_model(house: House, ann: Guest) -> None:
    tag = {"type": "input_tag", "id": "t1", "text": "Ada"}
    given = {"content": [{"type": "input_text", "text": "Who is "}, tag], "quoted_text": "first line\nsecond line"}
    params = {"input": given | {"inference_options": {"model": ECHO}}}
    first = await ann.read(await ann.start("threads.create", params))
    await ann.add(first.thread_id, "And now?")
    for call in house.calls:
        assert "> first line" in (said := str(call.body["messages"]))
        assert "> second line" in said
        assert "Who is @Ada" in said


@pytest.mark.parametrize(
    ("metadata", "model", "error", "says"),
    [
        ({"agent": "nobody"}, ECHO, NotFound, "no agent named 'nobody'"),
        ({}, "no-slash", Malformed, "provider/model"),
        ({}, "elsewhere/x", Malformed, "The providers are openai/"),
        ({}, "openai/", Malformed, "missing or odd"),
    ],
)
async def test_nobody_who_could_answer_is_a_readable_error_and_leaves_nothing_behind(
    house: House, ann: Guest, metadata: Json, model: str, error: type[VisitorError], says: str
) -> None:
    with pytest.raises(error, match=says):
        await ann.begin(model=model, metadata=metadata)
    assert [await count(house, table) for table in (ThreadRow, ItemRow, RunRow)] == [0, 0, 0]


async def test_a_provider_without_a_key_is_named_before_anything_is_stored(sqlite_url: str, tmp_path: Any) -> None:
    async with opened(sqlite_url, tmp_path, openai_api_key=None) as house:
        with pytest.raises(NotConfigured, match="OPENAI_API_KEY"):
            await house.guest().begin(model="openai/echo")
        assert await count(house, ThreadRow) == 0


async def count(house: House, table: type[ThreadRow | ItemRow | RunRow]) -> int:
    return await house.stored(lambda session: session.exec(select(func.count()).select_from(table)).one())


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (message(""), Malformed),
        (message("x" * 100_001), TooLarge),
        (message("x", attachments=["atc_x"]), NotFound),
    ],
)
async def test_a_message_that_cannot_be_answered_is_stored_nowhere(
    house: House, ann: Guest, given: Json, error: type[VisitorError]
) -> None:
    first = await ann.create()
    for kind, params in (("threads.create", {}), ("threads.add_user_message", {"thread_id": first.thread_id})):
        with pytest.raises(error):
            await ann.start(kind, {**params, "input": given})
    assert await count(house, ThreadRow) == 1
    assert len(await ann.items(first.thread_id)) == 2


@pytest.mark.parametrize("model", ["compatible/status-401", "compatible/inerror-3", "openai/failed-3"])
async def test_a_failure_is_one_error_event_and_the_question_is_kept(ann: Guest, model: str) -> None:
    told = await ann.create("Why?", model=model)
    assert told.kinds.count("error") == 1
    assert told.kinds[-1] == "error"
    assert (await ann.texts(told.thread_id))[0] == "Why?"
    assert (await ann.add(told.thread_id, "Again?", model=ECHO)).answer == "Again?"


class TestBranches:
    async def test_a_retry_answers_the_last_message_anew(self, ann: Guest) -> None:
        first = await ann.create("one", model="compatible/words-1")
        again = await ann.retry(first.thread_id, first.question, metadata={"model": "compatible/words-2"})
        assert order_of(again) == ["stream_options", "thread.item.added", "thread.item.done"]
        assert await ann.texts(first.thread_id) == ["one", "w0 w1"]

    async def test_a_retry_further_up_leaves_out_what_came_later(self, ann: Guest) -> None:
        first = await ann.create("one")
        second = await ann.add(first.thread_id, "two")
        await ann.add(first.thread_id, "three")
        await ann.retry(first.thread_id, second.question, metadata={"model": "compatible/words-1"})
        assert await ann.texts(first.thread_id) == ["one", "one", "two", "w0"]

    async def test_the_model_is_not_told_what_the_branch_left(self, house: House, ann: Guest) -> None:
        first = await ann.create("one")
        await ann.add(first.thread_id, "two")
        await ann.retry(first.thread_id, first.question)
        assert str(house.calls[2].body).count("one") == 1
        assert "two" not in str(house.calls[2].body)

    async def test_an_edit_puts_other_words_in_the_place_of_a_message(self, ann: Guest) -> None:
        first = await ann.create("one")
        second = await ann.add(first.thread_id, "two")
        edited = await ann.add(first.thread_id, "deux", metadata={"edit_item_id": second.question})
        assert edited.question != second.question
        assert await ann.texts(first.thread_id) == ["one", "one", "deux", "deux"]

    async def test_the_first_message_can_be_edited(self, ann: Guest) -> None:
        first = await ann.create("one")
        await ann.add(first.thread_id, "un", metadata={"edit_item_id": first.question})
        assert await ann.texts(first.thread_id) == ["un", "un"]

    async def test_the_old_branch_stays_readable(self, house: House, ann: Guest) -> None:
        first = await ann.create("one")
        await ann.add(first.thread_id, "two")
        await ann.retry(first.thread_id, first.question, metadata={"model": "compatible/words-1"})
        await ann.add(first.thread_id, "uno", metadata={"edit_item_id": first.question}, model=ECHO)
        branches = (await house.client().view(first.thread_id)).branches
        seen: list[list[str]] = []
        for branch in branches:
            await house.client().switch_branch(first.thread_id, branch.id)
            seen.append(await ann.texts(first.thread_id))
        assert seen == [["one", "one", "two", "two"], ["one", "w0"], ["uno", "uno"]]

    async def test_a_failed_retry_leaves_the_old_answer_where_it_was(self, house: House, ann: Guest) -> None:
        first = await ann.create("one")
        failed = await ann.retry(first.thread_id, first.question, metadata={"model": "compatible/status-500"})
        assert failed.error
        assert await ann.texts(first.thread_id) == ["one"]
        old = (await house.client().view(first.thread_id)).branches[0]
        await house.client().switch_branch(first.thread_id, old.id)
        assert await ann.texts(first.thread_id) == ["one", "one"]

    async def test_only_a_message_of_ones_own_can_be_answered_again_or_edited(self, house: House, ann: Guest) -> None:
        first = await ann.create("one")
        answer = (await ann.items(first.thread_id))[1]["id"]
        with pytest.raises(Malformed, match="of your own"):
            await ann.retry(first.thread_id, answer)
        with pytest.raises(Malformed, match="of your own"):
            await ann.add(first.thread_id, metadata={"edit_item_id": answer})
        assert len((await house.client().view(first.thread_id)).branches) == 1

    async def test_a_message_on_another_branch_is_not_found(self, ann: Guest) -> None:
        first = await ann.create("one")
        second = await ann.add(first.thread_id, "two")
        await ann.retry(first.thread_id, first.question)
        with pytest.raises(NotFound):
            await ann.retry(first.thread_id, second.question)

    async def test_of_two_retries_at_once_one_is_refused(self, ann: Guest) -> None:
        first = await ann.create("one", model="compatible/words-20@200")
        params = {"thread_id": first.thread_id, "item_id": first.question}
        both = await asyncio.gather(
            *(ann.start("threads.retry_after_item", params) for _ in range(2)), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in both) == ["Conflict", "StreamReply"]


class TestTwoAtOnce:
    async def test_a_message_waits_for_the_answer_before_it(self, house: House, ann: Guest) -> None:
        first = await ann.begin("one", model="compatible/words-20@200")
        params = {"thread_id": first.thread_id, "input": message("two")}
        second = await ann.start("threads.add_user_message", params)
        told = await ann.read(second)
        assert told.kinds[:2] == ["progress_update", "thread.item.done"]
        answer = " ".join(f"w{n}" for n in range(20))
        assert await ann.texts(first.thread_id) == ["one", answer, "two", "two"]
        assert answer in str(house.calls[1].body)

    async def test_it_may_be_refused(self, sqlite_url: str, tmp_path: Any) -> None:
        async with opened(sqlite_url, tmp_path, double_text="reject") as house:
            ann = house.guest()
            first = await ann.begin("one", model="compatible/hang-open")
            with pytest.raises(Conflict, match="still answering"):
                await ann.add(first.thread_id, "two")
            assert await ann.texts(first.thread_id) == ["one"]

    async def test_it_may_interrupt(self, sqlite_url: str, tmp_path: Any) -> None:
        async with opened(sqlite_url, tmp_path, double_text="interrupt") as house:
            ann = house.guest()
            first = await ann.begin("one", model="compatible/stall-3")
            await (await house.called()).reached(3)
            await ann.add(first.thread_id, "two", model=ECHO)
            assert await ann.status(first) == "cancelled"
            assert [text for text in await ann.texts(first.thread_id) if text[0] != "w"] == ["one", "two", "two"]


class TestKeys:
    async def test_the_same_request_with_the_same_key_is_one_run(self, house: House, ann: Guest) -> None:
        params = {"input": message("once")}
        replies = await asyncio.gather(*(ann.start("threads.create", params, key="k") for _ in range(5)))
        assert len(set(replies)) == 1
        told = [await ann.read(reply) for reply in replies]
        assert len({tuple(frame.data for frame in one.frames) for one in told}) == 1
        assert [call.model for call in house.calls] == ["echo"]
        assert await count(house, ThreadRow) == 1

    async def test_another_request_with_the_key_is_refused(self, house: House, ann: Guest) -> None:
        await ann.start("threads.create", {"input": message("one")}, key="k")
        with pytest.raises(KeyReused):
            await ann.start("threads.create", {"input": message("two")}, key="k")
        assert await count(house, ThreadRow) == 1

    async def test_visitors_do_not_share_keys(self, ann: Guest, bob: Guest) -> None:
        params = {"input": message("mine")}
        replies = [await guest.start("threads.create", params, key="k") for guest in (ann, bob)]
        assert len(set(replies)) == 2

    async def test_a_refused_request_leaves_its_key_free(self, ann: Guest) -> None:
        with pytest.raises(NotFound):
            await ann.start("threads.create", {"input": message("x")}, metadata={"agent": "nobody"}, key="k")
        await ann.start("threads.create", {"input": message("x")}, key="k")

    async def test_a_key_that_cannot_be_kept_is_malformed(self, ann: Guest) -> None:
        with pytest.raises(Malformed, match="Idempotency-Key"):
            await ann.start("threads.create", {"input": message("x")}, key="")


async def test_a_run_that_was_stopped_keeps_what_was_said(house: House, ann: Guest) -> None:
    reply = await ann.begin(model="compatible/stall-5")
    call = await house.called()
    await call.reached(5)

    async def seen() -> bool:
        return len(await ann.texts(reply.thread_id)) == 2

    await until(seen)
    await house.parts.engine.stop(ann.visitor, reply.run_id)
    assert call.disconnected is not None
    assert (await ann.texts(reply.thread_id))[1].startswith("w0")
