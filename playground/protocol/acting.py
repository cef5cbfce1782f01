"""What a visitor does with a widget: an action that begins a run, or one that is answered at once."""

import logging
from collections.abc import Mapping
from typing import Any

from chatkit.types import ThreadsCustomActionReq, ThreadsSyncCustomActionReq

from playground import wire
from playground.errors import AgentError, Malformed
from playground.protocol.dispatcher import Begin, Serve, StreamReply
from playground.protocol.orders import Call, Orders
from playground.runs.engine import Engine
from playground.runs.presses import Press, Presses
from playground.toolkit.actions import Pressed
from playground.visitor import Visitor

logger = logging.getLogger(__name__)


class Acting:
    """A room of the dispatcher's."""

    def __init__(self, engine: Engine, presses: Presses, orders: Orders) -> None:
        self._engine = engine
        self._presses = presses
        self._orders = orders
        self.plain: Mapping[type, Serve] = {ThreadsSyncCustomActionReq: self._act_at_once}
        self.streams: Mapping[type, Begin] = {ThreadsCustomActionReq: self._act}

    async def _act(self, call: Call, request: ThreadsCustomActionReq) -> StreamReply:
        pressed = _pressed(request.params)
        await self._engine.settled(request.params.thread_id)
        press = Press(call.visitor, request.params.thread_id, pressed, call.extras.agent)
        sender = await self._presses.find(press)
        record = await self._engine.submit(await self._orders.press(pressed, call, sender.thread))
        return StreamReply(run_id=record.id, thread_id=record.thread_id)

    async def _act_at_once(self, visitor: Visitor, params: Any) -> dict[str, Any]:
        self._engine.check_open()
        await self._engine.settled(params.thread_id)
        try:
            served = await self._presses.serve(Press(visitor, params.thread_id, _pressed(params)), at_once=True)
        except AgentError as error:  # no 5xx, upon which a UI would send it again
            logger.warning("an action failed", exc_info=error)
            raise Malformed("{reason}", reason=error.message) from error
        return {"updated_item": served.item} if served.item is not None else {}


def _pressed(params: Any) -> Pressed:
    """The action. Its payload is an object, or else the `value` of one. Raises Malformed."""
    if not isinstance(params.action.type, str):  # the SDK's default for one that is missing
        raise Malformed("{reason}", reason="params.action.type: Field required")
    payload = params.action.payload
    named = {} if payload is None else wire.as_object(payload)
    return Pressed(params.action.type, {"value": payload} if named is None else named, params.item_id)
