"""Models of Anthropic's, on the real SDK, that talk to the fake provider."""

from collections.abc import AsyncIterator

import pytest
from anthropic import AsyncAnthropic

from playground.models.anthropic.model import AnthropicModel
from tests.models.conftest import MakeModel
from tests.wire import Wire


@pytest.fixture
async def api(wire: Wire) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=wire.root, api_key="sk-test", max_retries=0) as made:
        yield made


@pytest.fixture
def claude(api: AsyncAnthropic) -> MakeModel:
    return lambda name: AnthropicModel(name, api)
