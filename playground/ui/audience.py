"""Which pages take what they are shown.

A page asks to watch with one request and takes the pictures with another, its stream. Gradio goes on drawing for one
that never opens its stream, for ever, and has a bounded number of places.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeVar, cast
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

T = TypeVar("T")

STREAM = "/gradio_api/queue/data"
ABSENCE = 15.0
"""Seconds without a stream after which a page is taken to be gone: more than it takes to connect again."""


class Audience:
    """An ASGI app in front of Gradio's, found by its listeners in `request.state.audience`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._streams: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a stream counts as long as it is open."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["audience"] = self
        if scope["path"] != STREAM:
            await self._app(scope, receive, send)
            return
        session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0]
        page = page_name(state.get("visitor_id"), session)
        self._streams[page] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._streams[page] -= 1
            if not self._streams[page]:
                del self._streams[page]

    def listens(self, page: str) -> bool:
        """Whether the page has its stream open."""
        return page in self._streams


def page_name(visitor_id: str | None, session: str | None) -> str:
    """One open page of one visitor. Gradio's part of it is made up by the browser, hence the visitor's."""
    return f"{visitor_id} {session}"


async def while_taken(pictures: AsyncIterator[T], listens: Callable[[], bool]) -> AsyncIterator[T]:
    """The pictures, to their end or until nobody has taken any for too long."""
    clock = asyncio.get_running_loop().time
    heard = clock()
    async with aclosing(cast("AsyncGenerator[T]", pictures)) as shown:
        async for picture in shown:
            yield picture
            if listens():
                heard = clock()
            elif clock() - heard > ABSENCE:
                return
