"""Sends a request to Google and hands over the response, unread; it is closed where the `async with` is left.

The one module that knows the inside of the SDK. Interactions: its streaming response has the HTTP response as a public
attribute; the body goes in as `extra_body`, which the SDK merges as it is, where its types would rewrite it.
generateContent: the SDK's streams leave their connection open when they are left, so its client only writes the
request (address, version, key in a header) and lends its connections.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote, urlencode
from weakref import WeakSet

import httpx2
import orjson
from agents import ModelSettings
from google.genai import Client, errors
from google.genai._gaos.models import CreateInteractionRequest
from google.genai.interactions import CreateModelInteraction

from playground.models.reading import Frame

_NO_ROUTE = {404, 405, 501}
_without_interactions: WeakSet[Client] = WeakSet()
_failing: Any = errors.APIError  # its types are of packages that are not here


def lacks_interactions(client: Client) -> bool:
    """Whether the server behind `client` was found not to know the Interactions API."""
    return client in _without_interactions


def remember_lack(client: Client) -> None:
    """From now on `lacks_interactions`."""
    _without_interactions.add(client)


def has_no_route(error: Exception) -> bool:
    """Whether the server does not know what it was asked for: the route, or the model."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)  # two families of errors in one SDK
    return status in _NO_ROUTE


def names(error: Exception, model: str) -> bool:
    """Whether an error speaks of `model`, so that the route is known."""
    return model in str(getattr(error, "body", ""))


@asynccontextmanager
async def interaction(client: Client, body: Frame, settings: ModelSettings) -> AsyncGenerator[httpx2.Response]:
    """The reply to an interaction. Raises what the SDK raises for a status that is an error."""
    interactions: Any = client.aio.interactions  # its overloads want every argument by name
    call = interactions.with_streaming_response.create(
        # Made here: out of plain arguments the SDK makes a class for every call, in 8 ms.
        request=CreateInteractionRequest(
            body=CreateModelInteraction(model=body["model"], input="", stream=True, store=False)
        ),
        extra_headers=_headers(settings),
        extra_query=settings.extra_query,
        extra_body=_whole(body, settings),
    )
    async with call as response:
        yield response.http_response


@asynccontextmanager
async def generation(
    client: Client, model: str, body: Frame, settings: ModelSettings
) -> AsyncGenerator[httpx2.Response]:
    """The reply to generateContent. Raises what the SDK raises for a status that is an error."""
    api: Any = client._api_client  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    query = urlencode({"alt": "sse", **(settings.extra_query or {})})
    written = api._build_request("post", f"{_path(model)}:streamGenerateContent?{query}", _whole(body, settings))  # noqa: SLF001
    connections: httpx2.AsyncClient = api._async_httpx_client  # noqa: SLF001
    request = connections.build_request(
        "POST",
        written.url,
        headers={**written.headers, **_headers(settings)},
        content=orjson.dumps(written.data),
        timeout=httpx2.USE_CLIENT_DEFAULT if written.timeout is None else written.timeout,
    )
    response = await connections.send(request, stream=True)
    try:
        await _failing.raise_for_async_response(response)
        yield response
    finally:
        await response.aclose()


def _path(model: str) -> str:
    """A model's place under the version; its name cannot leave it."""
    kind, slash, name = model.rpartition("/")
    return (
        f"{kind}/{quote(name, safe='')}"
        if slash and kind in {"models", "tunedModels"}
        else f"models/{quote(model, safe='')}"
    )


def _headers(settings: ModelSettings) -> dict[str, str]:
    return {name: value for name, value in (settings.extra_headers or {}).items() if isinstance(value, str)}


def _whole(body: Frame, settings: ModelSettings) -> Frame:
    """The body and what the caller adds to it, last."""
    added: Any = settings.extra_body or {}
    return {**body, **added}
