"""Models of Google's, on the real SDK, that talk to the fake provider; `gemini_generate` on the older wire."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from google.genai import Client, types

from playground.models.google.model import GeminiModel
from tests.models.conftest import MakeModel
from tests.wire import Wire


@pytest.fixture
async def api(wire: Wire) -> AsyncIterator[Client]:
    async with httpx2.AsyncClient() as http:
        options = types.HttpOptions(
            base_url=wire.root, httpx_async_client=http, retry_options=types.HttpRetryOptions(attempts=1)
        )
        made = Client(api_key="k", vertexai=False, http_options=options)
        yield made
        await made.aio.aclose()
        made.close()


@pytest.fixture
def gemini(api: Client) -> MakeModel:
    return lambda name: GeminiModel(name, api)


@pytest.fixture
def gemini_generate(api: Client) -> MakeModel:
    return lambda name: GeminiModel(name, api, interactions=False)


@pytest.fixture(params=["gemini", "gemini_generate"])
def google(request: pytest.FixtureRequest) -> MakeModel:
    """Both wires, one after the other."""
    made: MakeModel = request.getfixturevalue(request.param)
    return made
