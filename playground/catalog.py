"""Providers and models that can be picked. Pure: what is reachable right now is passed in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from playground.errors import Malformed
from playground.languages.say import say
from playground.settings import Settings

CURATED: Mapping[str, tuple[str, ...]] = {
    "openai": ("gpt-6.1-terra", "gpt-6-luna", "gpt-6.1-sol"),
    "anthropic": ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"),
    "google": ("gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-4-argon"),
}
"""What is offered first: the default, a cheap one, a strong one. Any other id can be typed."""

PROVIDERS: Mapping[str, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "compatible": "Compatible server",
    "local": "Local",
}
"""Provider to the picker's label, in the picker's order."""

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


def offers(
    settings: Settings,
    local: Sequence[LocalState],
    compatible: Sequence[str] = (),
    listed: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Offer, ...]:
    """Every provider, usable or not.

    `compatible` are the ids its server told of; `listed` are those the providers' clients know, by provider.
    """
    known = listed or {}
    return (
        *(_offer(settings, name, (*first, *known.get(name, ()))) for name, first in CURATED.items()),
        _offer(settings, "compatible", compatible),
        _local_offer(local),
    )


def default_model(offered: Sequence[Offer]) -> str:
    """The default of the first usable provider; the embedded model only when nothing else is, or nothing at all is."""
    filled = [offer for offer in offered if offer.models]
    usable = [offer for offer in filled if offer.available]
    embedded = [offer for offer in filled if offer.provider == "local"]
    return (usable or embedded or filled)[0].models[0]


SET_TO_USE = "Set {variable} to use {provider}."


def missing(settings: Settings, provider: str) -> str:
    """What has to be set before `provider` can be used, as a sentence; empty if nothing has to."""
    match provider:
        case "openai" if not settings.openai_api_key:
            return say(SET_TO_USE, variable="OPENAI_API_KEY", provider="OpenAI")
        case "anthropic" if not settings.anthropic_api_key:
            return say(SET_TO_USE, variable="ANTHROPIC_API_KEY", provider="Anthropic")
        case "google" if not settings.google_api_key:
            return say(SET_TO_USE, variable="GEMINI_API_KEY", provider="Google")
        case "compatible" if not settings.compatible_base_url:
            return say("Set {variable} to use an OpenAI-compatible server.", variable="PLAYGROUND_COMPATIBLE_BASE_URL")
        case _:
            return ""


def provider_label(provider: str) -> str:
    """The provider's name inside a sentence."""
    match provider:
        case "compatible":
            return say("the compatible server")
        case "local":
            return say("the local model")
        case _:
            return PROVIDERS.get(provider, provider)


def split_model(name: str) -> tuple[str, str]:
    """`provider/id` as its two halves; the id may hold further slashes.

    Raises:
        Malformed: no such provider, or no id.
    """
    provider, _, model = name.partition("/")
    known = ", ".join(f"{known}/…" for known in PROVIDERS)
    if provider not in PROVIDERS:
        raise Malformed("A model is named provider/model. The providers are {known}", known=known)
    if not _MODEL_NAME.fullmatch(model):
        raise Malformed(
            "The model's own name is missing or odd. Write for example {example}.", example=f"{provider}/some-model"
        )
    return provider, model


def _offer(settings: Settings, provider: str, models: Sequence[str]) -> Offer:
    note = missing(settings, provider)
    named = tuple(dict.fromkeys(f"{provider}/{model}" for model in models))
    return Offer(provider, PROVIDERS[provider], not note, note, named)


def _local_offer(local: Sequence[LocalState]) -> Offer:
    usable = [state for state in local if state.state not in {"off", "failed"}]
    note = next((state.note for state in local if state.state not in {"ready", "running"} and state.note), "")
    # The default has to answer now: a model that is still being fetched comes after one that is here.
    listed = sorted(local, key=lambda state: state.state not in _HERE)
    named = tuple(f"local/{state.name}" for state in listed if state.state != "off")
    return Offer("local", PROVIDERS["local"], bool(usable), note, named)
