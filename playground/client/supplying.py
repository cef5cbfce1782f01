"""A visitor's answers to runs that ask him."""

from collections.abc import Mapping
from typing import Any

from playground.client.requests import Requests
from playground.protocol.dispatcher import StreamReply


class Supplying(Requests):
    """Runs go on with the model and settings that are picked by then. Methods raise VisitorError."""

    async def output(
        self, tab_id: str, run_id: str, item_id: str, output: Any, *, lane_id: str | None = None
    ) -> StreamReply:
        """What the page made of a call: any JSON. Raises Conflict if the call in that item is not waited for."""
        return await self._supply("threads.add_client_tool_output", (tab_id, lane_id), run_id, item_id, result=output)

    async def answer(
        self, tab_id: str, run_id: str, item_id: str, given: Mapping[str, Any], *, lane_id: str | None = None
    ) -> StreamReply:
        """A form that was filled in: `{"status": "answered" | "skipped", "answers": {question id: {"values": […]}}}`.

        Raises Conflict if the form in that item is not waited for, Malformed for a choice that was not offered.
        """
        return await self._supply("threads.add_structured_input", (tab_id, lane_id), run_id, item_id, input=given)

    async def _supply(
        self, kind: str, place: tuple[str, str | None], run_id: str, item_id: str, **params: Any
    ) -> StreamReply:
        tab_id, lane_id = place
        lane = (await self.tab(tab_id)).find(lane_id)
        run = await self._parts.engine.run(self._visitor, run_id)
        settings = lane.settings.model_dump(exclude_none=True)
        extras = {"item_id": item_id, "model": lane.model, "settings": settings}
        return await self._start(kind, {"thread_id": run.thread_id, "item_id": item_id, **params}, extras)
