"""All that is kept of a visitor as one JSON document, written piece by piece: it may be larger than the memory."""

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Any

import orjson

from playground.errors import VisitorError
from playground.parts import Playground
from playground.store import belongings
from playground.store.belongings import Read
from playground.visitor import Visitor

BLOCK = 3 << 16
"""Bytes of a file that are written at once; of three bytes base64 makes four letters."""

Json = dict[str, Any]
Pieces = AsyncGenerator[bytes]


class Export:
    """One visitor's. `pieces` reads as it goes: what changes meanwhile may be in it or not."""

    def __init__(self, visitor: Visitor, parts: Playground) -> None:
        self._visitor = visitor
        self._parts = parts
        self._instructions = parts.policy.instructions != "hidden"

    async def pieces(self) -> Pieces:
        """The document."""
        visitor_id = self._visitor.id
        yield b'{"exported_at":' + _dumps(datetime.now(UTC))
        for name, written in (
            (b"threads", self._each(belongings.threads(visitor_id), self._thread)),
            (b"tabs", self._each(belongings.tabs(visitor_id), self._tab)),
            (b"votes", self._each(belongings.votes(visitor_id))),
            (b"shares", self._each(belongings.shares(visitor_id))),
            (b"files", self._each(belongings.files(visitor_id), self._file)),
        ):
            yield b',"' + name + b'":'
            async with aclosing(written):
                async for piece in written:
                    yield piece
        yield b"}\n"

    async def _each(self, read: Read, within: Any = None) -> Pieces:
        """A JSON array of what is read; `within` gives what belongs into an entry, by name."""
        between = b"["
        async for entry in self._rows(read):
            yield between + _dumps(entry)[:-1]
            between = b","
            if within is not None:
                async for piece in within(entry):
                    yield piece
            yield b"}"
        yield b"]" if between == b"," else b"[]"

    async def _rows(self, read: Read) -> AsyncIterator[Json]:
        rows = await self._parts.database.read(lambda session: read(session, None))
        while rows:
            for _, entry in rows:
                yield entry
            full = len(rows) == belongings.BATCH
            rows = await self._parts.database.read(partial(read, after=rows[-1][0])) if full else ()

    async def _thread(self, thread: Json) -> Pieces:
        for name, read in (
            (b"branches", belongings.branches(thread["id"])),
            (b"items", belongings.items(thread["id"])),
            (b"runs", belongings.answers(thread["id"], instructions=self._instructions)),
            (b"feedback", belongings.ratings(thread["id"])),
        ):
            yield b',"' + name + b'":'
            async for piece in self._each(read):
                yield piece

    async def _tab(self, tab: Json) -> Pieces:
        yield b',"lanes":'
        async for piece in self._each(belongings.lanes(tab["id"], instructions=self._instructions)):
            yield piece

    async def _file(self, entry: Json) -> Pieces:
        """A file's bytes, or nothing where they are lost."""
        try:
            row = await self._parts.attachments.find(entry["id"], visitor=self._visitor)
            file = await self._parts.attachments.open(row)
        except VisitorError:
            return
        try:
            yield b',"base64":"'
            while block := await asyncio.to_thread(file.read, BLOCK):
                yield base64.b64encode(block)
            yield b'"'
        finally:
            await asyncio.to_thread(file.close)


def _dumps(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
