"""Processes of their own: the provider, the playground, a plain ChatKit server. Each prints its address when ready."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
START_SECONDS = 90
KEY = "sk-loopback"


@dataclass(frozen=True, slots=True)
class Running:
    """A process that serves at `url`."""

    url: str
    process: Process

    def cpu_seconds(self) -> float:
        """User and system time so far, of all its threads. Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def kill(self) -> None:
        """`kill -9`, and wait until it is gone."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def start(*arguments: str, folder: Path, **variables: str) -> Running:
    """`python ARGUMENTS` in `folder` with nothing of our environment but `variables`; its log is `folder/log`.

    Raises:
        RuntimeError: it ended without printing an address.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **variables},
            stdout=PIPE,
            stderr=log,
        )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    async with asyncio.timeout(START_SECONDS):
        async for line in process.stdout:
            if found := re.search(r"http://\S+", line.decode()):
                return Running(found[0].rstrip("/"), process)
    await process.wait()
    raise RuntimeError(f"{' '.join(arguments)} did not start; see {folder / 'log'}")


@asynccontextmanager
async def running(*arguments: str, folder: Path, **variables: str) -> AsyncGenerator[Running]:
    """`start`, killed at the end of the block."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    server = await start(*arguments, folder=folder, **variables)
    try:
        yield server
    finally:
        await server.kill()


@asynccontextmanager
async def provider(folder: Path, *, interactions: bool = True) -> AsyncGenerator[Running]:
    """The provider that all are asked to use; it speaks every wire, without `interactions` all but that one."""
    lacks = () if interactions else ("--without", "/v1beta/interactions", "/v1/interactions")
    async with running("-m", "tests.wire", "--port", "0", *lacks, folder=folder / "provider") as wire:
        yield wire


def playground_variables(provider_url: str) -> dict[str, str]:
    """What tells a playground, or the plain server, to use the provider and no other. The URL ends in `/v1`."""
    root = provider_url.removesuffix("/v1")
    return {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": provider_url,
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": root,
        "GEMINI_API_KEY": KEY,
        "GOOGLE_GEMINI_BASE_URL": root,
        "PLAYGROUND_COMPATIBLE_BASE_URL": provider_url,
        "PLAYGROUND_LOCAL_MODEL": "off",
        "PLAYGROUND_PORT": "0",
    }
