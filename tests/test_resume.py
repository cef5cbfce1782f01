"""A reader who is cut off again and again, and comes back, gets every frame once."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any

import httpx2
import pytest

from tests.stack import Sent, Stack, frames, stack

CUTS = 100


@pytest.fixture
async def served(sqlite_url: str) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, text_rate=1000, thought_rate=1000) as served:
        yield served


async def some(answer: httpx2.Response, count: int) -> list[Sent]:
    """The next frames, at most `count`."""
    taken: list[Sent] = []
    if count:
        async for frame in frames(answer):
            taken.append(frame)
            if len(taken) == count:
                break
    return taken


def resumed(served: Stack, run_id: str, after: int, chance: Random) -> AbstractAsyncContextManager[httpx2.Response]:
    """The run's events above `after`, asked for in one of the two ways; the header wins over a URL that is repeated."""
    url = f"/chatkit/runs/{run_id}/events"
    ways: list[dict[str, Any]] = [
        {"params": {"after": after}},
        {"headers": {"Last-Event-ID": str(after)}, "params": {"after": chance.randint(0, after)}},
    ]
    return served.client.stream("GET", url, **chance.choice(ways))


@pytest.mark.parametrize("seed", range(3))
async def test_every_frame_comes_exactly_once_however_often_the_reader_is_cut_off(served: Stack, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - chance, not secrecy
    async with served.ask("openai/think-20-words-500@250") as answer:
        run_id, thread_id = answer.headers["x-run-id"], answer.headers["x-thread-id"]
        got = await some(answer, chance.randint(0, 9))
    for _ in range(CUTS):
        async with resumed(served, run_id, len(got), chance) as answer:
            got += await some(answer, chance.randint(0, 5))
    async with resumed(served, run_id, len(got), chance) as answer:
        got += await some(answer, 10_000)

    run = await served.ended(thread_id)
    assert [frame.seq for frame in got] == list(range(1, run["last_seq"] + 1))
    async with served.client.stream("GET", f"/chatkit/runs/{run_id}/events") as answer:
        assert await some(answer, 10_000) == got
