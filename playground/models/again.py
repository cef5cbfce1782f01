"""When a model asks its provider more than once for one answer, and each time is paid for.

A model says so before each further request, with `ask_again`. Whoever keeps the money may listen, and refuse.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

_listening: ContextVar[Callable[[], Awaitable[None]] | None] = ContextVar("asked_again", default=None)


async def ask_again() -> None:
    """To be called before a further request for the same answer. Raises what refuses it."""
    if (listener := _listening.get()) is not None:
        await listener()


def when_asked_again(listener: Callable[[], Awaitable[None]]) -> None:
    """Hear of the further requests of the call that the current task makes next; the last one that says so does."""
    _listening.set(listener)
