"""The database: SQLite or PostgreSQL, one way of asking.

The store's functions are plain and take a database session; `read` and `write` run them in a thread, one
transaction each, so that the event loop never waits for a disk. SQLite gets a single writer, which takes its lock
at once (`BEGIN IMMEDIATE`) instead of failing half-way.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from playground import folder
from playground.store.upgrade import upgrade

T = TypeVar("T")
Work = Callable[[Session], T]

logger = logging.getLogger(__name__)

BUSY_SECONDS = 5
WRITE_PATIENCE = 12
"""Seconds for which a write is tried again while the database is locked or away; a PostgreSQL restart takes one."""
READ_PATIENCE = 3
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5}
"""For PostgreSQL, which waits a quarter of an hour for a server that was cut off. The second is in milliseconds."""


class Database:
    """Open it before use, close it after. `url` is SQLAlchemy's; the driver may be left out."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(make_url(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._write_engine = self._engine(writes=True)
        if self.is_sqlite:
            self._read_engine = self._engine(writes=False)
        else:  # one state for all that a piece of work reads, as SQLite gives
            self._read_engine = self._write_engine.execution_options(isolation_level="REPEATABLE READ")
        self._writers = ThreadPoolExecutor(1 if self.is_sqlite else 8, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="store-read")

    async def open(self) -> None:
        """Make the folder, bring the schema up to date. Raises the driver's error if that cannot be."""
        await self._in(self._writers, self._prepare)

    async def close(self) -> None:
        """Let the running work end, then let go of every connection."""
        await asyncio.to_thread(self._writers.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        self._write_engine.dispose()
        self._read_engine.dispose()

    async def read(self, work: Work[T]) -> T:
        """What `work` answers, from one consistent state."""
        return await self._in(self._readers, lambda: _patiently(lambda: self._read_once(work), READ_PATIENCE))

    async def write(self, work: Work[T], *, durable: bool = False) -> T:
        """What `work` answers, once committed; `durable` also survives a power cut.

        `work` may run again after a failed try, so it must not change anything outside its session.
        """
        return await self._in(
            self._writers, lambda: _patiently(lambda: self._write_once(work, durable=durable), WRITE_PATIENCE)
        )

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        # In the caller's context: what is refused there is said in the caller's language.
        return await asyncio.get_running_loop().run_in_executor(pool, copy_context().run, work)

    def _prepare(self) -> None:
        if self.is_sqlite and self.url.database:
            folder.make_folder(Path(self.url.database).parent)
            folder.make_file(Path(self.url.database))
        upgrade(self._write_engine)

    def _read_once(self, work: Work[T]) -> T:
        with Session(self._read_engine, expire_on_commit=False) as session:
            return work(session)

    def _write_once(self, work: Work[T], *, durable: bool) -> T:
        engine = self._write_engine.execution_options(durable=durable)
        with Session(engine, expire_on_commit=False) as session:
            result = work(session)
            session.commit()
            return result

    def _engine(self, *, writes: bool) -> Engine:
        if not self.is_sqlite:
            return create_engine(
                self.url, pool_size=12, pool_pre_ping=True, hide_parameters=True, connect_args=_PATIENCE
            )
        engine = create_engine(
            self.url,
            pool_size=1 if writes else 4,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            hide_parameters=True,  # an error's text is logged: what visitors wrote is not to be in it
        )
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_writing if writes else _begin_reading)
        return engine


def _with_driver(url: URL) -> URL:
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise ValueError(f"PLAYGROUND_DATABASE_URL: {other} is not supported; use sqlite:/// or postgresql://")


def _tune_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_writing(connection: Connection) -> None:
    level = "FULL" if connection.get_execution_options().get("durable") else "NORMAL"
    connection.exec_driver_sql(f"PRAGMA synchronous={level}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _patiently(once: Callable[[], T], patience: float) -> T:
    deadline = time.monotonic() + patience
    pause = 0.05
    while True:
        try:
            return once()
        except DBAPIError as error:
            if not _passing(error) or time.monotonic() + pause > deadline:
                raise
            logger.warning("database busy or away, trying again", extra={"pause_s": pause})
            time.sleep(pause)
            pause = min(pause * 2, 1)


def _passing(error: DBAPIError) -> bool:
    """Whether trying again may help: a lock that was held too long, a server that is restarting."""
    if error.connection_invalidated:
        return True
    text = str(error.orig).lower()
    signs = ("database is locked", "connection", "starting up", "shutting down", "deadlock detected")
    return isinstance(error, OperationalError) and any(sign in text for sign in signs)
