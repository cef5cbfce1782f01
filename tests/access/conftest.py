"""A store on both databases."""

from collections.abc import AsyncIterator

import pytest

from playground.store.database import Database


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
def unopened(sqlite_url: str) -> Database:
    """For what asks no store."""
    return Database(sqlite_url)
