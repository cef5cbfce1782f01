"""The head of the page: history, tabs, settings, theme."""

import gradio as gr

from playground.ui.panels.drawn import drawn


def build_strip() -> gr.HTML:
    """Events: tab_pick, tab_add, tab_close, tab_reopen, tab_rename, page_show, page_hide, history_open."""
    return drawn("strip.js", {"tabs": [], "chosen": ""}, elem_id="strip")
