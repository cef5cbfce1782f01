"""A visitor's tabs and lanes. They are beside the protocol: asked of the store, for this visitor only."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlmodel import Session

from playground import wire
from playground.access.offered import Choice
from playground.errors import Conflict
from playground.parts import Playground
from playground.policy import Policy
from playground.records import MOST_STAND_INS, Lane, LaneSettings, StandIn, Tab
from playground.store import lanes, tabs, threads
from playground.store.tables import TabRow, ThreadRow
from playground.visitor import Visitor


class Tabs:
    """What the page keeps of one visitor beside the threads. Methods raise VisitorError."""

    def __init__(self, visitor: Visitor, parts: Playground) -> None:
        self._visitor = visitor
        self._parts = parts
        self._database = parts.database

    @property
    def visitor(self) -> Visitor:
        """Whose all this is."""
        return self._visitor

    @property
    def policy(self) -> Policy:
        """What holds here."""
        return self._parts.policy

    async def tabs(self) -> tuple[Tab, ...]:
        """The open tabs in strip order; a first one is made if there is none."""
        found = await self._database.read(self._open_tabs)
        if found:
            return found
        choice = await self._parts.offered.now()
        # Looked at again while nobody else writes: two pages that open at once get one tab.
        return await self._database.write(
            lambda session: self._open_tabs(session) or (self._new(session, None, choice),)
        )

    async def tab(self, tab_id: str) -> Tab:
        """One tab, open or closed."""
        return await self._database.read(lambda session: self._told(session, self._row(session, tab_id)))

    async def open_tab(self, *, thread_id: str | None = None) -> Tab:
        """A new tab like the last one, or the one on a thread, opened again if need be."""
        choice = await self._parts.offered.now()

        def work(session: Session) -> Tab:
            thread = self._find(session, thread_id) if thread_id else None
            row = tabs.on_thread(session, visitor_id=self._visitor.id, thread_id=thread.id) if thread else None
            if row is None:
                return self._new(session, thread, choice)
            row.closed_at = None
            session.add(row)
            return self._told(session, row)

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
            return self._told(session, row)

        return await self._database.write(work)

    async def set_tab(self, tab_id: str, *, same_world: bool | None = None, blind: bool | None = None) -> Tab:
        """Change how a tab compares; None leaves a thing as it is."""

        def work(session: Session, row: TabRow) -> None:
            row.same_world = row.same_world if same_world is None else same_world
            row.blind = row.blind if blind is None else blind
            session.add(row)

        return await self._change(tab_id, work)

    async def set_lane(
        self,
        tab_id: str,
        lane_id: str | None = None,
        *,
        agent: str | None = None,
        model: str | None = None,
        settings: LaneSettings | None = None,
        muted: bool | None = None,
    ) -> Tab:
        """Change who answers next in a lane (the first one unless named), and how; None leaves a thing as it is.

        Raises Forbidden for what is not on offer.
        """
        await self._check(agent, model, settings)

        def work(session: Session, tab: TabRow) -> None:
            row = lanes.find(session, tab.id, lane_id)
            row.agent, row.model = wire.clean([agent or row.agent, model or row.model])
            row.muted = row.muted if muted is None else muted
            if settings is not None:
                row.settings = wire.clean(settings.model_dump(exclude_none=True))
            session.add(row)

        return await self._change(tab_id, work)

    async def set_stand_ins(self, tab_id: str, lane_ids: Sequence[str], stand_ins: Sequence[StandIn]) -> Tab:
        """What these lanes' tools answer in their next run, instead of running. Raises Conflict for too many."""
        if len(stand_ins) > MOST_STAND_INS:
            raise Conflict("A lane takes {most} such results at most. Take some back first.", most=MOST_STAND_INS)

        def work(session: Session, tab: TabRow) -> None:
            for lane_id in lane_ids:
                row = lanes.find(session, tab.id, lane_id)
                row.stand_ins = wire.clean([one.model_dump() for one in stand_ins]) or None
                session.add(row)

        return await self._change(tab_id, work)

    async def stand_in(self, tab_id: str, lane_ids: Sequence[str], made: StandIn) -> Tab:
        """One more, in place of one for the same calls. Raises Conflict for too many."""

        def work(session: Session, tab: TabRow) -> None:
            for lane_id in lane_ids:
                row = lanes.find(session, tab.id, lane_id)
                others = [one for one in lanes.lane(row).stand_ins if not one.same_calls(made)]
                if len(others) >= MOST_STAND_INS:
                    raise Conflict(
                        "A lane takes {most} such results at most. Take some back first.", most=MOST_STAND_INS
                    )
                row.stand_ins = wire.clean([one.model_dump() for one in (*others, made)])
                session.add(row)

        return await self._change(tab_id, work)

    async def used_up(self, tab_id: str, lane: Lane) -> None:
        """The lane's stand-ins went into a run. What was made up since is for the next one."""
        if not lane.stand_ins:
            return

        def work(session: Session, tab: TabRow) -> None:
            row = lanes.find(session, tab.id, lane.id)
            left = [one.model_dump() for one in lanes.lane(row).stand_ins if one not in lane.stand_ins]
            row.stand_ins = left or None
            session.add(row)

        await self._change(tab_id, work)

    async def add_lane(
        self,
        tab_id: str,
        *,
        like: str | None = None,
        agent: str | None = None,
        model: str | None = None,
        settings: LaneSettings | None = None,
        thread_id: str | None = None,
    ) -> Tab:
        """A further lane at the right: a copy of the lane `like` (the last one unless named), but for what is given.

        Raises Forbidden for what is not on offer.
        """
        await self._check(agent, model, settings)

        def work(session: Session, tab: TabRow) -> None:
            last = lanes.of_tab(session, tab.id)[-1].id
            copied = lanes.lane(lanes.find(session, tab.id, like or last))
            if thread_id is not None:
                self._find(session, thread_id)
            names: list[str] = wire.clean([agent or copied.agent, model or copied.model])
            made = Lane(names[0], names[1], settings or copied.settings, thread_id)
            lanes.add(session, tab.id, made, at=datetime.now(UTC))

        return await self._change(tab_id, work)

    async def remove_lane(self, tab_id: str, lane_id: str) -> Tab:
        """Take a lane off a tab; its thread stays. Raises Conflict for the last one."""
        return await self._change(tab_id, lambda session, tab: lanes.remove(session, tab.id, lane_id))

    async def move_lane(self, tab_id: str, lane_id: str, to: int) -> Tab:
        """Put a lane at the place `to`, 0 being the left end."""
        return await self._change(tab_id, lambda session, tab: lanes.move(session, tab.id, lane_id, to))

    async def _change(self, tab_id: str, work: Callable[[Session, TabRow], None]) -> Tab:
        """The visitor's tab after `work`. Raises NotFound."""

        def scoped(session: Session) -> Tab:
            row = self._held(session, tab_id)
            work(session, row)
            session.flush()
            return self._told(session, row)

        return await self._database.write(scoped)

    async def _check(self, agent: str | None, model: str | None, settings: LaneSettings | None) -> None:
        """Raise Forbidden for what is not the visitor's to pick."""
        choice = await self._parts.offered.now()
        choice.check(self._visitor, agent=agent, model=model)
        choice.check_settings(settings)

    def _told(self, session: Session, row: TabRow) -> Tab:
        """The tab, its lanes without settings that were the visitor's to change once."""
        tab, policy = tabs.tab(session, row), self._parts.policy
        return replace(tab, lanes=tuple(replace(lane, settings=policy.kept(lane.settings)) for lane in tab.lanes))

    def _held(self, session: Session, tab_id: str) -> TabRow:
        """The visitor's tab. Nobody else adds a lane, or takes one away, before the transaction's end."""
        return tabs.find(session, visitor_id=self._visitor.id, tab_id=tab_id, lock=True)

    def _row(self, session: Session, tab_id: str) -> TabRow:
        return tabs.find(session, visitor_id=self._visitor.id, tab_id=tab_id)

    def _find(self, session: Session, thread_id: str) -> ThreadRow:
        return threads.find(session, visitor_id=self._visitor.id, thread_id=thread_id)

    def _open_tabs(self, session: Session) -> tuple[Tab, ...]:
        return tuple(self._told(session, row) for row in tabs.opened(session, visitor_id=self._visitor.id))

    def _new(self, session: Session, thread: ThreadRow | None, choice: Choice) -> Tab:
        visitor = self._visitor
        return tabs.open_new(
            session,
            visitor_id=visitor.id,
            thread=thread,
            fallback=Lane(agent=choice.default_agent(visitor), model=choice.default_model(visitor)),
            at=datetime.now(UTC),
            fits=lambda lane: choice.fits(visitor, agent=lane.agent, model=lane.model),
        )
