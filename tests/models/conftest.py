"""The fake provider, and every model talking to it over real HTTP with its maker's own client."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from agents import Model, set_tracing_disabled
from anthropic import AsyncAnthropic
from google.genai import Client, types
from openai import AsyncOpenAI
from typing_extensions import override

from playground.models.anthropic.model import AnthropicModel
from playground.models.compatible import CompatibleModel
from playground.models.google.model import GeminiModel
from playground.models.local.model import LocalModel
from playground.models.local.process import Endpoint
from playground.models.local.server import LocalServers
from playground.models.openai import ResponsesModel
from playground.settings import Settings
from tests.wire import Wire, serve

MakeModel = Callable[[str], Model]
REMOTE = ("responses", "compatible", "claude", "gemini", "gemini_generate")
"""The fixtures of the models that are asked over a network; `gemini_generate` is Google's older wire."""
NATIVE = ("responses", "claude", "gemini", "gemini_generate")
"""Those that seal their thoughts, search by themselves and see what a tool shows."""
EVERY = (*REMOTE, "local")
PROVIDERS = {
    "responses": "openai",
    "compatible": "compatible",
    "claude": "anthropic",
    "gemini": "google",
    "gemini_generate": "google",
    "local": "local",
}


@pytest.fixture(autouse=True)
def untraced() -> None:
    set_tracing_disabled(disabled=True)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with serve() as running:
        yield running


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=wire.base_url, api_key="sk-test", max_retries=0) as made:
        yield made


@pytest.fixture
def responses(client: AsyncOpenAI) -> MakeModel:
    return lambda name: ResponsesModel(name, client)


@pytest.fixture
def compatible(client: AsyncOpenAI) -> MakeModel:
    return lambda name: CompatibleModel(name, client)


@pytest.fixture
async def claude(wire: Wire) -> AsyncIterator[MakeModel]:
    async with AsyncAnthropic(base_url=wire.root, api_key="sk-test", max_retries=0) as made:
        yield lambda name: AnthropicModel(name, made)


@pytest.fixture
async def google_client(wire: Wire) -> AsyncIterator[Client]:
    async with httpx2.AsyncClient() as http:
        once = types.HttpRetryOptions(attempts=1)
        options = types.HttpOptions(base_url=wire.root, httpx_async_client=http, retry_options=once)
        made = Client(api_key="sk-test", vertexai=False, http_options=options)
        yield made
        await made.aio.aclose()
        made.close()


@pytest.fixture
def gemini(google_client: Client) -> MakeModel:
    return lambda name: GeminiModel(name, google_client)


@pytest.fixture
def gemini_generate(google_client: Client) -> MakeModel:
    return lambda name: GeminiModel(name, google_client, interactions=False)


class _Loopback(LocalServers):
    """The local models' server is the fake provider."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(Settings())
        self._wire = wire

    @override
    async def endpoint(self, name: str) -> Endpoint:
        return Endpoint(self._wire.base_url, "sk-test", pid=0)


@pytest.fixture
async def local(wire: Wire) -> AsyncIterator[MakeModel]:
    servers, made = _Loopback(wire), list[LocalModel]()

    def make(name: str) -> Model:
        made.append(LocalModel(name, servers))
        return made[-1]

    yield make
    for model in made:
        await model.close()


@pytest.fixture(params=REMOTE)
def make_model(request: pytest.FixtureRequest) -> MakeModel:
    """All models that are asked over a network, one after the other."""
    made: MakeModel = request.getfixturevalue(request.param)
    return made


@pytest.fixture(params=EVERY)
def every_model(request: pytest.FixtureRequest) -> MakeModel:
    """Also the local one: one call at a time, without thoughts, and nothing but text."""
    made: MakeModel = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> str:
    """Who the model of this test belongs to."""
    return PROVIDERS[request.node.callspec.params.get("every_model") or request.node.callspec.params["make_model"]]
