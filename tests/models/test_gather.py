import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from playground.models.gather import MOST, Gathered


async def stream(*chunks: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if error is not None:
        raise error


async def test_chunks_that_came_meanwhile_are_joined() -> None:
    async with aclosing(Gathered(stream(b"a", b"b", b"c"))) as chunks:
        assert [chunk async for chunk in chunks] == [b"abc"]


async def test_no_more_than_so_many_are_joined() -> None:
    async with aclosing(Gathered(stream(*[b"a"] * (MOST + 1)))) as chunks:
        assert [len(chunk) async for chunk in chunks] == [MOST, 1]


async def test_what_came_before_an_error_comes_before_it() -> None:
    async with aclosing(Gathered(stream(b"a", b"b", error=ConnectionError()))) as chunks:
        reading = aiter(chunks)
        assert await anext(reading) == b"ab"
        with pytest.raises(ConnectionError):
            await anext(reading)


async def test_stream_that_is_over_is_not_waited_for() -> None:
    async with aclosing(Gathered(stream(b"a"))) as chunks:
        async for _ in chunks:
            async with asyncio.timeout(10):
                await chunks.rest()


async def test_closing_ends_the_reading() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with aclosing(Gathered(endless())) as chunks:
        async for chunk in chunks:
            assert chunk == b"a"
            break
    assert closed.is_set()


async def test_error_that_nobody_read_up_to_is_dropped() -> None:
    async with aclosing(Gathered(stream(b"a", error=ConnectionError()))) as chunks:
        async for chunk in chunks:
            assert chunk == b"a"
            break
