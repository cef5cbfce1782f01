"""A network that fails when a test wants it to: a port that passes bytes on, and cuts connections off."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

Cut = Callable[[bytes], int | None]
"""Given what came back on a connection so far: after how many bytes of it the connection is cut, or None."""


class Proxy:
    """`cut` is asked as bytes come back; `deaf` connections are refused. `connections` counts them."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self.port = 0
        self.cut: Cut = lambda _sent: None
        self.refusing = 0
        self.connections = 0

    @property
    def root(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end or its cut."""
        self.connections += 1
        if self.refusing:
            self.refusing -= 1
            writer.transport.abort()
            return
        back, forth = await asyncio.open_connection("127.0.0.1", self._behind)
        up = asyncio.create_task(_pass(reader, forth))
        try:
            await self._down(back, writer)
        finally:
            up.cancel()
            for one in (forth, writer):
                one.transport.abort()

    async def _down(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = b""
        while chunk := await back.read(65_536):
            sent += chunk
            end = self.cut(sent)
            writer.write(chunk if end is None else chunk[: max(0, len(chunk) - (len(sent) - end))])
            with suppress(ConnectionError):
                await writer.drain()
            if end is not None:
                await asyncio.sleep(0.01)  # what was passed on arrives before the end does
                return


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()


@asynccontextmanager
async def proxy(port: int) -> AsyncGenerator[Proxy]:
    """A running one, before the server on a port of the loopback."""
    made = Proxy(port)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.handle(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in (left := list(tasks)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
