"""What the columns promise."""

from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from playground.store.database import Database
from playground.store.tables import ThreadRow
from tests.store.conftest import AT, add, new_item, new_run, new_thread


async def test_times_come_back_in_utc_with_their_offset(database: Database) -> None:
    tokyo = datetime(2026, 1, 1, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=9)))
    await database.write(lambda s: new_thread(s, at=tokyo))
    row = await database.read(lambda s: s.exec(select(ThreadRow)).one())
    assert row.created_at == tokyo
    assert row.created_at.tzinfo is UTC
    assert row.created_at.isoformat() == "2025-12-31T18:04:05.678901+00:00"


async def test_a_time_without_offset_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="offset"):
        await database.write(lambda s: new_thread(s, at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


async def test_times_sort_as_moments_on_both_databases(database: Database) -> None:
    zones = [timezone(timedelta(hours=hours)) for hours in (9, -8, 0)]
    moments = [AT.replace(tzinfo=zone) for zone in zones]
    for at in moments:
        await database.write(partial(new_thread, at=at))
    rows = await database.read(lambda s: s.exec(select(ThreadRow).order_by("created_at")).all())
    assert [row.created_at for row in rows] == sorted(moments)


async def test_a_thread_has_one_live_run(database: Database, thread: ThreadRow) -> None:
    await add(database, new_run(thread), new_run(thread, status="queued"), new_run(thread, status="completed"))
    for status in ("running", "awaiting_approval"):
        with pytest.raises(IntegrityError):
            await add(database, new_run(thread, status=status))


async def test_a_place_on_a_branch_is_taken_once(database: Database, thread: ThreadRow) -> None:
    await add(database, new_item(thread, 1))
    with pytest.raises(IntegrityError):
        await add(database, new_item(thread, 1))


async def test_an_idempotency_key_is_one_visitors(database: Database, thread: ThreadRow) -> None:
    keyed = {"status": "completed", "idempotency_key": "k"}
    await add(database, new_run(thread, **keyed), new_run(thread, **keyed, visitor_id="vis_bob"))
    with pytest.raises(IntegrityError):
        await add(database, new_run(thread, **keyed))
    await add(database, new_run(thread, status="completed"), new_run(thread, status="completed"))
