"""What stands before every route, the page's included: headers, closed doors, the origin of a write, the log."""

import re
import time
from collections.abc import Collection

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.errors import Forbidden, NotFound
from playground.telemetry.work import request_served
from playground.web.bodies import SAFE
from playground.web.cors import named
from playground.web.identity import CACHED, PROBES
from playground.web.told import told_path

# 'unsafe-inline' and 'unsafe-eval' are what Gradio's own page needs. What holds is the rest: nothing is loaded
# from or sent to another host, whatever a model writes into its answer.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)

SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(self), midi=(), payment=(), "
        "publickey-credentials-get=(), serial=(), usb=(), xr-spatial-tracking=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}

ENCRYPTED_ONLY = "max-age=15552000"
"""For half a year a browser that was here by HTTPS comes by nothing else. Of this host alone, not of its neighbours."""

UNKEPT = re.compile(r"/(?:chatkit|owner|enter|metrics|gradio_api|comparisons|config)(?:[/.]|$)")
"""What is said here to one visitor is not to be found later on the disk of a browser that others use too."""

# Gradio's doors that this app does not use: an open proxy for any URL, files by their paths, statistics, schemas,
# histories, an editor, a login of its own, and an upload that takes any number of files.
CLOSED = re.compile(
    r"/(?:gradio_api/)?(?:monitoring|docs|redoc|openapi\.json|dev|login|logout)(?:/|$)"
    r"|/gradio_api/(?:proxy=|runs|run-history|deep_link|profiling|vibe-|undo-vibe-|process_recording|token|upload)"
    r"|/gradio_api/file(?:[^a-z]|$)",
    re.IGNORECASE,
)

AREAS = frozenset(
    {"chatkit", "owner", "enter", "shared", "comparisons", "metrics", "healthz", "readyz", "gradio_api", "assets"}
)
"""What the statistics of requests tell apart."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})

log = structlog.get_logger(__name__)


class SecurityHeaders:
    """Adds the headers to every answer; a route that needs another policy sets its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the headers go out with the answer."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", ENCRYPTED_ONLY)
                if not scope["path"].startswith(CACHED):  # an answer for one visitor, cookie and all
                    kept = "no-store" if UNKEPT.match(scope["path"]) else "private, no-cache"
                    headers.setdefault("Cache-Control", kept)
            await send(message)

        await self._app(scope, receive, sending)


class ClosedDoors:
    """404 for what the page's framework opens and nobody here uses.

    Also drops `X-Forwarded-Host`: Gradio would build its own address from it, and anybody can send it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises NotFound for a closed door."""
        if scope["type"] == "http":
            if CLOSED.match(scope["path"]):
                raise NotFound
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-host"]
        await self._app(scope, receive, send)


class SameOrigin:
    """Lets a browser write only from our own pages, or from an origin that is allowed by name.

    The cookie alone is no proof: the browser also sends it for pages on our host's other ports.
    A client that tells neither header is no browser, and nobody's cookie can be ridden through it.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str] = ()) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on. Raises Forbidden for a write from elsewhere."""
        if scope["type"] == "http" and scope["method"] not in SAFE and not self._ours(scope):
            raise Forbidden("This page may not write here: it was loaded from another site.")
        await self._app(scope, receive, send)

    def _ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if named(scope, self._allowed):
            return True
        # The browser's own word first: behind a proxy that rewrites Host, the comparison below would fail.
        if (site := headers.get("sec-fetch-site")) is not None:
            return site in {"same-origin", "none"}
        return origin is None or origin.partition("://")[2] == headers.get("host")


def area_of(path: str) -> str:
    """The part of the site that a path is in, for statistics: few, whatever strangers ask for."""
    first = path.removeprefix("/").partition("/")[0]
    return f"/{first}" if first in AREAS else "/"


def method_of(method: str) -> str:
    """The method of a request, for statistics and the log: one of a few, whatever strangers make up."""
    return method if method in METHODS else "_OTHER"


class RequestLog:
    """One line per request, when its answer is complete. The query is left out: it may hold what is private."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then write its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        start = time.perf_counter()
        method = method_of(scope["method"])
        state = scope.setdefault("state", {})

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            request_served(area_of(scope["path"]), method, status, time.perf_counter() - start)
            quiet = scope["path"] in PROBES or scope["path"].startswith(CACHED)
            (log.debug if quiet else log.info)(
                "request",
                method=method,
                path=told_path(scope["path"]),
                status=status,
                ms=round((time.perf_counter() - start) * 1000),
                visitor=state.get("visitor_id"),
                run=state.get("run_id"),
            )
