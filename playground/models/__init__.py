"""The models that answer: one per provider, all behind the SDK's Model interface, each on its provider's own client.

They need no settings, no store and no server, so they serve as a library too (`docs/providers.md`):

    from anthropic import AsyncAnthropic
    from playground.models import AnthropicModel, retrying

    model = AnthropicModel("claude-sonnet-5-5", AsyncAnthropic(max_retries=0))
    config = RunConfig(model=model, model_settings=ModelSettings(retry=retrying(2)))
    result = Runner.run_streamed(agent, "Hello!", run_config=config)

A name is imported when it is first used: the providers' clients are slow to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.models.anthropic.model import AnthropicModel
    from playground.models.compatible import CompatibleModel
    from playground.models.failures import explain
    from playground.models.google.model import GeminiModel
    from playground.models.history import left_out
    from playground.models.openai import ResponsesModel
    from playground.models.reasons import StreamFailure
    from playground.models.retry import retrying

__all__ = [
    "AnthropicModel",
    "CompatibleModel",
    "GeminiModel",
    "ResponsesModel",
    "StreamFailure",
    "explain",
    "left_out",
    "retrying",
]

_PLACES = {
    "AnthropicModel": "anthropic.model",
    "CompatibleModel": "compatible",
    "GeminiModel": "google.model",
    "ResponsesModel": "openai",
    "StreamFailure": "reasons",
    "explain": "failures",
    "left_out": "history",
    "retrying": "retry",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
