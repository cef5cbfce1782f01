"""What visitors do with widgets: who serves it, and what comes of it. One action of a thread after another."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from weakref import WeakValueDictionary

from chatkit.types import HiddenContextItem, ThreadItemReplacedEvent, WidgetItem
from sqlmodel import Session

from playground import wire
from playground.errors import AgentError, Conflict, Malformed, NotFound, VisitorError
from playground.ids import new_id
from playground.policy import Policy
from playground.roster.roster import Roster
from playground.runs.history import Told, model_input, told_aside
from playground.runs.live import LiveRun
from playground.runs.nested import apart
from playground.runs.resumed import log
from playground.store import items, runs, threads
from playground.store.database import Database
from playground.store.tables import ItemRow, RunRow, ThreadRow
from playground.toolkit.actions import Handler, Outcome, Pressed
from playground.toolkit.shown import show
from playground.visitor import Visitor
from playground.widgets import WidgetError, widget_of

MOST_TOLD = 20_000
"""Characters that an action tells a model."""
FAILED = "This could not be done: the agent's own code failed. It has been written to the log."


@dataclass(frozen=True, slots=True)
class Press:
    """An action of a visitor's in a thread. `agent` is asked where who made the widget does not serve it."""

    visitor: Visitor
    thread_id: str
    pressed: Pressed
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """A widget, or None where none was named, and what serves its action."""

    thread: ThreadRow
    row: ItemRow | None
    handler: Handler


@dataclass(frozen=True, slots=True)
class Served:
    """What came of it: the widget's item as it is now, if it changed, and what the agent is told."""

    item: dict[str, Any] | None = None
    tell: str | None = None


class Presses:
    """Serves actions with the handlers of the `roster`'s agents, each within `seconds`. One for a process."""

    def __init__(self, roster: Roster, database: Database, *, seconds: float, policy: Policy | None = None) -> None:
        self._policy = policy
        self._roster = roster
        self._database = database
        self._seconds = seconds
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._answering: dict[str, LiveRun] = {}

    @contextmanager
    def heard_by(self, run: LiveRun) -> Generator[None]:
        """The readers of this run are told what becomes of the thread's widgets meanwhile."""
        self._answering[run.order.thread_id] = run
        try:
            yield
        finally:
            self._answering.pop(run.order.thread_id, None)

    async def find(self, press: Press) -> Sender:
        """Who serves it. Raises NotFound, Malformed, Conflict, or Forbidden for an agent that is not on offer."""
        run = self._answering.get(press.thread_id)
        if run is not None and run.frames:
            await run.journal.flush()  # what was shown a moment ago
        try:
            return await self._database.read(lambda session: self._sender(session, press))
        except NotFound:
            if run is not None and press.pressed.item_id in run.transcript().open_ids:
                raise Conflict("This is still being shown. Try again in a moment.") from None
            raise

    async def serve(self, press: Press, *, at_once: bool = False) -> Served:
        """Do it. An action served `at_once` is no run: what it tells waits for the next answer.

        Raises VisitorError as `find` and the handler do, and AgentError if that fails.
        """
        async with self._doors.setdefault(press.thread_id, asyncio.Lock()):
            sender = await self.find(press)
            with apart() if at_once and self._policy is not None and self._policy.caps.metered else nullcontext():
                outcome = await self._handled(sender, press.pressed)
            tell = outcome.tell[:MOST_TOLD] if outcome.tell else None
            item = await self._changed(sender.row, outcome, told_aside(tell) if tell and at_once else None)
        return Served(item, tell)

    async def tell(self, run: LiveRun, text: str) -> Told:
        """Put what an action tells behind everything else; answers what a model is told then."""
        await run.journal.flush()
        item = HiddenContextItem(
            id=new_id("msg"), thread_id=run.order.thread_id, created_at=datetime.now(UTC), content=text
        )
        row = run.aside(item)

        def work(session: Session) -> Sequence[ItemRow]:
            items.save(session, [row])
            return items.history(session, run.branch_id)

        return model_input(await self._database.write(work))

    def _sender(self, session: Session, press: Press) -> Sender:
        thread = threads.find(session, visitor_id=press.visitor.id, thread_id=press.thread_id)
        threads.refuse_locked(thread)
        item_id, kind = press.pressed.item_id, press.pressed.type
        row = items.locate(session, thread, item_id) if item_id is not None else None
        if row is not None and row.type != "widget":
            raise Malformed("Only a widget has actions. This item is a {kind}.", kind=row.type)
        maker = session.get(RunRow, row.run_id) if row is not None and row.run_id else None
        names = [maker.agent if maker else None, press.agent, thread.meta.get("agent"), self._roster.default]
        asked = list(dict.fromkeys(name for name in names if name))[:2]
        found = ((name, handler) for name in asked if (handler := self._handler(name, kind)) is not None)
        name, handler = next(found, (asked[0], None))
        if self._policy is not None:
            self._policy.check_agent(press.visitor, name)
        if handler is None:
            raise Malformed("The agent {agent} serves no action named {action}.", agent=asked[0], action=kind[:100])
        return Sender(thread, row, handler)

    def _handler(self, agent: str, kind: str) -> Handler | None:
        try:
            return self._roster.get(agent).actions.get(kind)
        except NotFound:  # it was offered before a restart
            return None

    async def _handled(self, sender: Sender, pressed: Pressed) -> Outcome:
        widget = sender.row.payload["widget"] if sender.row is not None else None
        try:
            async with asyncio.timeout(self._seconds):
                outcome = await sender.handler(replace(pressed, widget=widget))
            if outcome is None:
                return Outcome()
            return replace(outcome, widget=None if outcome.widget is None else widget_of(outcome.widget))
        except VisitorError:  # in words for the visitor
            raise
        except Exception as error:
            raise AgentError(FAILED, allow_retry=False) from error

    async def _changed(
        self, row: ItemRow | None, outcome: Outcome, told: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        """The item's payload with the new widget, saved and told to who reads."""
        if row is None:
            if outcome.widget is not None:
                show(outcome.widget, outcome.copy_text)
            return None
        payload = row.payload if outcome.widget is None else _with_widget(row.payload, outcome)
        changed = payload is not row.payload
        if not changed and told is None:
            return None
        event = ThreadItemReplacedEvent(item=wire.item(payload))

        def work(session: Session) -> None:
            threads.touch(session, thread_id=row.thread_id)
            waiting = runs.waiting_of(session, row.thread_id)
            items.change(session, item_id=row.id, payload=payload, told=told)
            if changed and waiting is not None:  # nobody works on it: who goes on with it goes on in its log
                log(session, waiting, [event])

        await self._database.write(work, durable=True)
        run = self._answering.get(row.thread_id)
        if changed and run is not None:
            run.announce(event)
        return payload if changed else None


def _with_widget(payload: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    item = wire.item(payload)
    if not isinstance(item, WidgetItem):
        raise WidgetError("Only a widget can be changed.")
    return wire.payload(item.model_copy(update={"widget": outcome.widget, "copy_text": outcome.copy_text}))
