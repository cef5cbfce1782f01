"""Streams over a real connection: their bytes, their silence, their ends."""

import asyncio

import httpx2
import pytest
from fastapi import FastAPI
from starlette.types import Message

from playground.errors import Conflict
from playground.visitor import Visitor
from playground.web.stream import BACKLOG, FAILURE, EventStream
from tests.web.conftest import serving
from tests.web.raw import connected, post
from tests.web.standin import EVENT, Engine, Parts, Run


async def read_until(reader: asyncio.StreamReader, wanted: bytes) -> bytes:
    async with asyncio.timeout(10):
        return await reader.readuntil(wanted)


async def test_a_stream_is_frames_and_nothing_else(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    await run.add(b'{"a":1}', '{"b":"ü\\n"}'.encode())
    await run.end()
    response = await client.post("/chatkit", json={"run": "run_1"})
    assert response.content == 'id: 1\ndata: {"a":1}\n\nid: 2\ndata: {"b":"ü\\n"}\n\n'.encode()


async def test_a_stream_says_what_it_is_and_whose(client: httpx2.AsyncClient, parts: Parts) -> None:
    await parts.begin().end()
    response = await client.post("/chatkit", json={"run": "run_1"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["x-run-id"] == "run_1"
    assert response.headers["x-thread-id"] == "thr_1"
    assert response.content == b""


async def test_the_protocols_reader_and_the_resuming_reader_linger(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    await run.add(EVENT)
    await run.end()
    await client.post("/chatkit", json={"run": "run_1"})
    assert run.lingering
    run.lingering = False
    await client.get("/chatkit/runs/run_1/events")
    assert run.lingering


@pytest.mark.parametrize(
    ("query", "headers", "after"),
    [
        ("", {}, 0),
        ("?after=1", {}, 1),
        ("", {"Last-Event-ID": "2"}, 2),
        ("?after=0", {"Last-Event-ID": "1"}, 1),
        ("?after=3", {}, 3),
    ],
)
async def test_a_reader_resumes_after_the_frame_it_names(
    client: httpx2.AsyncClient, parts: Parts, query: str, headers: dict[str, str], after: int
) -> None:
    run = parts.begin()
    await run.add(EVENT, EVENT, EVENT)
    await run.end()
    response = await client.get(f"/chatkit/runs/run_1/events{query}", headers=headers)
    seqs = [int(line[4:]) for line in response.text.splitlines() if line.startswith("id: ")]
    assert seqs == list(range(after + 1, 4))


@pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "²", " ", "9" * 17, "9007199254740992"])
async def test_a_cursor_that_is_no_frame_number_is_refused(
    client: httpx2.AsyncClient, parts: Parts, cursor: str
) -> None:
    parts.begin()
    response = await client.get("/chatkit/runs/run_1/events", params={"after": cursor})
    assert response.status_code == 400
    assert "number" in response.json()["message"]


async def test_frames_arrive_while_the_run_goes_on(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    async with connected(client) as (reader, writer):
        writer.write(post(b'{"run":"run_1"}'))
        await read_until(reader, b"\r\n\r\n")
        for number in range(1, 4):
            await run.add(EVENT)
            assert b"id: %d\n" % number in await read_until(reader, b"\n\n\r\n")
        await run.end()
        assert (await reader.readexactly(5)) == b"0\r\n\r\n"


async def test_the_head_does_not_wait_for_a_queued_runs_first_frame(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    async with client.stream("POST", "/chatkit", json={"run": "run_1"}) as response:
        assert response.headers["x-run-id"] == "run_1"
        await run.end()
        assert await response.aread() == b""


async def test_frames_that_are_ready_together_are_sent_together() -> None:
    run = Run("run_1", "*")
    await run.add(*[EVENT] * 50)
    await run.end()
    sent = await _sent(run)
    assert [frames_in(message) for message in sent] == [0, 50, 0]
    assert [message.get("more_body") for message in sent] == [None, True, False]


async def test_a_slow_reader_holds_the_log_back_and_still_gets_it_all() -> None:
    run = Run("run_1", "*")
    await run.add(*[EVENT] * (BACKLOG * 3))
    await run.end()
    sent = await _sent(run)
    assert max(frames_in(message) for message in sent) == BACKLOG
    assert sum(frames_in(message) for message in sent) == BACKLOG * 3


async def test_silence_is_filled_with_lone_comment_lines(parts: Parts, api: FastAPI) -> None:
    parts.settings.heartbeat_interval = 0.05
    run = parts.begin()
    async with serving(api) as client, connected(client) as (reader, writer):
        writer.write(post(b'{"run":"run_1"}'))
        await read_until(reader, b"\r\n\r\n")
        assert await reader.readexactly(14) == b"2\r\n:\n\r\n" * 2
        await run.add(EVENT)
        assert b"id: 1\n" in await read_until(reader, b"\n\n\r\n")
        await run.end()
        assert (await read_until(reader, b"0\r\n\r\n")).replace(b"2\r\n:\n\r\n", b"") == b"0\r\n\r\n"


async def test_a_reader_that_leaves_closes_its_frames_and_not_the_run(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    async with client.stream("POST", "/chatkit", json={"run": "run_1"}):
        await run.until(readers=1)
    await run.until(readers=0, closed=1)
    assert not run.over
    await run.add(EVENT)
    await run.end()
    assert (await client.get("/chatkit/runs/run_1/events")).content.startswith(b"id: 1\n")


async def test_a_reader_that_leaves_in_the_middle_of_a_burst_closes_its_frames(
    client: httpx2.AsyncClient, parts: Parts
) -> None:
    run = parts.begin()
    await run.add(*[b'"' + b"x" * 1000 + b'"'] * (BACKLOG * 8))
    async with connected(client) as (reader, writer):
        writer.write(post(b'{"run":"run_1"}'))
        await read_until(reader, b"id: 1\n")
        writer.transport.abort()
        await run.until(readers=0, closed=1)


async def test_a_refusal_before_the_first_frame_is_a_status(client: httpx2.AsyncClient, parts: Parts) -> None:
    await parts.begin().end(broken=Conflict("The thread is closed."))
    response = await client.post("/chatkit", json={"run": "run_1"})
    assert (response.status_code, response.json()) == (409, {"message": "The thread is closed."})


async def test_a_failure_after_the_first_frame_is_one_error_event_and_a_clean_end(
    client: httpx2.AsyncClient, parts: Parts
) -> None:
    run = parts.begin()
    await run.add(EVENT)
    await run.end(broken=OSError("/secret/path"))
    response = await client.post("/chatkit", json={"run": "run_1"})
    assert response.content == b"id: 1\ndata: " + EVENT + b"\n\n" + FAILURE


async def test_two_readers_get_the_same_bytes(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    readers = [asyncio.create_task(client.get("/chatkit/runs/run_1/events")) for _ in range(2)]
    await run.until(readers=2)
    await run.add(EVENT, EVENT)
    await run.end()
    first, second = [reader.content for reader in await asyncio.gather(*readers)]
    assert first == second
    assert first.count(b"\n\n") == 2


def frames_in(message: Message) -> int:
    body: bytes = message.get("body", b"")
    return body.count(b"\n\n")


async def _sent(run: Run) -> list[Message]:
    """What the response sends, each message followed by a turn of the loop."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    frames = Engine({"run_1": run}).attach(Visitor("v"), "run_1")
    await EventStream(frames, run_id="run_1", thread_id="thr_1", heartbeat=15)({"type": "http"}, receive, send)
    return sent
