"""A run's events as `text/event-stream`: frames joined, heartbeats in the silence, a clean end."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Protocol, cast

import structlog
from starlette.types import Receive, Scope, Send

HEARTBEAT = b":\n"
"""One newline: with two, some clients take it for an event without data."""

FAILURE = b'data: {"type":"error","code":"stream.error","allow_retry":true}\n\n'
"""Without an id, so that a reader who comes back resumes after the last true frame."""

BACKLOG = 1024
"""Frames that wait for a slow reader before no more are taken from the run's log."""

PATIENCE = 0.5
"""Seconds in which the run may refuse a reader, before the status goes out without a frame."""

log = structlog.get_logger(__name__)


class Sequenced(Protocol):
    """A frame: its number within the run, and the JSON of one event on one line."""

    @property
    def seq(self) -> int:
        """1 for the first frame of the run."""
        ...

    @property
    def data(self) -> bytes:
        """The event, without a newline."""
        ...


class EventStream:
    """An ASGI response that sends every frame that is ready in one write.

    `frames` is an async generator. One task pumps it and closes it: at its end, or at once when the client is
    gone. An error before the first frame is raised, to be answered with a status; a later one becomes one
    `error` event. `heartbeat` is in seconds of silence. `read` is called before the end is sent, if it is.
    """

    def __init__(
        self,
        frames: AsyncIterator[Sequenced],
        *,
        run_id: str,
        thread_id: str,
        heartbeat: float,
        read: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._frames = cast("AsyncGenerator[Sequenced]", frames)
        self._run_id = run_id
        self._thread_id = thread_id
        self._heartbeat = heartbeat
        self._read = read
        self._pending: list[bytes] = []
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._sent_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream. Raises what the frames raised, if nothing was sent yet."""
        scope.setdefault("state", {})["run_id"] = self._run_id
        pump = asyncio.create_task(self._pump())
        gone = asyncio.create_task(_disconnect(receive))
        for task in (pump, gone):
            task.add_done_callback(self._awaken)
        try:
            await self._begin(pump, send)
            await self._go_on(pump, gone, send)
        finally:
            if self._timer:
                self._timer.cancel()
            pump.cancel()
            gone.cancel()
            await asyncio.gather(pump, gone, return_exceptions=True)

    async def _pump(self) -> None:
        async with aclosing(self._frames) as frames:
            async for frame in frames:
                self._pending.append(b"id: %d\ndata: %b\n\n" % (frame.seq, frame.data))
                self._wake.set()
                if len(self._pending) >= BACKLOG:
                    self._room.clear()
                    await self._room.wait()

    async def _begin(self, pump: asyncio.Task[None], send: Send) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(PATIENCE, self._wake.set)
        await self._wake.wait()
        self._timer.cancel()
        if pump.done() and not self._pending and (error := pump.exception()):
            raise error
        headers = [
            (b"content-type", b"text/event-stream"),
            (b"cache-control", b"no-cache, no-transform"),
            (b"x-accel-buffering", b"no"),
            (b"x-run-id", self._run_id.encode()),
            (b"x-thread-id", self._thread_id.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if not (self._pending or pump.done()):
            self._wake.clear()
        self._sent_at = loop.time()
        self._timer = loop.call_later(self._heartbeat, self._beat)

    async def _go_on(self, pump: asyncio.Task[None], gone: asyncio.Task[None], send: Send) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            if gone.done():
                return
            body = b"".join(self._pending)
            self._pending.clear()
            self._room.set()
            if pump.done():
                await self._heard()
                await send({"type": "http.response.body", "body": body + self._ending(pump), "more_body": False})
                return
            await send({"type": "http.response.body", "body": body or HEARTBEAT, "more_body": True})
            self._sent_at = loop.time()

    async def _heard(self) -> None:
        """Before the end, so that whoever has seen it finds it noted."""
        if self._read is None:
            return
        try:
            await self._read()
        except Exception:  # nobody is to be kept from the end of his answer
            log.exception("it could not be noted that a stream was read", run_id=self._run_id)

    def _ending(self, pump: asyncio.Task[None]) -> bytes:
        if (error := pump.exception()) is None:
            return b""
        log.error("stream failed", run_id=self._run_id, exc_info=error)
        return FAILURE

    def _beat(self) -> None:
        """Wakes the writer with nothing to write, if that much silence has passed; else looks again when it would have.

        So a frame costs no timer of its own.
        """
        loop = asyncio.get_running_loop()
        due = self._sent_at + self._heartbeat
        if loop.time() >= due:
            self._wake.set()
            due = loop.time() + self._heartbeat
        self._timer = loop.call_at(due, self._beat)

    def _awaken(self, _task: asyncio.Task[Any]) -> None:
        self._wake.set()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
