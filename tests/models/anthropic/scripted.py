"""A loopback server that answers one request after another as it was told: for what takes several requests."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from anthropic import AsyncAnthropic

from playground.models.anthropic.model import AnthropicModel


class Script:
    """`replies` are the frames of each answer, or the message of a 400; `bodies` are the requests seen so far."""

    def __init__(self, replies: tuple[list[Any] | str, ...]) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._replies = list(replies)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one request and hangs up."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        self.bodies.append(json.loads(await reader.readexactly(size)))
        reply = self._replies.pop(0)
        if isinstance(reply, str):
            error = {"type": "error", "error": {"type": "invalid_request_error", "message": reply}}
            status, kind, body = "400 Bad Request", "application/json", json.dumps(error)
        else:
            body = "".join(f"data: {json.dumps(frame)}\n\n" for frame in reply)
            status, kind = "200 OK", "text/event-stream"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def scripted(*replies: list[Any] | str) -> AsyncGenerator[tuple[AnthropicModel, Script]]:
    """A model that gets these replies, and what it asked."""
    script = Script(replies)
    server = await asyncio.start_server(script.handle, "127.0.0.1", 0)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with AsyncAnthropic(base_url=root, api_key="sk-test", max_retries=0) as api:
            yield AnthropicModel("claude-haiku-5-5", api), script
    finally:
        server.close()
        await server.wait_closed()
