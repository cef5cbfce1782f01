"""Our own ChatKit client: its page, and the modules that any site may load."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from playground.errors import NotFound
from playground.web.assets import read_asset, read_assets, reply

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

ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""For the modules: any site may load them. What they then ask the server for is another matter."""


def routes() -> list[BaseRoute]:
    """The page, and the modules below it."""
    return [
        Route("/chatkit/client", _shown),
        Route("/chatkit/client/", _without_slash),
        Route("/chatkit/client/{path:path}", _module),
    ]


# They belong to this module's code as its own lines do, and are read with it. Looked up by name from then on: no path
# of a request ever reaches the disk.
ASSETS = read_assets(FOLDER)
PAGE = read_asset(FOLDER / "page.html")


async def _shown(request: Request) -> Response:
    return reply(request, PAGE, {"Content-Security-Policy": POLICY})


async def _without_slash(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"../client{query}", 308)


async def _module(request: Request) -> Response:
    found = ASSETS.get(request.path_params["path"])
    if found is None:
        raise NotFound
    return reply(request, found, ANYWHERE)
