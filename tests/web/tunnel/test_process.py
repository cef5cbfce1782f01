"""One tunnel, from its start to its end."""

import asyncio
import os
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from gradio import tunneling

from playground.web.tunnel import process
from playground.web.tunnel.process import Tunnel, command
from playground.web.tunnel.program import Program, TunnelError
from playground.web.tunnel.relay import Relay
from tests.web.tunnel.conftest import Installed

HTTP = Relay("share.test:7000", None, "http")


@asynccontextmanager
async def opened(installed: Installed, manner: str = "well") -> AsyncGenerator[tuple[Tunnel, list[str]]]:
    """A tunnel to a port where nobody answers, and the addresses that it was given."""
    told: list[str] = []
    relay = Relay(f"{manner}.test:7000", None, "http")
    tunnel = await Tunnel.open(installed.program, relay, ("127.0.0.1", 9), told.append)
    try:
        yield tunnel, told
    finally:
        await tunnel.close()


async def test_it_has_an_address_when_it_is_open_and_is_gone_when_closed(installed: Installed) -> None:
    async with opened(installed) as (_, told):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", told[0])
        (started,) = installed.starts
    with pytest.raises(ProcessLookupError):
        os.kill(started["pid"], 0)


async def test_its_end_is_noticed(installed: Installed) -> None:
    async with opened(installed) as (tunnel, _), asyncio.timeout(10):
        os.kill(installed.starts[0]["pid"], 9)
        await tunnel.ended()


async def test_however_much_it_prints_it_goes_on(installed: Installed) -> None:
    async with opened(installed, "noisy") as (_, told), asyncio.timeout(20):
        host, port = told[0].removeprefix("http://").split(":")
        # Two megabytes come before it takes anybody in.
        with socket.create_connection((host, int(port))) as visitor:
            visitor.setblocking(False)
            await asyncio.get_running_loop().sock_recv(visitor, 1)


async def test_it_may_get_another_address_by_itself(installed: Installed) -> None:
    async with opened(installed, "twice") as (_, told), asyncio.timeout(10):
        while len(told) < 2:
            await asyncio.sleep(0.01)
    assert re.fullmatch(r"http://again\.share\.test:\d+", told[1])


@pytest.mark.parametrize(
    ("manner", "told"),
    [("refuse", "The share server did not take us in."), ("die", "The share server gave no link.")],
)
async def test_a_tunnel_that_does_not_open_says_so_and_leaves_nothing(
    installed: Installed, manner: str, told: str
) -> None:
    with pytest.raises(TunnelError) as failure:
        async with opened(installed, manner):
            pass
    assert str(failure.value) == told


async def test_a_server_that_says_nothing_is_not_waited_for(
    installed: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_SECONDS", 0.5)
    with pytest.raises(TunnelError, match="gave no link"):
        async with opened(installed, "mute"):
            pass
    with pytest.raises(ProcessLookupError):
        os.kill(installed.starts[0]["pid"], 0)


async def test_a_changed_program_is_not_started(installed: Installed) -> None:
    right = installed.program
    with installed.path.open("ab") as file:
        file.write(b"# more\n")
    with pytest.raises(TunnelError, match="was not started"):
        await Tunnel.open(right, HTTP, ("127.0.0.1", 9), lambda _: None)
    assert installed.starts == []


async def test_a_file_that_cannot_run_is_told(installed: Installed) -> None:
    installed.path.chmod(0o644)
    with pytest.raises(TunnelError, match="does not start here: Permission denied"):
        async with opened(installed):
            pass


async def test_it_is_told_no_key(installed: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", "postgresql://me:canary@host/db")
    monkeypatch.setenv("https_proxy", "http://proxy.test")
    async with opened(installed):
        (started,) = installed.starts
    assert "canary" not in str(started["environment"])
    assert started["environment"]["https_proxy"] == "http://proxy.test"


@pytest.mark.parametrize("certificate", [None, Path("/etc/share.pem")])
async def test_it_is_started_as_gradio_starts_it(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, certificate: Path | None
) -> None:
    monkeypatch.setattr(tunneling, "BINARY_PATH", str(installed.path))
    kept = str(certificate) if certificate else None
    gradios: Any = tunneling.Tunnel("well.test", 7000, "127.0.0.1", 9, "TOKEN", kept)
    await asyncio.to_thread(gradios.start_tunnel)
    started = gradios.proc
    gradios.kill()
    started.communicate()
    program = Program(installed.path, None, lambda: None)
    ours = command(program, Relay("well.test:7000", certificate, "http"), ("127.0.0.1", 9))
    ours[ours.index("-n") + 1] = "TOKEN"
    assert ours[1:] == installed.starts[0]["arguments"]
