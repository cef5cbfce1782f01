"""From a name such as `openai/gpt-6.1-terra` to a model that answers."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from agents import Model
from openai import AsyncOpenAI, OpenAIError
from pydantic import SecretStr

from playground.catalog import missing, split_model
from playground.errors import NotConfigured
from playground.models import transcription
from playground.models.clients import Client, connect, connect_as
from playground.models.compatible import CompatibleModel
from playground.models.local.model import LocalModel
from playground.models.local.server import LocalServers
from playground.models.openai import ResponsesModel
from playground.models.transcription import Heard
from playground.settings import Settings

MOST_MODELS = 256
LISTING_AGE = 60.0
LISTING_TIMEOUT = 3.0


class Models:
    """Every model this process may use. Clients are made once and shared; `aclose` closes their connections."""

    def __init__(self, settings: Settings, local: LocalServers) -> None:
        self._settings = settings
        self._local = local
        self._clients: dict[str, Client] = {}
        self._models: dict[str, Model] = {}
        self._making = threading.RLock()
        self._listing: tuple[str, ...] = ()
        self._listed_at = float("-inf")
        self._listing_lock = asyncio.Lock()

    def check(self, name: str) -> None:
        """Whether `get_model` would have something to give; cheap.

        Raises:
            Malformed: no such provider, or no id.
            NotConfigured: the provider's key or address is not set; the message names the variable.
        """
        provider, _ = split_model(name)
        if note := missing(self._settings, provider):
            raise NotConfigured(note)

    def get_model(self, name: str) -> Model:
        """The model named `provider/id`. The first one of a provider imports its client: not for an event loop.

        Raises what `check` raises.
        """
        self.check(name)
        with self._making:
            if name not in self._models:
                if len(self._models) >= MOST_MODELS:  # ids can be typed, so there may be any number
                    self._models.clear()
                self._models[name] = self._build(*split_model(name))
            return self._models[name]

    def has(self, provider: str) -> bool:
        """Whether what the provider needs is set."""
        return not missing(self._settings, provider)

    def connect_as(self, provider: str, key: SecretStr) -> Client:
        """A client of its own on a visitor's key; whoever asked closes it. Blocking as `get_model`."""
        return connect_as(provider, self._settings, key)

    def model_on(self, client: Client, name: str) -> Model:
        """The model named `provider/id`, asked through `client`, one of that provider's. Raises what `check` raises."""
        self.check(name)
        provider, model = split_model(name)
        return REMOTE[provider](model, client.api)

    def check_transcription(self) -> None:
        """Raise NotConfigured if there is nobody who could turn speech into text."""
        transcription.check(self._settings)

    def transcribes_on(self) -> str:
        """The full name of the model that turns speech into text. Raises NotConfigured."""
        return transcription.model_of(transcription.check(self._settings))

    async def transcribe(self, audio: bytes, mime_type: str) -> Heard:
        """What is said in a recording, see `transcription.AUDIO`. Raises NotConfigured, Unavailable."""
        provider = transcription.check(self._settings)
        client = await asyncio.to_thread(self._client, provider)
        return await transcription.transcribe(provider, client, audio, mime_type)

    async def compatible_ids(self) -> tuple[str, ...]:
        """The ids the compatible server tells of, at most a minute old; none if it is not set or does not answer."""
        if missing(self._settings, "compatible"):
            return ()
        async with self._listing_lock:
            if time.monotonic() - self._listed_at > LISTING_AGE:
                self._listing = await self._list()
                self._listed_at = time.monotonic()
        return self._listing

    def prepare(self) -> None:
        """Makes the clients of the providers that are set. It reads files and imports: not for an event loop."""
        for provider in REMOTE:
            if not missing(self._settings, provider):
                self._client(provider)

    async def aclose(self) -> None:
        """Closes every connection. Models handed out before are of no use afterwards."""
        clients, self._clients = self._clients, {}
        self._models.clear()
        await asyncio.gather(*(client.aclose() for client in clients.values()))

    def _build(self, provider: str, model: str) -> Model:
        if provider == "local":
            return LocalModel(model, self._local)
        return REMOTE[provider](model, self._client(provider))

    def _client(self, provider: str) -> Any:
        with self._making:
            if provider not in self._clients:
                self._clients[provider] = connect(provider, self._settings)
            return self._clients[provider].api

    async def _list(self) -> tuple[str, ...]:
        try:
            api: AsyncOpenAI = await asyncio.to_thread(self._client, "compatible")
            client = api.with_options(timeout=LISTING_TIMEOUT, max_retries=0)
            async with asyncio.timeout(LISTING_TIMEOUT):
                ids: list[object] = [model.id async for model in client.models.list()]
        except (OpenAIError, TimeoutError, ValueError, AttributeError, TypeError):  # also a page, or any other JSON
            return ()
        return tuple(name for name in ids if isinstance(name, str))


def _anthropic(model: str, client: Any) -> Model:
    from playground.models.anthropic.model import AnthropicModel  # noqa: PLC0415 - its client is slow to import

    return AnthropicModel(model, client)


def _google(model: str, client: Any) -> Model:
    from playground.models.google.model import GeminiModel  # noqa: PLC0415 - its client is slow to import

    return GeminiModel(model, client)


REMOTE: Mapping[str, Callable[[str, Any], Model]] = {
    "openai": ResponsesModel,
    "anthropic": _anthropic,
    "google": _google,
    "compatible": CompatibleModel,
}
"""Who is asked over a network: provider → its model, given the model's own name and the client."""
