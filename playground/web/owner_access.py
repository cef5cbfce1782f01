"""What the owner hands out and takes back: tokens and invite links."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from playground.access.links import Link
from playground.access.tokens import granted
from playground.errors import Malformed
from playground.parts import Playground
from playground.store.access_tables import SessionTokenRow
from playground.visitor import Scope
from playground.web.asked import object_of, require_owner
from playground.web.replies import json_reply

Wanted = TypeVar("Wanted", bound=BaseModel)
Names = list[Annotated[str, Field(min_length=1)]]


class NewToken(BaseModel):
    """A token to be issued; `ttl` is in seconds."""

    model_config = ConfigDict(extra="forbid")

    subject: str
    ttl: float = 3600
    agents: Names | None = None
    models: Names | None = None
    origin: str | None = None

    @property
    def scope(self) -> Scope:
        """What it is good for."""
        agents, models = (None if names is None else frozenset(names) for names in (self.agents, self.models))
        return Scope(agents, models)


class NewLink(BaseModel):
    """A link to be made; `cap` is in US dollars."""

    model_config = ConfigDict(extra="forbid")

    name: str
    cap: Decimal | None = None
    days: float | None = Field(default=None, gt=0, le=3650)

    def expires_at(self, now: datetime) -> datetime | None:
        """When it ends."""
        return None if self.days is None else now + timedelta(days=self.days)


def routes(parts: Playground) -> list[BaseRoute]:
    """The routes, all below `/owner` and for the owner alone."""
    access = OwnerAccess(parts)
    return [
        Route("/owner/tokens", access.tokens, methods=["GET"]),
        Route("/owner/tokens", access.issue, methods=["POST"]),
        Route("/owner/tokens/{token_id}/revoke", access.revoke_token, methods=["POST"]),
        Route("/owner/links", access.links, methods=["GET"]),
        Route("/owner/links", access.make, methods=["POST"]),
        Route("/owner/links/{link_id}/revoke", access.revoke_link, methods=["POST"]),
    ]


class OwnerAccess:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground) -> None:
        self._parts = parts

    async def tokens(self, request: Request) -> Response:
        """All tokens that were issued or revoked here; never what they look like."""
        require_owner(request)
        now = datetime.now(UTC)
        return json_reply({"tokens": [_token(row, now) for row in await self._parts.tokens.list()]})

    async def issue(self, request: Request) -> Response:
        """A new token, shown this once."""
        require_owner(request)
        wanted = _wanted(NewToken, await object_of(request))
        made = await self._parts.tokens.issue(
            wanted.subject, ttl=wanted.ttl, scope=wanted.scope, origin=wanted.origin or None
        )
        return json_reply({"token": made.token, "id": made.id, "expires_at": made.expires_at.isoformat()}, 201)

    async def revoke_token(self, request: Request) -> Response:
        """The end of a token."""
        require_owner(request)
        await self._parts.tokens.revoke(request.path_params["token_id"])
        await self._parts.standing.refresh()
        return Response(status_code=204)

    async def links(self, request: Request) -> Response:
        """All invite links; never their codes."""
        require_owner(request)
        return json_reply({"links": [_link(link) for link in await self._parts.links.list()]})

    async def make(self, request: Request) -> Response:
        """A new link, with its code, shown this once."""
        require_owner(request)
        wanted = _wanted(NewLink, await object_of(request))
        made = await self._parts.links.make(
            wanted.name, cap=wanted.cap, expires_at=wanted.expires_at(datetime.now(UTC))
        )
        await self._parts.standing.refresh()
        base = request.app.state.link.url or str(request.base_url)
        url = f"{base.rstrip('/')}/enter#{made.code}"
        return json_reply({"id": made.id, "code": made.code, "url": url}, 201)

    async def revoke_link(self, request: Request) -> Response:
        """The end of a link, for all who came by it."""
        require_owner(request)
        await self._parts.links.revoke(request.path_params["link_id"])
        await self._parts.standing.refresh()
        return Response(status_code=204)


def _wanted(kind: type[Wanted], sent: dict[str, Any]) -> Wanted:
    try:
        return kind.model_validate(sent)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in fault["loc"])
        raise Malformed("{complaint}", complaint=f"{where}: {fault['msg']}") from None


def _token(row: SessionTokenRow, now: datetime) -> dict[str, Any]:
    scope, origin = granted(row)
    return {
        "id": row.id,
        "subject": row.subject,
        "visitor_id": row.visitor_id,
        "agents": _sorted(scope.agents),
        "models": _sorted(scope.models),
        "origin": origin,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "revoked_at": _when(row.revoked_at),
        "live": row.revoked_at is None and row.expires_at > now,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "name": link.name,
        "cap": None if link.cap is None else float(link.cap),
        "created_at": link.created_at.isoformat(),
        "expires_at": _when(link.expires_at),
        "revoked_at": _when(link.revoked_at),
        "live": link.live,
    }


def _sorted(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _when(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
