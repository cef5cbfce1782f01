"""Those who are not Ann, each with what they come with: their own, somebody's that ended, or something made up."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from playground.secret import load_secret
from playground.visitor import Scope
from playground.web.badges import DAY, Badge, Badges
from tests.conformance.conftest import Served
from tests.conformance.ui import Ui
from tests.security.world import visitor_of

NAMES = (
    "another visitor",
    "nobody",
    "with an expired cookie",
    "with a tampered cookie",
    "by another link",
    "with another's token",
    "with an expired token",
    "with a tampered token",
)


@dataclass(frozen=True)
class Cast:
    """The server, and whom they are after."""

    served: Served
    ann: Ui

    @asynccontextmanager
    async def playing(self, name: str) -> AsyncGenerator[httpx2.AsyncClient]:
        """A client of one of them."""
        async with httpx2.AsyncClient(base_url=self.served.url, timeout=20) as http:
            match name:
                case "another visitor":
                    await Ui(http).ask("threads.list")
                case "nobody":

                    async def forget(_: httpx2.Response) -> None:
                        http.cookies.clear()

                    http.event_hooks["response"].append(forget)
                case "with an expired cookie" | "with a tampered cookie":
                    http.headers["Cookie"] = self._cookie(expired="expired" in name)
                case "by another link":
                    made = await self.served.parts.links.make("another")
                    assert (await http.post("/enter", json={"code": made.code})).status_code == 204
                case _:
                    http.headers["Authorization"] = f"Bearer {await self._token(name)}"
            yield http

    def _cookie(self, *, expired: bool) -> str:
        """Ann's own, from long ago; or a stranger's that says to be Ann's."""
        badges = Badges(load_secret(self.served.parts.settings))
        now = int(time.time())
        ann = Badge(visitor_of(self.ann).id, now - 40 * DAY, now - 39 * DAY)
        if expired:
            return badges.set_cookie(ann, secure=False).partition(";")[0]
        own = badges.new()
        return badges.set_cookie(own, secure=False).partition(";")[0].replace(own.visitor_id, ann.visitor_id)

    async def _token(self, name: str) -> str:
        tokens = self.served.parts.tokens
        issued = await tokens.issue("somebody", ttl=1 if "expired" in name else 600, scope=Scope())
        if "expired" in name:
            await tokens.revoke(issued.id)
        if "tampered" in name:
            head, claims, signature = issued.token.split(".")
            return f"{head}.{claims[:-3]}{claims[-3:][::-1]}.{signature}"
        return issued.token
