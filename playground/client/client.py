"""What the page does for one visitor.

What it asks for goes through the dispatcher as ChatKit requests, and what it follows are the run's frames. The reading
of a thread as one view is beside the protocol; it is asked of the store, for this visitor only.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from chatkit.types import ThreadMetadata, ThreadStreamEvent
from sqlmodel import Session

from playground import wire
from playground.client.acting import Acting
from playground.client.files import Files
from playground.client.forks import Forks
from playground.client.requests import extras_of
from playground.client.supplying import Supplying
from playground.client.votes import Votes
from playground.errors import Conflict, KeyReused, NotFound, PlaygroundError
from playground.ids import new_id
from playground.protocol.branches import Branches
from playground.protocol.dispatcher import MAX_TITLE, StreamReply
from playground.protocol.view import ThreadView, view
from playground.records import Decision, Lane, RunRecord, Tab
from playground.runs.approvals import Verdict
from playground.store import lanes, runs, threads, traces
from playground.store.tables import TabRow

Feedback = Literal["positive", "negative"]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event and its place in the run."""

    seq: int
    event: ThreadStreamEvent


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message in one lane: the run that answers it, or why there is none."""

    lane_id: str
    reply: StreamReply | None = None
    error: str | None = None


class Client(Acting, Files, Supplying, Votes, Forks):
    """Everything that the page does for one visitor. Methods raise VisitorError."""

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

    async def send_all(self, tab_id: str, text: str, *, attachments: Sequence[str] = ()) -> tuple[Sent, ...]:
        """Send a message in every lane that is not muted, at once; one that cannot be asked holds no other up."""
        tab = await self.tab(tab_id)
        asked = [lane for lane in tab.lanes if not lane.muted]
        if not asked:
            raise Conflict("Every lane is muted. Unmute one, or write to a lane alone.")
        round_id = _round(asked)
        return tuple(await asyncio.gather(*(self._sent(tab, lane, text, round_id, attachments) for lane in asked)))

    async def _sent(self, tab: Tab, lane: Lane, text: str, round_id: str, files: Sequence[str]) -> Sent:
        try:
            reply = await self.send(tab.id, text, lane_id=lane.id, round_id=round_id, attachments=files)
            return Sent(lane.id, reply)
        except PlaygroundError as error:
            return Sent(lane.id, error=error.message)

    async def send(
        self,
        tab_id: str,
        text: str,
        *,
        lane_id: str | None = None,
        edit_item_id: str | None = None,
        round_id: str | None = None,
        key: str | None = None,
        attachments: Sequence[str] | None = None,
    ) -> StreamReply:
        """Send a message in one lane; its thread is made with the first one. An edit replaces one on a new branch.

        What is sent twice under one `key` is sent once. `attachments` are ids of files; an edit keeps those that there
        were unless it names others.
        """
        tab = await self.tab(tab_id)
        lane = tab.find(lane_id)
        message = {
            "content": [{"type": "input_text", "text": text}],
            "attachments": await self._files_for(lane.thread_id, edit_item_id, attachments),
            "inference_options": {"model": lane.model},
        }
        extras = extras_of(tab, lane, round_id or _round([lane]))
        if lane.thread_id is None:
            try:
                reply = await self._start("threads.create", {"input": message}, extras, key=lane.id)
            except KeyReused:  # another first message was quicker: this is the second
                lane = await self._bind(tab_id, lane)
            else:
                await self._bind(tab_id, lane)
                await self.used_up(tab_id, lane)
                return reply
        params = {"thread_id": lane.thread_id, "input": message}
        reply = await self._start("threads.add_user_message", params, {**extras, "edit_item_id": edit_item_id}, key=key)
        await self.used_up(tab_id, lane)
        return reply

    async def retry(
        self, tab_id: str, item_id: str, *, lane_id: str | None = None, key: str | None = None
    ) -> StreamReply:
        """Answer a message again, on a new branch, by whoever is picked now; once under one `key`."""
        tab = await self.tab(tab_id)
        lane = tab.find(lane_id)
        thread_id = lane.thread_id or ""
        round_id = await self._database.read(lambda session: runs.round_of(session, thread_id, item_id))
        params = {"thread_id": thread_id, "item_id": item_id}
        reply = await self._start("threads.retry_after_item", params, extras_of(tab, lane, round_id), key=key)
        await self.used_up(tab_id, lane)
        return reply

    async def stop(self, run_id: str) -> None:
        """Stop a run; its partial answer is kept."""
        await self._parts.engine.stop(self._visitor, run_id)

    async def decide(
        self, tab_id: str, run_id: str, decisions: Sequence[Decision], *, lane_id: str | None = None
    ) -> None:
        """Approve or reject what a run waits for; the model and settings that are picked now go on with it."""
        lane = (await self.tab(tab_id)).find(lane_id)
        verdict = Verdict(decisions, model=lane.model, settings=lane.settings)
        await self._parts.engine.decide(self._visitor, run_id, verdict)

    async def follow(self, run_id: str, *, after: int = 0) -> AsyncIterator[Numbered]:
        """The run's events above `after`, to its end."""
        async with aclosing(self._parts.engine.attach(self._visitor, run_id, after=after)) as frames:
            async for frame in frames:
                yield Numbered(frame.seq, wire.event(frame.data))

    async def view(self, thread_id: str, *, limit: int = 60) -> ThreadView:
        """The newest `limit` items of a thread, with what belongs to them."""
        return await self._database.read(
            lambda session: view(session, visitor_id=self._visitor.id, thread_id=thread_id, limit=limit)
        )

    async def trace_rows(self, run_id: str) -> traces.Traced:
        """What a run of the visitor's left behind."""
        return await self._database.read(
            lambda session: traces.rows(session, visitor_id=self._visitor.id, run_id=run_id)
        )

    async def answers(self, thread_id: str, item_id: str) -> tuple[RunRecord, ...]:
        """All runs that answered a message of a thread, on whatever branch, oldest first."""

        def work(session: Session) -> tuple[RunRecord, ...]:
            found = runs.of_thread(session, self._find(session, thread_id).id)
            return tuple(run for run in map(runs.record, found) if run.answers == item_id)

        return await self._database.read(work)

    async def threads(self, *, limit: int = 50) -> tuple[ThreadMetadata, ...]:
        """The visitor's threads, newest first."""
        page = await self._ask("threads.list", {"limit": limit, "order": "desc"})
        return tuple(ThreadMetadata.model_validate(thread) for thread in page["data"])

    async def switch_branch(self, thread_id: str, branch_id: str) -> None:
        """Show another branch of a thread. Raises Conflict while it answers: the answer goes where it was asked."""
        await Branches(self._database).switch(self._visitor, thread_id, branch_id)

    async def feedback(self, thread_id: str, item_id: str, kind: Feedback) -> None:
        """A thumb on an item."""
        await self._ask("items.feedback", {"thread_id": thread_id, "item_ids": [item_id], "kind": kind})

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread, and the tab on it."""
        await self._ask("threads.delete", {"thread_id": thread_id})

    async def _bind(self, tab_id: str, lane: Lane) -> Lane:
        """Give a lane the thread that its first message made: the one message whose key is the lane's id."""

        def work(session: Session, tab: TabRow) -> None:
            row = lanes.find(session, tab.id, lane.id)
            first = runs.by_key(session, visitor_id=self._visitor.id, key=lane.id)
            if first is None:
                raise NotFound
            row.thread_id = first.thread_id
            session.add(row)
            if tab.title is not None:
                threads.rename(session, visitor_id=self._visitor.id, thread_id=first.thread_id, title=tab.title)

        return (await self._change(tab_id, work)).find(lane.id)


def _round(asked: Sequence[Lane]) -> str:
    """A new round; of lanes in which nothing was said it is the same each time, so that what is sent twice is one."""
    if any(lane.thread_id for lane in asked):
        return new_id("rnd")
    first = hashlib.sha256("".join(sorted(lane.id for lane in asked)).encode())
    return f"rnd_{first.hexdigest()[:32]}"
