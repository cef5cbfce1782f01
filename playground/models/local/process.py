"""Starts, watches and ends the child process that holds one local model."""

import asyncio
import contextlib
import json
import logging
import secrets
import ssl
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Self

import httpx2

from playground.children import environment

_log = logging.getLogger(__name__)
_SCRIPT = Path(__file__).with_name("child.py")
_START_TIMEOUT = 120
_STOP_TIMEOUT = 2
# What a process that met an instruction its CPU does not know ends with: a signal, a shell's code, a Windows status.
_ILLEGAL_INSTRUCTION = (-4, 132, 0xC000001D)
NO_RUNTIME = "The local runtime (xllamacpp) is not installed, or not built for this system."


@dataclass(frozen=True)
class Endpoint:
    """Where a local model answers, and the process that does; `base_url` ends in `/v1`."""

    base_url: str
    api_key: str = field(repr=False)
    pid: int


class ChildError(Exception):
    """The child could not start. The text is a sentence for the visitor; `final` if another try is no use."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


class Child:
    """A running child. Made by `Child.start`."""

    def __init__(self, process: asyncio.subprocess.Process, key: str) -> None:
        self.endpoint = Endpoint("", key, process.pid)
        self._process = process
        self._pipes = _pipes(process)
        self._drains = asyncio.create_task(_log_lines(self._pipes.stderr))

    @property
    def alive(self) -> bool:
        """Whether the process runs, as far as we have heard."""
        return self._process.returncode is None

    @classmethod
    async def start(cls, path: Path, name: str) -> Self:
        """Starts a child on `path` and waits until it answers. Raises ChildError."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", str(_SCRIPT), str(path), name),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment(OMP_WAIT_POLICY="passive"),  # or its threads spin on a busy machine
            )
        except OSError:
            raise ChildError("This machine could not start another process.", final=False) from None
        child = cls(process, secrets.token_urlsafe(32))
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                await child._connect()
        except BaseException as error:
            await child.stop(patience=0)
            if isinstance(error, OSError | httpx2.HTTPError):  # a TimeoutError is an OSError
                raise ChildError("The local runtime did not come up as it should.", final=False) from None
            raise
        return child

    async def wait(self) -> int:
        """Waits for the end of the process; its exit status."""
        return await self._process.wait()

    async def stop(self, patience: float = _STOP_TIMEOUT) -> None:
        """Ends the child, by force if it does not go within `patience` seconds."""
        self._pipes.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self._drains

    async def _connect(self) -> None:
        """Hands over the key and reads the URL. The key goes by stdin: the environment of a process can be read."""
        self._pipes.stdin.write(f"{self.endpoint.api_key}\n".encode())
        line = await self._pipes.stdout.readline()
        if not line:
            raise _died(await self.wait())
        message: dict[str, str] = json.loads(line)
        if "url" not in message:
            raise _refused(message["error"])
        url = message["url"].rstrip("/")
        await _healthy(url)
        self.endpoint = replace(self.endpoint, base_url=f"{url}/v1")


class _Pipes(NamedTuple):
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader


def _pipes(process: asyncio.subprocess.Process) -> _Pipes:
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ValueError("The child was started without pipes.")
    return _Pipes(process.stdin, process.stdout, process.stderr)


def loopback_client(*, timeout: float = 5) -> httpx2.AsyncClient:
    """A client for plain HTTP on this machine; `timeout` is in seconds.

    It reads no certificates, asks no proxy, and keeps no connection, as the server closes those when it likes.
    """
    return httpx2.AsyncClient(
        limits=httpx2.Limits(max_keepalive_connections=0),
        timeout=httpx2.Timeout(timeout, connect=5),
        trust_env=False,
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )


def _died(status: int) -> ChildError:
    if status in _ILLEGAL_INSTRUCTION:
        return ChildError("This CPU lacks AVX2, which the local runtime needs.", final=True)
    return ChildError(f"The local runtime ended while loading (status {status}); is there enough memory?", final=False)


def _refused(reason: str) -> ChildError:
    if reason == "ImportError":
        return ChildError(NO_RUNTIME, final=True)
    return ChildError("The local runtime could not load this model file.", final=True)


async def _healthy(url: str) -> None:
    """Returns once the server says that it is ready; loading shows as 503."""
    async with loopback_client() as client:
        for _ in range(200):
            if (await client.get(f"{url}/health")).is_success:
                return
            await asyncio.sleep(0.1)
    raise TimeoutError


async def _log_lines(stderr: asyncio.StreamReader) -> None:
    """Reads what the native code prints, so that it never blocks on a full pipe."""
    while chunk := await stderr.read(65_536):
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s", chunk.decode(errors="replace").rstrip())
