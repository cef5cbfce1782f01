"""Our own ChatKit client: its page, and the modules that any site may load."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from playground.errors import NotFound

FOLDER = Path(__file__).parent / "client"

# What a model writes is drawn here: no script but ours, and nothing is loaded from or sent to another host.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",  # a picture of another host tells it who reads: it is a link
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    )
)

KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
"""What is served, by the end of its name."""

ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""For the modules: any site may load them. What they then ask the server for is another matter."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `tag` changes with what is in it."""

    body: bytes
    kind: str
    tag: str


def routes() -> list[BaseRoute]:
    """The page, and the modules below it."""
    return [
        Route("/chatkit/client", _shown),
        Route("/chatkit/client/", _without_slash),
        Route("/chatkit/client/{path:path}", _module),
    ]


def read_assets(folder: Path) -> dict[str, Asset]:
    """Every file in the folder of a kind that is served, by its path below it."""
    return {
        path.relative_to(folder).as_posix(): _asset(path, KINDS[path.suffix])
        for path in sorted(folder.rglob("*"))
        if path.suffix in KINDS and path.is_file()
    }


def _asset(path: Path, kind: str) -> Asset:
    body = path.read_bytes()
    return Asset(body, kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


# They belong to this module's code as its own lines do, and are read with it. Looked up by name from then on: no path
# of a request ever reaches the disk.
ASSETS = read_assets(FOLDER)
PAGE = _asset(FOLDER / "page.html", "text/html; charset=utf-8")


async def _shown(request: Request) -> Response:
    return _reply(request, PAGE, {"Content-Security-Policy": POLICY})


async def _without_slash(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"../client{query}", 308)


async def _module(request: Request) -> Response:
    found = ASSETS.get(request.path_params["path"])
    if found is None:
        raise NotFound
    return _reply(request, found, ANYWHERE)


def _reply(request: Request, asset: Asset, headers: Mapping[str, str]) -> Response:
    cached = {**headers, "ETag": asset.tag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    if asset.tag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
        return Response(status_code=304, headers=cached)
    return Response(asset.body, 200, {**cached, "Content-Type": asset.kind})
