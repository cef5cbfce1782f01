"""The routes of a thread's branches. They lie below `/chatkit`, beside the protocol."""

from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.errors import Malformed
from playground.parts import Playground
from playground.protocol.branches import Branches, described
from playground.protocol.requests import parse_fork
from playground.store.threads import Order
from playground.web.asked import require_json, visitor_of
from playground.web.replies import json_reply


def routes(parts: Playground) -> list[BaseRoute]:
    """The routes, relative to `/chatkit`."""
    pages = Pages(parts)
    path = "/threads/{thread_id}/branches"
    return [
        Route(path, pages.listed, methods=["GET"]),
        Route(path, pages.fork, methods=["POST"]),
        Route(f"{path}/{{branch_id}}", pages.switch, methods=["POST"]),
    ]


class Pages:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground) -> None:
        self._branches = Branches(parts.database)

    async def listed(self, request: Request) -> Response:
        """A page of the thread's branches; the oldest come first unless `order` is `desc`."""
        query = request.query_params
        order = query.get("order", "asc")
        if order not in {"asc", "desc"}:
            raise Malformed("`order` is asc or desc.")
        page = await self._branches.page(
            visitor_of(request),
            request.path_params["thread_id"],
            limit=_number(query.get("limit")),
            order=cast("Order", order),
            after=query.get("after"),
        )
        return json_reply(page)

    async def fork(self, request: Request) -> Response:
        """A new branch behind an item."""
        require_json(request)
        item_id = parse_fork(await request.body())
        made = await self._branches.fork(visitor_of(request), request.path_params["thread_id"], item_id)
        return json_reply(described(made), 201)

    async def switch(self, request: Request) -> Response:
        """Another branch as the one that is shown and answered on."""
        places = request.path_params
        head = await self._branches.switch(visitor_of(request), places["thread_id"], places["branch_id"])
        return json_reply(described(head))


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Malformed("`limit` is a number.")
    return int(text)
