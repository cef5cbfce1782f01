"""The serving process: it says when it is ready, and leaves without cutting an answer."""

import asyncio
import errno
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import FrameType
from typing import Any

import structlog
import uvicorn

from playground.web.health import Health

log = structlog.get_logger(__name__)


def listener(host: str, port: int) -> socket.socket:
    """A socket bound to the address, before anything slow is done. Exits with one line and code 1 if it is taken."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        return _bound(family, kind, address)
    except OSError as error:
        advice = " Choose another with --port, or 0 for any." if error.errno == errno.EADDRINUSE else ""
        sys.exit(f"Cannot listen on {host}:{port}: {error.strerror}.{advice}")


def _bound(family: int, kind: int, address: Any) -> socket.socket:
    bound = socket.socket(family, kind)
    if sys.platform != "win32":  # there it would let two servers share the port
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def reached_at(bound: socket.socket) -> tuple[str, int]:
    """The host and port by which this machine reaches a socket."""
    host, port = bound.getsockname()[:2]
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host, port  # noqa: S104 - compared, not bound


def address_of(bound: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = reached_at(bound)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn's server with an orderly end.

    The first SIGTERM or Ctrl+C makes `/readyz` fail, calls `refuse` and starts `drain`, while all else is served; when
    that is over, or after `drain_seconds`, the connections are closed. A second one ends it at once. A signal among
    `signals` has what is named there done.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        health: Health,
        refuse: Callable[[], None],
        drain: Callable[[], Awaitable[None]],
        drain_seconds: float,
        signals: Mapping[int, Callable[[], Coroutine[None, None, None]]] | None = None,
    ) -> None:
        super().__init__(config)
        self._health = health
        self._refuse = refuse
        self._drain = drain
        self._drain_seconds = drain_seconds
        self._signals = signals or {}
        self._obeying: set[asyncio.Task[None]] = set()
        self._leaving: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to listen, then prints the address: a reader of that line may connect."""
        await super().startup(sockets)
        for number in self._signals:
            asyncio.get_running_loop().add_signal_handler(number, self._obey, number)
        for bound in sockets or ():
            sys.stdout.write(f"Playground ready at {address_of(bound)}\n")
            sys.stdout.flush()
        if self.started:
            self.listening.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called for a signal. Not passed on to uvicorn, which would raise it again: an orderly end exits with 0."""
        if self._health.draining:
            self.should_exit = self.force_exit = True
        self._health.draining = True
        self._refuse()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if self._health.draining and self._leaving is None:
            self._leaving = asyncio.create_task(self._leave())
        return await super().on_tick(counter)

    def _obey(self, number: int) -> None:
        task = asyncio.create_task(self._signals[number]())
        self._obeying.add(task)
        task.add_done_callback(self._obeyed)

    def _obeyed(self, task: asyncio.Task[None]) -> None:
        self._obeying.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a signal could not be obeyed", exc_info=error)

    async def _leave(self) -> None:
        log.info("shutting down", drain_seconds=self._drain_seconds)
        try:
            async with asyncio.timeout(self._drain_seconds):
                await self._drain()
        except TimeoutError:
            log.warning("answers were still running")
        except Exception:
            log.exception("drain failed")
        finally:
            self.should_exit = True
