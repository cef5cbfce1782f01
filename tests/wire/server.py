"""Providers on a loopback socket. Cheap per token, and every byte and every close is seen.

In a test:        `async with serve() as wire: … wire.base_url, wire.root, wire.calls …`
As a process:     `python -m tests.wire --port 0` prints its base URL; `GET /calls` tells what it saw.
"""

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress

from tests.wire.anthropic import Messages
from tests.wire.chat import Chat
from tests.wire.dialects import Dialect
from tests.wire.generate import Generate
from tests.wire.http import Call, chunk, read_call, send, stream_head
from tests.wire.interactions import Interactions
from tests.wire.plans import Plan
from tests.wire.repertoire import plan_for
from tests.wire.responses import Responses

BLOCK = 64
"""Pieces per write when nothing is paced."""
MODELS = ("echo", "words-200", "think-20-words-20")
_DIALECTS: tuple[type[Dialect], ...] = (Responses, Chat, Messages, Interactions, Generate)


class Wire:
    """The running server. `calls` are the requests seen, oldest first; `base_url` ends in `/v1`, `root` has no path.

    A request that the real API would refuse gets its 400; `complaints` tells of each. `lawless` switches that off.
    `lacks` are paths that it does not know, as an older server or a gateway.
    """

    def __init__(self) -> None:
        self.calls: deque[Call] = deque(maxlen=5000)
        self.root = ""
        self.lawless = False
        self.lacks: frozenset[str] = frozenset()
        self._failures: Counter[str] = Counter()
        self._news = asyncio.Condition()

    @property
    def base_url(self) -> str:
        """Where OpenAI's clients ask."""
        return f"{self.root}/v1"

    @property
    def disconnects(self) -> list[Call]:
        """Calls whose client went away before the reply was over."""
        return [call for call in self.calls if call.disconnected is not None]

    @property
    def complaints(self) -> list[str]:
        """What was wrong with the requests that were refused."""
        return [call.complaint for call in self.calls if call.complaint]

    async def seen(self, count: int) -> Call:
        """Waits until `count` requests have come in all; the last of them."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.calls) >= count)
        return self.calls[count - 1]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until either side closes it."""
        try:
            while call := await read_call(reader):
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
            return await send(writer, 200, json.dumps([seen.summary() for seen in self.calls]).encode())
        if call.path == "/v1/models" and call.method == "GET":
            listed = [{"id": name, "object": "model", "created": 0, "owned_by": "wire"} for name in MODELS]
            return await send(writer, 200, json.dumps({"object": "list", "data": listed}).encode())
        if call.path == "/v1/audio/transcriptions":
            return await _heard(call, writer)
        speaks = next((dialect for dialect in _DIALECTS if dialect.serves(call.path)), None)
        if speaks is None or call.path in self.lacks:
            return await send(writer, 404, Chat.error(Plan(status=404)))
        plan = self._plan(call, speaks)
        if plan.status != 200:
            wait = plan.retry_after if speaks.waits_in_header else None
            return await send(writer, plan.status, speaks.error(plan), wait)
        if plan.mute:
            await asyncio.Event().wait()
        dialect = speaks(call.body, call.model)
        if dialect.streams(call.path):
            return await _Stream(call, writer, dialect).play(plan)
        await _whole(call, writer, dialect, plan)

    def _plan(self, call: Call, speaks: type[Dialect]) -> Plan:
        plan = plan_for(call.model, speaks.asked(call.body)) if speaks.offers(call.model) else Plan(status=404)
        if plan.status == 200 and not self.lawless and (complaint := speaks.complaint(call.body, call.model)):
            call.complaint = complaint
            return Plan(status=400, complaint=complaint)
        if plan.failing:
            self._failures[call.model] = (self._failures[call.model] + 1) % (plan.flaky + 1)
            return plan.failing if self._failures[call.model] else plan
        return plan


class _Stream:
    def __init__(self, call: Call, writer: asyncio.StreamWriter, dialect: Dialect) -> None:
        self.call, self.writer, self.dialect = call, writer, dialect

    async def play(self, plan: Plan) -> None:
        """Sends all of it."""
        self.writer.write(stream_head())
        if plan.frames is not None:
            await self._write("".join(f"data: {frame}\n\n" for frame in plan.frames).encode())
            return await self._end(Plan(ending="cut"))
        await self._write(self.dialect.start())
        await asyncio.sleep(plan.delay)
        for index, part in enumerate(plan.parts):
            await self._write(self.dialect.open(part, index))
            await (self._paced(part.pieces, plan.rate) if plan.rate else self._burst(part.pieces))
            is_last = index + 1 == len(plan.parts)
            self.dialect.cut = is_last and plan.ending in {"length", "filter"}
            if plan.ending in {"stop", "length", "filter"} or not is_last:
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
            self.writer.write(b"".join(map(chunk, map(self.dialect.piece, block))))
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
        self.writer.write(chunk(data))
        self.call.sent += pieces
        await self.writer.drain()


async def _heard(call: Call, writer: asyncio.StreamWriter) -> None:
    """Speech to text: what was heard is the recording's own bytes, unless they ask for an error."""
    _, _, audio = call.body["file"]
    if audio.startswith("status-"):
        return await send(writer, int(audio.removeprefix("status-")), Chat.error(Plan(status=int(audio[-3:]))))
    await send(writer, 200, json.dumps({"text": f" {audio} "}).encode())


async def _whole(call: Call, writer: asyncio.StreamWriter, dialect: Dialect, plan: Plan) -> None:
    await asyncio.sleep(plan.delay)
    if plan.ending == "silence":
        await asyncio.Event().wait()
    if plan.ending == "drop":
        return writer.transport.abort()
    if plan.ending in {"error", "failed", "overloaded"}:
        broken = Plan(status=529 if plan.ending == "overloaded" else 500)
        return await send(writer, broken.status, dialect.error(broken))
    body = dialect.whole(plan)
    call.sent = sum(len(part.pieces) for part in plan.parts)
    await send(writer, 200, body[: len(body) // 2] if plan.ending == "badjson" else body)


@asynccontextmanager
async def serve(port: int = 0) -> AsyncGenerator[Wire]:
    """A running server on 127.0.0.1; connections still open at the end are dropped."""
    wire, live = Wire(), set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(wire.handle(reader, writer))
        live.add(task)
        task.add_done_callback(live.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    wire.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        for task in (left := list(live)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
