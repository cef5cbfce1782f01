"""Puts the page on an app, with what Gradio needs to be told when it does not launch itself."""

import os
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request
from starlette.routing import Mount

from playground.settings import Settings
from playground.ui.audience import Audience
from playground.ui.own_pages import OwnPages
from playground.ui.theme import head, theme

LIVE_VIEWS = 512
"""Pages that can watch at once. Gradio counts a watching page as a busy thread, and has 40."""
KEPT_PAGES = 300
"""Pages whose last values Gradio keeps in memory."""
NEVER = str(2**62)
"""Events after which Gradio counts all events anew, for a page of its own that is closed here. It took tens of
milliseconds of the processor for each event that ended, and anybody can have any number of them end."""


def mount(app: FastAPI, page: gr.Blocks, settings: Settings) -> None:
    """Serves the page at `/`.

    The app's own routes must be there before, and its middleware must set `request.state.visitor` and its id.
    """
    # Without it Gradio copies and serves any file that a client names: only `launch()` switches the guard on.
    page.has_launched = True
    page.max_threads = LIVE_VIEWS
    page.state_session_capacity = KEPT_PAGES
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = NEVER  # read by the queue that is made next
    page.queue(default_concurrency_limit=None, max_size=2 * LIVE_VIEWS)
    gr.mount_gradio_app(  # pyright: ignore[reportUnknownMemberType] - its callables lack type arguments
        app,
        page,
        path="/",
        auth_dependency=_visitor_id,
        blocked_paths=[str(settings.data_dir.absolute()), str(Path(".env").absolute())],
        max_file_size="1mb",
        show_error=False,
        ssr_mode=False,
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        footer_links=[],
        theme=theme(),
        head=head(),
    )
    page_route = app.routes[-1]
    assert isinstance(page_route, Mount)  # noqa: S101 - what Gradio just mounted
    listeners = {number for number, one in page.fns.items() if one.fn}  # pyright: ignore[reportUnknownMemberType]
    page_route.app = OwnPages(Audience(page_route.app), listeners)


def _visitor_id(request: Request) -> str | None:
    visitor_id: str | None = getattr(request.state, "visitor_id", None)
    return visitor_id
