"""One server for each file and database; each test is a visitor of its own there."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from playground.parts import Playground, open_playground
from playground.settings import Settings
from playground.web.server import create_api
from tests.conformance.ui import Ui
from tests.conftest import PREFIXES
from tests.web.conftest import serving
from tests.wire import Call, Wire, serve

STAFF = tuple(f"tests.staff:{name}" for name in ("parrot", "clerk", "censored", "front"))
AGENTS = (*STAFF, "tests.conformance.agents:showman", "tests.conformance.agents:polite")


@dataclass
class Served:
    """A playground on a free port, and the provider behind it."""

    parts: Playground
    wire: Wire
    url: str
    exits: AsyncExitStack
    _visitors: list[httpx2.AsyncClient] = field(default_factory=list[httpx2.AsyncClient])

    async def visitor(self) -> Ui:
        """Somebody new."""
        return Ui(await self.exits.enter_async_context(httpx2.AsyncClient(base_url=self.url, timeout=20)))

    def calls(self, mark: str) -> list[Call]:
        """The provider's calls whose body holds these words."""
        return [call for call in self.wire.calls if mark in str(call.body)]


@asynccontextmanager
async def open_served(
    database_url: str, folder: Path, *, app: Callable[[Playground], FastAPI] = create_api, **changes: Any
) -> AsyncGenerator[Served]:
    """A running one; `app` makes what is served, `changes` are settings."""
    async with AsyncExitStack() as exits:
        wire = await exits.enter_async_context(serve())
        usual: dict[str, Any] = {
            "secret": SecretStr("s" * 32),
            "openai_base_url": wire.base_url,
            "openai_api_key": SecretStr("sk-test"),
            "anthropic_base_url": wire.root,
            "anthropic_api_key": SecretStr("sk-test"),
            "google_base_url": wire.root,
            "google_api_key": SecretStr("sk-test"),
            "compatible_base_url": wire.base_url,
            "local_model": "off",
            "agent": AGENTS,
            "model_retries": 0,
            "flush_interval": 0.02,
            "text_rate": 500,
            "drain_timeout": 0,
            "disconnect_grace": 0.2,
            "allowed_origins": ("https://friend.test",),
        }
        settings = Settings(data_dir=folder, database_url=database_url, **{**usual, **changes})
        parts = await exits.enter_async_context(open_playground(settings))
        made = await asyncio.to_thread(app, parts)
        client = await exits.enter_async_context(serving(made))
        yield Served(parts, wire, str(client.base_url), exits)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder, and none of the developer's keys, also where a server starts before the first test."""
    folder = tmp_path_factory.mktemp("bare")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in [name for name in os.environ if name.startswith(PREFIXES)]:
            patch.delenv(name)
        yield folder


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Both databases, one after the other."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('kept') / 'playground.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(bare: Path, kept_in: str) -> AsyncIterator[Served]:
    """The server of this file."""
    async with open_served(kept_in, bare / "data") as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def ann(served: Served) -> Ui:
    """A visitor."""
    return await served.visitor()


@pytest_asyncio.fixture(loop_scope="module")
async def bob(served: Served) -> Ui:
    """Another one."""
    return await served.visitor()
