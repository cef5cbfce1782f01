"""A lane's settings → the SDK's, for one model. What the model does not take is left out and named."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from agents import Agent, Model, ModelSettings
from agents.models import get_default_model_settings
from openai.types.shared import Reasoning

from playground.capabilities import EFFORTS, capabilities_of, nearest
from playground.languages.say import say
from playground.models.anthropic.family import traits_of
from playground.records import Effort, LaneSettings

_SAMPLING = ("temperature", "top_p")
_FREE = (None, "auto", "none")
_PENALTIES = ("frequency_penalty", "presence_penalty")
_OF_RESPONSES = ("truncation", "response_include", "context_management")
_UNKNOWN_TO: dict[str, tuple[str, ...]] = {
    "openai": _PENALTIES,
    "anthropic": (*_PENALTIES, "top_logprobs", "verbosity", "store", *_OF_RESPONSES),
    "google": (*_PENALTIES, "top_logprobs", "verbosity", "store", "prompt_cache_retention", *_OF_RESPONSES),
    "compatible": _OF_RESPONSES,
    "local": ("verbosity", *_OF_RESPONSES),
}
"""What no model of a provider takes."""
_LABELS = {"parallel_tool_calls": "one tool call at a time", "tool_choice": "a forced tool call"}


@dataclass(frozen=True, slots=True)
class Tuned:
    """Settings for a run. `refused` are plain names of what was left out, `changed` sentences about the rest."""

    settings: ModelSettings
    refused: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def tuned(model: str, lane: LaneSettings, own: ModelSettings | None = None) -> Tuned:
    """The lane's settings for `model`. `own` are the agent's, which it may not take either."""
    wanted = ModelSettings(
        temperature=lane.temperature,
        max_tokens=lane.max_tokens,
        reasoning=Reasoning(effort=lane.effort, summary="auto") if lane.effort else None,
        include_usage=True,
    )
    both = own.resolve(wanted) if own else wanted
    changed = _changed(model, both)
    refused = tuple(_LABELS.get(name, name.replace("_", " ")) for name in _refused(model, both))
    return Tuned(fitted(model, wanted), refused, (changed,) if changed else ())


def own_settings(agent: Agent[Any]) -> ModelSettings:
    """What the agent's author set; the SDK gives every other agent what suits its own default model."""
    if isinstance(agent.model, Model):
        return agent.model_settings
    implied = get_default_model_settings(agent.model) if agent.model else get_default_model_settings()
    return ModelSettings() if agent.model_settings == implied else agent.model_settings


def fitted(model: str, settings: ModelSettings) -> ModelSettings:
    """The settings without those that `model` does not take, and with the nearest effort that it does."""
    given: dict[str, Any] = {name: None for name in _refused(model, settings) if name != "reasoning_effort"}
    efforts = capabilities_of(model).efforts
    if not efforts:
        given["reasoning"] = None
    elif settings.reasoning is not None and (level := _effort(settings)) is not None:
        given["reasoning"] = settings.reasoning.model_copy(update={"effort": nearest(level, efforts)})
    return replace(settings, **given)


def _refused(model: str, settings: ModelSettings) -> Iterator[str]:
    provider, able = model.partition("/")[0], capabilities_of(model)
    names = (*(() if able.temperature else _SAMPLING), *_UNKNOWN_TO.get(provider, ()))
    yield from (name for name in names if _is_set(getattr(settings, name)))
    if provider == "openai" and able.temperature and settings.verbosity is not None:
        yield "verbosity"
    if provider == "google" and settings.parallel_tool_calls is False:
        yield "parallel_tool_calls"
    if provider == "anthropic" and settings.tool_choice not in _FREE and not traits_of(model).forced:
        yield "tool_choice"
    if settings.reasoning is not None and settings.reasoning.effort is not None and not able.efforts:
        yield "reasoning_effort"


def _is_set(value: object) -> bool:
    return value is not None and value is not False and value != "disabled"


def _changed(model: str, settings: ModelSettings) -> str:
    wanted, able = _effort(settings), capabilities_of(model)
    taken = nearest(wanted, able.efforts) if wanted else None
    if taken in {None, wanted}:
        return ""
    return say(
        "Reasoning effort {wanted} is not supported by {model}; {taken} was used.",
        wanted=wanted,
        model=model,
        taken=taken,
    )


def _effort(settings: ModelSettings) -> Effort | None:
    """The effort that was asked for, as far as we have a word for it."""
    effort = settings.reasoning.effort if settings.reasoning else None
    return effort if effort in EFFORTS else None
