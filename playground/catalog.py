"""Providers and models that can be picked. Pure: what is reachable right now is passed in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from playground.errors import Malformed
from playground.settings import Settings

OPENAI_MODELS = (
    "gpt-6.1-terra",  # the default
    "gpt-6-luna",  # cheap
    "gpt-6.1-sol",  # strong
    "gpt-6.2-sol",
    "gpt-6.2-astra",
    "gpt-6-astra",
    "gpt-6-sol",
    "gpt-5.6-sol",
    "gpt-5.6-terra",
    "gpt-5.6-luna",
    "gpt-5.5",
    "gpt-5.4",
    "gpt-5.4-mini",
    "gpt-5.2",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4o",
    "gpt-4o-mini",
)
"""What OpenAI serves for conversations and does not retire within weeks. Any other id can be typed."""

ANTHROPIC_MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5")
"""Default, cheap, strong."""

GOOGLE_MODELS = ("gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-4-argon")
"""Default, cheap, strong."""

PROVIDERS: Mapping[str, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "compatible": "Compatible server",
    "local": "Local",
}
"""Provider to the picker's label, in the picker's order."""

_IN_A_SENTENCE: Mapping[str, str] = {"compatible": "the compatible server", "local": "the local model"}
_HERE = frozenset({"ready", "starting", "running"})
_MODEL_NAME = re.compile(r"[^\s/][^\x00-\x1f\x7f]{0,199}")


class LocalState(Protocol):
    """What the picker has to know of an embedded model. `progress` is 0 to 1, `note` one sentence."""

    @property
    def name(self) -> str:
        """Its name, without `local/`."""
        ...

    @property
    def state(self) -> str:
        """`off`, `absent`, `fetching`, `ready`, `starting`, `running` or `failed`."""
        ...

    @property
    def progress(self) -> float:
        """How much of it is here."""
        ...

    @property
    def note(self) -> str:
        """What to know about it now."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider in the picker. `models` are full names, the default first; `note` is empty or one sentence."""

    provider: str
    label: str
    available: bool
    note: str
    models: tuple[str, ...]


def offers(settings: Settings, local: Sequence[LocalState], compatible: Sequence[str] = ()) -> tuple[Offer, ...]:
    """Every provider, usable or not. `compatible` are the ids its server told of."""
    return (
        _offer("openai", missing(settings, "openai"), OPENAI_MODELS),
        _offer("anthropic", missing(settings, "anthropic"), ANTHROPIC_MODELS),
        _offer("google", missing(settings, "google"), GOOGLE_MODELS),
        _offer("compatible", missing(settings, "compatible"), compatible),
        _local_offer(local),
    )


def default_model(offered: Sequence[Offer]) -> str:
    """The default of the first usable provider; the embedded model only when nothing else is, or nothing at all is."""
    usable = [offer for offer in offered if offer.models and offer.available]
    return (usable or [offer for offer in reversed(offered) if offer.models])[0].models[0]


def missing(settings: Settings, provider: str) -> str:
    """What has to be set before `provider` can be used, as a sentence; empty if nothing has to."""
    match provider:
        case "openai" if not settings.openai_api_key:
            return "Set OPENAI_API_KEY to use OpenAI."
        case "anthropic" if not settings.anthropic_api_key:
            return "Set ANTHROPIC_API_KEY to use Anthropic."
        case "google" if not settings.google_api_key:
            return "Set GEMINI_API_KEY to use Google."
        case "compatible" if not settings.compatible_base_url:
            return "Set PLAYGROUND_COMPATIBLE_BASE_URL to use an OpenAI-compatible server."
        case _:
            return ""


def provider_label(provider: str) -> str:
    """The provider's name inside a sentence."""
    return _IN_A_SENTENCE.get(provider) or PROVIDERS.get(provider, provider)


def split_model(name: str) -> tuple[str, str]:
    """`provider/id` as its two halves; the id may hold further slashes.

    Raises:
        Malformed: no such provider, or no id.
    """
    provider, _, model = name.partition("/")
    known = ", ".join(f"{known}/…" for known in PROVIDERS)
    if provider not in PROVIDERS:
        raise Malformed(f"A model is named provider/model. The providers are {known}")
    if not _MODEL_NAME.fullmatch(model):
        raise Malformed(f"The model's own name is missing or odd. Write for example {provider}/some-model.")
    return provider, model


def takes_temperature(model: str) -> bool:
    """Whether `model` lets a temperature be set. OpenAI's reasoning models answer 400 to it."""
    return not _openai_reasoning(model)


def takes_effort(model: str) -> bool:
    """Whether `model` lets its reasoning effort be set. Unknown servers get the benefit of the doubt."""
    return model.startswith("compatible/") or _openai_reasoning(model)


def _openai_reasoning(model: str) -> bool:
    return bool(re.match(r"openai/(gpt-([5-9]|\d\d)|o\d)", model)) and "-chat" not in model


def _offer(provider: str, note: str, models: Sequence[str]) -> Offer:
    named = tuple(f"{provider}/{model}" for model in models)
    return Offer(provider, PROVIDERS[provider], not note, note, named)


def _local_offer(local: Sequence[LocalState]) -> Offer:
    usable = [state for state in local if state.state not in {"off", "failed"}]
    note = next((state.note for state in local if state.state not in {"ready", "running"} and state.note), "")
    # The default has to answer now: a model that is still being fetched comes after one that is here.
    listed = sorted(local, key=lambda state: state.state not in _HERE)
    named = tuple(f"local/{state.name}" for state in listed if state.state != "off")
    return Offer("local", PROVIDERS["local"], bool(usable), note, named)
