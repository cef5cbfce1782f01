"""What a visitor's lanes do by themselves: written down here, done by whoever owns it (see `compare.conductor`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlmodel import Session

from playground import wire
from playground.access.offered import Choice
from playground.errors import Conflict, Malformed, NotFound
from playground.ids import new_id
from playground.parts import Playground
from playground.records import Lane, Script, Step, Tab
from playground.runs.history import user_text
from playground.store import items, lanes, runs, scripts, tabs, threads
from playground.store.tables import ItemRow, LaneRow, TabRow
from playground.visitor import Visitor

T = TypeVar("T")

LEAST, MOST = 2, 10
"""How often a message can be answered in all."""
MOST_STEPS = 100
"""Messages in one replay: the steps are kept in one place, and written anew with each that is done."""
CLOSED = "The session was closed."


@dataclass(frozen=True, slots=True)
class Part:
    """A lane, and who works on its script. Whoever is not the `owner` any more finds nothing to do."""

    tab_id: str
    lane_id: str
    owner: str


class Scripts:
    """The scripts of one visitor's lanes. Methods raise VisitorError."""

    def __init__(self, visitor: Visitor, parts: Playground) -> None:
        self._visitor = visitor
        self._parts = parts
        self._database = parts.database

    async def replay(self, tab_id: str, lane_id: str, models: Sequence[str]) -> tuple[Tab, tuple[Part, ...]]:
        """Lanes like this one, right of it, that are to be asked all that it was asked.

        Raises Malformed if there is nothing to ask, Conflict for lanes too many; then nothing has changed.
        """
        choice = await self._parts.offered.now()

        def work(session: Session, tab: TabRow) -> tuple[Part, ...]:
            origin = lanes.lane(lanes.find(session, tab.id, lane_id))
            for model in models:
                self._check(choice, origin.agent, model)
            steps = self._asked(session, origin)
            place = [row.id for row in lanes.of_tab(session, tab.id)].index(origin.id) + 1
            made: list[Part] = []
            for at, model in enumerate(wire.clean(list(models)), place):
                lane = Lane(origin.agent, model, origin.settings)
                row = lanes.add(session, tab.id, lane, at=datetime.now(UTC))
                lanes.move(session, tab.id, row.id, at)
                made.append(self._begun(session, row, Script(kind="replay", steps=steps, total=len(steps))))
            return tuple(made)

        if not models:
            raise Malformed("Name the models to replay this on.")
        return await self._on_tab(tab_id, work)

    async def repeat(self, tab_id: str, lane_id: str, times: int) -> tuple[Tab, tuple[Part, ...]]:
        """Have a lane's newest message answered `times` in all, the first answer included.

        Raises Malformed if nothing was asked, Conflict if the lane has a script already; then nothing has changed.
        """
        choice = await self._parts.offered.now()

        def work(session: Session, tab: TabRow) -> tuple[Part, ...]:
            row = _held(session, tab, lane_id)
            if row.script is not None:
                raise Conflict("This lane is at work by itself already. Let it finish, or drop that.")
            self._check(choice, row.agent, row.model)
            asked = self._messages(session, lanes.lane(row))
            if not asked:
                raise Malformed("There is nothing to repeat yet. Send a message in this lane first.")
            steps = (Step(again=asked[-1].id),) * (times - 1)
            return (self._begun(session, row, Script(kind="repeat", steps=steps, total=len(steps))),)

        if not LEAST <= times <= MOST:
            raise Malformed("A message can be answered {least} to {most} times.", least=LEAST, most=MOST)
        return await self._on_tab(tab_id, work)

    async def pause(self, tab_id: str, lane_id: str) -> Tab:
        """Let a lane finish its answer, and then wait."""

        def work(session: Session, tab: TabRow) -> None:
            row = _held(session, tab, lane_id)
            if (found := scripts.script(row)) is not None:
                scripts.keep(session, row, found, paused=True, note=None)

        return (await self._on_tab(tab_id, work))[0]

    async def claim(self, tab_id: str, lane_id: str) -> tuple[Tab, tuple[Part, ...]]:
        """Go on with a lane's script, as its owner; nobody is if there is none."""
        choice = await self._parts.offered.now()

        def work(session: Session, tab: TabRow) -> tuple[Part, ...]:
            row = _held(session, tab, lane_id)
            if row.script is None:
                return ()
            self._check(choice, row.agent, row.model)
            return (Part(tab.id, row.id, scripts.claim(session, self._visitor.id, row)),)

        return await self._on_tab(tab_id, work)

    async def drop(self, tab_id: str, lane_id: str) -> Tab:
        """Forget what a lane still had to do; its answer goes on."""

        def work(session: Session, tab: TabRow) -> None:
            scripts.keep(session, _held(session, tab, lane_id), None)

        return (await self._on_tab(tab_id, work))[0]

    async def next(self, part: Part) -> Script | None:
        """What the owner has to do now, with the run if there is one; None if nothing, or to wait."""

        def work(session: Session, row: LaneRow, found: Script) -> Script | None:
            if found.paused:
                return None
            if session.get_one(TabRow, row.tab_id).closed_at is not None:
                scripts.keep(session, row, found, paused=True, note=CLOSED)
                return None
            known = found.model_copy(update={"run": scripts.sent(session, self._visitor.id, row, found)})
            scripts.keep(session, row, known)
            return known

        return await self._as_owner(part, work)

    async def begun(self, part: Part, run_id: str) -> None:
        """The owner's next step has a run."""
        await self._as_owner(part, lambda session, row, found: scripts.keep(session, row, found, run=run_id))

    async def done(self, part: Part) -> None:
        """The owner's next step is done."""
        await self._as_owner(part, scripts.advance)

    async def put_off(self, part: Part, note: str) -> None:
        """The owner cannot go on."""
        await self._as_owner(
            part, lambda session, row, found: scripts.keep(session, row, found, paused=True, note=wire.clean(note))
        )

    def _check(self, choice: Choice, agent: str, model: str) -> None:
        choice.check(self._visitor, agent=agent, model=model)
        self._parts.engine.check(agent, model)

    async def _as_owner(self, part: Part, work: Callable[[Session, LaneRow, Script], T]) -> T | None:
        """What comes of `work`; None if somebody else owns the script, or it is gone with its lane."""

        def scoped(session: Session) -> T | None:
            row = scripts.hold(session, part.tab_id, part.lane_id)
            found = scripts.script(row) if row is not None else None
            if row is None or found is None or found.owner != part.owner:
                return None
            return work(session, row, found)

        return await self._database.write(scoped)

    async def _on_tab(self, tab_id: str, work: Callable[[Session, TabRow], T]) -> tuple[Tab, T]:
        def scoped(session: Session) -> tuple[Tab, T]:
            row = tabs.find(session, visitor_id=self._visitor.id, tab_id=tab_id, lock=True)
            made = work(session, row)
            session.flush()
            return tabs.tab(session, row), made

        return await self._database.write(scoped)

    def _begun(self, session: Session, row: LaneRow, script: Script) -> Part:
        owned = script.model_copy(update={"id": new_id("scr"), "owner": new_id("drv")})
        scripts.keep(session, row, owned)
        return Part(row.tab_id, row.id, owned.owner or "")

    def _messages(self, session: Session, lane: Lane) -> Sequence[ItemRow]:
        if lane.thread_id is None:
            return ()
        thread = threads.find(session, visitor_id=self._visitor.id, thread_id=lane.thread_id)
        return [row for row in items.history(session, thread.head_branch) if row.type == "user_message"]

    def _asked(self, session: Session, lane: Lane) -> tuple[Step, ...]:
        """The lane's messages, each in the round in which it was sent: the answers to them belong together."""
        messages = self._messages(session, lane)
        if not messages:
            raise Malformed("There is nothing to replay yet. Send a message in this lane first.")
        if len(messages) > MOST_STEPS:
            raise Malformed(
                "At most {most} messages can be replayed; this lane has {given}.", most=MOST_STEPS, given=len(messages)
            )
        known = runs.rounds_of(session, messages[0].thread_id)
        return tuple(
            Step(
                text=user_text(row.payload),
                attachments=tuple(one["id"] for one in row.payload.get("attachments", ())),
                round=known.get(row.id) or new_id("rnd"),
            )
            for row in messages
        )


def _held(session: Session, tab: TabRow, lane_id: str) -> LaneRow:
    row = scripts.hold(session, tab.id, lane_id)
    if row is None:
        raise NotFound
    return row
