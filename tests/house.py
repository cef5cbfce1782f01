"""A whole playground on the fake provider, and plain ChatKit UIs that talk to it without HTTP."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import orjson
from chatkit.types import ErrorEvent, ThreadItem, ThreadItemDoneEvent, ThreadStreamEvent
from pydantic import TypeAdapter
from sqlmodel import Session

from playground.client import Client
from playground.ids import new_id
from playground.parts import Playground, open_playground
from playground.protocol.dispatcher import JsonReply, StreamReply
from playground.runs.live import Frame
from playground.settings import Settings
from playground.store import items, threads
from playground.store.tables import ItemRow, ThreadRow
from playground.visitor import Visitor
from tests.wire import Call, Wire, serve

httpx2.AsyncHTTPTransport()  # the first one of a process imports more modules, from the disk

Json = dict[str, Any]
T = TypeVar("T")

EVENT: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
"""The SDK's own, not ours: what it refuses, a ChatKit UI may refuse."""
ECHO = "compatible/echo"


def message(text: str = "hello", *, model: str | None = ECHO, **more: Any) -> Json:
    """A UserMessageInput as a UI sends it."""
    options = {"model": model} if model else {}
    return {
        "content": [{"type": "input_text", "text": text}],
        "attachments": [],
        "inference_options": options,
        **more,
    }


@dataclass(frozen=True)
class Told:
    """A run's reply, read to its end."""

    run_id: str
    thread_id: str
    frames: Sequence[Frame]
    events: Sequence[ThreadStreamEvent] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", [EVENT.validate_json(frame.data, strict=False) for frame in self.frames])

    @property
    def kinds(self) -> list[str]:
        """The events' types."""
        return [event.type for event in self.events]

    @property
    def items(self) -> list[ThreadItem]:
        """The items that were ended, in the order in which they were."""
        return [event.item for event in self.events if isinstance(event, ThreadItemDoneEvent)]

    @property
    def question(self) -> str:
        """The id of the visitor's message."""
        return next(item.id for item in self.items if item.type == "user_message")

    @property
    def answer(self) -> str:
        """What the agent said, all of it."""
        said = [item for item in self.items if item.type == "assistant_message"]
        return "".join(part.text for item in said for part in item.content)

    @property
    def error(self) -> str | None:
        """The message of the error event."""
        return next((event.message for event in self.events if isinstance(event, ErrorEvent)), None)


class Guest:
    """A ChatKit UI of one visitor."""

    def __init__(self, parts: Playground, visitor_id: str) -> None:
        self.visitor = Visitor(visitor_id)
        self._parts = parts

    async def handle(
        self, kind: str, params: Json, *, metadata: Json | None = None, key: str | None = None
    ) -> JsonReply | StreamReply:
        """One request's reply."""
        body = orjson.dumps({"type": kind, "params": params, **({"metadata": metadata} if metadata else {})})
        return await self._parts.dispatcher.handle(self.visitor, body, idempotency_key=key)

    async def ask(self, request: str, /, **params: Any) -> Any:
        """The JSON that answers a request."""
        reply = await self.handle(request, params)
        assert isinstance(reply, JsonReply)
        return orjson.loads(reply.body)

    async def start(
        self, kind: str, params: Json, *, metadata: Json | None = None, key: str | None = None
    ) -> StreamReply:
        """The run that answers a request."""
        reply = await self.handle(kind, params, metadata=metadata, key=key)
        assert isinstance(reply, StreamReply)
        return reply

    async def begin(
        self, text: str = "hello", *, model: str | None = ECHO, metadata: Json | None = None
    ) -> StreamReply:
        """A new thread; its answer is not waited for."""
        return await self.start("threads.create", {"input": message(text, model=model)}, metadata=metadata)

    async def create(self, text: str = "hello", *, model: str | None = ECHO, metadata: Json | None = None) -> Told:
        """A new thread with its first answer."""
        return await self.read(await self.begin(text, model=model, metadata=metadata))

    async def add(
        self, thread_id: str, text: str = "hello", *, model: str | None = None, metadata: Json | None = None
    ) -> Told:
        """A further message with its answer."""
        params = {"thread_id": thread_id, "input": message(text, model=model)}
        return await self.read(await self.start("threads.add_user_message", params, metadata=metadata))

    async def retry(self, thread_id: str, item_id: str, *, metadata: Json | None = None) -> Told:
        """A message answered again."""
        params = {"thread_id": thread_id, "item_id": item_id}
        return await self.read(await self.start("threads.retry_after_item", params, metadata=metadata))

    async def read(self, reply: StreamReply, *, after: int = 0) -> Told:
        """A run's frames, to its end."""
        frames = [frame async for frame in self._parts.engine.attach(self.visitor, reply.run_id, after=after)]
        return Told(reply.run_id, reply.thread_id, frames)

    async def items(self, thread_id: str) -> list[Json]:
        """What a UI sees of a thread."""
        data: list[Json] = (await self.ask("threads.get_by_id", thread_id=thread_id))["items"]["data"]
        return data

    async def texts(self, thread_id: str) -> list[str]:
        """The words of a thread's messages."""
        said = [item["content"] for item in await self.items(thread_id) if "content" in item]
        return ["".join(part["text"] for part in content) for content in said]

    async def status(self, reply: StreamReply | Told) -> str:
        """A run's status."""
        return (await self._parts.engine.run(self.visitor, reply.run_id)).status


@dataclass(frozen=True)
class House:
    """A running playground and the provider that it asks."""

    parts: Playground
    wire: Wire

    def guest(self, visitor_id: str = "vis_ann") -> Guest:
        """A ChatKit UI."""
        return Guest(self.parts, visitor_id)

    def client(self, visitor_id: str = "vis_ann") -> Client:
        """The page's client."""
        return Client(Visitor(visitor_id), self.parts)

    @property
    def calls(self) -> list[Call]:
        """The requests for an answer that the provider saw."""
        return [call for call in self.wire.calls if call.method == "POST"]

    async def called(self, count: int = 1) -> Call:
        """Waits until the provider has been asked so many times for an answer; the last of those calls."""
        while len(self.calls) < count:
            await self.wire.seen(len(self.wire.calls) + 1)
        return self.calls[count - 1]

    async def stored(self, work: Callable[[Session], T]) -> T:
        """What is read from the store."""
        return await self.parts.database.read(work)

    async def change(self, work: Callable[[Session], object]) -> None:
        """Change the store behind everybody's back."""
        await self.parts.database.write(work)

    async def place(self, thread_id: str, *rows: tuple[str, str]) -> list[str]:
        """Put items at the end of a thread, each (type, text); their ids."""

        def work(session: Session) -> list[str]:
            thread = session.get_one(ThreadRow, thread_id)
            position = items.last_position(session, thread.head_branch)
            made = [_row(thread, position + number, kind, text) for number, (kind, text) in enumerate(rows, 1)]
            session.add_all(made)
            return [row.id for row in made]

        return await self.parts.database.write(work)

    async def thread(self, visitor_id: str = "vis_ann", *, at: datetime | None = None) -> str:
        """An empty thread; its id."""

        def work(session: Session) -> str:
            return threads.create(
                session,
                thread_id=new_id("thr"),
                visitor_id=visitor_id,
                title=None,
                meta={"agent": "tests.staff:parrot", "model": ECHO},
                at=at or datetime.now(UTC),
            ).id

        return await self.parts.database.write(work)


def _row(thread: ThreadRow, position: int, kind: str, text: str) -> ItemRow:
    item_id, at = new_id("msg"), datetime.now(UTC)
    payload: Json = {"id": item_id, "thread_id": thread.id, "created_at": at.isoformat(), "type": kind}
    match kind:
        case "user_message":
            payload |= message(text, model=None)
        case "assistant_message":
            payload |= {"content": [{"type": "output_text", "text": text, "annotations": []}]}
        case _:
            payload |= {"content": text}
    return ItemRow(
        id=item_id,
        thread_id=thread.id,
        branch_id=thread.head_branch,
        position=position,
        type=kind,
        payload=payload,
        created_at=at,
    )


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits for something that other tasks will do."""
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def opened(database_url: str, folder: Path, **settings: Any) -> AsyncGenerator[House]:
    """A playground with keys for the fake provider only, and without a local model."""
    async with serve() as wire:
        usual: Json = {
            "secret": "s" * 32,
            "compatible_base_url": wire.base_url,
            "openai_base_url": wire.base_url,
            "openai_api_key": "sk-test",
            "local_model": "off",
            "agent": AGENTS,
            "flush_interval": 0.02,
            "model_retries": 0,
            "drain_timeout": 0,
        }
        chosen = Settings(data_dir=folder, database_url=database_url, **{**usual, **settings})
        async with open_playground(chosen) as parts:
            yield House(parts, wire)


AGENTS = tuple(f"tests.staff:{name}" for name in ("parrot", "clerk", "censored", "front", "both"))
"""See `staff`. The first is the default."""
