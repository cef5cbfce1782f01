"""How fast a provider may be asked."""

from aiolimiter import AsyncLimiter

MINUTE = 60


class Pace:
    """Lets requests to one provider begin evenly: so many a minute, and never a burst of them.

    None sets no bound. A run may take several requests; those beyond its first are made up for before the next one.
    """

    def __init__(self, per_minute: float | None) -> None:
        # One at a time: a bucket that holds a minute's worth lets twice as many through in its first minute.
        self._limiter = AsyncLimiter(1, MINUTE / per_minute) if per_minute else None
        self._owed = 0

    async def wait(self) -> None:
        """Returns when the next run may begin."""
        if self._limiter is None:
            return
        await self._limiter.acquire()
        while self._owed:
            self._owed -= 1
            await self._limiter.acquire()

    def took(self, requests: int) -> None:
        """A run is over that made so many requests."""
        self._owed += max(requests - 1, 0)
