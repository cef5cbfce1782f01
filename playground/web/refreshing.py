"""A session token made to last longer, by whoever holds it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.access.tokens import Tokens
from playground.errors import Unauthorized
from playground.web.identity import bearer_of
from playground.web.replies import json_reply


def routes(tokens: Tokens) -> list[BaseRoute]:
    """The route, relative to `/chatkit`."""

    async def refresh(request: Request) -> Response:
        """The same token for as long again. Raises Unauthorized, Forbidden."""
        bearer = bearer_of(request.headers)
        if bearer is None:
            raise Unauthorized("Send the token that is to last longer, as Authorization: Bearer.")
        issued = await tokens.refresh(bearer, origin=request.headers.get("origin"))
        return json_reply({"token": issued.token, "expires_at": issued.expires_at.isoformat()})

    return [Route("/session/refresh", refresh, methods=["POST"])]
