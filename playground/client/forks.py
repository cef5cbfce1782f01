"""Lanes that go on from an earlier place, in threads of their own. What they came from stays as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlmodel import Session

from playground import wire
from playground.client.tabs import Tabs
from playground.errors import Conflict, Malformed
from playground.ids import new_id
from playground.protocol.dispatcher import MAX_TITLE
from playground.records import Lane, Tab
from playground.runs.cut import cut, handed_to
from playground.runs.history import model_input
from playground.runs.order import Order
from playground.runs.recovery import settled
from playground.store import forks, items, lanes, runs, tabs
from playground.store.tables import ItemRow, TabRow, ThreadRow

FORK, FORK_OF = " (fork)", "Fork of "
UNFINISHED = "What was still being written is left out: this lane has what was finished before it."


@dataclass(frozen=True, slots=True)
class Forked:
    """Where a fork went. `notes` are sentences about what could not come along."""

    tab: Tab
    lane_id: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a fork begins with. It `goes_on` by itself unless it ends in an answer."""

    rows: Sequence[ItemRow]
    notes: tuple[str, ...]

    @property
    def goes_on(self) -> bool:
        told = model_input(self.rows)
        return bool(told) and told[-1].get("role") != "assistant"

    @property
    def asked(self) -> ItemRow | None:
        """The visitor's last message."""
        return next((row for row in reversed(self.rows) if row.type == "user_message"), None)


class Forks(Tabs):
    """A visitor's tabs, and what grows out of their lanes."""

    async def fork(
        self,
        tab_id: str,
        lane_id: str,
        item_id: str,
        *,
        step: int | None = None,
        model: str | None = None,
        agent: str | None = None,
        to: Literal["lane", "tab"] = "lane",
    ) -> Forked:
        """A lane right of this one, or a tab, whose thread is this one's up to an item, or to a step of a workflow.

        It answers at once where that ends in a message of the visitor's or a step; behind an answer it waits. Raises
        Malformed for a step that is not there, Conflict for a lane too many and Forbidden for what is not on offer, and
        then nothing has changed.
        """
        choice = await self._parts.offered.now()
        choice.check(self._visitor, agent=agent, model=model)

        def work(session: Session) -> tuple[Forked, Order | None]:
            tab = self._held(session, tab_id)
            origin = lanes.lane(lanes.find(session, tab.id, lane_id))
            thread = self._find(session, origin.thread_id or "")
            kept = _kept(forks.past(session, thread, item_id), step)
            names: list[str] = wire.clean([agent or origin.agent, model or origin.model])
            lane = Lane(names[0], names[1], self._parts.policy.kept(origin.settings))
            if kept.goes_on:
                choice.check(self._visitor, agent=lane.agent, model=lane.model)
                self._parts.engine.check(lane.agent, lane.model)
            made = self._copied(session, kept.rows, thread, lane, title=_title(thread, to))
            placed = replace(lane, thread_id=made.id)
            home, placed_id = self._placed(session, tab, placed, beside=lane_id if to == "lane" else None)
            order = self._order(session, thread, made, kept, tab=home, lane=placed) if kept.goes_on else None
            notes = (*kept.notes, *self._taken_over(kept, lane.agent))
            return Forked(tabs.tab(session, home), placed_id, notes), order

        forked, order = await self._database.write(work)
        if order is not None:
            await self._parts.engine.submit(order)
        return forked

    async def continue_all(self, tab_id: str, lane_id: str, item_id: str) -> Tab:
        """Let every other lane that is not muted go on from this lane's answer; what they had stays in the history."""

        def work(session: Session, tab: TabRow) -> None:
            origin = lanes.find(session, tab.id, lane_id)
            others = [row for row in lanes.of_tab(session, tab.id) if row is not origin and not row.muted]
            thread = self._find(session, origin.thread_id or "")
            past = forks.past(session, thread, item_id)
            if past.unfinished:
                raise Conflict("This answer is still being written. Wait for it, or stop it first.")
            if past.rows[-1].type != "assistant_message":
                raise Malformed("Only from an answer can all lanes go on.")
            if not others:
                raise Conflict("There is no other lane to go on. Add one, or unmute one.")
            if any(row.thread_id and runs.live_of(session, row.thread_id) for row in others):
                # Its run would go on, and cost money, where nobody looks.
                raise Conflict("Another lane is still answering. Wait for it, or stop it first.")
            for row in others:
                made = self._copied(session, past.rows, thread, lanes.lane(row), title=thread.title)
                row.thread_id, row.script = made.id, None
                session.add(row)

        return await self._change(tab_id, work)

    def _copied(
        self, session: Session, rows: Sequence[ItemRow], thread: ThreadRow, lane: Lane, *, title: str | None
    ) -> ThreadRow:
        meta = {**thread.meta, "agent": lane.agent, "model": lane.model}
        at = datetime.now(UTC)
        return forks.copy(
            session, [_at_rest(row) for row in rows], visitor_id=self._visitor.id, title=title, meta=meta, at=at
        )

    def _placed(self, session: Session, tab: TabRow, lane: Lane, *, beside: str | None) -> tuple[TabRow, str]:
        """The tab and the id of a new lane: right of another one, or in a tab of its own."""
        at = datetime.now(UTC)
        if beside is None:
            opened = tabs.create(session, visitor_id=self._visitor.id, lane=lane, at=at)
            return opened, lanes.find(session, opened.id, None).id
        place = [row.id for row in lanes.of_tab(session, tab.id)].index(beside) + 1
        made = lanes.add(session, tab.id, lane, at=at)
        lanes.move(session, tab.id, made.id, place)
        return tab, made.id

    def _order(
        self, session: Session, thread: ThreadRow, made: ThreadRow, kept: _Kept, *, tab: TabRow, lane: Lane
    ) -> Order:
        """What answers the copied message: in the round in which the original was answered."""
        asked = kept.asked
        round_id = (asked and runs.round_of(session, thread.id, asked.id)) or new_id("rnd")
        copies = items.history(session, made.head_branch)
        return Order(
            visitor_id=self._visitor.id,
            link_id=self._visitor.link,
            token_id=self._visitor.token,
            scope=self._visitor.scope,
            thread_id=made.id,
            agent=lane.agent,
            model=lane.model,
            item=None,
            settings=lane.settings,
            detached=True,
            key=made.id,
            key_hash=made.id,
            round=round_id,
            world=round_id if tab.same_world else None,
            answers=next((row.id for row in reversed(copies) if row.type == "user_message"), None),
            behind=copies[-1].id,
        )

    def _taken_over(self, kept: _Kept, agent: str) -> tuple[str, ...]:
        """Who had been handed the conversation, if somebody else goes on with it."""
        if not kept.goes_on or kept.asked is None:
            return ()
        since = kept.rows[kept.rows.index(kept.asked) :]
        names = [name for row in since if row.type == "workflow" and (name := handed_to(row.payload))]
        label = self._parts.roster.get(agent).label
        if not names or names[-1] == label:
            return ()
        return (f"{names[-1]} had taken over at that point. Here it is {label} who goes on.",)


def _kept(past: forks.Past, step: int | None) -> _Kept:
    """What of a past can be told, and what had to go."""
    if past.unfinished:
        return _Kept(past.rows, (UNFINISHED,))
    *before, last = past.rows
    if last.type != "workflow":
        if step is not None:
            raise Malformed("Only what an agent did has steps.")
        return _Kept(past.rows, ())
    left = cut(last.payload, last.model_input or (), step)
    if left.payload is None:
        return _Kept(before, left.notes)
    changed: dict[str, Any] = {"payload": left.payload, "model_input": left.model_input or None}
    return _Kept([*before, ItemRow(**(last.model_dump() | changed))], left.notes)


def _at_rest(row: ItemRow) -> ItemRow:
    """The item without what seems to go on: the run that asks the visitor, or waits for him, is not copied."""
    if row.type not in {"workflow", "client_tool_call", "structured_input"}:
        return row
    changed: dict[str, Any] = {"payload": wire.payload(settled(wire.item(row.payload)))}
    return ItemRow(**(row.model_dump() | changed))


def _title(thread: ThreadRow, to: Literal["lane", "tab"]) -> str:
    """The title of a fork of the thread; that of a fork's fork says it once."""
    plain = (thread.title or "a conversation").removesuffix(FORK).removeprefix(FORK_OF)
    named: Callable[[str], str] = (lambda text: f"{text}{FORK}") if to == "lane" else (lambda text: f"{FORK_OF}{text}")
    return named(plain[: MAX_TITLE - len(FORK_OF)])
