"""A ChatKit request in; JSON, or a run to follow, out. The only door to threads: the page comes through it too."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from chatkit.types import (
    ItemsListReq,
    ThreadsAddUserMessageReq,
    ThreadsCreateReq,
    ThreadsDeleteReq,
    ThreadsGetByIdReq,
    ThreadsListReq,
    ThreadsRetryAfterItemReq,
    ThreadsUpdateReq,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from playground.access.rates import Rates
from playground.attachments.attachments import Attachments
from playground.errors import Malformed, NotConfigured, NotFound, Unavailable
from playground.protocol import pages
from playground.protocol.files import with_files
from playground.protocol.orders import Call, Orders, StreamReq
from playground.protocol.requests import check_message, checked_key, fingerprint, parse, parse_verdict
from playground.records import RunRecord
from playground.runs.engine import Engine
from playground.runs.resend import guessed_key
from playground.settings import Settings
from playground.store import items, runs, threads
from playground.store.database import Database
from playground.store.tables import ThreadRow
from playground.visitor import Visitor

T = TypeVar("T")

FIRST_PAGE = 200
"""Items that come with a thread."""
SMALL = 65_536
"""Bytes of a body that is read at once."""
MAX_TITLE = 200
EMPTY: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class JsonReply:
    """A plain answer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class StreamReply:
    """A run whose frames above `after` are the answer."""

    run_id: str
    thread_id: str
    after: int = 0


Serve = Callable[[Visitor, Any], Awaitable[Any]]
"""Answers a request's `params` with what is JSON then. Raises VisitorError."""
Begin = Callable[[Call, Any], Awaitable[StreamReply]]
"""Answers a request, which it is given whole, with a run. Raises VisitorError."""


class Room(Protocol):
    """Serves some of the protocol's requests, each by its type."""

    @property
    def plain(self) -> Mapping[type, Serve]:
        """Those that are answered with JSON."""
        ...

    @property
    def streams(self) -> Mapping[type, Begin]:
        """Those that are answered with a run."""
        ...


class Dispatcher:
    """Serves requests, each in the name of a visitor."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        engine: Engine,
        orders: Orders,
        *,
        attachments: Attachments,
        rooms: Sequence[Room] = (),
        rates: Rates | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._engine = engine
        self._orders = orders
        self._attachments = attachments
        self._rates = rates or Rates()
        self._streams: dict[type, Begin] = {
            ThreadsCreateReq: self._run,
            ThreadsAddUserMessageReq: self._run,
            ThreadsRetryAfterItemReq: self._run,
        }
        self._plain: dict[type, Serve] = {
            ThreadsGetByIdReq: self._thread,
            ThreadsListReq: self._threads,
            ThreadsUpdateReq: self._rename,
            ThreadsDeleteReq: self._delete,
            ItemsListReq: self._items,
        }
        for room in rooms:
            self._streams |= room.streams
            self._plain |= room.plain

    async def handle(
        self,
        visitor: Visitor,
        body: bytes,
        *,
        idempotency_key: str | None = None,
        frame: str = "",
        detached: bool = False,
    ) -> JsonReply | StreamReply:
        """Serve one request, from a page's `frame`. Raises VisitorError; nothing has been streamed or stored then."""
        # A large body may take a second, for which nobody else is to wait.
        request, extras = parse(body) if len(body) <= SMALL else await asyncio.to_thread(parse, body)
        try:
            if (begin := self._streams.get(type(request))) is not None:
                self._rates.take("runs", visitor.id)
                digest = fingerprint(body)
                key = checked_key(idempotency_key) or guessed_key(frame, digest)
                return await begin(Call(visitor, extras, key, digest, detached), request)
            serve = self._plain.get(type(request))
            if serve is None:
                raise NotConfigured("{request} is not built yet.", request=request.type)
            return JsonReply(pages.dumps(await serve(visitor, request.params)))
        except SQLAlchemyError as error:
            raise Unavailable("The database cannot be used at the moment. Try again.") from error

    async def run_of(self, visitor: Visitor, thread_id: str) -> RunRecord:
        """The thread's live run, else its last. Raises NotFound."""

        def work(session: Session) -> RunRecord:
            threads.find(session, visitor_id=visitor.id, thread_id=thread_id)
            row = runs.last_of(session, thread_id)
            if row is None:
                raise NotFound
            return runs.record(row)

        await self._engine.settled(thread_id)
        record = await self._database.read(work)
        self._engine.touch(thread_id)
        return record

    async def decide(self, visitor: Visitor, run_id: str, body: bytes) -> RunRecord:
        """Approve or reject calls that a run waits for. Raises VisitorError; then nothing has changed."""
        try:
            return await self._engine.decide(visitor, run_id, parse_verdict(body))
        except SQLAlchemyError as error:
            raise Unavailable("The database cannot be used at the moment. Try again.") from error

    async def _run(self, call: Call, request: StreamReq) -> StreamReply:
        files: Sequence[str] = ()
        if not isinstance(request, ThreadsRetryAfterItemReq):
            check_message(request.params.input, longest=self._settings.max_message_chars)
            files = request.params.input.attachments
        thread = None
        if not isinstance(request, ThreadsCreateReq):
            thread = await self._read(call.visitor, request.params.thread_id, lambda _session, row: row)
        order = await with_files(await self._orders.make(request, call, thread), self._attachments, files)
        record = await self._engine.submit(order)
        return StreamReply(run_id=record.id, thread_id=record.thread_id)

    async def _read(self, visitor: Visitor, thread_id: str, work: Callable[[Session, ThreadRow], T]) -> T:
        """What `work` reads of the visitor's thread. Raises NotFound."""

        def scoped(session: Session) -> T:
            return work(session, threads.find(session, visitor_id=visitor.id, thread_id=thread_id))

        return await self._database.read(scoped)

    async def _thread(self, visitor: Visitor, params: Any) -> dict[str, Any]:
        def work(session: Session, row: ThreadRow) -> dict[str, Any]:
            rows, more = items.page(session, row, limit=FIRST_PAGE, order="asc", after=None)
            return pages.thread(row, pages.page(pages.visible(rows), more=more))

        being_written = self._engine.open_items(visitor, params.thread_id)
        reply = await self._read(visitor, params.thread_id, work)
        self._engine.touch(params.thread_id)
        newest = {item["id"]: item for item in being_written}
        data = reply["items"]["data"]
        data[:] = [newest.pop(item["id"], item) for item in data]
        if not reply["items"]["has_more"]:
            data += newest.values()
        data[:] = map(self._attachments.links.renewed, data)
        return reply

    async def _items(self, visitor: Visitor, params: Any) -> dict[str, Any]:
        limit = pages.limit_of(params.limit)

        def work(session: Session, row: ThreadRow) -> dict[str, Any]:
            rows, more = items.page(session, row, limit=limit, order=params.order, after=params.after)
            return pages.page([self._attachments.links.renewed(one) for one in pages.visible(rows)], more=more)

        reply = await self._read(visitor, params.thread_id, work)
        self._engine.touch(params.thread_id)
        return reply

    async def _threads(self, visitor: Visitor, params: Any) -> dict[str, Any]:
        limit = pages.limit_of(params.limit)

        def work(session: Session) -> dict[str, Any]:
            rows, more = threads.page(
                session, visitor_id=visitor.id, limit=limit, order=params.order, after=params.after
            )
            return pages.page([pages.thread(row) for row in rows], more=more)

        return await self._database.read(work)

    async def _rename(self, visitor: Visitor, params: Any) -> dict[str, Any]:
        title = " ".join(params.title.split())
        if not title or len(title) > MAX_TITLE:
            raise Malformed("params.title: 1 to {most} characters.", most=MAX_TITLE)
        return await self._database.write(
            lambda session: pages.thread(
                threads.rename(session, visitor_id=visitor.id, thread_id=params.thread_id, title=title)
            )
        )

    async def _delete(self, visitor: Visitor, params: Any) -> dict[str, Any]:
        live = await self._read(
            visitor, params.thread_id, lambda session, row: [run.id for run in runs.live_of(session, row.id)]
        )
        for run_id in reversed(live):  # those that wait first: none of them is to begin now
            await self._engine.stop(visitor, run_id)
        await self._database.write(
            lambda session: threads.remove(session, visitor_id=visitor.id, thread_id=params.thread_id)
        )
        return EMPTY
