"""A store on both databases, and rows to put into it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from sqlmodel import Session

from playground.ids import new_id
from playground.store import threads
from playground.store.database import Database
from playground.store.tables import ItemRow, RunRow, ThreadRow

T = TypeVar("T")

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ANN, BOB = "vis_ann", "vis_bob"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open store on each database."""
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def lite(sqlite_url: str) -> AsyncIterator[Database]:
    """An open store on SQLite."""
    database = Database(sqlite_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def post(postgres_url: str) -> AsyncIterator[Database]:
    """An open store on PostgreSQL."""
    database = Database(postgres_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def thread(database: Database) -> ThreadRow:
    """A thread of Ann's."""
    return await database.write(new_thread)


def new_thread(session: Session, visitor_id: str = ANN, at: datetime = AT, title: str | None = None) -> ThreadRow:
    """A thread with its first branch."""
    return threads.create(session, thread_id=new_id("thr"), visitor_id=visitor_id, title=title, meta={}, at=at)


def new_item(thread: ThreadRow, position: int, *, branch_id: str | None = None, **more: Any) -> ItemRow:
    """A user message on the thread's head."""
    fields: dict[str, Any] = {
        "id": new_id("msg"),
        "thread_id": thread.id,
        "branch_id": branch_id or thread.head_branch,
        "position": position,
        "type": "user_message",
        "payload": {"content": [{"type": "input_text", "text": str(position)}]},
        "created_at": AT,
    }
    return ItemRow(**(fields | more))


def new_run(thread: ThreadRow, **more: Any) -> RunRow:
    """A running run of the thread."""
    fields: dict[str, Any] = {
        "id": new_id("run"),
        "thread_id": thread.id,
        "branch_id": thread.head_branch,
        "visitor_id": thread.visitor_id,
        "agent": "assistant",
        "model": "compatible/echo",
        "status": "running",
        "order": {},
        "owner": "me",
        "heartbeat_at": AT,
        "usage": {},
        "created_at": AT,
    }
    return RunRow(**(fields | more))


async def add(database: Database, *rows: Any) -> None:
    """Put rows in."""
    await database.write(lambda session: session.add_all(rows))


def set_pragma(database: Database, value: str) -> None:
    """On the connection that SQLite's writer uses."""
    with database._write_engine.connect() as connection:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA {value}")


def raises(error: type[Exception]) -> Callable[[Callable[[Session], object]], Callable[[Session], None]]:
    """Work that must fail inside the store."""

    def wrap(work: Callable[[Session], object]) -> Callable[[Session], None]:
        def run(session: Session) -> None:
            with pytest.raises(error):
                work(session)

        return run

    return wrap
