"""HTTP/1.1 on a socket, by hand: every byte and every close is ours."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, cast
from urllib.parse import unquote


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
    complaint: str = ""
    """Why the request was refused as one that the real API would refuse."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the reply is over; `await call.over.wait()`."""

    @property
    def model(self) -> str:
        """The model id asked for, in the body or in the path, or an empty string."""
        if "/models/" in self.path:
            return self.path.partition("/models/")[2].rpartition(":")[0]
        return str(self.body.get("model", ""))

    async def reached(self, pieces: int) -> None:
        """Waits until so many pieces are written."""
        while self.sent < pieces:
            await asyncio.sleep(0.005)

    def summary(self) -> dict[str, Any]:
        """For another process: all but bodies and headers."""
        names = ("method", "path", "model", "began", "sent", "ended", "disconnected", "complaint")
        return {name: getattr(self, name) for name in names}


async def read_call(reader: asyncio.StreamReader) -> Call | None:
    """The next request of a connection; none at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(method, unquote(path.partition("?")[0]), headers, _read(headers.get("content-type", ""), raw))


def _read(kind: str, raw: bytes) -> dict[str, Any]:
    """A body: JSON, or the fields of a form, a file among them as [name, type, bytes]."""
    if not kind.startswith("multipart/form-data"):
        return json.loads(raw) if raw else {}
    form = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + raw)
    fields: dict[str, Any] = {}
    for part in form.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        text = cast("bytes", part.get_payload(decode=True)).decode("latin-1")
        fields[name] = [part.get_filename(), part.get_content_type(), text] if part.get_filename() else text
    return fields


def stream_head() -> bytes:
    """Opens a streamed reply; its body follows in chunks."""
    return _head(200, "text/event-stream") + b"transfer-encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of a streamed reply; nothing for no data, because an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


async def send(writer: asyncio.StreamWriter, status: int, body: bytes, retry_after: float | None = None) -> None:
    """A whole reply."""
    wait = f"retry-after: {retry_after:g}\r\n" if retry_after is not None else ""
    head = _head(status, "application/json") + f"{wait}content-length: {len(body)}\r\n\r\n".encode()
    writer.write(head + body)
    await writer.drain()


def _head(status: int, content_type: str) -> bytes:
    names = ("x-request-id", "request-id")  # OpenAI's name and Anthropic's
    ids = "".join(f"{name}: req_wire\r\n" for name in names)
    return f"HTTP/1.1 {status} x\r\ncontent-type: {content_type}\r\n{ids}".encode()
