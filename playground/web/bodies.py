"""Bounds on what a client may send: how much, how slowly, and how many at once."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.errors import Malformed, TooLarge

SECONDS = 30.0
"""For a whole body to arrive."""

UPLOADS = "/chatkit/attachments"
"""Routes with bounds of their own."""
UPLOAD_SECONDS = 600.0
"""For a whole file to arrive, over a slow line."""
SILENCE = 30.0
"""Seconds without a byte of it; and its first ones, before it has to keep up its pace."""
PACE = 16_384
"""Bytes a second of a file, on average: a slow line, and not one that is held open for its own sake."""
FORM = 16_384
"""Bytes that a form takes beside its file."""
MOST_ARRIVING = 128
"""Bodies under way at once. Each may wait in memory; of more than these, the slowest is given up."""
YOUNG = 3.0
"""Seconds in which a body is not compared with others."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyLimit:
    """Refuses a body that is too long: before it is read where its length is told, else as soon as it is passed."""

    def __init__(
        self, app: ASGIApp, limit: int, seconds: float = SECONDS, *, upload: int = 0, most: int = MOST_ARRIVING
    ) -> None:
        self._app = app
        self._body = Bound(limit, seconds, seconds)
        self._upload = Bound(upload + FORM, UPLOAD_SECONDS, SILENCE, PACE)
        self._arrivals = Arrivals(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a bounded body. Raises TooLarge, Malformed, or HTTPException 408."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        bound = self._upload if scope["path"].startswith(UPLOADS) else self._body
        if _declared(scope) > bound.limit:
            raise bound.too_large()
        arrival = Arrival(bound, receive, self._arrivals)
        try:
            await self._app(scope, arrival.receive, send)
        finally:
            self._arrivals.leave(arrival)


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `limit` bytes, all of them within `seconds`, and never a longer silence than `silence` seconds.

    What has a `pace` also has to keep it: so many bytes a second, once the first silence could be over.
    """

    limit: int
    seconds: float
    silence: float
    pace: int = 0

    def due(self, taken: int) -> float:
        """Seconds from the start by which more than so many bytes are to be there."""
        return min(self.seconds, self.silence + taken / self.pace) if self.pace else self.seconds

    def too_large(self) -> TooLarge:
        """The refusal."""
        return TooLarge("The request is larger than {most} bytes.", most=f"{self.limit:,}")


class Arrivals:
    """The bodies that are waited for."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._under_way: set[Arrival] = set()

    def enter(self, arrival: "Arrival") -> None:
        """One more. The slowest has to go if there are too many, but none that only just began."""
        self._under_way.add(arrival)
        if len(self._under_way) > self._most and (old := [one for one in self._under_way if one.age > YOUNG]):
            min(old, key=lambda one: one.pace).give_up()

    def leave(self, arrival: "Arrival") -> None:
        """It is here, or not waited for any more."""
        self._under_way.discard(arrival)


class Arrival:
    """A body on its way, within its bound."""

    def __init__(self, bound: Bound, receive: Receive, arrivals: Arrivals) -> None:
        self._bound = bound
        self._receive = receive
        self._arrivals = arrivals
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._taken = 0
        self._complete = False
        self._given_up = False
        self._wait: asyncio.Timeout | None = None

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began

    @property
    def pace(self) -> float:
        """Bytes a second so far."""
        return self._taken / self.age

    def give_up(self) -> None:
        """Wait for it no longer."""
        self._arrivals.leave(self)
        self._given_up = True
        if self._wait is not None:
            with suppress(RuntimeError):  # over already
                self._wait.reschedule(self._clock())

    async def receive(self) -> Message:
        """The next message. Raises TooLarge or HTTPException 408."""
        if self._complete:
            return await self._receive()
        if not self._given_up:
            self._arrivals.enter(self)
        message = await self._next()
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._complete:
            self._arrivals.leave(self)
        if self._taken > self._bound.limit:
            raise self._bound.too_large()
        return message

    async def _next(self) -> Message:
        now = self._clock()
        until = min(self._began + self._bound.due(self._taken), now + self._bound.silence)
        try:
            async with asyncio.timeout_at(now if self._given_up else until) as self._wait:
                return await self._receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.") from None


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise Malformed("Content-Length is not a number.")
            return int(value[:20])
    return 0
