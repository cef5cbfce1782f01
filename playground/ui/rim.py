"""The rim of the page: what a handler returned goes to the components, and what it raised becomes a toast."""

import functools
import html
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import gradio as gr

from playground.errors import PlaygroundError
from playground.ui.present import KEEP
from playground.ui.state import Shown

TITLE = "That did not work"
OURS = "Something went wrong on our side; it has been written to the log. Please try again."

logger = logging.getLogger(__name__)


def door(handle: Callable[..., Awaitable[Shown]]) -> Callable[..., Awaitable[Any]]:
    """A listener that answers once. The wrapped method's object has `put`, which makes outputs of a `Shown`."""

    @functools.wraps(handle)
    async def answer(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            shown = await handle(self, *args, **kwargs)
        except Exception as error:  # nothing above would show it
            tell(error)
            return KEEP
        for note in shown.notes:
            gr.Info(html.escape(note), title="")
        return self.put(shown)

    return answer


def standing_door(handle: Callable[..., AsyncIterator[Shown]]) -> Callable[..., AsyncIterator[Any]]:
    """A listener that goes on answering."""

    @functools.wraps(handle)
    async def answer(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        try:
            async for shown in handle(self, *args, **kwargs):
                yield self.put(shown)
        except Exception as error:  # nothing above would show it
            tell(error)

    return answer


def tell(error: Exception) -> None:
    """A toast for the visitor: our own words only, and as text, for Gradio takes a toast's text for markup."""
    if isinstance(error, PlaygroundError):
        gr.Warning(html.escape(error.message), title=TITLE)
    else:
        logger.error("a click failed", exc_info=error)
        gr.Warning(OURS, title=TITLE)
