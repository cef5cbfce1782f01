"""One live run per thread, whoever sends how much at once; nothing is lost, and order is arrival."""

import asyncio

import pytest
from sqlmodel import select

from playground.errors import Conflict
from playground.runs.engine import Engine
from playground.store.tables import RunRow
from tests.runs.conftest import Lab, until

SLOW = "words-5000@50"


async def busy(lab: Lab, engine: Engine) -> tuple[str, str]:
    """A thread that is answering, and its run."""
    run = await engine.submit(lab.order(SLOW, "first"))
    await (await lab.wire.seen(1)).reached(2)
    return run.thread_id, run.id


async def statuses(lab: Lab) -> list[str]:
    rows = await lab.database.read(lambda s: s.exec(select(RunRow).order_by("created_at")).all())
    return [row.status for row in rows]


async def test_a_second_message_waits_for_the_first_answer(lab: Lab, engine: Engine) -> None:
    thread_id, first = await busy(lab, engine)
    second = await engine.submit(lab.order("echo", "second", thread_id=thread_id))
    assert second.status == "queued"
    assert await lab.said(thread_id) == [("user", "first")]
    await engine.stop(lab.visitor, first)
    played = await lab.played(engine, second.id)
    assert played.run.status == "completed"
    assert played.events[0].type == "progress_update"
    said = await lab.said(thread_id)
    assert [text for who, text in said if who == "user"] == ["first", "second"]
    assert said[-1] == ("assistant", "second")
    stored = (await lab.stored(thread_id)).items
    assert stored[-2:] == played.items
    assert played.live.progress is None


async def test_twenty_messages_at_once_are_answered_one_by_one_in_the_order_they_came(lab: Lab, engine: Engine) -> None:
    thread_id = (await lab.finish(engine, lab.order("echo", "start"))).run.thread_id
    texts = [f"message {number}" for number in range(20)]
    runs = await asyncio.gather(*(engine.submit(lab.order("echo", text, thread_id=thread_id)) for text in texts))
    played = await asyncio.gather(*(lab.played(engine, run.id) for run in runs))
    assert {one.run.status for one in played} == {"completed"}
    expected = [(who, text) for text in ("start", *texts) for who in ("user", "assistant")]
    assert await lab.said(thread_id) == expected
    assert len(lab.wire.calls) == 21
    overlapping = [
        (one.began, other.began)
        for one, other in zip(lab.wire.calls, list(lab.wire.calls)[1:], strict=False)
        if one.ended is None or other.began < one.ended
    ]
    assert not overlapping


async def test_a_queued_message_that_is_stopped_was_never_sent(lab: Lab, engine: Engine) -> None:
    thread_id, first = await busy(lab, engine)
    second = await engine.submit(lab.order("echo", "second", thread_id=thread_id))
    third = await engine.submit(lab.order("echo", "third", thread_id=thread_id))
    assert (await engine.stop(lab.visitor, second.id)).status == "cancelled"
    assert [frame async for frame in engine.attach(lab.visitor, second.id)]
    await engine.stop(lab.visitor, first)
    assert (await lab.played(engine, third.id)).run.status == "completed"
    assert [text for who, text in await lab.said(thread_id) if who == "user"] == ["first", "third"]


async def test_a_stop_that_races_with_the_start_of_a_queued_run_ends_it_either_way(lab: Lab, engine: Engine) -> None:
    for _ in range(10):
        thread_id, first = await busy(lab, engine)
        second = await engine.submit(lab.order(SLOW, "second", thread_id=thread_id))
        stopped = await asyncio.gather(*(engine.stop(lab.visitor, run_id) for run_id in (first, second.id)))
        assert [one.status for one in stopped] == ["cancelled", "cancelled"]
        after = await lab.finish(engine, lab.order("echo", "after", thread_id=thread_id))
        assert after.run.status == "completed"
        lab.wire.calls.clear()


async def test_reject_refuses_while_the_thread_is_answering(lab: Lab) -> None:
    engine = await lab.start(double_text="reject")
    thread_id, first = await busy(lab, engine)
    with pytest.raises(Conflict, match="still answering"):
        await engine.submit(lab.order("echo", "second", thread_id=thread_id))
    assert await statuses(lab) == ["running"]
    await engine.stop(lab.visitor, first)
    assert (await lab.finish(engine, lab.order("echo", "again", thread_id=thread_id))).run.status == "completed"


async def test_interrupt_stops_the_answer_and_keeps_its_part(lab: Lab) -> None:
    engine = await lab.start(double_text="interrupt")
    thread_id, first = await busy(lab, engine)
    played = await lab.finish(engine, lab.order("echo", "second", thread_id=thread_id))
    assert played.run.status == "completed"
    assert (await engine.run(lab.visitor, first)).status == "cancelled"
    said = await lab.said(thread_id)
    assert [who for who, _ in said] == ["user", "assistant", "user", "assistant"]
    assert said[1][1].startswith("w0")
    await lab.wire.calls[0].over.wait()
    assert lab.wire.calls[0].disconnected


@pytest.mark.parametrize("policy", ["reject", "interrupt"])
async def test_twenty_at_once_never_run_two_under_any_policy(lab: Lab, policy: str) -> None:
    engine = await lab.start(double_text=policy)
    thread_id = (await lab.finish(engine, lab.order("echo", "start"))).run.thread_id
    model = SLOW if policy == "reject" else "words-20@200"
    orders = [lab.order(model, str(number), thread_id=thread_id) for number in range(20)]
    outcomes = await asyncio.gather(*(engine.submit(order) for order in orders), return_exceptions=True)
    runs = [one for one in outcomes if not isinstance(one, BaseException)]
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert all(isinstance(one, Conflict) for one in refused)
    if policy == "reject":
        await engine.stop(lab.visitor, runs[0].id)
    await asyncio.gather(*(lab.played(engine, run.id) for run in runs))
    assert len(runs) == (1 if policy == "reject" else 20)
    users = [text for who, text in await lab.said(thread_id) if who == "user"]
    assert len(users) == len(runs) + 1


async def test_threads_do_not_wait_for_each_other(lab: Lab, engine: Engine) -> None:
    await busy(lab, engine)
    assert (await lab.finish(engine, lab.order("echo", "elsewhere"))).run.status == "completed"


async def test_a_submit_whose_caller_goes_away_is_a_run_like_any_other(lab: Lab, engine: Engine) -> None:
    order = lab.order("echo", "alone")
    submitting = asyncio.create_task(engine.submit(order))
    await asyncio.sleep(0)
    submitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submitting
    await until(lambda: _all_over(lab))
    assert await lab.said(order.thread_id) == [("user", "alone"), ("assistant", "alone")]


async def _all_over(lab: Lab) -> bool:
    found = await statuses(lab)
    return bool(found) and set(found) == {"completed"}
