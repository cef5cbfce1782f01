"""Several engines on one database: they see, stop and bury each other's runs, and never write over each other."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlmodel import Session

from playground.errors import Unavailable
from playground.runs.engine import Engine
from playground.runs.recovery import MESSAGE
from playground.settings import Settings
from playground.store.database import Database
from tests.runs.conftest import QUICK, Lab, until
from tests.runs.replica import Replica
from tests.wire import Wire

SLOW = "words-5000@50"


@pytest.fixture
async def lab(settings: Settings, wire: Wire, database_url: str) -> AsyncIterator[Lab]:
    """On both databases, each engine with connections of its own."""
    lab = Lab(settings.model_copy(update={"database_url": database_url}), Database(database_url), wire)
    await lab.database.open()
    yield lab
    await asyncio.gather(*(engine.close() for engine in lab.engines))
    for models in lab.models:
        await models.aclose()
    await lab.database.close()


@pytest.fixture
async def other(lab: Lab) -> AsyncIterator[Replica]:
    replica = await Replica.start(lab)
    yield replica
    if replica.engine in lab.engines:
        await replica.close()


async def test_a_run_of_another_replica_is_seen_live(lab: Lab, engine: Engine, other: Replica) -> None:
    run = await engine.submit(lab.order("words-40@80"))
    far = asyncio.create_task(lab.played(other.engine, run.id))
    near = await lab.played(engine, run.id)
    assert (await far).frames == near.frames
    assert near.run.status == "completed"


async def test_a_run_of_another_replica_is_stopped_with_its_socket_closed(
    lab: Lab, engine: Engine, other: Replica
) -> None:
    run = await engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(5)
    stopped = await other.engine.stop(lab.visitor, run.id)
    assert stopped.status == "cancelled"
    assert lab.wire.calls[0].disconnected
    assert (await lab.said(run.thread_id))[1][1].startswith("w0")


async def test_a_stop_of_a_run_whose_replica_does_not_answer_says_so(
    lab: Lab, engine: Engine, other: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.runs.kept.STOP_SECONDS", 0)
    run = await other.engine.submit(lab.order(SLOW))
    with pytest.raises(Unavailable, match="not stopped yet"):
        await engine.stop(lab.visitor, run.id)


async def test_a_message_queued_on_one_replica_follows_the_answer_of_the_other(
    lab: Lab, engine: Engine, other: Replica
) -> None:
    first = await engine.submit(lab.order("words-40@80", "first"))
    second = await other.engine.submit(lab.order("echo", "second", thread_id=first.thread_id))
    third = await engine.submit(lab.order("echo", "third", thread_id=first.thread_id))
    assert (second.status, third.status) == ("queued", "queued")
    assert (await lab.played(other.engine, second.id)).run.status == "completed"
    assert (await lab.played(engine, third.id)).run.status == "completed"
    assert [text for who, text in await lab.said(first.thread_id) if who == "user"] == ["first", "second", "third"]


async def test_twenty_messages_on_two_replicas_are_all_answered_one_by_one(
    lab: Lab, engine: Engine, other: Replica
) -> None:
    thread_id = (await lab.finish(engine, lab.order("echo", "start"))).run.thread_id
    engines = (engine, other.engine)
    texts = [f"message {number}" for number in range(20)]
    runs = await asyncio.gather(
        *(engines[number % 2].submit(lab.order("echo", text, thread_id=thread_id)) for number, text in enumerate(texts))
    )
    played = [await lab.played(engines[number % 2], run.id) for number, run in enumerate(runs)]
    assert {one.run.status for one in played} == {"completed"}
    said = await lab.said(thread_id)
    assert sorted(text for who, text in said if who == "user") == sorted(("start", *texts))
    assert [who for who, _ in said] == ["user", "assistant"] * 21
    assert all(asked == answered for (_, asked), (_, answered) in zip(said[::2], said[1::2], strict=True))


async def test_a_dead_replicas_run_is_interrupted_and_its_part_kept(lab: Lab, engine: Engine, other: Replica) -> None:
    run = await other.engine.submit(lab.order("think-3-" + SLOW))
    await (await lab.wire.seen(1)).reached(20)
    reading = asyncio.create_task(lab.played(engine, run.id))
    await asyncio.sleep(0.1)
    await other.kill()
    played = await reading
    assert (played.run.status, played.run.error, played.run.allow_retry) == ("interrupted", MESSAGE, True)
    assert played.text.startswith("w0")
    assert not played.live.open_ids
    assert (await lab.stored(run.thread_id)).items == played.items
    assert "loading" not in str([item.model_dump() for item in played.items])
    error = played.live.error
    assert error is not None
    assert error.allow_retry
    again = await lab.finish(engine, lab.order("echo", "again", thread_id=run.thread_id))
    assert again.run.status == "completed"


async def test_a_restart_buries_what_died_before_it(lab: Lab, other: Replica) -> None:
    run = await other.engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(5)
    await asyncio.sleep(0.1)
    await other.kill()
    await asyncio.sleep(QUICK.silence)
    fresh = await lab.start()
    assert (await fresh.run(lab.visitor, run.id)).status == "interrupted"


async def test_a_dead_replicas_queued_message_is_kept_after_the_answer(
    lab: Lab, engine: Engine, other: Replica
) -> None:
    first = await engine.submit(lab.order("words-60@60", "first"))
    second = await other.engine.submit(lab.order("echo", "second", thread_id=first.thread_id))
    await other.kill()
    await lab.played(engine, first.id)
    await until(lambda: _over(lab, engine, second.id))
    found = await engine.run(lab.visitor, second.id)
    assert (found.status, found.allow_retry) == ("interrupted", True)
    said = await lab.said(first.thread_id)
    assert [who for who, _ in said] == ["user", "assistant", "user"]
    assert said[2][1] == "second"
    retry = lab.order("echo", thread_id=first.thread_id, item=None, fork="retry")
    asked = (await lab.rows(first.thread_id))[-1]
    again = await lab.finish(engine, replace(retry, fork_at=asked.id))
    assert again.text == "second"


async def _over(lab: Lab, engine: Engine, run_id: str) -> bool:
    return not (await engine.run(lab.visitor, run_id)).live


async def test_an_owner_that_was_taken_for_dead_writes_nothing_more_and_lets_go(
    lab: Lab, engine: Engine, other: Replica
) -> None:
    run = await other.engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(5)
    await other.freeze()
    await until(lambda: _over(lab, engine, run.id))
    buried = await lab.played(engine, run.id)
    assert buried.run.status == "interrupted"
    await lab.wire.calls[0].over.wait()
    assert lab.wire.calls[0].disconnected
    await until(lambda: not other.engine._live)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    after = await lab.played(engine, run.id)
    assert (after.run, after.frames) == (buried.run, buried.frames)
    assert (await lab.stored(run.thread_id)).items == buried.items


async def test_a_replica_that_closes_leaves_its_queued_message_behind_the_answer(
    lab: Lab, engine: Engine, other: Replica
) -> None:
    first = await engine.submit(lab.order("words-80@80", "first"))
    second = await other.engine.submit(lab.order("echo", "second", thread_id=first.thread_id))
    await other.close()
    assert (await lab.played(engine, first.id)).run.status == "completed"
    await until(lambda: _over(lab, engine, second.id))
    assert [who for who, _ in await lab.said(first.thread_id)] == ["user", "assistant", "user"]


async def test_live_replicas_do_not_bury_each_other(lab: Lab, engine: Engine, other: Replica) -> None:
    runs = [await one.submit(lab.order(SLOW)) for one in (engine, other.engine)]
    await asyncio.sleep(QUICK.silence * 3)
    assert [(await engine.run(lab.visitor, run.id)).status for run in runs] == ["running", "running"]


async def test_after_an_outage_of_the_store_nobody_is_taken_for_dead(lab: Lab, engine: Engine, other: Replica) -> None:
    """No replica could be heard of in it; the first to be back must not bury one that is a little later."""
    run = await other.engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(5)
    await other.freeze()
    await lab.database.write(_hold_the_table)
    began = time.monotonic()
    await until(lambda: engine._keeper._looked > began)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert (await engine.run(lab.visitor, run.id)).status == "running"
    other.thaw()
    await asyncio.sleep(QUICK.silence * 2)
    assert (await engine.run(lab.visitor, run.id)).status == "running"


def _hold_the_table(session: Session) -> None:
    """Nobody else writes for longer than a silence; on SQLite any writer holds everything."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("LOCK TABLE run IN ACCESS EXCLUSIVE MODE")
    time.sleep(QUICK.silence * 2)
