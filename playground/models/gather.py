"""A stream's chunks, fewer and larger. Most of what a token costs is paid per chunk, so it is paid less often."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

PAUSE = 1 / 25
"""Seconds for which text is gathered once it comes; nobody is shown more of it than 25 times a second."""
MOST = 512
"""Chunks at a time: a provider in a hurry must not keep everybody else waiting."""


class Gathered:
    """Iterates over `chunks`, joined: what came since the last look. A task of its own reads them meanwhile."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._held: list[bytes] = []
        self._news = asyncio.Event()
        self._taker = asyncio.create_task(self._take())

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        """Everything up to the end. Raises what the chunks raise, after what came before it."""
        while True:
            await self._news.wait()
            batch, self._held = self._held[:MOST], self._held[MOST:]
            if batch:
                yield b"".join(batch)
            elif self._taker.done():
                self._taker.result()
                return
            else:
                self._news.clear()

    async def rest(self) -> None:
        """Lets text gather for a while, unless there is much of it already or the stream is over."""
        if len(self._held) < MOST:
            await asyncio.wait((self._taker,), timeout=PAUSE)

    async def aclose(self) -> None:
        """Stops reading."""
        self._taker.cancel()
        await asyncio.gather(self._taker, return_exceptions=True)

    async def _take(self) -> None:
        try:
            async for chunk in self._chunks:
                self._held.append(chunk)
                self._news.set()
        finally:
            self._news.set()
