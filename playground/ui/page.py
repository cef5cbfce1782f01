"""The page, put together."""

import gradio as gr

from playground.parts import Playground
from playground.ui.handlers.desk import Desk
from playground.ui.panels.view import build_view
from playground.ui.wiring import wire


def build_page(parts: Playground) -> gr.Blocks:
    """The Gradio page of these parts. `mount` puts it on an app."""
    page = gr.Blocks(title="Agent playground", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        wire(page, build_view(), Desk(parts))
    return page
