"""One set of running models for the tests of a module: starting them is what takes the time."""

from collections.abc import AsyncGenerator

import pytest_asyncio

from playground.models.local.server import LocalServers
from playground.settings import Settings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers() -> AsyncGenerator[LocalServers]:
    """Both shipped models, started when a test asks for them. The weights are there: scripts/test fetches them."""
    running = LocalServers(Settings())
    await running.start()
    assert {status.state for status in running.statuses()} == {"ready"}
    yield running
    await running.aclose()
