"""What a visitor's UI answers to a run that asks it: a client tool's output, a form that was filled in."""

from collections.abc import Mapping
from typing import Any

from chatkit.types import ThreadsAddClientToolOutputReq, ThreadsAddStructuredInputReq

from playground.protocol.dispatcher import Begin, Serve, StreamReply
from playground.protocol.orders import Call
from playground.runs.engine import Engine
from playground.runs.supply import Supply


class Waiting:
    """A room of the dispatcher's. The reply is the same run, from the answer on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.plain: Mapping[type, Serve] = {}
        self.streams: Mapping[type, Begin] = {
            ThreadsAddClientToolOutputReq: self._output,
            ThreadsAddStructuredInputReq: self._answer,
        }

    async def _output(self, call: Call, request: ThreadsAddClientToolOutputReq) -> StreamReply:
        params = request.params
        given = Supply(params.thread_id, call.extras.item_id, output=params.result, **_beside(call))
        return await self._supplied(call, given)

    async def _answer(self, call: Call, request: ThreadsAddStructuredInputReq) -> StreamReply:
        params = request.params
        return await self._supplied(
            call, Supply(params.thread_id, params.item_id, submission=params.input, **_beside(call))
        )

    async def _supplied(self, call: Call, given: Supply) -> StreamReply:
        supplied = await self._engine.supply(call.visitor, given)
        return StreamReply(run_id=supplied.run.id, thread_id=supplied.run.thread_id, after=supplied.after)


def _beside(call: Call) -> dict[str, Any]:
    """What holds for either."""
    settings = call.extras.settings if "settings" in call.extras.model_fields_set else None
    return {"model": call.extras.model, "settings": settings, "key": call.key, "key_hash": call.key_hash}
