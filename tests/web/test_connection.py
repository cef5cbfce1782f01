"""Clients that take their time."""

import asyncio
import contextlib
import json
from typing import cast

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.parts import Playground
from playground.web import bodies
from playground.web.bodies import BodyLimit, Bound
from playground.web.connection import PatientConnection
from playground.web.crowd import Crowd
from playground.web.replies import Errors
from playground.web.server import create_api
from tests.web.conftest import serving
from tests.web.raw import Wire, answer, connected, post
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


async def test_three_hundred_half_requests_do_not_keep_a_visitor_waiting(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "head_seconds", 60)
    monkeypatch.setattr(PatientConnection, "crowd", Crowd(200, waiting=100))
    async with contextlib.AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(connected(client)) for _ in range(300)]
        for _, writer in opened:
            writer.write(b"POST /chatkit HTTP/1.1\r\nContent-Le")
        assert (await client.post("/chatkit", json={})).status_code == 200
        assert await closed(opened[0][0]) == b""


async def test_where_all_places_are_taken_another_is_told_so(
    client: httpx2.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "crowd", Crowd(2))
    run = parts.begin()
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            _, writer = await stack.enter_async_context(connected(client))
            writer.write(post(b'{"run":"run_1"}'))
        await run.until(readers=2)
        reader, _ = await stack.enter_async_context(connected(client))
        status, body = await answer(reader)
        assert (status, json.loads(body)) == (503, {"message": "Too many connections are open. Try again shortly."})
        await run.end()


async def test_who_takes_nothing_of_what_is_sent_is_left(
    client: httpx2.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "unread_seconds", 0.2)
    run = parts.begin()
    async with connected(client) as (_, writer):
        writer.write(post(b'{"run":"run_1"}'))
        await run.until(readers=1)
        await run.add(*[b'{"type":"' + b"x" * 60_000 + b'"}'] * 200)
        await run.until(readers=0)


def reading(**limits: int) -> Errors:
    """An app that reads what it is sent, within bounds."""

    async def read(request: Request) -> Response:
        return Response(str(len(await request.body())))

    return Errors(BodyLimit(Starlette(routes=[Route("/{path:path}", read, methods=["POST"])]), **limits))


@pytest.mark.parametrize("path", ["/chatkit", "/chatkit/attachments"])
async def test_of_many_half_bodies_the_slowest_is_given_up(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(bodies, "YOUNG", 0.02)
    async with (
        serving(reading(limit=10_000, upload=10_000, most=2)) as client,
        contextlib.AsyncExitStack() as stack,
    ):
        opened: list[Wire] = []
        for size in (1, 500, 2000):
            opened.append(await stack.enter_async_context(connected(client)))
            opened[-1][1].write(post(b"{" * size, length=5000, path=path))
            await asyncio.sleep(0.05)
        assert (await answer(opened[0][0]))[0] == 408
        for (reader, writer), missing in zip(opened[1:], (4500, 3000), strict=True):
            writer.write(b"{" * missing)
            assert await answer(reader) == (200, b"5000")
        assert (await client.post(path, content=b"{}")).text == "2"


@pytest.mark.parametrize(
    ("bound", "taken", "due"),
    [
        (Bound(100, 600, 30, 1000), 0, 30),
        (Bound(100, 600, 30, 1000), 100_000, 130),
        (Bound(100, 600, 30, 1000), 9_000_000, 600),
        (Bound(100, 30, 30), 100_000, 30),
    ],
)
def test_a_file_has_to_keep_its_pace(bound: Bound, taken: int, due: float) -> None:
    assert bound.due(taken) == due


async def test_a_file_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SILENCE", 0.3)
    async with serving(reading(limit=100, upload=10_000_000)) as client, connected(client) as (reader, writer):
        writer.write(post(b"", length=1_000_000, path="/chatkit/attachments/atc_1"))
        ended = asyncio.create_task(answer(reader))
        for _ in range(200):
            with contextlib.suppress(ConnectionError):
                writer.write(b"x")
            await asyncio.sleep(0.02)
            if ended.done():
                break
        assert (await ended)[0] == 408


async def test_what_is_no_http_is_refused(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(b"\x16\x03\x01 hello\r\n\r\n")
        assert (await answer(reader))[0] == 400


async def test_an_endless_head_is_refused(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 70_000)
        assert (await answer(reader))[0] == 400
