"""The public keys of another backend: fetched when they are needed, kept, and fetched anew when they change."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
import structlog
from jwt import PyJWK, PyJWTError
from pydantic import BaseModel

from playground.errors import Unauthorized, Unavailable

FRESH = 600.0
"""Seconds for which keys are taken without a look at their server."""
STALE = 86_400.0
"""Seconds for which they are taken while it is away."""
PAUSE = 30.0
"""Seconds between two looks, however many tokens name keys that nobody knows."""
RETRY = 5.0
"""Seconds until the next look after one that failed."""
SECONDS = 5.0
"""For the server to answer, all of it."""
LARGEST = 262_144
"""Bytes of its answer."""
MOST = 100
"""Keys in it."""
ALGORITHMS = ("RS256", "ES256", "EdDSA")


class _Listed(BaseModel):
    keys: list[dict[str, Any]]


log = structlog.get_logger(__name__)


class Jwks:
    """One per address. `clock` is a monotonic one."""

    def __init__(self, url: str, clock: Callable[[], float] | None = None) -> None:
        _check(url)
        self._url = url
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._keys: tuple[PyJWK, ...] = ()
        self._had_at = -STALE
        self._next_look = -STALE
        self.looking: asyncio.Task[None] | None = None

    async def key(self, kid: str | None) -> PyJWK:
        """The key of this id, with its one algorithm; without an id, the only key that there is.

        Raises Unauthorized for an unknown one, Unavailable where it cannot be known.
        """
        found = self._find(kid)
        if self._due(found):
            self.looking = self.looking or asyncio.create_task(self._look())
        if self.looking is not None and found is None:
            await asyncio.shield(self.looking)
            found = self._find(kid)
        if found is None and self._age() > FRESH:
            raise Unavailable("Tokens cannot be checked at the moment. Try again.")
        if found is None:
            raise Unauthorized("This token is signed with a key that is not known here.")
        return found

    def _due(self, found: PyJWK | None) -> bool:
        return self._clock() >= self._next_look and (found is None or self._age() > FRESH)

    def _age(self) -> float:
        return self._clock() - self._had_at

    def _find(self, kid: str | None) -> PyJWK | None:
        if self._age() > STALE:
            return None
        fitting = [key for key in self._keys if kid is None or key.key_id == kid]
        return fitting[0] if len(fitting) == 1 else None

    async def _look(self) -> None:
        pause = RETRY
        try:
            async with asyncio.timeout(SECONDS):
                self._keys = _keys(await self._fetched())
            self._had_at, pause = self._clock(), PAUSE
        except Exception as error:  # whatever their server does, who waits for it is told the same
            log.warning("the keys that tokens are signed with could not be read", why=type(error).__name__)
        finally:
            self._next_look = self._clock() + pause
            self.looking = None

    async def _fetched(self) -> bytes:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        client = await asyncio.to_thread(httpx2.AsyncClient, timeout=SECONDS, headers=headers)
        async with client, client.stream("GET", self._url) as answer:
            body = b""
            async for piece in answer.raise_for_status().aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise ValueError("too long")
            return body


def _keys(body: bytes) -> tuple[PyJWK, ...]:
    """What is good for checking signatures; private and shared keys are not, nor what belongs to other algorithms."""
    keys = (_key(one) for one in _Listed.model_validate_json(body).keys[:MOST])  # its ValidationError is a ValueError
    return tuple(key for key in keys if key is not None)


def _key(told: dict[str, Any]) -> PyJWK | None:
    if "d" in told or told.get("use", "sig") != "sig" or told.get("alg") not in (None, *ALGORITHMS):
        return None
    try:
        key = PyJWK(told)
    except (PyJWTError, TypeError, ValueError, AttributeError):
        return None
    return key if key.algorithm_name in ALGORITHMS else None


def _check(url: str) -> None:
    """Raise ValueError for an address on whose way somebody could put keys of their own."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _near(host))):
        raise ValueError("PLAYGROUND_TOKEN_JWKS_URL: write https://…; http:// is for this machine and its containers.")


def _near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return "." not in host
