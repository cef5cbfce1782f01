"""The HTTP below `Remote`: requests that are tried again where that is safe, and refusals as our errors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

from playground import wire
from playground.errors import (
    Conflict,
    Forbidden,
    KeyReused,
    Malformed,
    NotConfigured,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
    VisitorError,
)

T = TypeVar("T")

logger = logging.getLogger(__name__)

ERRORS: Mapping[int, type[VisitorError]] = MappingProxyType(
    {kind.status: kind for kind in (Unauthorized, Forbidden, NotFound, Conflict, TooLarge, KeyReused, NotConfigured)}
)
TOO_MANY = 429
LOST = "The connection to the server was lost. Try again."
FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
"""Seconds between two tries; each is twice the one before."""
RETRY_AFTER = 1.0
"""Seconds to wait where a server says that it is too much, and not for how long."""


class Line:
    """A server's ChatKit endpoint. `ours` is whether it knows runs, keys and numbers; None until it was greeted."""

    def __init__(self, url: str, http: httpx2.AsyncClient, *, attempts: int) -> None:
        self.url = url.rstrip("/")
        self.http = http
        self.attempts = attempts
        self.ours: bool | None = None

    async def get(self, path: str, **options: Any) -> Any:
        """The JSON below the endpoint. Raises VisitorError."""
        return await self.tried(lambda: self._json("GET", path, **options))

    async def post(self, path: str = "", *, again: bool = False, **options: Any) -> Any:
        """The JSON that answers. `again` says that a second time does no harm. Raises VisitorError."""
        return await self.tried(lambda: self._json("POST", path, **options), again=again)

    async def stream(self, method: str, path: str = "", *, again: bool, **options: Any) -> httpx2.Response:
        """An answer whose body is still to be read. Raises VisitorError."""

        async def sent() -> httpx2.Response:
            request = self.http.build_request(method, self.url + path, **options)
            return await self._accepted(await self.http.send(request, stream=True))

        return await self.tried(sent, again=again)

    async def tried(self, send: Callable[[], Awaitable[T]], *, again: bool = True) -> T:
        """What `send` returns, at once or when the server is back. Raises Unavailable when it is not.

        What never reached the server is always sent again; what may have, only if that is to be done `again`.
        """
        for tries in range(1, self.attempts):
            try:
                return await send()
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                pass
            except (httpx2.TransportError, Unavailable) as error:
                if not again:
                    raise error if isinstance(error, Unavailable) else Unavailable(LOST) from error
            await pause(tries)
        try:
            return await send()
        except httpx2.TransportError as error:
            raise Unavailable(LOST) from error

    async def upload(self, url: str, method: str, **options: Any) -> None:
        """Send a file where it is to go. Who we are is told to our own server only. Raises VisitorError."""
        if _origin(url) == _origin(self.url):
            await self.tried(lambda: self._accepted_from(self.http, method, url, **options))
            return
        async with httpx2.AsyncClient(timeout=self.http.timeout) as elsewhere:
            await self.tried(lambda: self._accepted_from(elsewhere, method, url, **options))

    async def greet(self) -> None:
        """Learn what the server is, and be somebody there: else a first message that is sent again comes from two."""
        if self.ours is None:
            try:
                self.ours = "default_agent" in await self.get("/options")
            except (Malformed, NotFound):  # no such route, or no such method
                self.ours = False

    async def _json(self, method: str, path: str, **options: Any) -> Any:
        return json_of(await self._accepted_from(self.http, method, self.url + path, **options))

    async def _accepted_from(self, http: httpx2.AsyncClient, method: str, url: str, **options: Any) -> httpx2.Response:
        return await self._accepted(await http.request(method, url, **options))

    async def _accepted(self, response: httpx2.Response) -> httpx2.Response:
        if response.is_success:
            return response
        try:
            await response.aread()
        finally:
            await response.aclose()
        raise refused(response)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def json_of(response: httpx2.Response) -> Any:
    """The JSON of a reply. Raises Unavailable for anything else: it is not the server that was meant."""
    try:
        return response.json()
    except ValueError:
        raise Unavailable("The server's reply is not JSON.") from None


def refused(response: httpx2.Response) -> VisitorError:
    """The error that a reply stands for, in the server's own words."""
    try:
        body = wire.as_object(response.json()) or {}
    except ValueError:
        body = {}
    said = body.get("message") or body.get("detail")
    words = said if isinstance(said, str) else f"The server answered with {response.status_code}."
    if response.status_code == TOO_MANY:
        wait = response.headers.get("retry-after", "")
        return TooMany(words, float(wait) if wait.isdigit() else RETRY_AFTER)
    other = Unavailable if response.is_server_error else Malformed
    return ERRORS.get(response.status_code, other)(words)


async def pause(tries: int) -> None:
    """Waits before the next try."""
    await asyncio.sleep(min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT))
