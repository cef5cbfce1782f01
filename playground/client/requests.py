"""How the page's client asks: ChatKit requests, in process."""

from typing import Any

import orjson

from playground import wire
from playground.client.tabs import Tabs
from playground.protocol.dispatcher import JsonReply, StreamReply
from playground.records import Lane, Tab


class Requests(Tabs):
    """A visitor's requests to the dispatcher. Methods raise VisitorError."""

    async def _ask(self, kind: str, params: dict[str, Any]) -> Any:
        body = orjson.dumps(wire.clean({"type": kind, "params": params}))
        reply = await self._parts.dispatcher.handle(self._visitor, body)
        assert isinstance(reply, JsonReply)  # noqa: S101 - which requests stream is the protocol's, not data's
        return orjson.loads(reply.body)

    async def _start(
        self, kind: str, params: dict[str, Any], extras: dict[str, Any], *, key: str | None = None
    ) -> StreamReply:
        body = orjson.dumps(wire.clean({"type": kind, "params": params, "metadata": extras}))
        reply = await self._parts.dispatcher.handle(self._visitor, body, idempotency_key=key, detached=True)
        assert isinstance(reply, StreamReply)  # noqa: S101 - which requests stream is the protocol's, not data's
        return reply


def extras_of(tab: Tab, lane: Lane, round_id: str | None) -> dict[str, Any]:
    """What goes beside a request: who answers, and in which company."""
    return {
        "agent": lane.agent,
        "model": lane.model,
        "settings": lane.settings.model_dump(exclude_none=True),
        "round": round_id,
        "world": round_id if tab.same_world else None,
        "stand_ins": [one.model_dump() for one in lane.stand_ins],
    }
