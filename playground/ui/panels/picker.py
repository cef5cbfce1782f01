"""Who answers: agent, provider, model, version."""

from dataclasses import dataclass

import gradio as gr

from playground.ui.panels.board import build_bar
from playground.ui.panels.drawn import drawn

MODEL = "Model · $/1M in, out · context"
"""The label also says what the figures beside a model's id are."""


@dataclass(frozen=True, slots=True)
class PickerPanel:
    """`providers` has one event: provider_pick. The `bar` acts through the board."""

    agent: gr.Dropdown
    providers: gr.HTML
    model: gr.Dropdown
    versions: gr.Dropdown
    bar: gr.HTML


def build_picker() -> PickerPanel:
    """A row that wraps on a narrow screen."""
    with gr.Row(elem_id="picker"):
        agent = gr.Dropdown(label="Agent", choices=[], filterable=False, elem_id="agent", min_width=120)
        providers = drawn("providers.js", {"offers": [], "chosen": None}, elem_id="providers")
        model = gr.Dropdown(label=MODEL, choices=[], allow_custom_value=True, elem_id="model", min_width=120)
        versions = gr.Dropdown(
            label="Versions", choices=[], filterable=False, visible=False, elem_id="versions", min_width=120
        )
        bar = build_bar()
    return PickerPanel(agent, providers, model, versions, bar)
