"""An answer over HTTP: events as they come, through every loss of the connection that can be bridged."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2
from chatkit.types import AssistantMessageItem, ErrorEvent, ThreadCreatedEvent, ThreadItemDoneEvent, ThreadStreamEvent
from pydantic import ValidationError

from playground import wire
from playground.client.line import LOST, Line, pause
from playground.errors import Unavailable
from playground.records import LIVE, Ask, RunStatus

logger = logging.getLogger(__name__)

UNANSWERED = "The agent could not answer."
AT_WORK = LIVE - {"awaiting_approval"}


@dataclass(frozen=True, slots=True)
class Heard:
    """An event, its number within the run (None from a server that does not count) and its JSON as it was sent."""

    seq: int | None
    event: ThreadStreamEvent
    data: bytes


@dataclass(frozen=True, slots=True)
class RemoteRun:
    """A run as its server tells of it. `asks` are the calls that it waits for."""

    id: str
    status: RunStatus
    last_seq: int
    asks: tuple[Ask, ...] = ()

    @property
    def live(self) -> bool:
        """Whether more events may come."""
        return self.status in LIVE


def run_from(value: Any) -> RemoteRun:
    """A run from its JSON."""
    asks = tuple(
        Ask(**{name: one[name] for name in Ask.__dataclass_fields__ if name in one}) for one in value.get("asks", ())
    )
    return RemoteRun(value["id"], value["status"], value["last_seq"], asks)


class Answer:
    """A run that answers: `async for heard in answer`. `run` is how it stood when its last event was read.

    Against a playground, each event comes once, whatever the network does meanwhile. A server without runs has no
    `run_id`, and what is lost there is lost. Iterating raises Unavailable when the connection cannot be had again.
    To leave before the end, use it as a context or close it.
    """

    def __init__(self, line: Line, response: httpx2.Response, *, after: int = 0, silence: float) -> None:
        self._line = line
        self._response = response
        self._silence = silence
        self._events = self._heard()
        self.run_id: str | None = response.headers.get("x-run-id")
        self.thread_id: str | None = response.headers.get("x-thread-id")
        self.seq = after
        self.run: RemoteRun | None = None
        self._broken = False

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self._events

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Leave. A playground lets a run that nobody reads go on for a while, and then stops it."""
        await self._events.aclose()
        await self._response.aclose()

    async def text(self) -> str:
        """Read to the end; what the agent said. Raises Unavailable with what went wrong, if the run failed."""
        said: list[str] = []
        async for heard in self:
            match heard.event:
                case ThreadItemDoneEvent(item=AssistantMessageItem() as item):
                    said.append("".join(part.text for part in item.content))
                case ErrorEvent() as error:
                    raise Unavailable(error.message or UNANSWERED)
                case _:
                    pass
        # A server that died may have sent frames that it had not kept; those of its end have the same numbers.
        if self.run is not None and self.run.status in {"failed", "interrupted"}:
            raise Unavailable(UNANSWERED)
        return "\n\n".join(said)

    async def _heard(self) -> AsyncGenerator[Heard]:
        tries = 0
        while True:
            before = self.seq
            async with aclosing(self._once()) as events:
                async for heard in events:
                    yield heard
            if self.run_id is None or await self._over(anew=self.seq > before):
                return
            tries = 1 if self.seq > before else tries + 1
            if tries > self._line.attempts:
                raise Unavailable(LOST)
            await pause(tries)
            self._response = await reopened(self._line, self.run_id, self.seq)

    async def _once(self) -> AsyncGenerator[Heard]:
        """The events of one connection, as far as they come."""
        frames, self._broken = Frames(), True
        try:
            async with aclosing(self._chunks()) as chunks:
                async for chunk in chunks:
                    for seq, data in frames.feed(chunk):
                        if self.run_id is not None and seq is None:
                            return  # the server lost the run's log on the way; the log goes on
                        if seq is not None and seq <= self.seq:
                            continue
                        heard = self._taken(seq, data)
                        if heard is not None:
                            yield heard
            self._broken = False
        except (httpx2.TransportError, TimeoutError) as error:
            if self.run_id is None:
                raise Unavailable(LOST) from error

    def _taken(self, seq: int | None, data: bytes) -> Heard | None:
        self.seq = seq or self.seq
        try:
            event = wire.event(data)
        except ValidationError:
            logger.warning("passed over an event of an unknown kind")
            return None
        if self.thread_id is None and isinstance(event, ThreadCreatedEvent):
            self.thread_id = event.thread.id
        return Heard(seq, event, data)

    async def _chunks(self) -> AsyncGenerator[bytes]:
        silence = self._silence if self.run_id is not None else None  # others send no heartbeats
        async with aclosing(self._response.aiter_bytes()) as chunks:
            while True:
                async with asyncio.timeout(silence):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                yield chunk

    async def _over(self, *, anew: bool) -> bool:
        """Whether what was read, some of it `anew`, is all there is for now: a body may also end with its server."""
        run = run_from(await self._line.get(f"/threads/{self.thread_id}/run"))
        if run.id != self.run_id:  # ours waits for it, or it has begun since: then there may be a rest of ours
            return not (anew or self._broken)
        self.run = run
        return run.status not in AT_WORK and run.last_seq <= self.seq


async def reopened(line: Line, run_id: str, after: int) -> httpx2.Response:
    """A run's events from a number on. Raises VisitorError."""
    return await line.stream(
        "GET", f"/runs/{run_id}/events", again=True, params={"after": after}, headers={"Last-Event-ID": str(after)}
    )


class Frames:
    """Cuts bytes into frames: their `id`, if it is a number, and their `data`. An unfinished frame is none."""

    def __init__(self) -> None:
        self._held = b""
        self._id: int | None = None
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[tuple[int | None, bytes]]:
        """The frames that `chunk` completes."""
        found: list[tuple[int | None, bytes]] = []
        *lines, self._held = (self._held + chunk).split(b"\n")
        for line in lines:
            self._line(line.removesuffix(b"\r"), found)
        return found

    def _line(self, line: bytes, found: list[tuple[int | None, bytes]]) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"" if line:
                pass  # a heartbeat
            case b"":
                if self._data:
                    found.append((self._id, b"\n".join(self._data)))
                self._id, self._data = None, []
            case b"id":
                self._id = int(value) if value.isdigit() else None
            case b"data":
                self._data.append(value)
            case _:
                pass
