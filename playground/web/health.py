"""Two probes: is the process alive, and may it be sent visitors."""

import asyncio
from dataclasses import dataclass

import structlog
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playground.store.database import Database
from playground.web.replies import json_reply

DATABASE_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass
class Health:
    """Where the process is in its life.

    `recovered`: the runs of a process that died are dealt with. `draining`: this one is leaving.
    """

    database: Database
    recovered: bool = False
    draining: bool = False

    def routes(self) -> list[Route]:
        """The probes' routes."""
        return [Route("/healthz", self.alive), Route("/readyz", self.ready)]

    async def alive(self, _request: Request) -> Response:
        """200 as long as the event loop turns."""
        return json_reply({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """200 when a visitor can be served, else 503 with the reason."""
        reason = await self._reason()
        if reason is None:
            return json_reply({"status": "ready"})
        return json_reply({"status": "unavailable", "message": reason}, 503, {"Retry-After": "5"})

    async def _reason(self) -> str | None:
        if self.draining:
            return "The server is shutting down."
        if not self.recovered:
            return "The server is starting."
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self.database.read(_ping)
        except Exception as error:  # whatever a driver raises, the answer is the same
            log.warning("database not reachable", error=type(error).__name__)
            return "The database does not answer."
        return None


def _ping(session: Session) -> None:
    session.connection().exec_driver_sql("SELECT 1")
