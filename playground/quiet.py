"""Nothing is told to anybody: statistics, version checks and traces of the libraries are off before they start."""

import os

SILENCE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "OPENAI_AGENTS_DONT_LOG_MODEL_DATA": "1",
    "OPENAI_AGENTS_DONT_LOG_TOOL_DATA": "1",
}


def hush(*, tracing: bool = False) -> None:
    """Set the switches in the environment. Call it before gradio and agents are imported: they read them then.

    What the environment already says stays as it is, but for tracing, which is the playground's own setting.
    """
    for name, value in SILENCE.items():
        os.environ.setdefault(name, value)
    os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "0" if tracing else "1"
