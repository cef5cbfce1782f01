"""From a name such as `openai/gpt-6.1-terra` to a model that answers."""

import asyncio
import time

import httpx2
from agents import Model
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, OpenAIError
from pydantic import SecretStr

from playground.catalog import missing, split_model
from playground.errors import NotConfigured
from playground.models.compatible import CompatibleModel
from playground.models.failures import retry_after
from playground.models.local.model import LocalModel
from playground.models.local.server import LocalServers
from playground.models.openai import ResponsesModel
from playground.settings import Settings

LONGEST_WAIT = 10.0
"""Seconds of `Retry-After` that are waited for; a longer one fails at once, with the advice in the message."""
MOST_MODELS = 256
LISTING_AGE = 60.0
LISTING_TIMEOUT = 3.0


class Models:
    """Every model this process may use. Clients are made once and shared; `aclose` closes their connections."""

    def __init__(self, settings: Settings, local: LocalServers) -> None:
        self._settings = settings
        self._local = local
        self._clients: dict[str, AsyncOpenAI] = {}
        self._models: dict[str, Model] = {}
        self._listing: tuple[str, ...] = ()
        self._listed_at = float("-inf")
        self._listing_lock = asyncio.Lock()

    def get_model(self, name: str) -> Model:
        """The model named `provider/id`.

        Raises:
            Malformed: no such provider, or no id.
            NotConfigured: the provider's key or address is not set; the message names the variable.
        """
        provider, model = split_model(name)
        if name not in self._models:
            if len(self._models) >= MOST_MODELS:  # ids can be typed, so there may be any number
                self._models.clear()
            self._models[name] = self._build(provider, model)
        return self._models[name]

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
        for provider in ("openai", "compatible"):
            if not missing(self._settings, provider):
                self._client(provider)

    async def aclose(self) -> None:
        """Closes every connection. Models handed out before are of no use afterwards."""
        clients, self._clients = self._clients, {}
        self._models.clear()
        await asyncio.gather(*(client.close() for client in clients.values()))

    def _build(self, provider: str, model: str) -> Model:
        if provider == "local":
            return LocalModel(model, self._local)
        client = self._client(provider)
        return ResponsesModel(model, client) if provider == "openai" else CompatibleModel(model, client)

    def _client(self, provider: str) -> AsyncOpenAI:
        if note := missing(self._settings, provider):
            raise NotConfigured(note)
        if provider not in self._clients:
            settings = self._settings
            if provider == "openai":
                client = self._connect(settings.openai_base_url, settings.openai_api_key)
            else:
                client = self._connect(settings.compatible_base_url, settings.compatible_api_key)
                client.organization = client.project = None  # read from OpenAI's variables, not for others to see
            self._clients[provider] = client
        return self._clients[provider]

    def _connect(self, base_url: str | None, key: SecretStr | None) -> AsyncOpenAI:
        settings = self._settings
        silence = max(settings.first_token_timeout, settings.token_gap_timeout)
        # The engine watches the tokens; this only ends what it did not.
        timeout = httpx2.Timeout(connect=10, read=silence + 5, write=30, pool=30)
        return AsyncOpenAI(
            base_url=base_url,
            api_key=key.get_secret_value() if key else "none",
            max_retries=settings.model_retries,
            timeout=timeout,
            http_client=DefaultAsyncHttpxClient(timeout=timeout, event_hooks={"response": [_refuse_long_waits]}),
        )

    async def _list(self) -> tuple[str, ...]:
        try:
            client = self._client("compatible").with_options(timeout=LISTING_TIMEOUT, max_retries=0)
            async with asyncio.timeout(LISTING_TIMEOUT):
                ids: list[object] = [model.id async for model in client.models.list()]
        except (OpenAIError, TimeoutError, ValueError, AttributeError, TypeError):  # also a page, or any other JSON
            return ()
        return tuple(name for name in ids if isinstance(name, str))


async def _refuse_long_waits(response: httpx2.Response) -> None:
    """The client obeys `x-should-retry`, and by itself would sleep for up to two minutes."""
    if not response.is_success and (retry_after(response) or 0) > LONGEST_WAIT:
        response.headers["x-should-retry"] = "false"
