"""What the provider said is what the database holds, whatever the reader does."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.stack import Stack, delta, frames, stack
from tests.wire.plans import words

ALL = "".join(words(200))
GRACE = 0.3


@pytest.fixture(params=["openai", "compatible"])
def model(request: pytest.FixtureRequest) -> str:
    return f"{request.param}/words-200@200"


@pytest.fixture
def long(model: str) -> str:
    """An answer of ten seconds: however busy the machine is, it is stopped before its end."""
    return model.replace("words-200", "words-2000")


@pytest.fixture
async def served(sqlite_url: str) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, disconnect_grace=GRACE) as served:
        yield served


async def read(answer: httpx2.Response, *, until: int = 1_000_000) -> str:
    """The text, up to the first frame with which it has so many characters."""
    text = ""
    async for frame in frames(answer):
        text += delta(frame.event)
        if len(text) >= until:
            break
    return text


async def test_reader_who_stays_sees_and_keeps_every_word(served: Stack, model: str) -> None:
    async with served.ask(model) as answer:
        seen = await read(answer)
        thread_id = answer.headers["x-thread-id"]
    assert seen == ALL
    assert await served.stored(thread_id) == ALL
    assert (await served.run_of(thread_id))["status"] == "completed"


async def test_answer_is_finished_for_a_reader_who_looks_again_within_the_grace(served: Stack, model: str) -> None:
    async with served.ask(model) as answer:
        await read(answer, until=20)
        thread_id = answer.headers["x-thread-id"]
    assert (await served.run_of(thread_id))["status"] == "running"
    await served.wire.calls[0].over.wait()
    assert (await served.ended(thread_id))["status"] == "completed"
    assert await served.stored(thread_id) == ALL


async def test_answer_is_stopped_and_kept_after_the_grace(served: Stack, long: str) -> None:
    async with served.ask(long) as answer:
        seen = await read(answer, until=20)
        thread_id = answer.headers["x-thread-id"]
    [call] = served.wire.calls
    await call.over.wait()
    assert call.sent < 2000
    assert (await served.ended(thread_id))["status"] == "cancelled"
    kept = await served.stored(thread_id)
    assert kept.startswith(seen)
    assert "".join(words(call.sent)).startswith(kept)


async def test_stopped_answer_is_kept_as_it_was_seen(served: Stack, long: str) -> None:
    async with served.ask(long) as answer:
        seen = ""
        stop: asyncio.Task[httpx2.Response] | None = None
        async for frame in frames(answer):
            seen += delta(frame.event)
            if stop is None and len(seen) >= 20:
                stop = asyncio.create_task(served.client.post(f"/chatkit/runs/{answer.headers['x-run-id']}/stop"))
        thread_id = answer.headers["x-thread-id"]
    assert stop is not None
    stopped = (await stop).json()
    [call] = served.wire.calls
    assert call.sent < 2000
    assert stopped["status"] == "cancelled"
    assert await served.stored(thread_id) == seen
    assert "".join(words(call.sent)).startswith(seen)
