"""uvicorn's HTTP connection, with an end to its patience: it waits for ever for the rest of a request's head."""

import asyncio
from typing import Any

import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from playground.web.crowd import Crowd

HEAD_SECONDS = 10.0
UNREAD_SECONDS = 60.0
"""For which a client may take nothing of what is sent to it. One that comes back later goes on where it was."""

REFUSED = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\nContent-Type: application/json\r\n"
    b'Content-Length: 63\r\n\r\n{"message":"Too many connections are open. Try again shortly."}'
)

log = structlog.get_logger(__name__)


class PatientConnection(H11Protocol):
    """Closes a connection on which a request was begun, or awaited, and its head did not arrive in time.

    Also one that nobody reads from; one that is too much; and one that only waits, where another needs its place.
    """

    head_seconds = HEAD_SECONDS
    unread_seconds = UNREAD_SECONDS
    crowd = Crowd()
    """All the connections of this process."""

    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the clock for the first request; refuses a connection for which there is no room."""
        super().connection_made(transport)
        if not self.crowd.enter(self, self.client[0] if self.client else None):
            log.warning("too many connections", client=self.client)
            transport.write(REFUSED)
            transport.close()
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Stops the clock when a request has begun to be answered; starts it for one that only began to arrive."""
        super().data_received(data)
        if not self._between_requests:
            self._forget()
            self.crowd.work(self)
        elif self._deadline is None:
            self._expect_head()

    def on_response_complete(self) -> None:
        """It waits for the next request from now on."""
        self.crowd.wait(self)
        super().on_response_complete()
        if not self._between_requests:  # the next one was there already
            self.crowd.work(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clocks."""
        self._forget()
        self._stop_unread()
        self.crowd.leave(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Starts the clock for a client that does not read what it asked for."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stops it."""
        self._stop_unread()
        super().resume_writing()

    def make_room(self) -> None:
        """Close it for another's sake."""
        self.transport.close()

    @property
    def _between_requests(self) -> bool:
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(self.head_seconds, self._give_up)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stop_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._between_requests:
            self.transport.close()
