"""The tabs of the page."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session

from playground.records import Lane, LaneSettings
from playground.store import tabs, threads
from playground.store.database import Database
from playground.store.tables import TabRow, ThreadRow
from tests.store.conftest import ANN, AT, BOB

LANE = Lane("assistant", "compatible/echo", LaneSettings(temperature=0.5))


def _create(session: Session, lane: Lane = LANE) -> TabRow:
    return tabs.create(session, visitor_id=ANN, lane=lane, at=AT)


async def test_a_new_tab_goes_to_the_end_of_the_strip(database: Database) -> None:
    made = [(await database.write(_create)).id for _ in range(3)]
    await database.write(lambda s: tabs.create(s, visitor_id=BOB, lane=LANE, at=AT))
    assert [row.id for row in await database.read(lambda s: tabs.opened(s, visitor_id=ANN))] == made


async def test_a_tab_comes_back_as_it_was_made(database: Database) -> None:
    row = await database.write(_create)
    tab = await database.read(lambda s: tabs.tab(s, row))
    assert (tab.title, replace(tab.lane, id=""), tab.closed) == (tabs.UNTITLED, LANE, False)


async def test_the_title_of_a_tab_is_its_threads(database: Database, thread: ThreadRow) -> None:
    row = await database.write(lambda s: _create(s, Lane("a", "m", thread_id=thread.id)))
    assert (await database.read(lambda s: tabs.tab(s, row))).title == tabs.UNTITLED
    await database.write(lambda s: threads.rename(s, visitor_id=ANN, thread_id=thread.id, title="Mine"))
    assert (await database.read(lambda s: tabs.tab(s, row))).title == "Mine"


async def test_the_tab_closed_last_is_the_one_that_comes_back(database: Database) -> None:
    rows = [await database.write(_create) for _ in range(3)]

    def close(session: Session) -> None:
        for row, seconds in zip(rows, (2, 3, 1), strict=True):
            session.merge(row).closed_at = AT + timedelta(seconds=seconds)

    await database.write(close)
    last = await database.read(lambda s: tabs.last_closed(s, visitor_id=ANN))
    assert last is not None
    assert last.id == rows[1].id
    assert await database.read(lambda s: tabs.opened(s, visitor_id=ANN)) == []


async def test_the_tab_of_a_thread_is_found_open_or_closed(database: Database, thread: ThreadRow) -> None:
    row = await database.write(lambda s: _create(s, Lane("a", "m", thread_id=thread.id)))
    found = await database.read(lambda s: tabs.on_thread(s, visitor_id=ANN, thread_id=thread.id))
    assert found == row
