"""How often one visitor, one address and all together may do a thing. Counted in memory; a restart forgets it.

Money is bounded by the caps. These bound what costs none: the processor, the disk, the provider's patience.
"""

import ipaddress
import math
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from playground.errors import TooMany

What = Literal["requests", "writes", "runs", "files", "kilobytes", "transcriptions", "pages"]

MOST_KEYS = 200_000
"""That are counted at once. Beyond it all are forgotten: whoever makes up visitors is not to fill the memory."""
FORGET_EVERY = 10.0
"""Seconds between two looks at which counts are too old to matter."""
NETWORK = 64
"""Bits of an IPv6 address that are its household's."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a minute; None is no bound.

    An address may be a whole office's, or that of a proxy that nobody named: it may do many times what a visitor may.
    """

    visitor: int
    address: int
    everyone: int | None = None


RATES: dict[What, Rate] = {
    "requests": Rate(1800, 18_000),
    "writes": Rate(600, 6000),
    "runs": Rate(120, 600),  # eight lanes, each asked every four seconds
    "files": Rate(60, 300),
    "kilobytes": Rate(128 * 1024, 512 * 1024),
    "transcriptions": Rate(20, 100, everyone=200),
    "pages": Rate(30, 150),
}

_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def asked_from(host: str | None) -> Generator[None]:
    """What is done inside is done from this address."""
    token = _address.set(network_of(host))
    try:
        yield
    finally:
        _address.reset(token)


def network_of(host: str | None) -> str | None:
    """What stands for an address in a count; None where it says nothing of who is there.

    On this machine's own address are its owner, and all of a tunnel's or a local proxy's visitors together.
    """
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback or address.is_unspecified:
        return None
    return str(ipaddress.ip_network((address, NETWORK if address.version == 6 else 32), strict=False))


class Rates:
    """One per process, used on its event loop. Counts nothing unless `on`."""

    def __init__(self, *, on: bool = False) -> None:
        self.on = on
        self._limiter = SlidingWindowCounterRateLimiter(Counts())

    def take(self, what: What, visitor_id: str, cost: int = 1) -> None:
        """Count one, or `cost` of it. Raises TooMany, and counts nothing then."""
        if not self.on or cost < 1:
            return
        keys = list(self._keys(what, visitor_id))
        for limit, *key in keys:
            wanted = min(cost, limit.amount)  # one alone is never refused for its size: others bound that
            if not self._limiter.test(limit, *key, cost=wanted):
                wait = self._limiter.get_window_stats(limit, *key).reset_time - time.time()
                raise TooMany("That was too often. Wait a moment.", retry_after=min(max(1, math.ceil(wait)), 60))
        for limit, *key in keys:
            self._limiter.hit(limit, *key, cost=min(cost, limit.amount))

    def _keys(self, what: What, visitor_id: str) -> Generator[tuple[RateLimitItemPerMinute, str, str]]:
        rate = RATES[what]
        yield RateLimitItemPerMinute(rate.visitor), f"{what} visitor", visitor_id
        if (address := _address.get()) is not None:
            yield RateLimitItemPerMinute(rate.address), f"{what} address", address
        if rate.everyone is not None:
            yield RateLimitItemPerMinute(rate.everyone), what, "everyone"


class Counts(MemoryStorage):
    """The library's, on one thread: its own starts one for every count, which looks through all the others."""

    def __init__(self) -> None:
        super().__init__()
        self._looked = time.monotonic()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; the sum."""
        self.get(key)  # forgets it, if it is old
        self._forget()
        self.storage[key] += amount
        self.expirations.setdefault(key, time.time() + expiry)
        return self.storage[key]

    def _forget(self) -> None:
        if len(self.expirations) > MOST_KEYS:
            self.reset()
        if time.monotonic() - self._looked < FORGET_EVERY:
            return
        self._looked, now = time.monotonic(), time.time()
        for key in [key for key, until in self.expirations.items() if until <= now]:
            self.clear(key)
