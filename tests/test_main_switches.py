"""`playground pause` and `resume`: what a running server then does is in tests/runs/test_stops.py."""

import asyncio

import pytest
from typer.testing import CliRunner, Result

from playground.__main__ import commands
from playground.access.standing import Standing
from playground.errors import Paused
from playground.store.database import Database
from tests.test_main import put_back

__all__ = ["put_back"]
"""What a command does to the process is undone."""


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(commands, [*words, "--database-url", url])


def refused(url: str) -> str | None:
    """What a server on this store tells who sends something."""

    async def look() -> str | None:
        database = Database(url)
        try:
            await database.open()
            standing = Standing(database)
            await standing.refresh()
            standing.check_running()
        except Paused as paused:
            return paused.message
        finally:
            await database.close()
        return None

    return asyncio.run(look())


def test_a_server_is_paused_with_words_and_goes_on(database_url: str) -> None:
    assert run(database_url, "pause", "Back at {nine}.").exit_code == 0
    assert refused(database_url) == "Back at {nine}."
    assert run(database_url, "pause").exit_code == 0
    assert refused(database_url) == Paused().message
    assert run(database_url, "resume").exit_code == 0
    assert refused(database_url) is None
    assert run(database_url, "resume").exit_code == 0


def test_words_that_are_too_long_pause_nothing(sqlite_url: str) -> None:
    told = run(sqlite_url, "pause", "x" * 501)
    assert (told.exit_code, told.output) == (2, "At most 500 characters.\n")
    assert refused(sqlite_url) is None


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_a_store_that_cannot_be_used_is_told_in_one_line(command: str) -> None:
    told = run("sqlite:////proc/none/x.db", command)
    assert told.exit_code == 1
    assert len(told.output.splitlines()) == 1
