"""The providers' own clients, made from the settings. Their packages are slow to import, so only when one is used."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx2
from pydantic import SecretStr

from playground.settings import Settings

import_module("httpx")
# Google's client imports it later, in a thread. The agents SDK looks at it from the event loop whenever a request
# fails, and would find it half imported.

OWN_KEYS: Mapping[str, str] = {
    "openai": "openai_api_key",
    "anthropic": "anthropic_api_key",
    "google": "google_api_key",
}
"""Providers that visitors can have a key of their own for, and the setting that it stands in for."""

_OF_THE_ACCOUNT = frozenset({"organization", "project", "admin_api_key", "auth_token", "_custom_headers"})
"""What the clients read from the environment by themselves, or were told for the owner."""

_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
"""As the other clients have them: every answer under way holds a connection, and the default are a hundred."""


@dataclass(frozen=True, slots=True)
class Client:
    """A provider's client, and how its connections are closed."""

    api: Any
    aclose: Callable[[], Awaitable[None]]


def connect(provider: str, settings: Settings) -> Client:
    """A client for `provider`, whose key or address is set. It reads files and imports: not for an event loop."""
    return _MAKERS[provider](settings)


def connect_as(provider: str, settings: Settings, key: SecretStr) -> Client:
    """As `connect`, on a visitor's own key for one of OWN_KEYS, with nothing of the owner's account beside it."""
    client = connect(provider, settings.model_copy(update={OWN_KEYS[provider]: key}))
    for name in _OF_THE_ACCOUNT:
        if hasattr(client.api, name):
            setattr(client.api, name, {} if name == "_custom_headers" else None)
    return client


def _openai(settings: Settings) -> Client:
    return _openai_client(settings, settings.openai_base_url, settings.openai_api_key)


def _compatible(settings: Settings) -> Client:
    client = _openai_client(settings, settings.compatible_base_url, settings.compatible_api_key)
    client.api.organization = client.api.project = None  # read from OpenAI's variables, not for others to see
    return client


def _openai_client(settings: Settings, base_url: str | None, key: SecretStr | None) -> Client:
    import openai  # noqa: PLC0415

    timeout = _timeout(settings)
    api = openai.AsyncOpenAI(
        base_url=base_url,
        api_key=_secret(key),
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultAsyncHttpxClient(timeout=timeout),
    )
    return Client(api, api.close)


def _anthropic(settings: Settings) -> Client:
    import anthropic  # noqa: PLC0415

    timeout = _timeout(settings)
    api = anthropic.AsyncAnthropic(
        base_url=settings.anthropic_base_url,
        api_key=_secret(settings.anthropic_api_key),
        max_retries=0,
        timeout=timeout,
        http_client=anthropic.DefaultAsyncHttpxClient(timeout=timeout),
    )
    return Client(api, api.close)


def _google(settings: Settings) -> Client:
    from google import genai  # noqa: PLC0415
    from google.genai import types  # noqa: PLC0415

    http = httpx2.AsyncClient(timeout=_timeout(settings), limits=_LIMITS)
    options = types.HttpOptions(
        base_url=settings.google_base_url,
        api_version=settings.google_api_version,
        httpx_async_client=http,
        retry_options=types.HttpRetryOptions(attempts=1),
    )
    api = genai.Client(api_key=_secret(settings.google_api_key), vertexai=False, http_options=options)
    _ = api.aio.interactions  # made when first used, which takes half a second

    async def aclose() -> None:
        await api.aio.aclose()
        api.close()
        await http.aclose()

    return Client(api, aclose)


def _secret(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else "none"


def _timeout(settings: Settings) -> httpx2.Timeout:
    """The engine watches the tokens; this only ends what it did not."""
    silence = max(settings.first_token_timeout, settings.token_gap_timeout)
    return httpx2.Timeout(connect=10, read=silence + 5, write=30, pool=30)


_MAKERS: Mapping[str, Callable[[Settings], Client]] = {
    "openai": _openai,
    "anthropic": _anthropic,
    "google": _google,
    "compatible": _compatible,
}
