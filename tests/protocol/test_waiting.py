"""A run that asks the visitor's own page: it waits, durably, and goes on with what the page answers."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chatkit.types import ThreadItemDoneEvent, ThreadItemReplacedEvent

from playground.errors import Conflict, KeyReused, Malformed, NotConfigured, NotFound
from playground.parts import open_playground
from tests.askers import NAME
from tests.house import House, Json, Told, opened, until
from tests.protocol.waiting import CHOOSE, LOOK, RED, Asked, pending, replaced, told_to_model, unpaired


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path, agent=(NAME,)) as house:
        yield house


@pytest.fixture
def ann(house: House) -> Asked:
    return Asked(house)


async def test_a_client_tool_waits_and_goes_on_with_what_the_browser_answers(ann: Asked) -> None:
    asked = await ann.begin(LOOK)
    call = pending(asked)
    assert call.type == "client_tool_call"
    assert (call.name, call.arguments, call.output) == ("look", {"corner": "left"}, None)
    assert asked.kinds[-2:] == ["thread.item.done", "thread.item.done"]
    assert await ann.titles(asked.thread_id) == ["look · waits for your browser"]
    run = await ann.run(asked)
    assert (run.status, [(ask.kind, ask.item_id, ask.call_id) for ask in run.asks]) == (
        "awaiting_approval",
        [("client", call.id, call.call_id)],
    )

    answered = await ann.output(asked, {"cat": True, "none": None})
    assert answered.kinds[:2] == ["thread.item.replaced", "stream_options"]
    done = replaced(answered)[0]
    assert (done.id, done.status, done.output) == (call.id, "completed", {"cat": True, "none": None})
    assert answered.answer == 'The tool said: {"cat": true, "none": null}'
    assert await ann.guest.status(answered) == "completed"
    assert answered.run_id == asked.run_id
    assert [frame.seq for frame in (*asked.frames, *answered.frames)] == list(
        range(1, run.last_seq + 1 + len(answered.frames))
    )
    assert await ann.dangling(asked.thread_id) == []
    assert await ann.titles(asked.thread_id) == ["look"]


async def test_what_is_read_live_is_what_is_there_after_a_reload(ann: Asked) -> None:
    model = 'compatible/tools:{"look":{"corner":"left"},"stamp":{"text":"x"},"choose":{}}'
    first = await ann.begin(model)
    second = await ann.output(first, "a cat")
    third = await ann.answer(second, RED)
    live: dict[str, Any] = {}
    for told in (first, second, third):
        for event in told.events:
            if isinstance(event, ThreadItemDoneEvent | ThreadItemReplacedEvent):
                live[event.item.id] = event.item.model_dump(mode="json", exclude_none=True)
    stored = await ann.guest.items(first.thread_id)
    assert [item["id"] for item in stored] == list(live)
    assert [item["type"] for item in stored] == [
        "user_message",
        "workflow",
        "client_tool_call",
        "structured_input",
        "assistant_message",
    ]
    for item in stored:
        assert {key: live[item["id"]][key] for key in item} == item


async def test_a_form_is_answered_as_the_sdk_reads_answers(ann: Asked) -> None:
    asked = await ann.begin(CHOOSE)
    given: Json = {
        "status": "answered",
        "answers": {
            "colour": {"values": ["green", "red"]},
            "sizes": {"values": ["s", "l"]},
            "why": {"values": [], "skipped": False},
            "unknown": {"values": ["?"]},
        },
    }
    answered = await ann.answer(asked, given)
    form = replaced(answered)[0]
    assert form.status == "answered"
    assert {one.id: (one.answer.values, one.answer.skipped) for one in form.inputs} == {
        "colour": (["green"], False),
        "sizes": (["s", "l"], False),
        "why": ([], True),
    }
    assert answered.answer == (
        'The tool said: [{"question": "Which colour?", "answers": ["green"]}, '
        '{"question": "Which sizes?", "answers": ["s", "l"]}, {"question": "Why?", "skipped": true}]'
    )
    assert await ann.titles(asked.thread_id) == ["choose"]


async def test_a_form_may_be_skipped(ann: Asked) -> None:
    asked = await ann.begin(CHOOSE)
    assert await ann.titles(asked.thread_id) == ["choose · waits for your answer"]
    answered = await ann.answer(asked, {"status": "skipped", **RED})
    form = replaced(answered)[0]
    assert (form.status, [one.answer.skipped for one in form.inputs]) == ("skipped", [True, True, True])
    assert answered.answer.count('"skipped": true') == 3


async def test_a_visitor_may_answer_what_was_not_offered(ann: Asked) -> None:
    asked = await ann.begin(CHOOSE)
    answered = await ann.answer(asked, {"answers": {"colour": {"values": ["blue"]}, "sizes": {"values": ["s", "xxl"]}}})
    assert '"answers": ["blue"]' in answered.answer
    assert '"answers": ["s", "xxl"]' in answered.answer


async def test_a_form_asks_what_the_model_wrote(ann: Asked) -> None:
    asked = await ann.begin(
        'compatible/tool:ask:{"questions":[{"question":"When?","options":["now","later","now"," "],"multiple":false},'
        '{"question":"Anything else?","options":[],"multiple":false}]}'
    )
    form = pending(asked)
    assert form.type == "structured_input"
    assert [(one.id, one.type, one.question) for one in form.inputs] == [
        ("q1", "multiple_choice", "When?"),
        ("q2", "freeform", "Anything else?"),
    ]
    given: Json = {"answers": {"q1": {"values": ["later"]}, "q2": {"values": ["No."]}}}
    assert "later" in (await ann.answer(asked, given)).answer


async def test_several_calls_come_before_the_visitor_one_by_one_without_the_model_in_between(ann: Asked) -> None:
    model = 'compatible/tools:{"look":{"corner":"left"},"where":{},"choose":{},"stamp":{"text":"x"}}'
    first = await ann.begin(model)
    second = await ann.output(first, "cat")
    assert second.kinds == ["thread.item.replaced", "stream_options", "thread.item.done"]
    third = await ann.output(second, "here")
    assert third.kinds == ["thread.item.replaced", "stream_options", "thread.item.done"]
    assert [pending(told).type for told in (first, second, third)] == [
        "client_tool_call",
        "client_tool_call",
        "structured_input",
    ]
    assert len(ann.house.calls) == 1
    last = await ann.answer(third, RED)
    assert "stamped x" in last.answer
    assert "cat" in last.answer
    assert "here" in last.answer
    assert len(ann.house.calls) == 2
    assert unpaired(told_to_model(ann.house)) == set()
    assert await ann.titles(first.thread_id) == ["look", "where", "choose", "stamp"]


@pytest.mark.parametrize("approval", ["first", "last"])
async def test_approvals_and_answers_may_come_in_any_order(ann: Asked, approval: str) -> None:
    asked = await ann.begin('compatible/tools:{"seal":{"text":"y"},"look":{"corner":"left"}}')
    seal = next(ask for ask in (await ann.run(asked)).asks if ask.kind == "approval")
    body = b'{"decisions":[{"call_id":"%b","approve":true}]}' % seal.call_id.encode()
    dispatcher, visitor = ann.house.parts.dispatcher, ann.guest.visitor
    if approval == "first":
        assert (await dispatcher.decide(visitor, asked.run_id, body)).status == "awaiting_approval"
        last = await ann.output(asked, "cat")
    else:
        reading = asyncio.create_task(ann.heard(await ann.put(asked.thread_id, "cat")))
        await until(lambda: _answered(ann, asked))
        assert not reading.done()
        assert await ann.titles(asked.thread_id) == [
            "seal · waits for your approval",
            "look · waits for your browser",
        ]
        await dispatcher.decide(visitor, asked.run_id, body)
        last = await reading
    assert last.answer == "The tool said: sealed y | cat"
    assert await ann.dangling(asked.thread_id) == []


async def _answered(ann: Asked, told: Told) -> bool:
    return any(ask.kind == "client" and ask.approved for ask in (await ann.run(told)).asks)


async def test_an_approval_is_no_answer(ann: Asked) -> None:
    asked = await ann.begin(LOOK)
    body = b'{"decisions":[{"call_id":"%b","approve":true}]}' % (await ann.run(asked)).asks[0].call_id.encode()
    with pytest.raises(Conflict, match="waits for its result"):
        await ann.house.parts.dispatcher.decide(ann.guest.visitor, asked.run_id, body)
    assert (await ann.output(asked, 1)).answer == "The tool said: 1"


async def test_a_run_may_ask_again_in_its_next_turn(ann: Asked) -> None:
    first = await ann.begin('compatible/loop:look:{"corner":"left"}')
    second = await ann.output(first, "cat")
    assert second.kinds[:3] == ["thread.item.replaced", "stream_options", "thread.item.replaced"]
    assert pending(second).id != pending(first).id
    last = await ann.output(second, "dog", model='compatible/tool:look:{"corner":"left"}')
    assert last.answer == "The tool said: cat | dog"
    kinds = [item["type"] for item in await ann.guest.items(first.thread_id)]
    assert kinds == ["user_message", *["workflow", "client_tool_call"] * 2, "assistant_message"]
    assert unpaired(told_to_model(ann.house)) == set()
    assert (await ann.run(first)).model == 'compatible/tool:look:{"corner":"left"}'


async def test_arguments_that_cannot_be_read_go_back_to_the_model_and_nobody_is_asked(ann: Asked) -> None:
    for call in ('tool:look:{"corner":5}', 'tool:ask:{"questions":[]}'):
        told = await ann.begin(f"compatible/{call}")
        assert "cannot be read" in told.answer


async def test_a_question_that_is_no_json_becomes_an_open_one(ann: Asked) -> None:
    asked = await ann.begin('compatible/tool:ask:{"questions":')
    form = pending(asked)
    assert form.type == "structured_input"
    assert [one.type for one in form.inputs] == ["freeform"]
    assert "blue" in (await ann.answer(asked, {"answers": {"q1": {"values": ["blue"]}}})).answer


async def test_what_nobody_waits_for_is_refused_and_changes_nothing(ann: Asked) -> None:
    done = await ann.begin("compatible/echo")
    with pytest.raises(Conflict):
        await ann.put(done.thread_id, "x")
    with pytest.raises(NotFound):
        await ann.put("thr_unknown", "x")
    asked = await ann.begin(LOOK)
    with pytest.raises(NotFound):
        await Asked(ann.house, "vis_bob").put(asked.thread_id, "x")
    with pytest.raises(NotFound):
        await ann.put(asked.thread_id, "x", item_id="msg_unknown")
    with pytest.raises(Malformed):
        await ann.put(asked.thread_id, "x", item_id=asked.question)
    with pytest.raises(NotConfigured):
        await ann.put(asked.thread_id, "x", model="anthropic/any")
    form = {"thread_id": asked.thread_id, "item_id": pending(asked).id, "input": RED}
    with pytest.raises(Malformed):
        await ann.guest.start("threads.add_structured_input", form)
    with pytest.raises(NotFound):
        await ann.guest.start("threads.add_structured_input", {**form, "item_id": "msg_unknown"})
    assert (await ann.output(asked, "cat", item_id=pending(asked).id)).answer == "The tool said: cat"
    with pytest.raises(Conflict):
        await ann.put(asked.thread_id, "dog")
    with pytest.raises(Conflict):
        await ann.put(asked.thread_id, "dog", item_id=pending(asked).id)


async def test_a_form_is_answered_once_and_a_call_is_no_form(ann: Asked) -> None:
    asked = await ann.begin(CHOOSE)
    with pytest.raises(Conflict):
        await ann.put(asked.thread_id, "x")
    await ann.answer(asked, RED)
    with pytest.raises(Conflict):
        await ann.answer(asked, RED)


async def test_a_late_output_of_another_window_does_not_land_on_the_next_call(ann: Asked) -> None:
    first = await ann.begin('compatible/tools:{"look":{"corner":"left"},"where":{}}')
    second = await ann.output(first, "cat", item_id=pending(first).id)
    with pytest.raises(Conflict):
        await ann.put(first.thread_id, "cat", item_id=pending(first).id)
    assert "here" in (await ann.output(second, "here")).answer


async def test_of_two_outputs_one_wins(ann: Asked) -> None:
    for _ in range(3):
        asked = await ann.begin(LOOK)
        both = await asyncio.gather(
            *(ann.put(asked.thread_id, which) for which in ("one", "two")), return_exceptions=True
        )
        assert [isinstance(one, Conflict) for one in both].count(True) == 1
        told = await ann.guest.read(next(one for one in both if not isinstance(one, BaseException)))
        assert told.answer in {"The tool said: one", "The tool said: two"}


async def test_an_output_sent_twice_under_one_key_is_one(ann: Asked) -> None:
    asked = await ann.begin('compatible/tools:{"look":{"corner":"left"},"where":{}}')
    first = await ann.put(asked.thread_id, "cat", key="k1")
    again = await ann.put(asked.thread_id, "cat", key="k1")
    assert again == first
    with pytest.raises(KeyReused):
        await ann.put(asked.thread_id, "dog", key="k1")
    last = await ann.output(asked, "here", key="k2")
    assert "cat" in last.answer
    assert await ann.put(asked.thread_id, "cat", key="k1") == first


async def test_a_page_stays_where_a_chatkit_ui_goes(ann: Asked) -> None:
    reply = await ann.guest.begin(model=LOOK)
    page = asyncio.create_task(ann.guest.read(reply))
    asked = await ann.heard(reply)
    assert not page.done()
    await ann.output(asked, "cat")
    assert (await page).answer == "The tool said: cat"


async def test_another_replica_can_take_the_answer(ann: Asked, house: House) -> None:
    asked = await ann.begin(LOOK)
    async with open_playground(house.parts.settings) as parts:
        other = Asked(House(parts, house.wire))
        told = await other.output(asked, "cat")
        assert told.answer == "The tool said: cat"
    assert await ann.guest.status(told) == "completed"


async def test_it_waits_for_longer_than_its_process_lives(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, agent=(NAME,)) as before:
        asked = await Asked(before).begin(LOOK)
    async with opened(database_url, tmp_path, agent=(NAME,)) as after:
        ann = Asked(after)
        assert (await ann.guest.items(asked.thread_id))[-1]["status"] == "pending"
        # The provider of before is gone, and its address with it.
        assert (await ann.output(asked, "cat")).answer == "The tool said: cat"


async def test_who_reads_again_while_it_waits_is_let_go(ann: Asked) -> None:
    reply = await ann.guest.begin(model=LOOK)
    first = await ann.heard(reply)
    assert (await ann.heard(reply)).frames == first.frames


async def test_what_the_browser_answers_is_cut_for_the_model(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path, agent=(NAME,), tool_result_bytes=100) as house:
        ann = Asked(house)
        asked = await ann.begin(LOOK)
        told = await ann.output(asked, "x" * 5_000)
        assert "cut: the result was longer" in told.answer
        assert len(replaced(told)[0].output) == 5_000


async def test_the_page_answers_in_process(house: House) -> None:
    client = house.client()
    tab = (await client.tabs())[0]
    await client.set_lane(tab.id, agent=NAME, model='compatible/tools:{"look":{"corner":"a"},"choose":{}}')
    reply = await client.send(tab.id, "hello")
    asked = await Asked(house).heard(reply)
    view = await client.view(reply.thread_id)
    assert view.live is not None
    assert [ask.item_id for ask in view.live.asks] == [pending(asked).id, None]
    second = await Asked(house).heard(await client.output(tab.id, reply.run_id, pending(asked).id, {"n": 1}))
    with pytest.raises(Conflict):
        await client.output(tab.id, reply.run_id, pending(asked).id, {"n": 2})
    last = await Asked(house).heard(await client.answer(tab.id, reply.run_id, pending(second).id, RED))
    assert "Which colour?" in last.answer
