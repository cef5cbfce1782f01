"""The doors of the conversation."""

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from playground.ui.audience import Audience, while_taken
from playground.ui.doors.entry import Entry, chosen, page_of, said
from playground.ui.handlers import chat
from playground.ui.rim import door, standing_door
from playground.ui.state import WINDOW, Index, Shown, read_decisions, read_files


def _taken(request: gr.Request, pictures: AsyncIterator[Shown]) -> AsyncIterator[Shown]:
    audience: Audience = request.state.audience
    return while_taken(pictures, lambda: audience.listens(page_of(request)))


def _prompt(value: object) -> str:
    match value:
        case {"text": str(text)}:
            return text
        case _:
            return ""


class TalkDoors(Entry):
    """Watching, sending, stopping, answering again."""

    @standing_door
    async def attach(self, request: gr.Request, *, strip: Any) -> AsyncIterator[Shown]:
        """The page looks at a tab."""
        client, page = self._client(request), page_of(request)
        async for shown in _taken(request, chat.attach(self._desk, client, page=page, tab_id=chosen(strip))):
            yield shown

    @standing_door
    async def attach_earlier(self, request: gr.Request, *, index: Any) -> AsyncIterator[Shown]:
        """The page looks further back."""
        was, client, page = Index.read(index), self._client(request), page_of(request)
        limit = was.limit + WINDOW
        pictures = chat.attach(self._desk, client, page=page, tab_id=was.tab, limit=limit)
        async for shown in _taken(request, pictures):
            yield shown

    @door
    async def leave(self, request: gr.Request) -> Shown:
        """The page is hidden."""
        return chat.leave(self._desk, page=page_of(request))

    @door
    async def send(self, request: gr.Request, *, strip: Any, text: Any, files: Any = None) -> Shown:
        """A message is sent, with the files beside it."""
        client, tab_id = self._client(request), chosen(strip)
        return await chat.send(self._desk, client, tab_id=tab_id, text=str(text or ""), files=read_files(files, tab_id))

    @door
    async def suggest(self, request: gr.Request, event: gr.EventData, *, strip: Any) -> Shown:
        """A suggested prompt is sent."""
        text = _prompt(getattr(event, "value", None))
        return await chat.send(self._desk, self._client(request), tab_id=chosen(strip), text=text)

    @door
    async def stop(self, request: gr.Request, *, index: Any) -> Shown:
        """The answer is stopped."""
        return await chat.stop(self._desk, self._client(request), index=Index.read(index))

    @door
    async def decide(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """What the agent asks for is approved or rejected."""
        run_id, decisions = said(event, "run"), read_decisions(getattr(event, "decisions", None))
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
        item_id = said(event, "value") or None
        return await chat.again(self._desk, self._client(request), index=Index.read(index), item_id=item_id)

    @door
    async def edit(self, request: gr.Request, event: gr.EventData, *, index: Any) -> Shown:
        """A message is sent in other words."""
        was = Index.read(index)
        item_id, text = was.item(getattr(event, "index", None)), said(event, "value")
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
