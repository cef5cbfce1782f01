"""The owner's way in and out: the token once, then a cookie."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.access.owner import is_surely, same
from playground.access.standing import Standing
from playground.errors import Malformed, Unauthorized
from playground.store import switch
from playground.store.database import Database
from playground.web.asked import object_of, require_owner
from playground.web.identity import Keys


class OwnerDoor:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, database: Database, standing: Standing, keys: Keys) -> None:
        self._database = database
        self._standing = standing
        self._keys = keys

    def routes(self) -> list[BaseRoute]:
        """Two below `/owner`."""
        return [
            Route("/owner/enter", self.enter, methods=["POST"]),
            Route("/owner/leave", self.leave, methods=["POST"]),
        ]

    async def enter(self, request: Request) -> Response:
        """The cookie for the token. Raises Unauthorized, TooMany."""
        given = (await object_of(request)).get("token")
        if not isinstance(given, str):
            raise Malformed("Send the owner's token.")
        host = request.client.host if request.client else None
        await self._keys.tries.turn("owner", host, sure=is_surely(given, self._keys.owner))
        if not same(given, self._keys.owner):
            self._keys.tries.wrong("owner", host)
            raise Unauthorized("That is not the owner's token.")
        cookie = self._keys.owner_badges.set_cookie(secure=request.scope["scheme"] == "https")
        return Response(status_code=204, headers={"Set-Cookie": cookie})

    async def leave(self, request: Request) -> Response:
        """Ends every cookie of the owner, on all their devices."""
        require_owner(request)
        await self._database.write(lambda session: switch.leave(session, at=datetime.now(UTC)), durable=True)
        await self._standing.refresh()
        cookie = self._keys.owner_badges.end_cookie(secure=request.scope["scheme"] == "https")
        return Response(status_code=204, headers={"Set-Cookie": cookie})
