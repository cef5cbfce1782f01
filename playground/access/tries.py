"""Wrong passwords, codes and tokens, and new visitors: how many are heard out. Counted in memory."""

import asyncio
import math
import time
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.strategies import SlidingWindowCounterRateLimiter

from playground.access.rates import Counts, network_of
from playground.errors import TooMany

Kind = Literal["password", "code", "owner"]

OF_ONE = RateLimitItemPerMinute(5)
"""Wrong tries of one address. Whoever used them up is not listened to, however right the next one is."""
OF_ALL = RateLimitItemPerMinute(30)
"""Wrong tries of everybody. Beyond them each has to wait for its turn; nobody is turned away for what others do."""
TURN_SECONDS = 2.0
LINE = 20
"""Tries that wait for their turn; for more there is no room."""
NEW = RateLimitItemPerHour(120)
"""Visitors that one address may become. A school is one address; a machine that wants caps of its own is another."""


class Tries:
    """One per process, used on its event loop. `turn_seconds` is how long each waits once too many were wrong."""

    def __init__(self, turn_seconds: float = TURN_SECONDS) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(Counts())
        self._turn_seconds = turn_seconds
        self._line = asyncio.Lock()
        self._waiting = 0

    async def turn(self, kind: Kind, host: str | None, *, sure: bool = False) -> None:
        """Return when a try may be looked at; one that is `sure` stands in no line. Raises TooMany where it may not."""
        self._check(kind, host)
        if sure or self._limiter.test(OF_ALL, kind):
            return
        if self._waiting >= LINE:
            raise TooMany("Many are trying at this moment. Try again shortly.", retry_after=LINE * self._turn_seconds)
        self._waiting += 1
        try:
            async with self._line:
                await asyncio.sleep(self._turn_seconds)
        finally:
            self._waiting -= 1
        self._check(kind, host)  # others of the same address may have stood in the line

    def wrong(self, kind: Kind, host: str | None) -> None:
        """Count one. To be called without a pause after what was looked at, so that none slips in between."""
        self._limiter.hit(OF_ALL, kind)
        if (network := network_of(host)) is not None:
            self._limiter.hit(OF_ONE, kind, network)

    def _check(self, kind: Kind, host: str | None) -> None:
        network = network_of(host)
        if network is not None and not self._limiter.test(OF_ONE, kind, network):
            wait = _left(self._limiter, OF_ONE, kind, network)
            raise TooMany("That was wrong too often. Wait a minute, then try again.", retry_after=wait)


class Newcomers:
    """One per process. Lets every address be some new visitors; counts nothing unless `on`."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._limiter = SlidingWindowCounterRateLimiter(Counts())

    def welcome(self, host: str | None) -> None:
        """Count one. Raises TooMany."""
        network = network_of(host) if self._on else None
        if network is not None and not self._limiter.hit(NEW, network):
            wait = _left(self._limiter, NEW, network)
            raise TooMany("Too many new visitors came from your network. Try again later.", retry_after=wait)


def _left(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, *key: str) -> float:
    """Seconds until one more is let through, at most the limit's own span."""
    wait = limiter.get_window_stats(limit, *key).reset_time - time.time()
    return min(max(1, math.ceil(wait)), limit.get_expiry())
