"""Files over HTTP: uploaded in one or two steps, and handed out again to whoever may have them."""

import asyncio
import tempfile
import unicodedata
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import IO
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from playground import wire
from playground.attachments.kinds import PDF, PICTURES
from playground.attachments.links import Purpose, reached_at
from playground.errors import Malformed
from playground.parts import Playground
from playground.store.tables import AttachmentRow
from playground.visitor import Visitor
from playground.web.asked import visitor_of
from playground.web.replies import json_reply

BLOCK = 1 << 18
IN_MEMORY = 1 << 20
"""Bytes of an upload; what is larger waits on the disk, in a file without a name that goes with its request."""
FEW_FIELDS = 8
"""Beside the file, in a form."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Resource-Policy": "cross-origin",  # a signed link is followed by pages of other sites
}
SANDBOX = "default-src 'none'; sandbox"
"""What is opened by itself runs nothing, and belongs to no site."""
VIEWER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf"
"""A PDF is drawn by the browser's own viewer, which is not let into a sandbox."""


def routes(parts: Playground) -> list[BaseRoute]:
    """The routes below `/chatkit`."""
    files = Files(parts)
    read = Route("/attachments/{attachment_id}", files.read, methods=["GET"])
    read.methods = {"GET"}  # without the HEAD that comes with it
    return [
        Route("/attachments", files.add, methods=["POST"]),
        read,
        Route("/attachments/{attachment_id}", files.upload, methods=["POST", "PUT"]),
    ]


def address_of(request: Request) -> str:
    """Where the visitor's browser reaches us, such as `https://chat.example.com`."""
    return f"{request.url.scheme}://{request.url.netloc}"


class Files:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground) -> None:
        self._parts = parts

    async def add(self, request: Request) -> Response:
        """A form with a `file`: the attachment, complete."""
        async with _form_file(request) as upload:
            with reached_at(address_of(request)):
                made = await self._parts.attachments.add(
                    visitor_of(request),
                    name=upload.filename or "",
                    mime_type=upload.content_type or "",
                    file=upload.file,
                )
        return json_reply(made)

    async def upload(self, request: Request) -> Response:
        """The bytes of a file that was announced: a form with a `file`, or the bare bytes."""
        attachment_id = _id(request)
        await self._parts.attachments.expect(attachment_id, visitor=self._by(request, "write"))
        async with _received(request) as file:
            with reached_at(address_of(request)):
                made = await self._parts.attachments.receive(attachment_id, file)
        return json_reply(made)

    async def read(self, request: Request) -> Response:
        """A file's bytes. Only what no browser takes for a page is shown; all else is saved."""
        row = await self._parts.attachments.find(_id(request), visitor=self._by(request, "read"))
        file = await self._parts.attachments.open(row)
        return Download(file, {**HEADERS, **_described(row)})

    def _by(self, request: Request, purpose: Purpose) -> Visitor | None:
        """Who has to own the file: nobody in particular for whom a link was signed."""
        signature = request.query_params.get("signature", "")
        signed = self._parts.attachments.links.allows(_id(request), purpose, signature)
        return None if signed else visitor_of(request)


class Download(StreamingResponse):
    """A file's bytes. The file is closed when the reader goes, and not when his traces are collected."""

    def __init__(self, file: IO[bytes], headers: Mapping[str, str]) -> None:
        super().__init__(_blocks(file), headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as far as it is wanted."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await asyncio.to_thread(self._file.close)


def _id(request: Request) -> str:
    return str(wire.clean(request.path_params["attachment_id"]))


@asynccontextmanager
async def _received(request: Request) -> AsyncGenerator[IO[bytes]]:
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with _form_file(request) as upload:
            yield upload.file
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        async for chunk in request.stream():
            await asyncio.to_thread(file.write, chunk)
        yield file


@asynccontextmanager
async def _form_file(request: Request) -> AsyncGenerator[UploadFile]:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Malformed("Send the file as `file` in a multipart form.")
    async with request.form(max_files=1, max_fields=FEW_FIELDS) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise Malformed("Send the file as `file` in a multipart form.")
        yield upload


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _described(row: AttachmentRow) -> dict[str, str]:
    shown = row.mime_type in PICTURES or row.mime_type == PDF
    return {
        "Content-Type": row.mime_type if shown else "text/plain; charset=utf-8",
        "Content-Length": str(row.size),
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; {_named(row.name)}",
        "Content-Security-Policy": VIEWER if row.mime_type == PDF else SANDBOX,
    }


def _named(name: str) -> str:
    """The file's name in letters that every browser takes, and in its own."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = "".join(char if char.isalnum() or char in "-_. ()" else "_" for char in plain).strip() or "file"
    return f"filename=\"{safe}\"; filename*=UTF-8''{quote(name, safe='')}"
