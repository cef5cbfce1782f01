"""Comparisons outside of the page: behind a link for anybody, and as files for the visitor whose tab it is."""

import asyncio
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground import wire
from playground.client import Client
from playground.compare.saving import page
from playground.compare.saving.comparison import Comparison, json
from playground.compare.saving.gather import comparison
from playground.compare.saving.sharing import shared, still_shared
from playground.errors import NotFound, Unavailable
from playground.parts import Playground
from playground.web.asked import visitor_of

HEADERS = {
    "Content-Security-Policy": f"{page.POLICY}; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",  # the link is the key
    "Cache-Control": "no-store",  # what is taken back is not to be read from a cache
}

AT_ONCE = 1
"""Pages drawn at the same time; a large one takes seconds of the processor, and anybody may ask for it."""
MOST_WAITING = 16
"""Requests that wait for their page to be drawn; further ones are told to come back."""
KEPT = 16
"""Shared pages that are kept as they were drawn: a link that is passed around is drawn once."""


def routes(parts: Playground) -> list[BaseRoute]:
    """The routes of what is shared, and of files."""
    pages = Pages(parts)
    return [
        Route("/shared/{share_id}.json", pages.shared_json),
        Route("/shared/{share_id}", pages.shared_page),
        Route("/comparisons/{tab_id}.html", pages.file_html),
        Route("/comparisons/{tab_id}.json", pages.file_json),
    ]


class Pages:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground) -> None:
        self._parts = parts
        self._drawing = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._kept: OrderedDict[str, str] = OrderedDict()

    async def shared_page(self, request: Request) -> Response:
        """A shared comparison as a page; one that says so if there is none."""
        try:
            return Response(await self._page(request), 200, HEADERS, media_type="text/html")
        except NotFound:
            return Response(page.missing(), 404, HEADERS, media_type="text/html")

    async def _page(self, request: Request) -> str:
        share_id: str = request.path_params["share_id"]
        await still_shared(self._parts.database, share_id)
        if share_id not in self._kept:
            _, self._kept[share_id] = await self._made(request, self._shared, page.html)
        self._kept.move_to_end(share_id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[share_id]

    async def shared_json(self, request: Request) -> Response:
        """A shared comparison as data."""
        _, made = await self._made(request, self._shared, json)
        return Response(made, 200, HEADERS, media_type="application/json")

    async def file_html(self, request: Request) -> Response:
        """The visitor's own tab as a page to keep."""
        found, made = await self._made(request, self._own, page.html)
        headers = {**HEADERS, **_attachment(found.title, "html")}
        return Response(made, 200, headers, media_type="text/html")

    async def file_json(self, request: Request) -> Response:
        """The visitor's own tab as data to keep."""
        found, made = await self._made(request, self._own, json)
        headers = {**HEADERS, **_attachment(found.title, "json")}
        return Response(made, 200, headers, media_type="application/json")

    async def _shared(self, request: Request) -> Comparison:
        return await shared(self._parts.database, request.path_params["share_id"])

    async def _own(self, request: Request) -> Comparison:
        client = Client(visitor_of(request), self._parts)
        return await comparison(client, wire.clean(request.path_params["tab_id"]))

    async def _made(
        self,
        request: Request,
        find: Callable[[Request], Awaitable[Comparison]],
        draw: Callable[[Comparison], str],
    ) -> tuple[Comparison, str]:
        """A comparison, and what is made of it. It is read when its turn comes: those that wait take no memory."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable("Many comparisons are being drawn. Try again in a moment.")
        self._waiting += 1
        try:
            async with self._drawing:
                if await request.is_disconnected():
                    raise Unavailable("Nobody waits for this any more.")
                found = await find(request)
                return found, await asyncio.to_thread(draw, found)
        finally:
            self._waiting -= 1


def _attachment(title: str, ending: str) -> dict[str, str]:
    """Has the browser keep it as a file, named after the title in letters that every disk takes."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    plain = "-".join(re.findall("[A-Za-z0-9]+", ascii_only))[:60].strip("-") or "comparison"
    full = "-".join(re.findall(r"\w+", title))[:60].strip("-") or "comparison"
    name = f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{full}.{ending}')}"
    return {"Content-Disposition": name}
