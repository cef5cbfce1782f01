"""The drawer with a tab's model settings."""

from dataclasses import dataclass

import gradio as gr

EFFORTS = [
    ("Provider's default", ""),
    ("None", "none"),
    ("Minimal", "minimal"),
    ("Low", "low"),
    ("Medium", "medium"),
    ("High", "high"),
    ("Highest", "xhigh"),
]


@dataclass(frozen=True, slots=True)
class SettingsPanel:
    """An empty field leaves it to the agent or the provider. `lane` says whose they are; nothing: the first lane's."""

    instructions: gr.Textbox
    temperature: gr.Number
    max_tokens: gr.Number
    effort: gr.Dropdown
    reset: gr.Button
    lane: gr.JSON


def build_settings() -> SettingsPanel:
    """On the right, closed at first."""
    with gr.Sidebar(label="Settings", open=False, position="right", width=340, elem_id="settings"):
        gr.Markdown("### Settings\nThey belong to this session, and hold from its next message on.")
        instructions = gr.Textbox(
            label="Instructions",
            placeholder="Leave empty for the agent's own instructions.",
            lines=6,
            max_lines=14,
            max_length=20_000,
            elem_id="instructions",
        )
        temperature = gr.Number(
            label="Temperature", placeholder="default", info="0 is strict, 2 is wild.", step=0.1, elem_id="temperature"
        )
        max_tokens = gr.Number(
            label="Longest answer", placeholder="no limit of ours", info="In tokens.", precision=0, elem_id="max-tokens"
        )
        effort = gr.Dropdown(label="Reasoning effort", choices=EFFORTS, value="", filterable=False, elem_id="effort")
        reset = gr.Button("Reset to defaults", size="sm", elem_id="reset")
        lane = gr.JSON({}, visible=False)
    return SettingsPanel(instructions, temperature, max_tokens, effort, reset, lane)
