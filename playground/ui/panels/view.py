"""All the panels of the page."""

from dataclasses import dataclass

import gradio as gr

from playground.ui.panels.board import build_analysis
from playground.ui.panels.chat import ChatPanel, build_chat
from playground.ui.panels.drawn import drawn
from playground.ui.panels.history import build_history
from playground.ui.panels.picker import PickerPanel, build_picker
from playground.ui.panels.settings import SettingsPanel, build_settings
from playground.ui.panels.strip import build_strip


@dataclass(frozen=True, slots=True)
class View:
    """The page's components, by name."""

    history: gr.HTML
    settings: SettingsPanel
    strip: gr.HTML
    picker: PickerPanel
    chat: ChatPanel
    analysis: gr.HTML
    notes: gr.HTML


def build_view() -> View:
    """Builds the components inside the open `gr.Blocks`."""
    history = build_history()
    settings = build_settings()
    with gr.Column(elem_id="page"):
        strip = build_strip()
        picker = build_picker()
        chat = build_chat()
        notes = drawn("notes.js", {}, elem_id="notes", uses=["make.js"])
        analysis = build_analysis()
    return View(history, settings, strip, picker, chat, analysis, notes)
