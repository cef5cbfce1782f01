"""The ChatKit routes: one door for the protocol, four for runs, and those of its neighbours."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from playground.attachments.links import reached_at
from playground.errors import Malformed
from playground.parts import Playground
from playground.protocol.dispatcher import JsonReply
from playground.records import Ask, RunRecord
from playground.runs.resend import hear
from playground.visitor import Visitor
from playground.web import attachments, branches, me, refreshing
from playground.web.asked import require_json, visitor_of
from playground.web.replies import json_reply
from playground.web.stream import EventStream

MAX_SEQ = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact."""


def routes(parts: Playground) -> list[BaseRoute]:
    """All routes at and below `/chatkit`; what is unknown there is a JSON 404, not the page."""
    chatkit = ChatKit(parts)
    events = Route("/runs/{run_id}/events", chatkit.events, methods=["GET"])
    events.methods = {"GET"}  # without the HEAD that comes with it: it would hold a reader that reads nothing
    below = [
        events,
        Route("/threads/{thread_id}/run", chatkit.run_of, methods=["GET"]),
        Route("/runs/{run_id}/stop", chatkit.stop, methods=["POST"]),
        Route("/runs/{run_id}/approvals", chatkit.decide, methods=["POST"]),
        *branches.routes(parts),
        *attachments.routes(parts),
        *me.routes(parts),
        *refreshing.routes(parts.tokens),
    ]
    return [Route("/chatkit", chatkit.protocol, methods=["POST"]), Mount("/chatkit", routes=below)]


class ChatKit:
    """The routes' handlers. Each raises VisitorError for what it refuses."""

    def __init__(self, parts: Playground) -> None:
        self._parts = parts

    async def protocol(self, request: Request) -> Response | EventStream:
        """Any of the protocol's requests: JSON, or the events of the run it began."""
        require_json(request)
        visitor = visitor_of(request)
        key = _idempotency_key(request)
        frame = request.headers.get("chatkit-frame-instance-id", "")
        body = await request.body()
        with reached_at(attachments.address_of(request)):
            reply = await self._parts.dispatcher.handle(visitor, body, idempotency_key=key, frame=frame)
        if isinstance(reply, JsonReply):
            return Response(reply.body, media_type="application/json")
        return self._stream(visitor, reply.run_id, reply.thread_id, reply.after)

    async def run_of(self, request: Request) -> Response:
        """The thread's live or last run."""
        record = await self._parts.dispatcher.run_of(visitor_of(request), request.path_params["thread_id"])
        return json_reply(_described(record))

    async def events(self, request: Request) -> EventStream:
        """A run's events after a sequence number, to the run's end."""
        visitor = visitor_of(request)
        after = _cursor(request)
        record = await self._parts.engine.run(visitor, request.path_params["run_id"])
        return self._stream(visitor, record.id, record.thread_id, after)

    async def stop(self, request: Request) -> Response:
        """Stops a run, and answers when what it said so far is saved."""
        return json_reply(_described(await self._parts.engine.stop(visitor_of(request), request.path_params["run_id"])))

    async def decide(self, request: Request) -> Response:
        """Approves or rejects calls that a run waits for; it goes on when all are decided."""
        require_json(request)
        body = await request.body()
        record = await self._parts.dispatcher.decide(visitor_of(request), request.path_params["run_id"], body)
        return json_reply(_described(record))

    def _stream(self, visitor: Visitor, run_id: str, thread_id: str, after: int = 0) -> EventStream:
        frames = self._parts.engine.attach(visitor, run_id, after=after, linger=True)
        heartbeat = self._parts.settings.heartbeat_interval
        return EventStream(
            frames,
            run_id=run_id,
            thread_id=thread_id,
            heartbeat=heartbeat,
            read=lambda: hear(self._parts.database, run_id),
        )


def _described(record: RunRecord) -> dict[str, Any]:
    described = {"id": record.id, "status": record.status, "last_seq": record.last_seq}
    return {**described, "asks": [_asked(ask) for ask in record.asks]} if record.asks else described


def _asked(ask: Ask) -> dict[str, Any]:
    """What is told of a call that waits: what it is about, and not what became of it."""
    told = asdict(ask)
    del told["output"]
    return told


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 255:
        raise Malformed("Idempotency-Key has 1 to 255 characters.")
    return key


def _cursor(request: Request) -> int:
    # A reader that reconnects by itself repeats its first URL; where it really is stands in the header.
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text) <= MAX_SEQ):
        raise Malformed("`after` and Last-Event-ID are the number of a frame: 0 or more.")
    return int(text)
