"""The language of a request: what we say while we answer it is said in that."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.languages.catalogs import negotiated
from playground.languages.say import speaking

SPOKEN_TO = ("/chatkit", "/enter")
"""What is said there is for whoever made the page that asks, or for who is not in yet. Our own page is in English,
labels and sentences alike."""


class Speech:
    """Speaks the language that `Accept-Language` asks for, as far as we can."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not scope["path"].startswith(SPOKEN_TO):
            await self._app(scope, receive, send)
            return
        with speaking(negotiated(Headers(scope=scope).get("accept-language", ""))):
            await self._app(scope, receive, send)
