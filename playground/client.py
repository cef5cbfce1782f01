"""The page's way in: a ChatKit client in process, one per visitor.

What it asks for goes through the dispatcher as ChatKit requests, and what it follows are the run's frames. Tabs, and
the reading of a thread as one view, are beside the protocol; they are asked of the store, for this visitor only.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from chatkit.types import ThreadMetadata, ThreadStreamEvent
from sqlmodel import Session

from playground import wire
from playground.errors import Conflict, KeyReused, NotFound
from playground.parts import Playground
from playground.protocol.dispatcher import MAX_TITLE, JsonReply, StreamReply
from playground.protocol.view import ThreadView, view
from playground.records import Decision, Lane, LaneSettings, Tab
from playground.runs.approvals import Verdict
from playground.store import runs, tabs, threads
from playground.store.tables import TabRow, ThreadRow
from playground.visitor import Visitor

__all__ = ["Client", "Feedback", "Numbered", "ThreadView"]

Feedback = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its place in the run."""

    seq: int
    event: ThreadStreamEvent


class Client:
    """Everything that the page does for one visitor. Methods raise VisitorError."""

    def __init__(self, visitor: Visitor, parts: Playground) -> None:
        self._visitor = visitor
        self._parts = parts
        self._database = parts.database

    async def tabs(self) -> tuple[Tab, ...]:
        """The open tabs in strip order; a first one is made if there is none."""
        found = await self._database.read(self._open_tabs)
        if found:
            return found
        model = await self._parts.default_model()
        # Looked at again while nobody else writes: two pages that open at once get one tab.
        return await self._database.write(
            lambda session: self._open_tabs(session) or (self._new(session, None, model),)
        )

    async def tab(self, tab_id: str) -> Tab:
        """One tab, open or closed."""
        return await self._database.read(lambda session: tabs.tab(session, self._row(session, tab_id)))

    async def open_tab(self, *, thread_id: str | None = None) -> Tab:
        """A new tab like the last one, or the one on a thread, opened again if need be."""
        model = await self._parts.default_model()

        def work(session: Session) -> Tab:
            thread = self._find(session, thread_id) if thread_id else None
            row = tabs.on_thread(session, visitor_id=self._visitor.id, thread_id=thread.id) if thread else None
            if row is None:
                return self._new(session, thread, model)
            row.closed_at = None
            session.add(row)
            return tabs.tab(session, row)

        return await self._database.write(work)

    async def close_tab(self, tab_id: str) -> None:
        """Take a tab off the strip; its thread stays."""

        def work(session: Session) -> None:
            row = self._row(session, tab_id)
            row.closed_at = datetime.now(UTC)
            session.add(row)

        await self._database.write(work)

    async def reopen_tab(self) -> Tab | None:
        """Bring back the tab that was closed last."""

        def work(session: Session) -> Tab | None:
            row = tabs.last_closed(session, visitor_id=self._visitor.id)
            if row is None:
                return None
            row.closed_at = None
            session.add(row)
            return tabs.tab(session, row)

        return await self._database.write(work)

    async def rename_tab(self, tab_id: str, title: str) -> None:
        """Name a tab and its thread."""
        tab = await self.tab(tab_id)
        if tab.lane.thread_id is not None:
            await self._ask("threads.update", {"thread_id": tab.lane.thread_id, "title": title})
            return

        def work(session: Session) -> None:
            row = self._row(session, tab_id)
            row.title = " ".join(wire.clean(title).split())[:MAX_TITLE] or None
            session.add(row)

        await self._database.write(work)

    async def set_lane(
        self, tab_id: str, *, agent: str | None = None, model: str | None = None, settings: LaneSettings | None = None
    ) -> Tab:
        """Change who answers next, and how; None leaves a thing as it is."""

        def work(session: Session) -> Tab:
            row = self._row(session, tab_id)
            row.agent, row.model = wire.clean([agent or row.agent, model or row.model])
            if settings is not None:
                row.settings = wire.clean(settings.model_dump(exclude_none=True))
            session.add(row)
            return tabs.tab(session, row)

        return await self._database.write(work)

    async def send(self, tab_id: str, text: str, *, edit_item_id: str | None = None) -> StreamReply:
        """Send a message in a tab; its thread is made with the first one. An edit replaces one on a new branch."""
        tab = await self.tab(tab_id)
        message = {
            "content": [{"type": "input_text", "text": text}],
            "attachments": [],
            "inference_options": {"model": tab.lane.model},
        }
        if tab.lane.thread_id is None:
            try:
                reply = await self._start("threads.create", {"input": message}, tab.lane, key=tab.id)
            except KeyReused:  # another first message was quicker: this is the second
                tab = await self._bind(tab)
            else:
                await self._bind(tab)
                return reply
        params = {"thread_id": tab.lane.thread_id, "input": message}
        return await self._start("threads.add_user_message", params, tab.lane, edit_item_id=edit_item_id)

    async def retry(self, tab_id: str, item_id: str) -> StreamReply:
        """Answer a message again, on a new branch, by whoever is picked now."""
        lane = (await self.tab(tab_id)).lane
        return await self._start(
            "threads.retry_after_item", {"thread_id": lane.thread_id or "", "item_id": item_id}, lane
        )

    async def stop(self, run_id: str) -> None:
        """Stop a run; its partial answer is kept."""
        await self._parts.engine.stop(self._visitor, run_id)

    async def decide(self, tab_id: str, run_id: str, decisions: Sequence[Decision]) -> None:
        """Approve or reject what a run waits for; the model and settings that are picked now go on with it."""
        lane = (await self.tab(tab_id)).lane
        verdict = Verdict(decisions, model=lane.model, settings=lane.settings)
        await self._parts.engine.decide(self._visitor, run_id, verdict)

    async def follow(self, run_id: str, *, after: int = 0) -> AsyncIterator[Numbered]:
        """The run's events above `after`, to its end."""
        async with aclosing(self._parts.engine.attach(self._visitor, run_id, after=after)) as frames:
            async for frame in frames:
                yield Numbered(frame.seq, wire.EVENT.validate_json(frame.data))

    async def view(self, thread_id: str, *, limit: int = 60) -> ThreadView:
        """The newest `limit` items of a thread, with what belongs to them."""
        return await self._database.read(
            lambda session: view(session, visitor_id=self._visitor.id, thread_id=thread_id, limit=limit)
        )

    async def threads(self, *, limit: int = 50) -> tuple[ThreadMetadata, ...]:
        """The visitor's threads, newest first."""
        page = await self._ask("threads.list", {"limit": limit, "order": "desc"})
        return tuple(ThreadMetadata.model_validate(thread) for thread in page["data"])

    async def switch_branch(self, thread_id: str, branch_id: str) -> None:
        """Show another branch of a thread. Raises Conflict while it answers: the answer goes where it was asked."""

        def work(session: Session) -> None:
            threads.switch(session, visitor_id=self._visitor.id, thread_id=thread_id, branch_id=branch_id)
            if runs.live_of(session, thread_id):
                raise Conflict("This conversation is still answering. Wait for it, or stop it first.")

        await self._database.write(work)

    async def feedback(self, thread_id: str, item_id: str, kind: Feedback) -> None:
        """A thumb on an item."""
        await self._ask("items.feedback", {"thread_id": thread_id, "item_ids": [item_id], "kind": kind})

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread, and the tab on it."""
        await self._ask("threads.delete", {"thread_id": thread_id})

    async def _ask(self, kind: str, params: dict[str, Any]) -> Any:
        body = orjson.dumps(wire.clean({"type": kind, "params": params}))
        reply = await self._parts.dispatcher.handle(self._visitor, body)
        assert isinstance(reply, JsonReply)  # noqa: S101 - which requests stream is the protocol's, not data's
        return orjson.loads(reply.body)

    async def _start(
        self, kind: str, params: dict[str, Any], lane: Lane, *, edit_item_id: str | None = None, key: str | None = None
    ) -> StreamReply:
        settings = lane.settings.model_dump(exclude_none=True)
        extras = {"agent": lane.agent, "model": lane.model, "settings": settings, "edit_item_id": edit_item_id}
        body = orjson.dumps(wire.clean({"type": kind, "params": params, "metadata": extras}))
        reply = await self._parts.dispatcher.handle(self._visitor, body, idempotency_key=key, detached=True)
        assert isinstance(reply, StreamReply)  # noqa: S101 - which requests stream is the protocol's, not data's
        return reply

    def _row(self, session: Session, tab_id: str) -> TabRow:
        return tabs.find(session, visitor_id=self._visitor.id, tab_id=tab_id)

    def _find(self, session: Session, thread_id: str) -> ThreadRow:
        return threads.find(session, visitor_id=self._visitor.id, thread_id=thread_id)

    def _open_tabs(self, session: Session) -> tuple[Tab, ...]:
        return tuple(tabs.tab(session, row) for row in tabs.opened(session, visitor_id=self._visitor.id))

    def _new(self, session: Session, thread: ThreadRow | None, model: str) -> Tab:
        first = Lane(agent=self._parts.roster.default, model=model)
        at = datetime.now(UTC)
        return tabs.open_new(session, visitor_id=self._visitor.id, thread=thread, fallback=first, at=at)

    async def _bind(self, tab: Tab) -> Tab:
        """Give a tab the thread that its first message made: the one message whose key is the tab's id."""

        def work(session: Session) -> Tab:
            row = self._row(session, tab.id)
            first = runs.by_key(session, visitor_id=self._visitor.id, key=tab.id)
            if first is None:
                raise NotFound
            row.thread_id = first.thread_id
            session.add(row)
            if row.title is not None:
                threads.rename(session, visitor_id=self._visitor.id, thread_id=first.thread_id, title=row.title)
            return tabs.tab(session, row)

        return await self._database.write(work)
