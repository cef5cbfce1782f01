"""The client of one local server, remade when the server comes up at another address."""

import httpx2
from openai import AsyncOpenAI

from playground.models.local.process import Endpoint
from playground.models.local.server import LocalServers

_TIMEOUT = httpx2.Timeout(600, connect=5)


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
    """Keeps no connection, as the server closes them when it likes; uses no proxy, which would not find it."""
    limits = httpx2.Limits(max_keepalive_connections=0)
    http = httpx2.AsyncClient(limits=limits, timeout=_TIMEOUT, trust_env=False)
    return AsyncOpenAI(base_url=endpoint.base_url, api_key=endpoint.api_key, max_retries=0, http_client=http)
