"""HTTP by hand: what a well-behaved client library would not send."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import httpx2

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def connected(client: httpx2.AsyncClient) -> AsyncGenerator[Wire]:
    """A bare connection to the server that the client talks to."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def post(body: bytes, *headers: str, path: str = "/chatkit", length: int | None = None) -> bytes:
    """A JSON POST; `length` is what it claims to be."""
    size = len(body) if length is None else length
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {size}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """The status and the raw rest of one answer, up to its declared length or the connection's end."""
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return int(head.split()[1]), await reader.readexactly(int(line.split(b":")[1]))
        return int(head.split()[1]), await reader.read()
