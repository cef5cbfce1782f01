"""The rules of conftest.py hold."""

import asyncio
import os
import socket
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.network import refused


def _first_value(url: str, query: str) -> object:
    engine = create_engine(url)
    with engine.connect() as connection:
        value: object = connection.scalar(text(query))
    engine.dispose()
    return value


def test_both_databases_answer(database_url: str) -> None:
    assert _first_value(database_url, "SELECT 6 * 7") == 42


def test_a_postgresql_database_is_new_for_each_test(postgres_url: str) -> None:
    assert _first_value(postgres_url, "SELECT count(*) FROM pg_stat_user_tables") == 0


async def test_the_loopback_is_reachable() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection("localhost", server.sockets[0].getsockname()[1])
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("host", ["192.0.2.1", "playground.invalid"])
def test_another_host_is_refused_and_written_down(host: str) -> None:
    with refused() as attempts, pytest.raises(OSError, match="no network"):
        socket.create_connection((host, 80), timeout=1)
    assert attempts == [host]


def test_no_key_is_seen_and_the_folder_is_empty() -> None:
    assert not [name for name in os.environ if name.startswith(("OPENAI_", "ANTHROPIC_", "PLAYGROUND_"))]
    assert not list(Path.cwd().iterdir())
