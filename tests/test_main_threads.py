"""`playground threads`: what the owner sees, locks, closes and opens."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlmodel import Session
from typer.testing import CliRunner, Result

from playground.__main__ import commands
from playground.store import threads
from playground.store.database import Database
from playground.store.tables import ThreadRow
from tests.test_main import put_back

__all__ = ["put_back"]
"""What a command does to the process is undone."""

T = TypeVar("T")

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.fixture
def url(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with a thread of each of two visitors."""

    def fill(session: Session) -> None:
        for later, name in enumerate(("ann", "bob")):
            at = AT + timedelta(minutes=later)
            title = f"Of {name}\x1b[31m"
            threads.create(session, thread_id=f"thr_{name}", visitor_id=f"vis_{name}", title=title, meta={}, at=at)

    asked(sqlite_url, fill)
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", sqlite_url)
    return sqlite_url


def asked(url: str, work: Callable[[Session], T]) -> T:
    """What the store answers."""

    async def ask() -> T:
        database = Database(url)
        await database.open()
        try:
            return await database.write(work)
        finally:
            await database.close()

    return asyncio.run(ask())


def status(url: str, thread_id: str = "thr_ann") -> dict[str, Any]:
    """A thread's status."""
    return asked(url, lambda session: session.get_one(ThreadRow, thread_id).status)


def run(*arguments: str) -> Result:
    """The command."""
    return CliRunner().invoke(commands, ["threads", *arguments])


def test_threads_are_listed_those_used_last_first(url: str) -> None:
    first, second = run("list", "--database-url", url).output.splitlines()
    assert first.split()[:5] == ["thr_bob", "2026-03-04", "05:07", "active", "vis_bob"]
    assert second.endswith("Of ann [31m")


@pytest.mark.usefixtures("url")
def test_a_list_is_of_one_visitor_and_no_longer_than_asked() -> None:
    assert [line.split()[0] for line in run("list", "--visitor", "vis_ann").output.splitlines()] == ["thr_ann"]
    assert len(run("list", "--limit", "1").output.splitlines()) == 1
    assert run("list", "--limit", "0").exit_code == 2


def test_a_thread_is_locked_closed_and_opened(url: str) -> None:
    assert "thr_ann is locked." in run("lock", "thr_ann", "--reason", "On holiday.").output
    assert status(url) == {"type": "locked", "reason": "On holiday."}
    run("close", "thr_ann")
    assert status(url) == {"type": "closed"}
    run("unlock", "thr_ann")
    assert (status(url), status(url, "thr_bob")) == ({"type": "active"}, {"type": "active"})


@pytest.mark.usefixtures("url")
def test_what_cannot_be_done_is_one_line() -> None:
    missing = run("lock", "thr_none")
    assert (missing.exit_code, missing.stderr) == (1, "There is no thread thr_none.\n")
    wrong = run("list", "--database-url", "mysql://x")
    assert (wrong.exit_code, len(wrong.stderr.splitlines())) == (2, 1)
