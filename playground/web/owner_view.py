"""The owner's page `/owner`: what goes on, and what the owner does about it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from playground.errors import Malformed, NotFound
from playground.owner import actions
from playground.owner.state import Overview, Sort
from playground.owner.troubles import Troubles
from playground.owner.words import LONGEST_TEXT
from playground.parts import Playground
from playground.records import Decision
from playground.runs.approvals import Verdict
from playground.web.asked import object_of, require_owner
from playground.web.assets import read_asset, read_assets, reply
from playground.web.replies import json_reply

FOLDER = Path(__file__).parent / "owner"

# Names of models, tools and links are shown here, and what a tool is to be called with: all as text, and no script but
# ours would run if it were not.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}

ASSETS = read_assets(FOLDER)
PAGE = read_asset(FOLDER / "page.html")
SORTS: dict[str, Sort] = {"last": "last", "most": "most", "blocked": "blocked"}

Handler = Callable[[Request], Awaitable[Response]]


def routes(parts: Playground, troubles: Troubles) -> list[BaseRoute]:
    """The page, which anybody may have, and what it asks for, which is the owner's alone. They come last below it."""
    view = OwnerView(parts, Overview(parts, troubles))
    return [
        Route("/owner", _page),
        Route("/owner/", _without_slash),
        Route("/owner/assets/{path:path}", _asset),
        Route("/owner/state", _owners(view.state)),
        Route("/owner/link.svg", _owners(view.picture)),
        Route("/owner/pause", _owners(view.pause), methods=["POST"]),
        Route("/owner/resume", _owners(view.resume), methods=["POST"]),
        Route("/owner/runs/{run_id}/stop", _owners(view.stop), methods=["POST"]),
        Route("/owner/runs/{run_id}/approvals", _owners(view.decide), methods=["POST"]),
        Route("/owner/visitors/{visitor_id}/block", _owners(view.block), methods=["POST"]),
        Route("/owner/visitors/{visitor_id}/unblock", _owners(view.unblock), methods=["POST"]),
        Route("/owner/{path:path}", _owners(_nothing), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]


class OwnerView:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground, overview: Overview) -> None:
        self._parts = parts
        self._overview = overview

    async def state(self, request: Request) -> Response:
        """All that is shown, as it stands."""
        sort = SORTS.get(request.query_params.get("visitors", "last"))
        if sort is None:
            raise Malformed("Visitors are sorted by: {sorts}.", sorts=", ".join(SORTS))
        link = request.app.state.link
        shown = {"link": {"url": link.url, "note": link.note}, **await self._overview.now(sort)}
        return json_reply(shown)

    async def picture(self, request: Request) -> Response:
        """The public address as a picture to scan."""
        drawn: str = request.app.state.link.qr()
        if not drawn:
            raise NotFound
        return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": "default-src 'none'"})

    async def pause(self, request: Request) -> Response:
        """Stops everything, until it is resumed."""
        text = (await object_of(request)).get("text", "")
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise Malformed("`text` is what visitors read, at most {most} characters.", most=LONGEST_TEXT)
        await actions.pause(self._parts, text)
        return Response(status_code=204)

    async def resume(self, _request: Request) -> Response:
        """Lets everything go on."""
        await actions.resume(self._parts)
        return Response(status_code=204)

    async def stop(self, request: Request) -> Response:
        """Stops a run; answers when it is over."""
        record = await actions.stop(self._parts, request.path_params["run_id"])
        return json_reply({"id": record.id, "status": record.status})

    async def decide(self, request: Request) -> Response:
        """Lets a tool that is marked unsafe be called, or not."""
        decision = _decision(await object_of(request))
        record = await self._parts.engine.decide_as_owner(request.path_params["run_id"], Verdict([decision]))
        return json_reply({"id": record.id, "status": record.status})

    async def block(self, request: Request) -> Response:
        """Lets a visitor in no more."""
        await actions.block(self._parts, request.path_params["visitor_id"])
        return Response(status_code=204)

    async def unblock(self, request: Request) -> Response:
        """Lets a visitor in again."""
        await actions.unblock(self._parts, request.path_params["visitor_id"])
        return Response(status_code=204)


def _owners(handler: Handler) -> Handler:
    """The handler, for nobody but the owner."""

    async def guarded(request: Request) -> Response:
        require_owner(request)
        return await handler(request)

    return guarded


def _decision(sent: dict[str, Any]) -> Decision:
    match sent:
        case {"call": str(call), "approve": bool(approve)}:
            message = sent.get("message")
            return Decision(call, approve, message if isinstance(message, str) and message else None)
        case _:
            raise Malformed("Send the call's id as `call`, and `approve`, true or false.")


async def _page(request: Request) -> Response:
    return reply(request, PAGE, HEADERS)


async def _without_slash(_request: Request) -> Response:
    return RedirectResponse("../owner", 308)


async def _asset(request: Request) -> Response:
    found = ASSETS.get(request.path_params["path"])
    if found is None:
        raise NotFound
    return reply(request, found, {})


async def _nothing(_request: Request) -> Response:
    raise NotFound
