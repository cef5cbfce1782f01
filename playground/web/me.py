"""What a visitor may know and decide: what is left, what is kept, a copy of it, its end, keys of their own."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from playground.budget.remaining import Remaining, described, remaining
from playground.client.export import Export
from playground.client.leaving import forget
from playground.errors import Malformed, Paused, TooMany
from playground.languages.say import say
from playground.parts import Playground
from playground.visitor import Visitor
from playground.web.asked import object_of, visitor_of
from playground.web.replies import json_reply

PRIVATE = {"Cache-Control": "no-store"}
MOST_EXPORTS = 16
"""That are written at the same time; each visitor one."""


def routes(parts: Playground) -> list[BaseRoute]:
    """The routes below `/chatkit`."""
    me = Me(parts)
    return [
        Route("/me", me.described, methods=["GET"]),
        Route("/me/export", me.export, methods=["GET"]),
        Route("/me/forget", me.forget, methods=["POST"]),
        Route("/me/keys/{provider}", me.put_key, methods=["PUT"]),
        Route("/me/keys/{provider}", me.drop_key, methods=["DELETE"]),
    ]


class Me:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground) -> None:
        self._parts = parts
        self.exporting: set[str] = set()

    async def described(self, request: Request) -> Response:
        """What is left, what is kept, and what may be done about it."""
        parts, visitor = self._parts, visitor_of(request)
        limits = await remaining(parts.database, parts.policy, visitor)
        paused = parts.standing.facts.paused
        return json_reply(
            {
                "strict": parts.policy.strict,
                "paused": paused if paused is None else paused or Paused().message,
                "limits": [_limit(one) for one in limits],
                "text": described(limits),
                "kept": self._kept(),
                "retention_days": parts.settings.retention_days,
                "own_keys": self._own_keys(visitor),
            },
            headers=PRIVATE,
        )

    async def export(self, request: Request) -> Response:
        """All that is kept of the visitor, as a file."""
        visitor = visitor_of(request)
        self.begin(visitor)
        headers = {**PRIVATE, "Content-Disposition": 'attachment; filename="playground-data.json"'}
        return StreamingResponse(self._exported(visitor), headers=headers, media_type="application/json")

    def begin(self, visitor: Visitor) -> None:
        """Raise TooMany for a visitor whose data is being written out already, or while that of many others is."""
        if visitor.id in self.exporting or len(self.exporting) >= MOST_EXPORTS:
            raise TooMany("Your data is being put together already. Wait until that is done.", retry_after=30)

    async def forget(self, request: Request) -> Response:
        """Deletes all that is kept of the visitor, and lets the cookie go."""
        await forget(visitor_of(request), self._parts)
        request.state.leaving = True
        return Response(status_code=204, headers=PRIVATE)

    async def put_key(self, request: Request) -> Response:
        """A key of the visitor's own: for the answers from now on, in memory only."""
        key = (await object_of(request)).get("key")
        if not isinstance(key, str):
            raise Malformed("Send the key as text.")
        await self._parts.keys.put(visitor_of(request).id, request.path_params["provider"], key.strip())
        return Response(status_code=204, headers=PRIVATE)

    async def drop_key(self, request: Request) -> Response:
        """Forgets a key; without one it is as well."""
        await self._parts.keys.forget(visitor_of(request).id, request.path_params["provider"])
        return Response(status_code=204, headers=PRIVATE)

    async def _exported(self, visitor: Visitor) -> AsyncGenerator[bytes]:
        self.exporting.add(visitor.id)
        try:
            async with aclosing(Export(visitor, self._parts).pieces()) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self.exporting.discard(visitor.id)

    def _own_keys(self, visitor: Visitor) -> dict[str, Any]:
        keys = self._parts.keys
        return {"offered": bool(keys.offered), "providers": keys.offered, "held": keys.held(visitor.id)}

    def _kept(self) -> str:
        days = self._parts.settings.retention_days
        return " ".join(
            (
                say(
                    "Kept here are your conversations with their files, your tabs, votes and shared comparisons, and "
                    "what your answers cost. You are known by a random number in a cookie, not by name."
                ),
                say("What you write goes to the provider of the model that answers."),
                say("Whoever runs this playground can read what is kept."),
                say("Conversations are deleted once they have not been used for {days} days.", days=f"{days:g}")
                if days
                else say("All of it stays until you delete it."),
            )
        )


def _limit(one: Remaining) -> dict[str, Any]:
    resets = one.resets_at.isoformat() if one.resets_at else None
    return {"name": one.name, "most": float(one.most), "left": float(one.left), "resets_at": resets}
