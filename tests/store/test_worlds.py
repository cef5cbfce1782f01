"""Shared results in the store: claimed by one, free again when that one is gone, kept once, dropped when old."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from playground.store import worlds
from playground.store.database import Database
from playground.store.tables import RunRow, ThreadRow, ToolResultRow
from playground.store.worlds import Call, Kept
from tests.store.conftest import ANN, AT, BOB, add, new_run, new_thread

CALL = Call(ANN, "world", "key", "count", "{}")
KEPT = Kept({"value": [1, 2.5, None, "é"]}, failed=True)


@pytest.fixture
async def first(database: Database, thread: ThreadRow) -> RunRow:
    """A run at work."""
    run = new_run(thread)
    await add(database, run)
    return run


async def _claim(database: Database, run_id: str, call: Call = CALL) -> bool:
    return await database.write(lambda session: worlds.claim(session, call, run_id, AT))


async def _find(database: Database, run_id: str = "another", call: Call = CALL) -> ToolResultRow | None:
    return await database.read(lambda session: worlds.find(session, call, run_id))


async def _keep(database: Database, run_id: str) -> bool:
    return await database.write(lambda session: worlds.keep(session, CALL, run_id, KEPT, AT))


async def test_of_many_that_claim_a_call_one_has_it(database: Database, thread: ThreadRow) -> None:
    runs = [new_run(thread if not number else await database.write(new_thread)) for number in range(8)]
    await add(database, *runs)
    claimed = await asyncio.gather(*(_claim(database, run.id) for run in runs))
    assert sorted(claimed) == [False] * 7 + [True]
    row = await _find(database)
    assert row is not None
    assert (row.run_id, row.done_at) == (runs[claimed.index(True)].id, None)


async def test_what_is_kept_is_everybodys_and_stays(database: Database, first: RunRow) -> None:
    assert await _claim(database, first.id)
    assert await _keep(database, first.id)
    for run_id in ("another", first.id):
        row = await _find(database, run_id)
        assert row is not None
        assert (row.output, row.failed, row.tool, row.arguments, row.done_at) == (KEPT.output, True, "count", "{}", AT)
        assert not await _claim(database, run_id)
    await database.write(lambda session: worlds.give_back(session, CALL, first.id))
    assert await _find(database) is not None
    assert not await _keep(database, first.id)


@pytest.mark.parametrize("status", ["awaiting_approval", "completed", "interrupted"])
async def test_the_claim_of_a_run_that_is_not_at_work_is_anybodys(
    database: Database, first: RunRow, status: str
) -> None:
    assert await _claim(database, first.id)
    assert not await _claim(database, "another")
    await database.write(lambda session: _end(session, first.id, status))
    assert await _find(database) is None
    assert await _claim(database, "another")
    assert not await _keep(database, first.id)
    assert await _keep(database, "another")


def _end(session: Session, run_id: str, status: str) -> None:
    session.get_one(RunRow, run_id).status = status


async def test_a_run_may_claim_again_what_it_could_not_give_back(database: Database, first: RunRow) -> None:
    assert await _claim(database, first.id)
    assert await _find(database, first.id) is None
    assert await _claim(database, first.id)


async def test_what_is_given_back_is_anybodys_and_only_its_claimer_gives_it(database: Database, first: RunRow) -> None:
    assert await _claim(database, first.id)
    await database.write(lambda session: worlds.give_back(session, CALL, "another"))
    assert await _find(database) is not None
    await database.write(lambda session: worlds.give_back(session, CALL, first.id))
    assert await _find(database) is None


async def test_calls_of_another_visitor_world_or_key_are_others(database: Database, first: RunRow) -> None:
    others = [replace(CALL, visitor_id=BOB), replace(CALL, world="other"), replace(CALL, key="other")]
    for call in (CALL, *others):
        assert await _find(database, call=call) is None
        assert await _claim(database, first.id, call)


async def test_only_old_results_are_dropped(database: Database, first: RunRow) -> None:
    await _claim(database, first.id)
    await _claim(database, first.id, replace(CALL, key="other"))

    def prune(session: Session) -> list[str]:
        session.get_one(ToolResultRow, (ANN, "world", "key")).created_at = AT - timedelta(seconds=1)
        session.flush()
        worlds.prune(session, before=AT)
        return list(session.exec(select(ToolResultRow.key)).all())

    assert await database.write(prune) == ["other"]
