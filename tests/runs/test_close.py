"""A process that is told to stop lets short answers finish, says so to the others, and loses nothing."""

import asyncio

import pytest

from playground.errors import Unavailable
from playground.runs.engine import Engine
from tests.runs.conftest import Lab

SLOW = "words-5000@50"


async def closing(lab: Lab, engine: Engine) -> None:
    lab.engines.remove(engine)
    await engine.close()


async def test_a_short_run_finishes(lab: Lab) -> None:
    engine = await lab.start(drain_timeout=10)
    run = await engine.submit(lab.order("words-40@80"))
    await (await lab.wire.seen(1)).reached(3)
    await closing(lab, engine)
    later = await lab.start()
    played = await lab.played(later, run.id)
    assert (played.run.status, played.text) == ("completed", " ".join(f"w{i}" for i in range(40)))


async def test_a_long_run_is_interrupted_with_an_error_and_its_part_is_kept(lab: Lab) -> None:
    engine = await lab.start(drain_timeout=0.2)
    run = await engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(3)
    reading = asyncio.create_task(lab.played(engine, run.id))
    await asyncio.sleep(0)
    await closing(lab, engine)
    played = await reading
    assert (played.run.status, played.run.allow_retry) == ("interrupted", True)
    assert played.events[-1].type == "error"
    assert played.text.startswith("w0")
    assert not played.live.open_ids
    assert (await lab.stored(run.thread_id)).items == played.items
    assert lab.wire.calls[0].disconnected
    later = await lab.start()
    assert (await lab.played(later, run.id)).frames == played.frames
    again = await lab.finish(later, lab.order("echo", "again", thread_id=run.thread_id))
    assert again.run.status == "completed"


async def test_a_waiting_message_is_kept_after_the_answer_and_can_be_retried(lab: Lab) -> None:
    engine = await lab.start()
    first = await engine.submit(lab.order(SLOW, "first"))
    await (await lab.wire.seen(1)).reached(3)
    second = await engine.submit(lab.order("echo", "second", thread_id=first.thread_id))
    reading = asyncio.create_task(lab.played(engine, second.id))
    await asyncio.sleep(0)
    await closing(lab, engine)
    played = await reading
    assert (played.run.status, played.run.allow_retry) == ("interrupted", True)
    assert played.events[-1].type == "error"
    said = await lab.said(first.thread_id)
    assert [who for who, _ in said] == ["user", "assistant", "user"]
    assert said[-1] == ("user", "second")
    assert len(lab.wire.calls) == 1


async def test_nothing_new_is_let_in(lab: Lab) -> None:
    engine = await lab.start(drain_timeout=10)
    run = await engine.submit(lab.order("words-40@80"))
    queued = await engine.submit(lab.order("echo", thread_id=run.thread_id))
    await (await lab.wire.seen(1)).reached(1)
    end = asyncio.create_task(closing(lab, engine))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await engine.submit(lab.order())
    await end
    assert (await engine.run(lab.visitor, run.id)).status == "completed"
    assert (await engine.run(lab.visitor, queued.id)).status == "interrupted"
    assert len(lab.wire.calls) == 1


async def test_no_task_is_left(lab: Lab) -> None:
    before = asyncio.all_tasks()
    engine = await lab.start()
    await asyncio.gather(*(engine.submit(lab.order(model)) for model in (SLOW, "hang", "stall-3", "tool:now:{}")))
    await lab.wire.seen(3)
    await closing(lab, engine)
    left = [task for task in asyncio.all_tasks() - before if "wire/server.py" not in str(task.get_stack())]
    assert not left


async def test_a_store_that_fails_at_the_end_does_not_keep_the_process_from_leaving(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.store.database.WRITE_PATIENCE", 0)
    engine = await lab.start()
    await engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(3)
    await lab.database.write(lambda s: s.connection().exec_driver_sql("DROP TABLE run_event"))
    await closing(lab, engine)
