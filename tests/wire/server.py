"""A provider on a loopback socket. HTTP/1.1 by hand: cheap per token, and every byte and every close is ours.

In a test:        `async with serve() as wire: … wire.base_url, wire.calls …`
As a process:     `python -m tests.wire --port 0` prints its base URL; `GET /calls` tells what it saw.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.wire.chat import Chat
from tests.wire.dialects import Dialect, error_body
from tests.wire.plans import Plan, plan_for
from tests.wire.responses import Responses

BLOCK = 64
"""Pieces per write when nothing is paced."""
MODELS = ("echo", "words-200", "think-20-words-20")
_DIALECTS: dict[str, type[Dialect]] = {"/v1/responses": Responses, "/v1/chat/completions": Chat}


@dataclass
class Call:
    """One request as it came, and how its reply went. Times are `time.monotonic()` seconds."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    peer: int = 0
    """The client's port: equal for requests on one connection."""
    began: float = field(default_factory=time.monotonic)
    sent: int = 0
    """Pieces written so far."""
    ended: float | None = None
    """When the reply was over, whoever ended it."""
    disconnected: float | None = None
    """When the client closed the socket on an unfinished reply."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the reply is over; `await call.over.wait()`."""

    @property
    def model(self) -> str:
        """The model id asked for, or an empty string."""
        return str(self.body.get("model", ""))

    async def reached(self, pieces: int) -> None:
        """Waits until so many pieces are written."""
        while self.sent < pieces:
            await asyncio.sleep(0.005)

    def summary(self) -> dict[str, Any]:
        """For another process: all but bodies and headers."""
        names = ("method", "path", "model", "began", "sent", "ended", "disconnected")
        return {name: getattr(self, name) for name in names}


class Wire:
    """The running server. `calls` are the requests seen, oldest first; `base_url` ends in `/v1`."""

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=5000)
        self.base_url = ""
        self._failures: Counter[str] = Counter()
        self._news = asyncio.Condition()

    @property
    def disconnects(self) -> list[Call]:
        """Calls whose client went away before the reply was over."""
        return [call for call in self.calls if call.disconnected is not None]

    async def seen(self, count: int) -> Call:
        """Waits until `count` requests have come in all; the last of them."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.calls) >= count)
        return self.calls[count - 1]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until either side closes it."""
        try:
            while call := await _read(reader):
                call.peer = writer.get_extra_info("peername")[1]
                if not await self._serve(call, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if call.path != "/calls":
            async with self._news:
                self.calls.append(call)
                self._news.notify_all()
        reply = asyncio.create_task(self._reply(call, writer))
        gone = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({reply, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not reply.done():
                call.disconnected = time.monotonic()
        finally:
            reply.cancel()
            gone.cancel()
            await asyncio.gather(reply, gone, return_exceptions=True)
            call.ended = time.monotonic()
            call.over.set()
        return call.disconnected is None and not writer.is_closing()

    async def _reply(self, call: Call, writer: asyncio.StreamWriter) -> None:
        if call.path == "/calls":
            return await _send(writer, 200, json.dumps([seen.summary() for seen in self.calls]).encode())
        if call.path == "/v1/models":
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "wire"} for name in MODELS]
            return await _send(writer, 200, json.dumps({"object": "list", "data": listed}).encode())
        speaks = _DIALECTS.get(call.path)
        if speaks is None:
            return await _send(writer, 404, error_body(404))
        plan = self._plan(call, speaks)
        if plan.status != 200:
            return await _send(writer, plan.status, error_body(plan.status, plan.param), plan.retry_after)
        if plan.mute:
            await asyncio.Event().wait()
        dialect = speaks(call.body)
        if call.body.get("stream"):
            return await _Stream(call, writer, dialect).play(plan)
        await _whole(call, writer, dialect, plan)

    def _plan(self, call: Call, speaks: type[Dialect]) -> Plan:
        plan = plan_for(call.model, speaks.asked(call.body))
        if plan.flaky:
            self._failures[call.model] = (self._failures[call.model] + 1) % (plan.flaky + 1)
            return Plan(status=500) if self._failures[call.model] else plan
        return plan


class _Stream:
    def __init__(self, call: Call, writer: asyncio.StreamWriter, dialect: Dialect) -> None:
        self.call, self.writer, self.dialect = call, writer, dialect

    async def play(self, plan: Plan) -> None:
        """Sends all of it."""
        self.writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_wire\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        if plan.frames:
            await self._write("".join(f"data: {frame}\n\n" for frame in plan.frames).encode())
            return await self._end(Plan(ending="cut"))
        await self._write(self.dialect.start())
        await asyncio.sleep(plan.delay)
        for index, part in enumerate(plan.parts):
            await self._write(self.dialect.open(part, index))
            await (self._paced(part.pieces, plan.rate) if plan.rate else self._burst(part.pieces))
            if plan.ending in {"stop", "length", "filter"}:
                await self._write(self.dialect.close(part, index))
        await self._end(plan)

    async def _end(self, plan: Plan) -> None:
        if plan.ending == "silence":
            await asyncio.Event().wait()
        if plan.ending == "drop":
            return self.writer.transport.abort()
        if plan.ending != "cut":
            await self._write(self.dialect.end(plan))
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    async def _burst(self, pieces: tuple[str, ...]) -> None:
        """As a provider in a hurry: each piece flushed by itself, many in one segment."""
        for at in range(0, len(pieces), BLOCK):
            block = pieces[at : at + BLOCK]
            self.writer.write(b"".join(map(_chunk, map(self.dialect.piece, block))))
            self.call.sent += len(block)
            await self.writer.drain()

    async def _paced(self, pieces: Iterable[str], rate: float) -> None:
        clock = asyncio.get_running_loop().time
        begin = clock()
        for number, piece in enumerate(pieces):
            if (wait := begin + number / rate - clock()) > 0:
                await asyncio.sleep(wait)
            await self._write(self.dialect.piece(piece), 1)

    async def _write(self, data: bytes, pieces: int = 0) -> None:
        if data:
            self.writer.write(_chunk(data))
            self.call.sent += pieces
            await self.writer.drain()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _whole(call: Call, writer: asyncio.StreamWriter, dialect: Dialect, plan: Plan) -> None:
    await asyncio.sleep(plan.delay)
    if plan.ending == "silence":
        await asyncio.Event().wait()
    if plan.ending == "drop":
        return writer.transport.abort()
    if plan.ending in {"error", "failed"}:
        return await _send(writer, 500, error_body(500))
    body = dialect.whole(plan)
    call.sent = sum(len(part.pieces) for part in plan.parts)
    await _send(writer, 200, body[: len(body) // 2] if plan.ending == "badjson" else body)


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes, retry_after: float | None = None) -> None:
    wait = f"retry-after: {retry_after:g}\r\n" if retry_after is not None else ""
    head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nx-request-id: req_wire\r\n{wait}"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Call | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(method, path.partition("?")[0], headers, json.loads(raw) if raw else {})


@asynccontextmanager
async def serve(port: int = 0) -> AsyncGenerator[Wire]:
    """A running server on 127.0.0.1; connections still open at the end are dropped."""
    wire, live = Wire(), set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(wire.handle(reader, writer))
        live.add(task)
        task.add_done_callback(live.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    wire.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield wire
    finally:
        server.close()
        for task in (left := list(live)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
