"""The drawer with the visitor's threads."""

import gradio as gr

from playground.ui.panels.drawn import drawn


def build_history() -> gr.HTML:
    """On the left, closed at first. Events: thread_open, thread_delete."""
    with gr.Sidebar(label="History", open=False, position="left", width=320, elem_id="history"):
        return drawn("history.js", {"threads": [], "chosen": None}, elem_id="threads")
