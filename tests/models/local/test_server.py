import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx2
import pytest

from playground.errors import ProviderError
from playground.models.local.process import loopback_client
from playground.models.local.server import LocalServers
from playground.models.local.weights import SMOLLM2, Cache
from playground.settings import Settings
from tests.models.local.parcels import Shelf, weight
from tests.models.local.waiting import until

CONTENT = b"not a model"


@pytest.fixture
async def closing() -> AsyncGenerator[list[LocalServers]]:
    """Servers that the test made; all are closed at its end."""
    made: list[LocalServers] = []
    yield made
    for servers in made:
        await servers.aclose()


@pytest.fixture
async def small(closing: list[LocalServers]) -> LocalServers:
    """SmolLM2, found in the cache but not started."""
    servers = LocalServers(Settings(local_model="smollm2-135m"))
    closing.append(servers)
    await servers.start()
    return servers


def state_of(servers: LocalServers) -> tuple[str, ...]:
    return tuple(status.state for status in servers.statuses())


def fake(tmp_path: Path, *sources: Shelf) -> LocalServers:
    settings = Settings(local_model="tiny")
    return LocalServers(settings, cache=Cache(tmp_path / "models"), shipped=(weight(CONTENT, *sources),))


async def test_off_offers_nothing() -> None:
    servers = LocalServers(Settings(local_model="off"))
    await servers.start()
    assert servers.statuses() == ()
    with pytest.raises(ProviderError, match="switched off"):
        await servers.endpoint("smollm2-135m")
    await servers.aclose()


def test_the_larger_model_brings_the_smaller_along() -> None:
    names = [status.name for status in LocalServers(Settings()).statuses()]
    assert names == ["qwen2.5-coder-0.5b", "smollm2-135m"]


def test_the_smaller_model_comes_alone() -> None:
    names = [status.name for status in LocalServers(Settings(local_model="smollm2-135m")).statuses()]
    assert names == ["smollm2-135m"]


async def test_a_path_that_leads_nowhere_is_a_status(closing: list[LocalServers], tmp_path: Path) -> None:
    servers = LocalServers(Settings(local_model=str(tmp_path / "mine.gguf")))
    closing.append(servers)
    await servers.start()
    assert [(status.name, status.state) for status in servers.statuses()] == [("mine", "failed")]
    with pytest.raises(ProviderError, match="PLAYGROUND_LOCAL_MODEL names a file that is not there"):
        await servers.endpoint("mine")


async def test_a_file_that_is_no_model_is_a_status(closing: list[LocalServers], tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(CONTENT)
    servers = LocalServers(Settings(local_model=str(path)))
    closing.append(servers)
    await servers.start()
    assert state_of(servers) == ("ready",)
    with pytest.raises(ProviderError, match="could not load this model file") as caught:
        await servers.endpoint("mine")
    assert not caught.value.allow_retry
    assert state_of(servers) == ("failed",)


async def test_a_missing_model_is_fetched_in_the_background(closing: list[LocalServers], tmp_path: Path) -> None:
    servers = fake(tmp_path, Shelf(CONTENT))
    closing.append(servers)
    assert servers.statuses()[0].note == "Waits to be downloaded, 0 MB."
    await servers.start()
    await until(lambda: state_of(servers) == ("ready",))
    assert servers.statuses()[0].progress == 1.0


async def test_a_model_that_is_still_coming_says_how_far_it_is(closing: list[LocalServers], tmp_path: Path) -> None:
    servers = fake(tmp_path, Shelf(CONTENT, stuck=True))
    closing.append(servers)
    await servers.start()
    await until(lambda: servers.statuses()[0].progress > 0)
    assert servers.statuses()[0].note == "Downloading, 45% of 0 MB."
    with pytest.raises(ProviderError, match="Downloading") as caught:
        await servers.endpoint("tiny")
    assert caught.value.allow_retry


async def test_a_download_that_fails_is_a_status(closing: list[LocalServers], tmp_path: Path) -> None:
    servers = fake(tmp_path, Shelf(b"forged"))
    closing.append(servers)
    await servers.start()
    await until(lambda: state_of(servers) == ("failed",))
    assert "did not work out" in servers.statuses()[0].note


async def test_closing_ends_a_download(tmp_path: Path) -> None:
    servers = fake(tmp_path, Shelf(CONTENT, stuck=True))
    await servers.start()
    await until(lambda: state_of(servers) == ("fetching",))
    await servers.aclose()
    assert not await asyncio.to_thread(list, (tmp_path / "models").glob("*"))


async def test_an_unknown_model_is_refused_by_name(small: LocalServers) -> None:
    with pytest.raises(ProviderError, match=r"'llama'.*local/smollm2-135m"):
        await small.endpoint("llama")


@pytest.mark.local_model
async def test_many_who_ask_at_once_share_one_child(small: LocalServers) -> None:
    assert state_of(small) == ("ready",)
    endpoints = await asyncio.gather(*(small.endpoint("smollm2-135m") for _ in range(5)))
    assert len(set(endpoints)) == 1
    assert state_of(small) == ("running",)


@pytest.mark.local_model
async def test_only_the_holder_of_the_key_is_served(small: LocalServers) -> None:
    endpoint = await small.endpoint("smollm2-135m")
    async with loopback_client() as client:
        body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        refused = await client.post(f"{endpoint.base_url}/chat/completions", json=body)
    assert refused.status_code == httpx2.codes.UNAUTHORIZED
    assert endpoint.base_url.startswith("http://127.0.0.1:")
    assert endpoint.api_key not in repr(endpoint)


@pytest.mark.local_model
async def test_who_gives_up_waiting_does_not_end_the_start_for_others(small: LocalServers) -> None:
    impatient = asyncio.create_task(small.endpoint("smollm2-135m"))
    patient = asyncio.create_task(small.endpoint("smollm2-135m"))
    await until(lambda: state_of(small) == ("starting",))
    impatient.cancel()
    assert (await patient).base_url.endswith("/v1")


@pytest.mark.local_model
async def test_closing_ends_a_child_that_is_just_starting(small: LocalServers) -> None:
    starting = asyncio.create_task(small.endpoint("smollm2-135m"))
    await until(lambda: state_of(small) == ("starting",))
    await asyncio.sleep(0.1)
    await small.aclose()
    with pytest.raises(ProviderError, match="shutting down"):
        await starting


@pytest.mark.local_model
async def test_a_model_that_keeps_dying_is_given_up_after_three_restarts(small: LocalServers) -> None:
    for _ in range(4):
        endpoint = await small.endpoint("smollm2-135m")
        os.kill(endpoint.pid, signal.SIGKILL)
        await until(lambda: state_of(small) != ("running",))
    assert state_of(small) == ("failed",)
    with pytest.raises(ProviderError, match="several times"):
        await small.endpoint("smollm2-135m")


def test_the_smaller_models_size_is_told_in_megabytes() -> None:
    assert SMOLLM2.megabytes == 98


async def test_without_the_runtime_nothing_is_fetched(
    closing: list[LocalServers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    servers = LocalServers(Settings())
    closing.append(servers)
    await servers.start()
    assert state_of(servers) == ("failed", "failed")
    with pytest.raises(ProviderError, match="not built for this system"):
        await servers.endpoint("smollm2-135m")
