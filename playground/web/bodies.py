"""Bounds on what a client may send: how much, and how slowly."""

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.errors import Malformed, TooLarge

SECONDS = 30.0
"""For a whole body to arrive."""

UPLOADS = ("/chatkit/attachments/",)
"""Routes with a bound of their own."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyLimit:
    """Refuses a body that is too long: before it is read where its length is told, else as soon as it is passed."""

    def __init__(self, app: ASGIApp, limit: int, seconds: float = SECONDS) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a bounded body. Raises TooLarge, Malformed, or HTTPException 408."""
        if scope["type"] != "http" or scope["method"] in SAFE or scope["path"].startswith(UPLOADS):
            await self._app(scope, receive, send)
            return
        if _declared(scope) > self._limit:
            raise self._too_large()
        await self._app(scope, self._bounded(receive), send)

    def _bounded(self, receive: Receive) -> Receive:
        taken = 0
        complete = False
        deadline = asyncio.get_running_loop().time() + self._seconds

        async def receiving() -> Message:
            nonlocal taken, complete
            if complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.") from None
            taken += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if taken > self._limit:
                raise self._too_large()
            return message

        return receiving

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The request is larger than {self._limit:,} bytes.")


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise Malformed("Content-Length is not a number.")
            return int(value[:20])
    return 0
