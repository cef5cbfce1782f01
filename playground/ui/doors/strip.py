"""The doors of the tab strip and the history."""

from typing import Any

import gradio as gr

from playground.ui.doors.entry import Entry, chosen, said
from playground.ui.handlers import links, tabs
from playground.ui.rim import door
from playground.ui.state import Index, Shown


class StripDoors(Entry):
    """Opening, closing, naming and finding conversations."""

    @door
    async def load(self, request: gr.Request) -> Shown:
        """The page opens."""
        address, client = dict(getattr(request, "query_params", {})), self._client(request)
        link = links.wanted(address, self._desk.parts.roster)
        if link is not None:
            return await links.follow_link(self._desk, client, link)
        return await tabs.load(self._desk, client, wanted=address.get("s"))

    @door
    async def pick(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A tab is picked."""
        return await tabs.pick(self._desk, self._client(request), tab_id=said(event, "tab"))

    @door
    async def add(self, request: gr.Request) -> Shown:
        """A new tab."""
        return await tabs.add(self._desk, self._client(request))

    @door
    async def close(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A tab is closed."""
        client = self._client(request)
        return await tabs.close(self._desk, client, tab_id=said(event, "tab"), chosen=chosen(strip))

    @door
    async def reopen(self, request: gr.Request) -> Shown:
        """The tab closed last comes back."""
        return await tabs.reopen(self._desk, self._client(request))

    @door
    async def rename(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A tab gets another title."""
        tab_id, title = said(event, "tab"), said(event, "title")
        return await tabs.rename(self._desk, self._client(request), tab_id=tab_id, title=title)

    @door
    async def list_threads(self, request: gr.Request, *, index: Any) -> Shown:
        """The history is opened."""
        return await tabs.history(self._client(request), thread_id=Index.read(index).thread)

    @door
    async def open_thread(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A thread of the history is opened."""
        return await tabs.open_thread(self._desk, self._client(request), thread_id=said(event, "thread"))

    @door
    async def delete_thread(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A thread of the history is deleted; the browser has asked twice."""
        client = self._client(request)
        thread_id = said(event, "thread")
        return await tabs.delete_thread(self._desk, client, thread_id=thread_id, chosen=chosen(strip))
