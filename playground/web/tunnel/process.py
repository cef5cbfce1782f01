"""One run of the program, from its start to its end."""

import asyncio
import contextlib
import os
import re
import secrets
from collections.abc import Callable
from typing import Self

import structlog

from playground.web.tunnel.program import Program, TunnelError
from playground.web.tunnel.relay import Relay

START_SECONDS = 30
STOP_SECONDS = 2
KEPT_LINE = 4096

PASSED_ON = re.compile(r"PATH|HOME|LANG|SYSTEMROOT|TE?MP|TMPDIR|(?:https?|all|no)_proxy", re.IGNORECASE)
"""What the program may know of our environment: no key."""

STARTED = re.compile(
    r"start proxy success: https?://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?)(?=[\s,]|$)", re.IGNORECASE
)

log = structlog.get_logger(__name__)


class Tunnel:
    """A running tunnel. `told` is called with each address that it gets: it may connect anew by itself, to another."""

    def __init__(self, process: asyncio.subprocess.Process, protocol: str, told: Callable[[str], None]) -> None:
        self._process = process
        self._protocol = protocol
        self._told = told
        self._first = asyncio.Event()
        self._refused = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, program: Program, relay: Relay, local: tuple[str, int], told: Callable[[str], None]) -> Self:
        """A tunnel that has an address, to the port that we listen on. Raises TunnelError."""
        await asyncio.to_thread(program.verify)
        try:
            process = await asyncio.create_subprocess_exec(
                *command(program, relay, local),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)},
                start_new_session=True,  # Ctrl+C is ours: answers are to reach their visitors first
            )
        except OSError as error:
            raise TunnelError(f"The tunnel's program does not start here: {error.strerror}.", final=True) from error
        tunnel = cls(process, relay.protocol, told)
        try:
            await tunnel._has_address()
        except BaseException:
            await tunnel.close()
            raise
        return tunnel

    async def ended(self) -> None:
        """Return when the program has ended by itself."""
        await self._reading
        await self._process.wait()

    async def close(self) -> None:
        """End the program, by force if it does not go."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        self._reading.cancel()  # a child of its own may still hold the pipe
        await asyncio.wait([self._reading])

    async def _has_address(self) -> None:
        first = asyncio.create_task(self._first.wait())
        try:
            await asyncio.wait([first, self._reading], timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            first.cancel()
        if not self._first.is_set():
            reason = "did not take us in" if self._refused else "gave no link"
            raise TunnelError(f"The share server {reason}.")

    async def _read(self) -> None:
        """Takes all that the program prints, so that it never stops at a full pipe."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as asked for
        rest = b""
        while chunk := await self._process.stdout.read(65_536):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-KEPT_LINE:]
            for line in lines:
                self._hear(line.decode(errors="replace"))

    def _hear(self, line: str) -> None:
        log.debug("tunnel", line=line)
        if started := STARTED.search(line):
            self._told(f"{self._protocol}://{started[1].lower()}")
            self._first.set()
        self._refused |= "login to server failed" in line


def command(program: Program, relay: Relay, local: tuple[str, int]) -> list[str]:
    """As Gradio starts it; a link has a name of its own each time, which nobody can guess."""
    secured = ["--tls_enable", "--tls_trusted_ca_file", str(relay.certificate)] if relay.certificate else []
    return [
        *(str(program.path), "http"),
        *("-n", secrets.token_urlsafe(32)),
        *("-l", str(local[1]), "-i", local[0]),
        *("--uc", "--sd", "random", "--ue"),
        *("--server_addr", relay.address),
        "--disable_log_color",
        *secured,
    ]
