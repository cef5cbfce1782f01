"""A real server on a free port for each test, and a client that keeps its cookies."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, MutableMapping
from typing import Any, cast

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from structlog.testing import capture_logs

from playground.parts import Playground
from playground.settings import Settings
from playground.web.server import create_api, uvicorn_config
from tests.web.standin import Parts

Lines = list[MutableMapping[str, Any]]


@pytest.fixture(autouse=True)
def lines() -> Iterator[Lines]:
    """The log."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def parts() -> Parts:
    """Stand-ins with a short heartbeat and a small body limit."""
    return Parts(
        Settings(
            secret=SecretStr("s" * 32),
            max_body_bytes=10_000,
            allowed_origins=("https://friend.test",),
            public_url="https://play.test",
        )
    )


@pytest.fixture
def api(parts: Parts) -> FastAPI:
    """The application without the page."""
    return create_api(cast("Playground", parts))


class Told(uvicorn.Server):
    """A server that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncGenerator[httpx2.AsyncClient]:
    """A client of the app, over a real connection."""
    config = uvicorn_config(app)
    config.port = 0
    server = Told(config)
    task = asyncio.create_task(server.serve())
    await server.listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield client
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def client(api: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application without the page."""
    async with serving(api) as client:
        yield client
