"""Threads belong to their visitor, and go with everything that hangs on them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal, TypeVar

import pytest
from sqlmodel import Session, SQLModel, select

from playground.errors import NotFound
from playground.ids import new_id
from playground.records import Lane
from playground.runs.journal import Entry, write
from playground.store import items, runs, tabs, threads
from playground.store.database import Database
from playground.store.runs import Ending
from playground.store.tables import BranchRow, FeedbackRow, ItemRow, RunEventRow, RunRow, TabRow, ThreadRow
from tests.store.conftest import ANN, AT, BOB, add, new_item, new_run, new_thread

TABLES: tuple[type[SQLModel], ...] = (ThreadRow, BranchRow, ItemRow, RunRow, RunEventRow, FeedbackRow, TabRow)
Order = Literal["asc", "desc"]


def _counts(session: Session) -> list[int]:
    return [len(session.exec(select(table)).all()) for table in TABLES]


def _furnish(session: Session, thread: ThreadRow) -> RunRow:
    """One row in every table."""
    run, item = new_run(thread), new_item(thread, 1)
    session.add_all([run, item])
    session.flush()
    runs.append(session, [(run.id, 1, b"{}")])
    items.rate(session, visitor_id=ANN, thread=thread, item_ids=[item.id], kind="positive", at=AT)
    tabs.create(session, visitor_id=ANN, lane=Lane("a", "m", thread_id=thread.id), at=AT)
    return run


@dataclass
class Mine:
    """What Ann has."""

    thread: ThreadRow
    run: RunRow
    tab: TabRow


FOREIGN: dict[str, Callable[[Session, Mine], object]] = {
    "threads.find": lambda s, m: threads.find(s, visitor_id=BOB, thread_id=m.thread.id),
    "threads.find locked": lambda s, m: threads.find(s, visitor_id=BOB, thread_id=m.thread.id, lock=True),
    "threads.page": lambda s, m: threads.page(s, visitor_id=BOB, limit=5, order="asc", after=m.thread.id),
    "threads.rename": lambda s, m: threads.rename(s, visitor_id=BOB, thread_id=m.thread.id, title="mine"),
    "threads.remove": lambda s, m: threads.remove(s, visitor_id=BOB, thread_id=m.thread.id),
    "threads.switch": lambda s, m: threads.switch(
        s, visitor_id=BOB, thread_id=m.thread.id, branch_id=m.thread.head_branch
    ),
    "runs.find": lambda s, m: runs.find(s, visitor_id=BOB, run_id=m.run.id),
    "tabs.find": lambda s, m: tabs.find(s, visitor_id=BOB, tab_id=m.tab.id),
}


Row = TypeVar("Row", ThreadRow, RunRow, TabRow)


def _renamed(row: Row) -> Row:
    """Like a row that there is, but there is none."""
    return type(row).model_validate(row.model_dump() | {"id": "none"})


def _asked(ask: Callable[[Session, Mine], object], mine: Mine, session: Session) -> object:
    return ask(session, mine)


@pytest.mark.parametrize("name", FOREIGN)
async def test_what_is_somebody_elses_is_as_unknown_as_what_is_not_there(
    database: Database, thread: ThreadRow, name: str
) -> None:
    run = await database.write(lambda s: _furnish(s, thread))
    tab = await database.read(lambda s: s.exec(select(TabRow)).one())
    messages: list[str] = []
    for mine in (Mine(thread, run, tab), Mine(_renamed(thread), _renamed(run), _renamed(tab))):
        with pytest.raises(NotFound) as caught:
            await database.write(partial(_asked, FOREIGN[name], mine))
        messages.append(str(caught.value))
    assert len(set(messages)) == 1
    assert await database.read(_counts) == [1] * len(TABLES)


async def test_lists_hold_only_the_visitors_own(database: Database, thread: ThreadRow) -> None:
    await database.write(lambda s: _furnish(s, thread))

    def work(session: Session) -> list[object]:
        return [
            threads.page(session, visitor_id=BOB, limit=5, order="asc", after=None)[0],
            tabs.opened(session, visitor_id=BOB),
            tabs.on_thread(session, visitor_id=BOB, thread_id=thread.id),
            tabs.last_closed(session, visitor_id=BOB),
            runs.by_key(session, visitor_id=BOB, key="k"),
        ]

    assert await database.read(work) == [[], [], None, None, None]


async def test_a_branch_of_another_thread_cannot_be_shown(database: Database, thread: ThreadRow) -> None:
    other = await database.write(new_thread)
    with pytest.raises(NotFound):
        await database.write(
            lambda s: threads.switch(s, visitor_id=ANN, thread_id=thread.id, branch_id=other.head_branch)
        )


async def test_a_deleted_thread_leaves_nothing_behind(database: Database, thread: ThreadRow) -> None:
    await database.write(lambda s: _furnish(s, thread))
    assert await database.read(_counts) == [1] * len(TABLES)
    await database.write(lambda s: threads.remove(s, visitor_id=ANN, thread_id=thread.id))
    assert await database.read(_counts) == [0] * len(TABLES)


async def test_deleting_a_thread_leaves_the_others_alone(database: Database, thread: ThreadRow) -> None:
    other = await database.write(new_thread)
    await database.write(lambda s: _furnish(s, other))
    await database.write(lambda s: threads.remove(s, visitor_id=ANN, thread_id=thread.id))
    assert await database.read(_counts) == [1] * len(TABLES)


async def test_late_writes_of_a_run_do_not_bring_a_deleted_thread_back(database: Database, thread: ThreadRow) -> None:
    run = await database.write(lambda s: _furnish(s, thread))
    await database.write(lambda s: threads.remove(s, visitor_id=ANN, thread_id=thread.id))
    late = new_item(thread, 2)
    for ending in (None, Ending(status="completed", last_seq=2, usage={})):
        entry = Entry(1, frames=[(2, b"{}")], saves={late.id: late}, ending=ending)
        assert await database.write(partial(write, entries={run.id: entry})) == [run.id]
    assert await database.read(_counts) == [0] * len(TABLES)


async def test_a_delete_and_a_late_write_at_once_leave_nothing(database: Database, thread: ThreadRow) -> None:
    run = await database.write(lambda s: _furnish(s, thread))

    def late(session: Session) -> list[str]:
        row = new_item(thread, 2)
        return write(session, {run.id: Entry(1, frames=[(2, b"{}")], saves={row.id: row})})

    await asyncio.gather(
        database.write(late), database.write(lambda s: threads.remove(s, visitor_id=ANN, thread_id=thread.id))
    )
    assert await database.read(_counts) == [0] * len(TABLES)


async def test_a_title_by_hand_is_never_overwritten(database: Database, thread: ThreadRow) -> None:
    await database.write(lambda s: threads.rename(s, visitor_id=ANN, thread_id=thread.id, title="Mine"))
    assert not await database.write(lambda s: threads.suggest_title(s, thread_id=thread.id, title="Guess"))
    assert await _title(database, thread.id) == "Mine"


async def test_the_first_automatic_title_stays_until_a_hand_changes_it(database: Database, thread: ThreadRow) -> None:
    assert await database.write(lambda s: threads.suggest_title(s, thread_id=thread.id, title="First"))
    assert not await database.write(lambda s: threads.suggest_title(s, thread_id=thread.id, title="Second"))
    assert await _title(database, thread.id) == "First"
    await database.write(lambda s: threads.rename(s, visitor_id=ANN, thread_id=thread.id, title="Mine"))
    assert await _title(database, thread.id) == "Mine"


async def test_a_thread_that_is_gone_takes_no_title(database: Database) -> None:
    assert not await database.write(lambda s: threads.suggest_title(s, thread_id="thr_none", title="x"))


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_pages_of_threads_hold_each_once_even_at_equal_times(database: Database, order: Order) -> None:
    def fill(session: Session) -> list[str]:
        return [new_thread(session, at=AT + timedelta(seconds=n // 3)).id for n in range(10)]

    made = await database.write(fill)
    found: list[str] = []
    after, more = None, True
    while more:
        rows, more = await database.read(partial(threads.page, visitor_id=ANN, limit=3, order=order, after=after))
        found += [row.id for row in rows]
        after = found[-1]
    assert sorted(found) == sorted(made)
    whole, _ = await database.read(lambda s: threads.page(s, visitor_id=ANN, limit=99, order=order, after=None))
    assert found == [row.id for row in whole]


async def test_what_goes_out_of_a_thread_holds_no_metadata(database: Database) -> None:
    def make(session: Session) -> ThreadRow:
        return threads.create(
            session, thread_id=new_id("thr"), visitor_id=ANN, title="T", meta={"agent": "secret"}, at=AT
        )

    assert "secret" not in threads.as_thread(await database.write(make)).model_dump_json()


async def _title(database: Database, thread_id: str) -> str | None:
    row = await database.read(lambda s: threads.find(s, visitor_id=ANN, thread_id=thread_id))
    return row.title


async def test_a_thread_without_items_has_an_empty_page(database: Database, thread: ThreadRow) -> None:
    await add(database, new_run(thread))
    assert await database.read(lambda s: items.page(s, thread, limit=5, order="asc", after=None)) == ([], False)
