"""The fake provider, and models that talk to it over real HTTP."""

from collections.abc import AsyncIterator, Callable

import pytest
from agents import Model, set_tracing_disabled
from openai import AsyncOpenAI

from playground.models.compatible import CompatibleModel
from playground.models.openai import ResponsesModel
from tests.wire import Wire, serve

MakeModel = Callable[[str], Model]


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


@pytest.fixture(params=["responses", "compatible"])
def make_model(request: pytest.FixtureRequest) -> MakeModel:
    """Both wires, one after the other."""
    made: MakeModel = request.getfixturevalue(request.param)
    return made
