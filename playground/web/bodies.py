"""Bounds on what a client may send: how much, and how slowly."""

import asyncio
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
"""Seconds without a byte of it."""
FORM = 16_384
"""Bytes that a form takes beside its file."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyLimit:
    """Refuses a body that is too long: before it is read where its length is told, else as soon as it is passed."""

    def __init__(self, app: ASGIApp, limit: int, seconds: float = SECONDS, *, upload: int = 0) -> None:
        self._app = app
        self._body = Bound(limit, seconds, seconds)
        self._upload = Bound(upload + FORM, UPLOAD_SECONDS, SILENCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a bounded body. Raises TooLarge, Malformed, or HTTPException 408."""
        if scope["type"] != "http" or scope["method"] in SAFE:
            await self._app(scope, receive, send)
            return
        bound = self._upload if scope["path"].startswith(UPLOADS) else self._body
        if _declared(scope) > bound.limit:
            raise bound.too_large()
        await self._app(scope, bound.applied(receive), send)


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `limit` bytes, all of them within `seconds`, and never a longer silence than `silence` seconds."""

    limit: int
    seconds: float
    silence: float

    def applied(self, receive: Receive) -> Receive:
        """A `receive` that raises TooLarge or HTTPException 408."""
        clock = asyncio.get_running_loop().time
        taken = 0
        complete = False
        deadline = clock() + self.seconds

        async def receiving() -> Message:
            nonlocal taken, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(min(deadline, clock() + self.silence)):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.") from None
            taken += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if taken > self.limit:
                raise self.too_large()
            return message

        return receiving

    def too_large(self) -> TooLarge:
        """The refusal."""
        return TooLarge("The request is larger than {most} bytes.", most=f"{self.limit:,}")


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise Malformed("Content-Length is not a number.")
            return int(value[:20])
    return 0
