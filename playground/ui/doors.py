"""From Gradio's calls to the handlers: who asks, and what was clicked.

Gradio finds out by their annotations which parameters it fills in itself (`gr.Request`, `gr.EventData`); the others
are inputs, bound by name in `wiring`. Whatever comes in may have been made up by the client. So a door only turns it
into plain values; whether the visitor may touch what they name is for the client to say.
"""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from playground.client import Client
from playground.errors import PlaygroundError
from playground.ui.audience import Audience, page_name, while_taken
from playground.ui.handlers import chat, lane, tabs
from playground.ui.handlers.desk import Desk
from playground.ui.panels.view import View
from playground.ui.present import KEEP, Outputs, present
from playground.ui.rim import door, standing_door
from playground.ui.state import WINDOW, Index, Shown, read_decisions
from playground.visitor import Visitor


def _said(event: gr.EventData, name: str) -> str:
    value = getattr(event, name, None)
    return value if isinstance(value, str) else ""


def _page(request: gr.Request) -> str:
    return page_name(request.username, request.session_hash)


def _taken(request: gr.Request, pictures: AsyncIterator[Shown]) -> AsyncIterator[Shown]:
    audience: Audience = request.state.audience
    return while_taken(pictures, lambda: audience.listens(_page(request)))


def _chosen(strip: object) -> str:
    match strip:
        case {"chosen": str(tab_id)}:
            return tab_id
        case _:
            return ""


def _prompt(value: object) -> str:
    match value:
        case {"text": str(text)}:
            return text
        case _:
            return ""


class Doors:
    """One method per thing that a visitor can do."""

    def __init__(self, view: View, desk: Desk) -> None:
        self._view = view
        self._desk = desk

    def put(self, shown: Shown) -> Outputs | dict[str, Any]:
        """The outputs of a listener; a skip when nothing changed."""
        return present(self._view, shown) or KEEP

    def _client(self, request: gr.Request) -> Client:
        # Set by the mount's `auth_dependency`; without it nobody asked, and nobody owns anything.
        if not request.username:
            raise PlaygroundError("This page does not know you. Please reload it.")
        return Client(Visitor(request.username), self._desk.parts)

    # -- tabs ---------------------------------------------------------------------------------------------------

    @door
    async def load(self, request: gr.Request) -> Shown:
        """The page opens."""
        address = getattr(request, "query_params", {})
        return await tabs.load(self._desk, self._client(request), wanted=address.get("s"))

    @door
    async def pick(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A tab is picked."""
        return await tabs.pick(self._desk, self._client(request), tab_id=_said(event, "tab"))

    @door
    async def add(self, request: gr.Request) -> Shown:
        """A new tab."""
        return await tabs.add(self._desk, self._client(request))

    @door
    async def close(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A tab is closed."""
        client = self._client(request)
        return await tabs.close(self._desk, client, tab_id=_said(event, "tab"), chosen=_chosen(strip))

    @door
    async def reopen(self, request: gr.Request) -> Shown:
        """The tab closed last comes back."""
        return await tabs.reopen(self._desk, self._client(request))

    @door
    async def rename(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A tab gets another title."""
        tab_id, title = _said(event, "tab"), _said(event, "title")
        return await tabs.rename(self._desk, self._client(request), tab_id=tab_id, title=title)

    @door
    async def list_threads(self, request: gr.Request, *, index: Any) -> Shown:
        """The history is opened."""
        return await tabs.history(self._client(request), thread_id=Index.read(index).thread)

    @door
    async def open_thread(self, request: gr.Request, event: gr.EventData) -> Shown:
        """A thread of the history is opened."""
        return await tabs.open_thread(self._desk, self._client(request), thread_id=_said(event, "thread"))

    @door
    async def delete_thread(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A thread of the history is deleted; the browser has asked twice."""
        client = self._client(request)
        thread_id = _said(event, "thread")
        return await tabs.delete_thread(self._desk, client, thread_id=thread_id, chosen=_chosen(strip))

    # -- the conversation ---------------------------------------------------------------------------------------

    @standing_door
    async def attach(self, request: gr.Request, *, strip: Any) -> AsyncIterator[Shown]:
        """The page looks at a tab."""
        client, page = self._client(request), _page(request)
        async for shown in _taken(request, chat.attach(self._desk, client, page=page, tab_id=_chosen(strip))):
            yield shown

    @standing_door
    async def attach_earlier(self, request: gr.Request, *, index: Any) -> AsyncIterator[Shown]:
        """The page looks further back."""
        was, client, page = Index.read(index), self._client(request), _page(request)
        limit = was.limit + WINDOW
        pictures = chat.attach(self._desk, client, page=page, tab_id=was.tab, limit=limit)
        async for shown in _taken(request, pictures):
            yield shown

    @door
    async def leave(self, request: gr.Request) -> Shown:
        """The page is hidden."""
        return chat.leave(self._desk, page=_page(request))

    @door
    async def send(self, request: gr.Request, *, strip: Any, text: Any) -> Shown:
        """A message is sent."""
        return await chat.send(self._desk, self._client(request), tab_id=_chosen(strip), text=str(text or ""))

    @door
    async def suggest(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A suggested prompt is sent."""
        text = _prompt(getattr(event, "value", None))
        return await chat.send(self._desk, self._client(request), tab_id=_chosen(strip), text=text)

    @door
    async def stop(self, request: gr.Request, *, index: Any) -> Shown:
        """The answer is stopped."""
        return await chat.stop(self._desk, self._client(request), index=Index.read(index))

    @door
    async def decide(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """What the agent asks for is approved or rejected."""
        run_id, decisions = _said(event, "run"), read_decisions(getattr(event, "decisions", None))
        client = self._client(request)
        return await chat.decide(self._desk, client, index=Index.read(index), run_id=run_id, decisions=decisions)

    @door
    async def retry(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """The last message is answered again."""
        was = Index.read(index)
        item_id = was.item(getattr(event, "index", None))
        return await chat.again(self._desk, self._client(request), index=was, item_id=item_id)

    @door
    async def again(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """A failure offers to try again; the option carries the message's id."""
        item_id = _said(event, "value") or None
        return await chat.again(self._desk, self._client(request), index=Index.read(index), item_id=item_id)

    @door
    async def edit(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """A message is sent in other words."""
        was = Index.read(index)
        item_id, text = was.item(getattr(event, "index", None)), _said(event, "value")
        return await chat.edit(self._desk, self._client(request), index=was, item_id=item_id, text=text)

    @door
    async def rate(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """A thumb."""
        was = Index.read(index)
        item_id, liked = was.item(getattr(event, "index", None)), getattr(event, "liked", None) is True
        return await chat.rate(self._client(request), index=was, item_id=item_id, liked=liked)

    @door
    async def switch(self, request: gr.Request, *, index: Any, branch_id: Any) -> Shown:
        """Another version is shown."""
        client, wanted = self._client(request), branch_id if isinstance(branch_id, str) else None
        return await chat.switch(self._desk, client, index=Index.read(index), branch_id=wanted)

    # -- who answers --------------------------------------------------------------------------------------------

    @door
    async def set_agent(self, request: gr.Request, *, strip: Any, agent: Any) -> Shown:
        """An agent is picked."""
        client = self._client(request)
        return await lane.set_agent(self._desk, client, tab_id=_chosen(strip), agent=str(agent or ""))

    @door
    async def set_provider(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A provider is picked."""
        client = self._client(request)
        provider = _said(event, "provider")
        return await lane.set_provider(self._desk, client, tab_id=_chosen(strip), provider=provider)

    @door
    async def set_model(self, request: gr.Request, *, strip: Any, model: Any) -> Shown:
        """A model is picked or typed."""
        client = self._client(request)
        return await lane.set_model(self._desk, client, tab_id=_chosen(strip), model=str(model or ""))

    @door
    async def set_settings(self, request: gr.Request, *, strip: Any, **fields: Any) -> Shown:
        """A setting is changed."""
        return await lane.set_settings(self._client(request), tab_id=_chosen(strip), **fields)

    @door
    async def reset_settings(self, request: gr.Request, *, strip: Any) -> Shown:
        """The settings go back to their defaults."""
        return await lane.reset_settings(self._desk, self._client(request), tab_id=_chosen(strip))
