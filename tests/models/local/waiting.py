"""Waits for what another process or task does."""

import asyncio
import itertools
from collections.abc import Callable


async def until(true: Callable[[], object]) -> None:
    """Returns once `true` says so; the test's own timeout is the bound."""
    for _ in itertools.takewhile(lambda _: not true(), itertools.count()):
        await asyncio.sleep(0.02)
