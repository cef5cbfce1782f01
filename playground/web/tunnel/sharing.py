"""Keeps a public link open for as long as the playground is served."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import structlog

from playground.settings import Settings
from playground.web.tunnel.link import Link
from playground.web.tunnel.process import Tunnel
from playground.web.tunnel.program import Program, TunnelError, gradios
from playground.web.tunnel.relay import relay_of

LOST = "The public link is gone: its tunnel ended. Another one is being opened."
LONGEST_PAUSE = 60.0
STEADY_SECONDS = 60.0
"""A tunnel that held for so long did not fail at its start."""

log = structlog.get_logger(__name__)


@dataclass
class Sharing:
    """`told` gets each new address, and `failed` a sentence for each new reason why there is none.

    `local` is the host and port that we listen on. `pause` is in seconds and doubles with each try that fails.
    """

    settings: Settings
    link: Link
    local: tuple[str, int]
    told: Callable[[str], None]
    failed: Callable[[str], None]
    find: Callable[[], Program] = gradios
    pause: float = 1.0
    _failures: int = field(default=0, init=False)

    async def run(self) -> None:
        """Open a link, and another one whenever it is lost. Returns when no further try is of use."""
        try:
            await self._keep()
        finally:
            self.link.tunnel = None  # it may have been told of a moment before it is there

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                tunnel = await self._open()
            except TunnelError as error:
                if error.final:
                    self._fail(f"There is no public link. {error}")
                    return
                self._fail(f"There is no public link yet. {error} It is tried again.")
            else:
                began = loop.time()
                try:
                    await tunnel.ended()
                finally:
                    self.link.tunnel = None
                    await tunnel.close()
                self._fail(LOST)
                self._failures = 0 if loop.time() - began > STEADY_SECONDS else self._failures
            await asyncio.sleep(min(self.pause * 2**self._failures, LONGEST_PAUSE))
            self._failures += 1

    async def _open(self) -> Tunnel:
        try:
            program = await asyncio.to_thread(self.find)
            relay = await asyncio.to_thread(relay_of, self.settings)
            return await Tunnel.open(program, relay, self.local, self._tell)
        except OSError as error:
            raise TunnelError(f"{error.filename or 'The tunnel'}: {error.strerror or 'failed'}.") from error

    def _tell(self, url: str) -> None:
        if url != self.link.tunnel:
            self.link.tunnel, self.link.note = url, ""
            log.debug("public link", url=url)
            self.told(url)

    def _fail(self, note: str) -> None:
        if note != self.link.note:
            self.link.note = note
            self.failed(note)


@contextlib.asynccontextmanager
async def shared(sharing: Sharing, listening: asyncio.Event) -> AsyncGenerator[None]:
    """A link from the moment that we listen until the block is left."""

    async def run() -> None:
        await listening.wait()
        try:
            await sharing.run()
        except Exception:  # the playground itself goes on
            log.exception("the public link cannot be kept")

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
