"""A ChatKit UI of one visitor, over HTTP, that believes nothing which it has not looked at."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

from tests.frames import fault
from tests.house import ECHO, Json, message

MODEL = "compatible/words-3"


@dataclass(frozen=True)
class Frame:
    """A frame as it came."""

    seq: int
    data: bytes

    @property
    def event(self) -> Json:
        """Its event."""
        event: Json = orjson.loads(self.data)
        return event


@dataclass
class Reply:
    """A streamed reply, as far as it was read."""

    response: httpx2.Response
    frames: list[Frame] = field(default_factory=list[Frame])

    @property
    def events(self) -> list[Json]:
        """The events, in their order."""
        return [frame.event for frame in self.frames]

    @property
    def kinds(self) -> list[str]:
        """The events' types."""
        return [event["type"] for event in self.events]

    @property
    def shape(self) -> list[str]:
        """The events' types, each run of updates as one."""
        kinds = self.kinds
        return [kind for at, kind in enumerate(kinds) if kind != "thread.item.updated" or kinds[at - 1] != kind]

    @property
    def run_id(self) -> str:
        """The run that answers."""
        return str(self.response.headers["x-run-id"])

    @property
    def thread_id(self) -> str:
        """Its thread."""
        return str(self.response.headers["x-thread-id"])

    def done(self, kind: str) -> list[Json]:
        """The items of a type that were ended."""
        ended = [event["item"] for event in self.events if event["type"] == "thread.item.done"]
        return [item for item in ended if item["type"] == kind]

    def of(self, kind: str) -> list[Json]:
        """The events of a type."""
        return [event for event in self.events if event["type"] == kind]

    def updates(self, kind: str) -> list[Json]:
        """The updates of a type."""
        return [event["update"] for event in self.of("thread.item.updated") if event["update"]["type"] == kind]

    @property
    def question(self) -> str:
        """The id of the visitor's message."""
        return str(self.done("user_message")[0]["id"])

    @property
    def answer(self) -> str:
        """What was said."""
        return "".join(text_of(item) for item in self.done("assistant_message"))

    @property
    def error(self) -> Json | None:
        """The error event."""
        return next(iter(self.of("error")), None)


class Ui:
    """One visitor: `http` keeps the cookie."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def post(
        self, kind: str, params: Json, *, metadata: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """A request, as UIs send it."""
        return await self.http.post("/chatkit", json=body(kind, params, metadata), headers=headers)

    async def ask(self, request: str, /, **params: Any) -> Any:
        """The JSON that answers."""
        response = await self.post(request, params)
        assert response.status_code == 200, response.text
        return response.json()

    async def refused(self, kind: str, status: int, /, **params: Any) -> str:
        """The message of a refusal with this status."""
        response = await self.post(kind, params)
        return refusal(response, status)

    @asynccontextmanager
    async def open(
        self, kind: str, params: Json, *, metadata: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator["Live"]:
        """A streamed reply as it comes; leaving closes the connection."""
        sent = self.http.stream("POST", "/chatkit", json=body(kind, params, metadata), headers=headers)
        async with sent as response:
            yield Live(response)

    async def stream(
        self, kind: str, params: Json, *, metadata: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """A streamed reply to its end."""
        async with self.open(kind, params, metadata=metadata, headers=headers) as live:
            return await live.rest()

    async def create(self, text: str = "hello", *, model: str = ECHO, metadata: Json | None = None) -> Reply:
        """A new thread with its first answer."""
        return await self.stream("threads.create", {"input": message(text, model=model)}, metadata=metadata)

    async def add(
        self, thread_id: str, text: str = "hello", *, model: str | None = ECHO, metadata: Json | None = None
    ) -> Reply:
        """A further message with its answer."""
        params = {"thread_id": thread_id, "input": message(text, model=model)}
        return await self.stream("threads.add_user_message", params, metadata=metadata)

    async def retry(self, thread_id: str, item_id: str, *, metadata: Json | None = None) -> Reply:
        """A message answered again."""
        params = {"thread_id": thread_id, "item_id": item_id}
        return await self.stream("threads.retry_after_item", params, metadata=metadata)

    async def items(self, thread_id: str) -> list[Json]:
        """All items of a thread, oldest first."""
        return [item async for item in self.walk("items.list", thread_id=thread_id, order="asc", limit=100)]

    async def walk(self, request: str, /, **params: Any) -> AsyncIterator[Json]:
        """Page by page, as the cursors lead."""
        after: str | None = None
        while True:
            page = await self.ask(request, **params, after=after)
            for one in page["data"]:
                yield one
            if not page["has_more"]:
                return
            after = page["after"]

    async def texts(self, thread_id: str) -> list[str]:
        """The words of a thread's messages."""
        return [text_of(item) for item in await self.items(thread_id) if "content" in item]

    async def run(self, thread_id: str) -> Json:
        """The thread's live or last run."""
        response = await self.http.get(f"/chatkit/threads/{thread_id}/run")
        assert response.status_code == 200, response.text
        run: Json = response.json()
        return run

    async def ended(self, thread_id: str) -> Json:
        """The thread's run, once nothing works on it any more."""
        async with asyncio.timeout(20):
            while (run := await self.run(thread_id))["status"] in {"queued", "running"}:
                await asyncio.sleep(0.02)
        return run


class Live(Reply):
    """A streamed reply as it comes. Every byte of it is accounted for."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(response)
        self._bytes = response.aiter_bytes()
        self._held = b""
        self.raw = b""
        self.heartbeats = 0

    async def until(self, kind: str) -> Json:
        """Reads to the next event of a type; an update's type counts too."""
        async for event in self:
            if kind in {event["type"], event.get("update", {}).get("type")}:
                return event
        raise AssertionError(f"The stream ended without {kind}: {self.kinds}")

    async def rest(self) -> Reply:
        """Reads to the end, which has to be a clean one."""
        async for _ in self:
            pass
        return self

    async def __aiter__(self) -> AsyncIterator[Json]:
        assert self.response.status_code == 200, await self.response.aread()
        assert self.response.headers["content-type"].startswith("text/event-stream")
        while (frame := await self._next()) is not None:
            expected = self.frames[-1].seq + 1 if self.frames else frame.seq
            assert frame.seq == expected
            self.frames.append(frame)
            yield frame.event

    async def _next(self) -> Frame | None:
        while True:
            while self._held.startswith(b":"):
                line, newline, rest = self._held.partition(b"\n")
                if not newline:
                    break
                assert line == b":"
                self._held, self.heartbeats = rest, self.heartbeats + 1
            block, end, rest = self._held.partition(b"\n\n")
            if end:
                self._held = rest
                return parsed(block)
            chunk = await anext(self._bytes, None)
            if chunk is None:
                assert self._held == b""
                return None
            self.raw += chunk
            self._held += chunk


def parsed(block: bytes) -> Frame:
    """A frame: an `id` line, a `data` line, nothing else."""
    first, newline, second = block.partition(b"\n")
    assert newline
    assert b"\n" not in second
    assert first.startswith(b"id: ")
    assert second.startswith(b"data: {")
    frame = Frame(int(first.removeprefix(b"id: ")), second.removeprefix(b"data: "))
    assert fault(frame.data) is None
    return frame


def body(kind: str, params: Json, metadata: Json | None = None) -> Json:
    """A request."""
    return {"type": kind, "params": params, **({"metadata": metadata} if metadata else {})}


def refusal(response: httpx2.Response, *statuses: int) -> str:
    """The message of a refusal with one of these statuses: JSON, and never a stream."""
    assert response.status_code in statuses, (response.status_code, response.text)
    assert response.headers["content-type"] == "application/json"
    said = response.json()
    assert list(said) == ["message"]
    return str(said["message"])


def text_of(item: Json) -> str:
    """The words of a message."""
    return "".join(part["text"] for part in item["content"])


def ids(items: Sequence[Json]) -> list[str]:
    """Their ids."""
    return [item["id"] for item in items]
