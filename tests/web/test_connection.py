"""Clients that take their time."""

import asyncio
import contextlib
from typing import cast

import httpx2
import pytest

from playground.parts import Playground
from playground.web.bodies import BodyLimit
from playground.web.connection import PatientConnection
from playground.web.replies import Errors
from playground.web.server import create_api
from tests.web.conftest import serving
from tests.web.raw import answer, connected, post
from tests.web.standin import Parts


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientConnection, "head_seconds", 0.2)


async def closed(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(10):
        return await reader.read()


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"], ids=["nothing", "half a head"])
async def test_a_connection_without_a_whole_head_is_closed(client: httpx2.AsyncClient, begun: bytes) -> None:
    async with connected(client) as (reader, writer):
        writer.write(begun)
        assert await closed(reader) == b""


async def test_a_second_head_must_come_in_time_too(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(post(b"{}"))
        assert (await answer(reader))[0] == 200
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        assert await closed(reader) == b""


async def test_one_byte_now_and_then_does_not_help(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        ended = asyncio.create_task(closed(reader))
        for byte in b"GET /healthz HTTP/1.1\r\n" * 100:
            with contextlib.suppress(ConnectionError):
                writer.write(bytes([byte]))
            await asyncio.sleep(0.02)
            if ended.done():
                break
        assert ended.done()


async def test_a_long_answer_is_not_taken_for_a_slow_head(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    async with connected(client) as (reader, writer):
        writer.write(post(b'{"run":"run_1"}'))
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.5)
        await run.add(b"{}")
        assert b"id: 1" in await reader.readuntil(b"\n\n\r\n")
        await run.end()


async def test_a_slow_body_is_a_408(parts: Parts) -> None:
    api = create_api(cast("Playground", parts))
    api.add_middleware(BodyLimit, limit=100, seconds=0.2)
    api.add_middleware(Errors)
    async with serving(api) as client, connected(client) as (reader, writer):
        writer.write(post(b"{", length=50))
        status, body = await answer(reader)
    assert status == 408
    assert b"too slowly" in body


async def test_many_idle_connections_do_not_keep_a_visitor_waiting(client: httpx2.AsyncClient) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(200):
            _, writer = await stack.enter_async_context(connected(client))
            writer.write(b"POST /chatkit HTTP/1.1\r\nContent-Le")
        assert (await client.post("/chatkit", json={})).status_code == 200


async def test_what_is_no_http_is_refused(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert (await answer(reader))[0] == 400


async def test_an_endless_head_is_refused(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000)
        assert (await answer(reader))[0] == 400
