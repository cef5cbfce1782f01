"""What a visitor does with a widget."""

from collections.abc import Mapping
from typing import Any

from playground.client.requests import Requests, extras_of
from playground.protocol.dispatcher import StreamReply
from playground.records import Lane


class Acting(Requests):
    """Actions of widgets. Methods raise VisitorError."""

    async def press(
        self, tab_id: str, action: Mapping[str, Any], *, item_id: str | None = None, lane_id: str | None = None
    ) -> StreamReply:
        """A widget's action, `{"type", "payload"}`, to its agent; the run that begins with it."""
        tab = await self.tab(tab_id)
        lane = tab.find(lane_id)
        return await self._start("threads.custom_action", _params(lane, action, item_id), extras_of(tab, lane, None))

    async def press_at_once(
        self, tab_id: str, action: Mapping[str, Any], *, item_id: str | None = None, lane_id: str | None = None
    ) -> dict[str, Any] | None:
        """A widget's action that is answered without a run; the item as it is then, if it changed."""
        lane = (await self.tab(tab_id)).find(lane_id)
        reply = await self._ask("threads.sync_custom_action", _params(lane, action, item_id))
        changed: dict[str, Any] | None = reply.get("updated_item")
        return changed


def _params(lane: Lane, action: Mapping[str, Any], item_id: str | None) -> dict[str, Any]:
    return {"thread_id": lane.thread_id or "", "item_id": item_id, "action": dict(action)}
