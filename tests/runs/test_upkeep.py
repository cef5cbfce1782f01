"""Odd things that must not stop the work done for all runs: what is odd is one run's, the rest goes on."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from agents import Agent
from sqlalchemy import text
from sqlmodel import Session

from playground.errors import AgentError
from playground.ids import new_id
from playground.records import RunRecord
from playground.runs.engine import Engine
from playground.runs.journal import Journal
from playground.store import runs
from playground.store.tables import ItemRow
from tests.runs.conftest import Lab, until

ODD: list[str] = []
"""Anything in it is what the agent below fails with."""


def moody() -> Agent[Any]:
    if ODD:
        raise AgentError(ODD[0], allow_retry=False)
    return Agent(name="Moody", instructions="Be moody.")


@pytest.fixture
def odd() -> Iterator[list[str]]:
    yield ODD
    ODD.clear()


async def orphaned(lab: Lab, engine: Engine) -> RunRecord:
    """A run whose process seems to have died, with a log that cannot be read."""
    run = await engine.submit(lab.order("hang-open"))
    dead = "UPDATE run SET owner = 'dead', epoch = 7, heartbeat_at = '2020-01-01', status = 'running' WHERE id = :run"
    await change(lab, dead, run)
    await change(lab, """UPDATE run_event SET payload = CAST('{"type":"odd"}' AS BLOB) WHERE run_id = :run""", run)
    return run


async def change(lab: Lab, statement: str, run: RunRecord) -> None:
    def work(session: Session) -> None:
        session.connection().execute(text(statement), {"run": run.id})

    await lab.database.write(work)


async def test_a_dead_run_whose_log_cannot_be_read_is_ended_and_the_others_go_on(lab: Lab) -> None:
    engine = await lab.start()
    dead = await orphaned(lab, engine)

    async def ended() -> bool:
        return (await engine.run(lab.visitor, dead.id)).status == "interrupted"

    await until(ended)
    assert (await lab.finish(engine, lab.order("echo", "still here"))).text == "still here"


async def test_words_that_no_database_keeps_do_not_hold_up_a_runs_end(
    lab: Lab, odd: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")  # a half character in the captured log cannot leave a worker of the test run
    engine = await lab.start(agent=("tests.runs.test_upkeep:moody",))
    odd.append("half \ud83d nul \x00 end")
    played = await lab.finish(engine, lab.order(agent="tests.runs.test_upkeep:moody"))
    assert (played.run.status, played.run.error) == ("failed", "half \ufffd nul \ufffd end")


async def test_what_no_database_takes_is_that_runs_trouble_alone(lab: Lab) -> None:
    engine = await lab.start()
    good, bad = [await engine.submit(lab.order("hang-open")) for _ in range(2)]
    fenced: list[str] = []
    journal = Journal(lab.database, interval=1, fenced=fenced.append)
    for run in (good, bad):
        journal.log(run.id, 1, 90, b"{}")
    journal.save(bad.id, row(bad, "half \ud83d"))
    await journal.flush()
    assert (fenced, journal.pending, journal.trouble) == ([bad.id], [], False)
    kept = await lab.database.read(lambda session: list(runs.events(session, good.id, after=89, limit=9)))
    assert kept == [(90, b"{}")]


async def test_no_error_ends_the_beating(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    engine = await lab.start()
    dead, run = [await engine.submit(lab.order("hang-open")) for _ in range(2)]
    unreadable = "UPDATE run SET owner = 'dead', heartbeat_at = '2020-01-01', created_at = 'odd' WHERE id = :run"
    await change(lab, unreadable, dead)

    async def complained() -> bool:
        return "could not be looked after" in caplog.text

    await until(complained)
    await change(lab, "DELETE FROM run WHERE id = :run", dead)
    await change(lab, "UPDATE run SET cancel_requested = TRUE WHERE id = :run", run)
    assert (await lab.played(engine, run.id)).run.status == "cancelled"


async def test_chores_that_take_long_hold_no_beat_up(lab: Lab) -> None:
    engine, begun = await lab.start(), asyncio.Event()

    async def long() -> None:
        begun.set()
        await asyncio.Event().wait()

    engine.chores.append(long)
    await begun.wait()
    run = await engine.submit(lab.order("hang-open"))
    await change(lab, "UPDATE run SET cancel_requested = TRUE WHERE id = :run", run)
    assert (await lab.played(engine, run.id)).run.status == "cancelled"


async def test_a_chore_that_fails_keeps_no_other_from_being_done(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    engine, done = await lab.start(), asyncio.Event()

    async def breaks() -> None:
        raise RuntimeError("odd")

    async def works() -> None:
        done.set()

    engine.chores += [breaks, works]
    async with asyncio.timeout(10):
        await done.wait()
    assert "a chore could not be done" in caplog.text


def row(run: RunRecord, kind: str) -> ItemRow:
    at = datetime.now(UTC)
    return ItemRow(
        id=new_id("msg"),
        thread_id=run.thread_id,
        branch_id=run.branch_id,
        position=90,
        type=kind,
        payload={},
        run_id=run.id,
        created_at=at,
    )
