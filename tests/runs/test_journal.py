"""What runs say reaches the disk, also when the disk is in trouble for a while."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace

import pytest
from chatkit.types import NoticeEvent
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from playground.runs.engine import Engine
from playground.runs.journal import Entry, Journal
from playground.runs.keeper import UNSAVED
from playground.store import runs
from playground.store.database import Database
from playground.store.runs import Ending
from playground.store.tables import RunRow, ThreadRow
from tests.runs.conftest import Lab, until
from tests.store.conftest import add, new_item, new_run, new_thread, set_pragma

DONE = Ending(status="completed", last_seq=1, usage={})


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def thread(database: Database) -> ThreadRow:
    return await database.write(new_thread)


def journal(database: Database, fenced: list[str] | None = None) -> Journal:
    return Journal(database, interval=60, fenced=(fenced if fenced is not None else []).append)


@asynccontextmanager
async def unwritable(database: Database) -> AsyncGenerator[None]:
    """The disk refuses meanwhile."""
    await asyncio.to_thread(set_pragma, database, "query_only=1")
    yield
    await asyncio.to_thread(set_pragma, database, "query_only=0")


async def _frames(database: Database, run_id: str) -> list[bytes]:
    return [data for _, data in await database.read(lambda s: runs.events(s, run_id, after=0, limit=99))]


async def test_what_the_disk_refuses_is_kept_and_written_later(database: Database, thread: ThreadRow) -> None:
    run, first, second = new_run(thread), new_item(thread, 1), new_item(thread, 2)
    await add(database, run)
    log = journal(database)
    log.log(run.id, 1, 1, b"1")
    log.save(run.id, first)
    async with unwritable(database):
        with pytest.raises(OperationalError):
            await log.flush()
        assert log.trouble
        assert log.pending == [run.id]
        log.log(run.id, 1, 2, b"2")
        log.save(run.id, second)
        log.drop(run.id, first.id)
        with pytest.raises(OperationalError):
            await log.end(run.id, 1, DONE)
    await log.flush()
    assert (log.trouble, log.pending) == (False, [])
    assert await _frames(database, run.id) == [b"1", b"2"]
    row = await database.read(lambda s: s.exec(select(RunRow)).one())
    assert (row.status, row.ended_at is not None) == ("completed", True)


async def test_a_flush_that_is_cancelled_loses_nothing(database: Database, thread: ThreadRow) -> None:
    run = new_run(thread)
    await add(database, run)
    log = journal(database)
    log.log(run.id, 1, 1, b"1")
    flushing = asyncio.create_task(log.flush())
    await asyncio.sleep(0)
    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing
    log.log(run.id, 1, 2, b"2")
    await log.flush()
    assert await _frames(database, run.id) == [b"1", b"2"]


@pytest.mark.parametrize("trouble", ["no such branch", "too large a number", "no JSON"])
async def test_what_can_never_be_stored_does_not_hold_up_the_other_runs(
    database: Database, thread: ThreadRow, trouble: str
) -> None:
    other = await database.write(new_thread)
    good, bad = new_run(thread), new_run(other)
    await add(database, good, bad)
    fenced: list[str] = []
    log = journal(database, fenced)
    for run in (bad, good):
        log.log(run.id, 1, 1, b"1")
    log.save(good.id, new_item(thread, 1))
    match trouble:
        case "no such branch":
            log.save(bad.id, new_item(other, 1, branch_id="brn_none"))
            await log.flush()
        case "too large a number":
            await log.end(bad.id, 1, replace(DONE, cost_nano_usd=2**63))
        case _:
            await log.end(bad.id, 1, replace(DONE, usage={"turns": object()}))
    assert fenced == [bad.id]
    assert (await _frames(database, good.id), await _frames(database, bad.id)) == ([b"1"], [])
    assert not log.trouble


async def test_an_item_that_was_saved_and_then_dropped_is_not_stored(database: Database, thread: ThreadRow) -> None:
    run, item = new_run(thread), new_item(thread, 1)
    await add(database, run)
    log = journal(database)
    for save in (True, False):
        log.log(run.id, 1, 2 - save, b"x")
        if save:
            log.save(run.id, item)
            await log.flush()
        else:
            log.drop(run.id, item.id)
    await log.flush()
    assert await database.read(lambda s: s.get(type(item), item.id)) is None


def test_what_came_later_is_added_to_what_came_before(thread_row: ThreadRow) -> None:
    old, new = new_item(thread_row, 1), new_item(thread_row, 2)
    entry = Entry(1, frames=[(1, b"1")], saves={old.id: old})
    entry.absorb(Entry(1, frames=[(2, b"2")], saves={new.id: new}, drops={"x"}, ending=DONE))
    assert entry.frames == [(1, b"1"), (2, b"2")]
    assert (set(entry.saves), entry.drops, entry.ending) == ({old.id, new.id}, {"x"}, DONE)
    entry.absorb(Entry(1))
    assert entry.ending is DONE


@pytest.fixture
def thread_row() -> ThreadRow:
    return ThreadRow.model_construct(id="thr_1", head_branch="brn_1", visitor_id="vis_1")


async def test_a_run_on_a_full_disk_is_read_to_its_end_and_saved_when_there_is_space(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order("words-60@60"))
    call = await lab.wire.seen(1)
    async with unwritable(lab.database):
        async with asyncio.timeout(10):
            frames = [frame async for frame in engine.attach(lab.visitor, run.id)]
        await call.over.wait()
        await asyncio.sleep(0.6)
        assert (await engine.run(lab.visitor, run.id)).status == "running"
    await until(lambda: _status(lab, engine, run.id, "completed"))
    played = await lab.played(engine, run.id)
    assert played.frames[: len(frames)] == frames
    assert played.text == " ".join(f"w{i}" for i in range(60))
    assert [event.message for event in played.events if isinstance(event, NoticeEvent)] == [UNSAVED]
    assert (await lab.stored(run.thread_id)).items == played.items
    again = await lab.finish(engine, lab.order("echo", "again", thread_id=run.thread_id))
    assert again.run.status == "completed"


async def _status(lab: Lab, engine: Engine, run_id: str, status: str) -> bool:
    return (await engine.run(lab.visitor, run_id)).status == status


async def test_nothing_is_written_while_nothing_is_said(lab: Lab, engine: Engine) -> None:
    await lab.finish(engine, lab.order())

    # Of one connection: SQLite counts for each by itself what the others wrote.
    with closing(sqlite3.connect(str(lab.database.url.database))) as onlooker:

        def changes() -> object:
            return onlooker.execute("PRAGMA data_version").fetchone()

        before = changes()
        await asyncio.sleep(0.3)
        assert changes() == before
