"""The page, put together."""

import traceback
from typing import Any

import gradio as gr
import structlog

from playground.parts import Playground
from playground.ui.handlers.desk import Desk
from playground.ui.panels.view import build_view
from playground.ui.wiring import wire

MISFIT = "This page and the server do not understand each other. Reload it."

log = structlog.get_logger(__name__)


class Page(gr.Blocks):
    """Gradio's, but what is sent to it and does not fit is not printed.

    Gradio prints it with all that was sent, past our log: a visitor's words, keys, and codes that a terminal obeys.
    """

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What a listener answers. Raises gradio.Error for what never came as far as one: its own errors are notes."""
        try:
            return await super().process_api(*args, **kwargs)  # pyright: ignore[reportUnknownMemberType] - see mount
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.name}, line {place.lineno}"
            log.warning("a listener could not be called", error=type(error).__name__, where=where)
            raise gr.Error(MISFIT, print_exception=False) from None


def build_page(parts: Playground) -> gr.Blocks:
    """The Gradio page of these parts. `mount` puts it on an app."""
    page = Page(title="Agent playground", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        wire(page, build_view(), Desk(parts))
    return page
