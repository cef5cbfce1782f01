"""A playground for each test, on either database, and two visitors."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import Guest, House, opened


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
async def each_house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(database_url, tmp_path) as house:
        yield house


@pytest.fixture
def ann(house: House) -> Guest:
    return house.guest("vis_ann")
