"""The rim of the page: what a handler raises becomes a note to the visitor, never a stack trace.

Gradio has notes of its own, but only for listeners in its queue, and it takes their text for markup.
"""

import functools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from secrets import token_hex
from typing import Any

from playground.errors import PlaygroundError
from playground.ui.present import KEEP, picture
from playground.ui.state import Note, Shown

OURS = "Something went wrong on our side; it has been written to the log. Please try again."

logger = logging.getLogger(__name__)


def door(handle: Callable[..., Awaitable[Shown]]) -> Callable[..., Awaitable[Any]]:
    """A listener that answers once. The wrapped method's object has `put`, which makes outputs of a `Shown`."""

    @functools.wraps(handle)
    async def answer(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            shown = await handle(self, *args, **kwargs)
        except Exception as error:  # nothing above would show it
            shown = problem(error)
        return self.put(shown)

    return answer


def standing_door(handle: Callable[..., AsyncIterator[Shown]]) -> Callable[..., AsyncIterator[Any]]:
    """A listener that goes on answering, with one picture that holds all that it showed so far."""

    @functools.wraps(handle)
    async def answer(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        parts = {"watch": token_hex(8)}
        try:
            async for shown in handle(self, *args, **kwargs):
                before, parts = parts, picture(shown, parts)
                yield parts if parts != before else KEEP
        except Exception as error:  # nothing above would show it
            yield picture(problem(error), parts)

    return answer


def problem(error: Exception) -> Shown:
    """The note for an error: its own words if they are ours."""
    if isinstance(error, PlaygroundError):
        return Shown(note=Note(error.message, problem=True))
    logger.error("a click failed", exc_info=error)
    return Shown(note=Note(OURS, problem=True))
