"""A run that nobody reads is stopped after the grace, unless somebody came back or it needs no reader."""

import asyncio
from contextlib import aclosing

import pytest

from playground.runs.engine import Engine
from tests.runs.conftest import Lab, until

MODEL = "words-40@80"
WHOLE = " ".join(f"w{i}" for i in range(40))
ENDLESS = "words-5000@50"


@pytest.fixture
async def engine(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr("playground.runs.grace.FIRST_READER_SECONDS", 0.4)
    return await lab.start(disconnect_grace=0.2)


async def leave_after(lab: Lab, engine: Engine, run_id: str, frames: int, *, linger: bool = True) -> int:
    """Read so many frames, then go; the last seq that was read."""
    seq = 0
    async with aclosing(engine.attach(lab.visitor, run_id, linger=linger)) as reading:
        async for frame in reading:
            seq = frame.seq
            if seq >= frames:
                break
    return seq


async def ends(lab: Lab, engine: Engine, run_id: str) -> str:
    """The run's status once it is over."""
    await until(lambda: _over(lab, engine, run_id))
    return (await engine.run(lab.visitor, run_id)).status


async def _over(lab: Lab, engine: Engine, run_id: str) -> bool:
    return not (await engine.run(lab.visitor, run_id)).live


async def test_the_last_readers_leaving_stops_the_run_after_the_grace(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(ENDLESS, detached=False))
    await leave_after(lab, engine, run.id, 8)
    assert (await engine.run(lab.visitor, run.id)).live
    assert await ends(lab, engine, run.id) == "cancelled"
    await lab.wire.calls[0].over.wait()
    assert lab.wire.calls[0].disconnected
    said = (await lab.said(run.thread_id))[1][1]
    assert said.startswith("w0")


async def test_a_reader_who_comes_back_within_the_grace_gets_it_all(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL, detached=False))
    seq = await leave_after(lab, engine, run.id, 6)
    rest = await lab.played(engine, run.id, after=seq)
    assert rest.frames[0].seq == seq + 1
    assert rest.run.status == "completed"
    assert (await lab.said(run.thread_id))[1][1] == WHOLE


async def test_any_read_of_the_thread_lets_the_run_finish(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL, detached=False))
    await leave_after(lab, engine, run.id, 6)
    engine.touch(run.thread_id)
    assert await ends(lab, engine, run.id) == "completed"


async def test_a_detached_run_needs_no_reader(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL))
    await leave_after(lab, engine, run.id, 6)
    assert await ends(lab, engine, run.id) == "completed"


async def test_a_run_that_nobody_ever_reads_is_stopped(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(ENDLESS, detached=False))
    assert await ends(lab, engine, run.id) == "cancelled"


async def test_a_reader_who_does_not_linger_leaves_no_wish_behind(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL, detached=False))
    await leave_after(lab, engine, run.id, 6, linger=False)
    assert await ends(lab, engine, run.id) == "completed"


async def test_one_of_two_readers_who_leaves_changes_nothing(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL, detached=False))
    staying = asyncio.create_task(lab.played(engine, run.id))
    await leave_after(lab, engine, run.id, 6)
    assert (await staying).run.status == "completed"


async def test_a_message_that_waits_is_not_lost_when_its_reader_leaves(lab: Lab, engine: Engine) -> None:
    first = await engine.submit(lab.order(ENDLESS, "first"))
    second = await engine.submit(lab.order(ENDLESS, "second", thread_id=first.thread_id, detached=False))
    await leave_after(lab, engine, second.id, 1)
    await asyncio.sleep(0.5)
    assert (await engine.run(lab.visitor, second.id)).status == "queued"
    await engine.stop(lab.visitor, first.id)
    assert await ends(lab, engine, second.id) == "cancelled"
    assert [text for who, text in await lab.said(first.thread_id) if who == "user"] == ["first", "second"]
