"""The client of one local server, remade when the server comes up at another address."""

from openai import AsyncOpenAI

from playground.models.local.process import Endpoint, loopback_client
from playground.models.local.server import LocalServers

_LONGEST_SILENCE = 600
"""In seconds. A long prompt takes a while, a queue for a slot longer; the engine has bounds of its own."""


class Connection:
    """Gives a client for the model `name`, starting the model if need be."""

    def __init__(self, name: str, servers: LocalServers) -> None:
        self._name = name
        self._servers = servers
        self._endpoint: Endpoint | None = None
        self._client: AsyncOpenAI | None = None

    async def client(self) -> AsyncOpenAI:
        """Raises ProviderError when the model cannot be started."""
        endpoint = await self._servers.endpoint(self._name)
        if self._client is None or endpoint != self._endpoint:
            await self.close()
            self._endpoint, self._client = endpoint, _connect(endpoint)
        return self._client

    async def close(self) -> None:
        """Closes the client; another one is made when asked for."""
        client, self._client = self._client, None
        if client:
            await client.close()


def _connect(endpoint: Endpoint) -> AsyncOpenAI:
    http = loopback_client(timeout=_LONGEST_SILENCE)
    return AsyncOpenAI(base_url=endpoint.base_url, api_key=endpoint.api_key, max_retries=0, http_client=http)
