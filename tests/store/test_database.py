"""The database under stress: locked, full, read-only, restarted."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, select

from playground.store.database import Database
from playground.store.tables import ThreadRow
from tests.store.conftest import new_thread, set_pragma

HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


def _count(session: Session) -> int:
    return len(session.exec(select(ThreadRow)).all())


@pytest.fixture
def file(lite: Database) -> Path:
    assert lite.url.database
    return Path(lite.url.database)


@contextmanager
def held(file: Path, seconds: float) -> Generator[subprocess.Popen[bytes]]:
    """Another process holds the write lock for so long."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file), str(seconds)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield holder
        holder.kill()


async def test_a_write_outlasts_a_lock_held_for_three_seconds(lite: Database, file: Path) -> None:
    with held(file, 3):
        await lite.write(new_thread)
        assert await lite.read(_count) == 1


async def test_a_read_does_not_wait_for_a_writer(lite: Database, file: Path) -> None:
    with held(file, 60) as holder:
        assert await lite.read(_count) == 0
        assert holder.poll() is None


async def test_a_lock_held_longer_than_the_busy_timeout_is_tried_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.store.database.BUSY_SECONDS", 0)
    database = Database(sqlite_url)
    await database.open()
    blocker = await asyncio.to_thread(
        sqlite3.connect, str(database.url.database), isolation_level=None, check_same_thread=False
    )
    await asyncio.to_thread(blocker.execute, "BEGIN IMMEDIATE")
    writing = asyncio.create_task(database.write(new_thread))
    await asyncio.sleep(0.2)
    assert not writing.done()
    await asyncio.to_thread(blocker.execute, "ROLLBACK")
    await writing
    await asyncio.to_thread(blocker.close)
    await database.close()


async def test_writers_of_one_store_lose_no_update(database: Database) -> None:
    """Read, then write what was read plus one, from everywhere at once."""
    row = await database.write(new_thread)

    def bump(session: Session) -> None:
        found = session.get(ThreadRow, row.id, with_for_update=True)
        assert found
        found.title = str(int(found.title or "0") + 1)

    await asyncio.gather(*(database.write(bump) for _ in range(30)))
    found = await database.read(lambda s: s.exec(select(ThreadRow)).one())
    assert found.title == "30"


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    def half(session: Session) -> None:
        new_thread(session)
        raise KeyError

    with pytest.raises(KeyError):
        await database.write(half)
    assert await database.read(_count) == 0
    await database.write(new_thread)
    assert await database.read(_count) == 1


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
async def test_only_durable_writes_wait_for_the_disk(lite: Database, *, durable: bool, level: int) -> None:
    def level_at_commit(session: Session) -> object:
        new_thread(session)
        return session.connection().exec_driver_sql("PRAGMA synchronous").scalar()

    for _ in range(2):  # the same connection each time: a level must not stick
        assert await lite.write(level_at_commit, durable=durable) == level
        await lite.write(level_at_commit, durable=not durable)


async def test_sqlite_keeps_a_write_ahead_log_and_foreign_keys(lite: Database) -> None:
    def pragmas(session: Session) -> list[object]:
        connection = session.connection()
        names = ("journal_mode", "foreign_keys", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await lite.write(pragmas) == ["wal", 1, 5000]
    assert await lite.read(pragmas) == ["wal", 1, 5000]


@pytest.mark.parametrize("trouble", ["query_only=1", "max_page_count=1"])
async def test_a_database_that_cannot_be_written_says_so_at_once_and_recovers(lite: Database, trouble: str) -> None:
    def fill(session: Session) -> None:
        for _ in range(200):
            new_thread(session, title="x" * 1000)

    await asyncio.to_thread(set_pragma, lite, trouble)
    async with asyncio.timeout(4):
        with pytest.raises(OperationalError, match=r"readonly|full"):
            await lite.write(fill)
        assert await lite.read(_count) == 0
    await asyncio.to_thread(set_pragma, lite, "query_only=0" if "query" in trouble else "max_page_count=1000000")
    await lite.write(fill)
    assert await lite.read(_count) == 200


async def test_one_read_sees_one_state(database: Database) -> None:
    """It does not see what is committed in the middle of its work."""
    started, go = threading.Event(), threading.Event()

    def twice(session: Session) -> tuple[int, int]:
        before = _count(session)
        started.set()
        go.wait(5)
        return before, _count(session)

    reading = asyncio.create_task(database.read(twice))
    await asyncio.to_thread(started.wait, 5)
    await database.write(new_thread)
    go.set()
    assert await reading == (0, 0)


async def _kill_everybody_else(url: str) -> None:
    plain = url.replace("+psycopg", "")
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as connection:
        await connection.execute(query)


async def test_a_write_whose_connection_is_killed_is_written_once(post: Database, postgres_url: str) -> None:
    loop = asyncio.get_running_loop()
    tries = list[int]()

    def work(session: Session) -> None:
        new_thread(session)
        session.flush()
        tries.append(1)
        if len(tries) == 1:
            asyncio.run_coroutine_threadsafe(_kill_everybody_else(postgres_url), loop).result(5)

    await post.write(work)
    assert await post.read(_count) == 1
    assert len(tries) == 2


async def test_a_read_whose_connection_is_killed_answers_all_the_same(post: Database, postgres_url: str) -> None:
    await asyncio.gather(*(post.read(_count) for _ in range(4)))
    loop = asyncio.get_running_loop()
    tries = list[int]()

    def work(session: Session) -> int:
        tries.append(1)
        if len(tries) == 1:
            session.connection()
            asyncio.run_coroutine_threadsafe(_kill_everybody_else(postgres_url), loop).result(5)
        return _count(session)

    assert await post.read(work) == 0


async def test_a_write_waits_until_the_server_lets_it_in_again(post: Database, postgres_url: str) -> None:
    """As while it restarts: every connection is cut and new ones are refused."""
    name = str(post.url.database)
    admin = postgres_url.replace("+psycopg", "").replace(f"/{name}?", "/postgres?")
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        writing = asyncio.create_task(post.write(new_thread))
        await asyncio.sleep(0.3)
        assert not writing.done()
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    await writing
    assert await post.read(_count) == 1


def test_a_driver_need_not_be_named() -> None:
    assert Database("sqlite:///x.db").url.drivername == "sqlite"
    for name in ("postgresql", "postgresql+psycopg"):
        assert Database(f"{name}://h/d").url.drivername == "postgresql+psycopg"


def test_another_database_is_refused_with_the_name_of_the_setting() -> None:
    with pytest.raises(ValueError, match="PLAYGROUND_DATABASE_URL"):
        Database("mysql://h/d")


async def test_a_database_that_is_not_there_fails_with_the_drivers_error(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "x.db").mkdir)
    database = Database(f"sqlite:///{tmp_path}/x.db")
    with pytest.raises(OperationalError, match="unable to open"):
        await database.open()
    await database.close()


async def test_nothing_is_left_of_a_closed_store(lite: Database) -> None:
    await lite.write(lambda s: s.connection().execute(text("SELECT 1")))
    await lite.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("store-")]


async def test_an_error_does_not_quote_what_a_visitor_wrote(database: Database) -> None:
    thread = await database.write(lambda session: new_thread(session, title="something private"))

    def again(session: Session) -> None:
        session.add(ThreadRow(**thread.model_dump()))

    with pytest.raises(IntegrityError) as failure:
        await database.write(again)
    assert "private" not in str(failure.value)
