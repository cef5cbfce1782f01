"""A lane's settings → the SDK's, for one model. What the model does not take is left out and named."""

from agents import ModelSettings
from openai.types.shared import Reasoning

from playground.catalog import takes_effort, takes_temperature
from playground.records import LaneSettings


def model_settings(model: str, lane: LaneSettings) -> tuple[ModelSettings, list[str]]:
    """The settings for `model`, and the names of those it does not take."""
    refused = [
        name
        for name, wanted, taken in (
            ("temperature", lane.temperature is not None, takes_temperature(model)),
            ("reasoning effort", lane.effort is not None, takes_effort(model)),
        )
        if wanted and not taken
    ]
    reasoning = Reasoning(effort=lane.effort, summary="auto") if takes_effort(model) else None
    settings = ModelSettings(
        temperature=None if "temperature" in refused else lane.temperature,
        max_tokens=lane.max_tokens,
        reasoning=reasoning,
        include_usage=True,
    )
    return settings, refused
