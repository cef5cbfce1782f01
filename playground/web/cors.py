"""Other sites that may use `/chatkit`: those that the owner names, with the cookie; no other is granted anything."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN = "/chatkit"
"""What may be used from elsewhere, with all that is below it. The page and its files are for itself alone."""

METHODS = ("GET", "POST", "PUT", "DELETE")

REQUEST_HEADERS = (
    "Authorization",
    "ChatKit-Device-Id",
    "ChatKit-Frame-Instance-Id",
    "Idempotency-Key",
    "Last-Event-ID",
)
ANSWER_HEADERS = ("X-Run-Id", "X-Thread-Id", "Retry-After")


def named(scope: Scope, allowed: Collection[str]) -> bool:
    """Whether a request comes from a site that may use what it asks for."""
    path = scope["path"]
    return (path == OPEN or path.startswith(f"{OPEN}/")) and Headers(scope=scope).get("origin") in allowed


class Cors(CORSMiddleware):
    """Grants what is above to the `allowed` origins.

    The cookie is granted too: without it every request of a page would be another visitor's. It is one that the
    browser keeps for that site alone (see `Identity`).
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=allowed,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=ANSWER_HEADERS,
            allow_credentials=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a preflight is answered here."""
        if scope["type"] == "http" and named(scope, self.allow_origins):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
