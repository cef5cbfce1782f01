"""A server with somebody's things in it, and everybody who should not get at them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conformance.conftest import Served, open_served
from tests.security.world import AGENTS, World, settle


@pytest.fixture
async def served(tmp_path: Path, sqlite_url: str) -> AsyncIterator[Served]:
    """A playground whose runs go on without a reader."""
    async with open_served(sqlite_url, tmp_path, agent=AGENTS, disconnect_grace=600) as served:
        yield served


@pytest.fixture
async def world(served: Served) -> World:
    """Ann's."""
    return await settle(served.parts, await served.visitor())
