"""A desk in a running playground, and the client of its visitor."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from playground.client import Client
from playground.ui.handlers.desk import Desk
from tests.house import ECHO, House, opened


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house.parts)


@pytest.fixture
def ann(house: House) -> Client:
    return house.client("vis_ann")


@pytest.fixture
def bob(house: House) -> Client:
    return house.client("vis_bob")


@pytest.fixture
async def tab_id(ann: Client) -> str:
    """Ann's first tab, on a model that says what it is told."""
    tab = (await ann.tabs())[0]
    return (await ann.set_lane(tab.id, model=ECHO)).id
