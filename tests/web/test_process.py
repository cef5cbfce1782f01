"""The serving process: the address it takes, the line it prints, and how it leaves."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from agents import Agent, function_tool

from playground.web.process import address_of, listener
from tests.web.raw import connected
from tests.wire.server import Wire, serve

ROOT = Path(__file__).parents[2]
WITHOUT_PAGE = """
from playground.settings import Settings
from playground.web import server
server.create_app = server.create_api
server.serve(Settings())
"""
WITH_PAGE = "import sys; sys.argv[1:] = ['serve']; from playground.__main__ import commands; commands()"


class Server:
    """A server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, address: str) -> None:
        self.process = process
        self.address = address

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        async with asyncio.timeout(30):
            return await self.process.wait()


@asynccontextmanager
async def started(code: str, **settings: Any) -> AsyncGenerator[Server]:
    """A server that has said that it is ready."""
    settings = {"port": 0, "local_model": "off", **settings}
    environment = {f"PLAYGROUND_{name.upper()}": str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", code),
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PLAYGROUND_PORT": "0",
            "PLAYGROUND_LOCAL_MODEL": "off",
            **environment,
        },
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(100):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("Playground ready at http://127.0.0.1:")
        yield Server(process, line.split()[-1])
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with serve() as wire:
        yield wire


def message(model: str) -> dict[str, Any]:
    """A first message, to be answered by a model of the fake provider."""
    content = [{"type": "input_text", "text": "hello"}]
    options = {"model": f"compatible/{model}"}
    return {"type": "threads.create", "params": {"input": {"content": content, "inference_options": options}}}


def events_in(stream: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line[6:]) for line in stream.split(b"\n") if line.startswith(b"data: ")]


def said_in(stream: bytes) -> str:
    """The text that the stream's deltas make."""
    updates = [event.get("update", {}) for event in events_in(stream)]
    return "".join(update.get("delta", "") for update in updates)


async def test_sigterm_lets_an_answer_finish_and_takes_no_new_one(wire: Wire) -> None:
    async with (
        started(WITH_PAGE, compatible_base_url=wire.base_url) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=30) as client,
    ):
        async with (
            connected(client) as (_, page),
            client.stream("POST", "/chatkit", json=message("words-30@10")) as answer,
        ):
            page.write(b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n")  # a page's, open for ever
            chunks = answer.aiter_raw()
            stream = await anext(chunks)
            server.process.terminate()
            await _not_ready(client)
            refused = await client.post("/chatkit", json=message("echo"))
            assert refused.status_code == 503
            assert "stopping" in refused.json()["message"]
            stream += b"".join([chunk async for chunk in chunks])
        assert said_in(stream).split() == [f"w{number}" for number in range(30)]
        assert await server.ended() == 0


async def test_sigterm_ends_a_long_answer_with_a_word_about_it(wire: Wire) -> None:
    async with (
        started(WITHOUT_PAGE, compatible_base_url=wire.base_url, drain_timeout=0.5) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=30) as client,
    ):
        async with client.stream("POST", "/chatkit", json=message("words-10000@10")) as answer:
            chunks = answer.aiter_raw()
            stream = await anext(chunks)
            server.process.terminate()
            stream += b"".join([chunk async for chunk in chunks])  # raises if the body is torn
        assert events_in(stream)[-1]["type"] in {"error", "notice"}
        assert await server.ended() == 0


async def test_a_signal_pauses_everything_and_another_lets_it_go_on(wire: Wire) -> None:
    async with (
        started(WITHOUT_PAGE, compatible_base_url=wire.base_url) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=30) as client,
    ):
        async with client.stream("POST", "/chatkit", json=message("words-10000@10")) as answer:
            chunks = answer.aiter_raw()
            stream = await anext(chunks)
            server.process.send_signal(signal.SIGUSR1)
            stream += b"".join([chunk async for chunk in chunks])
        assert events_in(stream)[-1]["type"] == "notice"
        refused = await client.post("/chatkit", json=message("echo"))
        assert (refused.status_code, refused.json()["message"]) == (503, events_in(stream)[-1]["message"])
        server.process.send_signal(signal.SIGUSR2)
        async with asyncio.timeout(10):
            while (await client.post("/chatkit", json=message("echo"))).status_code == 503:
                await asyncio.sleep(0.02)


async def test_a_second_signal_does_not_wait_for_the_answer(wire: Wire) -> None:
    async with (
        started(WITHOUT_PAGE, compatible_base_url=wire.base_url, drain_timeout=3600) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=30) as client,
        client.stream("POST", "/chatkit", json=message("words-100000@10")) as answer,
    ):
        await anext(answer.aiter_raw())
        server.process.terminate()
        await _not_ready(client)
        server.process.terminate()
        assert await server.ended() == 0


@function_tool
def sleep() -> str:
    """Comes back too late."""
    time.sleep(120)
    return "awake"


sleeper = Agent[Any](name="Sleeper", instructions="Sleep.", tools=[sleep])


async def test_a_tool_that_does_not_come_back_does_not_keep_the_process(wire: Wire) -> None:
    options = {"compatible_base_url": wire.base_url, "drain_timeout": 0.2, "agent": f"{__name__}:sleeper"}
    async with (
        started(WITHOUT_PAGE, **options) as server,
        httpx2.AsyncClient(base_url=server.address, timeout=30) as client,
        client.stream("POST", "/chatkit", json=message("tool:sleep:{}")) as answer,
    ):
        async for chunk in answer.aiter_raw():
            if b"workflow.task.updated" in chunk:
                break
        server.process.terminate()
        assert await server.ended() == 0


async def _not_ready(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(10):
        while (await client.get("/readyz")).status_code != 503:
            pass


def test_a_taken_port_is_one_line_and_code_1() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as refusal:
            listener("127.0.0.1", port)
    assert isinstance(refusal.value.code, str), "printed on stderr, with exit code 1"
    assert refusal.value.code.startswith(f"Cannot listen on 127.0.0.1:{port}: Address already in use.")
    assert "\n" not in refusal.value.code


def test_the_address_printed_is_one_that_opens_here() -> None:
    with closing(listener("127.0.0.1", 0)) as bound:
        assert address_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
    with closing(socket.create_server(("", 0))) as bound:
        assert address_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
