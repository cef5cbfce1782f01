"""The doors to who answers, in one lane or in several."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import gradio as gr

from playground.ui.doors.entry import Entry, chosen, page_of, said
from playground.ui.handlers import lane
from playground.ui.handlers.acts import FIELDS, perform
from playground.ui.handlers.analysis import Asked, analyse
from playground.ui.handlers.caller import Caller
from playground.ui.rim import door, problem
from playground.ui.state import Shown, Told


def _shown(drawer: object, tab_id: str) -> str | None:
    """The lane whose settings the drawer shows; none if they are another tab's by now."""
    match drawer:
        case {"tab": str(of), "lane": str(lane_id)} if of == tab_id:
            return lane_id
        case _:
            return None


def _told(event: gr.EventData, names: Iterable[str]) -> dict[str, object]:
    """What an event says of these."""
    missing = object()
    found = {name: getattr(event, name, missing) for name in names}
    return {name: value for name, value in found.items() if value is not missing}


class LaneDoors(Entry):
    """Agent, provider, model and settings; and everything on the board."""

    @door
    async def set_agent(self, request: gr.Request, *, strip: Any, agent: Any) -> Shown:
        """An agent is picked."""
        client = self._client(request)
        return await lane.set_agent(self._desk, client, tab_id=chosen(strip), agent=str(agent or ""))

    @door
    async def set_provider(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A provider is picked."""
        client = self._client(request)
        provider = said(event, "provider")
        return await lane.set_provider(self._desk, client, tab_id=chosen(strip), provider=provider)

    @door
    async def set_model(self, request: gr.Request, *, strip: Any, model: Any) -> Shown:
        """A model is picked or typed."""
        client = self._client(request)
        return await lane.set_model(self._desk, client, tab_id=chosen(strip), model=str(model or ""))

    @door
    async def set_settings(self, request: gr.Request, *, strip: Any, drawer: Any, **fields: Any) -> Shown:
        """A setting is changed."""
        tab_id = chosen(strip)
        return await lane.set_settings(self._client(request), tab_id=tab_id, lane_id=_shown(drawer, tab_id), **fields)

    @door
    async def reset_settings(self, request: gr.Request, *, strip: Any, drawer: Any) -> Shown:
        """The settings go back to their defaults."""
        tab_id, client = chosen(strip), self._client(request)
        return await lane.reset_settings(self._desk, client, tab_id=tab_id, lane_id=_shown(drawer, tab_id))

    # -- several lanes ------------------------------------------------------------------------------------------

    @door
    async def act(self, request: gr.Request, event: gr.EventData) -> Shown:
        """Something is done on the board."""
        caller = Caller(self._desk, self._client(request), page_of(request))
        asked = _told(event, FIELDS)
        try:
            return await perform(caller, asked)
        except Exception as error:  # the script that asked is told, as well as the visitor
            shown = problem(error)
            return replace(shown, told=Told.refused(asked.get("call"), shown.note))

    @door
    async def analyse(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A closer look is asked for."""
        caller = Caller(self._desk, self._client(request), page_of(request))
        return await analyse(caller, _told(event, Asked.model_fields))
