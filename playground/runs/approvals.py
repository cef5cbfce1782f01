"""A visitor's word on the calls that a run waits for. Which of two that race wins, the store decides."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from sqlmodel import Session

from playground import wire
from playground.errors import Conflict, NotFound
from playground.records import Ask, Decision, LaneSettings, RunRecord, StandIn
from playground.runs.journal import Journal
from playground.runs.live import LiveRun
from playground.runs.order import Order
from playground.runs.paused import Paused
from playground.store import items, runs, threads
from playground.store.database import Database
from playground.store.tables import RunRow, ThreadRow
from playground.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a visitor decided about a run, and on which model and settings it goes on; None leaves them as they were."""

    decisions: Sequence[Decision]
    model: str | None = None
    settings: LaneSettings | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A run that was taken over. `frames` are its log, `positions` the places of the items that it has made."""

    record: RunRecord
    order: Order
    epoch: int
    paused: Paused
    frames: Sequence[bytes]
    position: int
    positions: Mapping[str, int]


class Approvals:
    """Takes runs that wait out of the store, to go on or to end here. `begin` is called for each, new among `live`."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        owner: str,
        live: Mapping[str, LiveRun],
        *,
        begin: Callable[[LiveRun], None],
    ) -> None:
        self._database = database
        self._journal = journal
        self._owner = owner
        self._live = live
        self._begin = begin

    async def decide(self, visitor: Visitor, run_id: str, verdict: Verdict) -> RunRecord:
        """Keep what was decided; the run goes on once nothing is left. Raises as the function `decide`."""
        record, resumed = await self._database.write(
            lambda session: decide(session, visitor_id=visitor.id, run_id=run_id, verdict=verdict, owner=self._owner),
            durable=True,
        )
        if resumed is not None:
            self._begin(await self._rebuilt(resumed))
        return record

    async def stop(self, visitor: Visitor, run_id: str) -> None:
        """End a run that waits; one that goes on meanwhile is left alone. Raises NotFound."""
        resumed = await self._database.write(
            lambda session: recall(session, visitor_id=visitor.id, run_id=run_id, owner=self._owner)
        )
        if resumed is not None:
            run = await self._rebuilt(resumed)
            run.stopping = "visitor"
            self._begin(run)
            await run.done.wait()

    async def expire(self, run_id: str, before: datetime) -> None:
        """End a run that waits since before a time; who decides it at this moment is quicker, and it goes on."""
        resumed = await self._database.write(
            lambda session: recall_idle(session, run_id=run_id, before=before, owner=self._owner)
        )
        if resumed is not None:
            run = await self._rebuilt(resumed)
            run.stopping = "idle"
            self._begin(run)
            await run.done.wait()

    async def _rebuilt(self, resumed: Resumed) -> LiveRun:
        before = self._live.get(resumed.record.id)
        if before is not None:  # it waits since this moment
            await before.done.wait()
        return LiveRun(
            id=resumed.record.id,
            order=resumed.order,
            branch_id=resumed.record.branch_id,
            journal=self._journal,
            position=resumed.position,
            epoch=resumed.epoch,
            frames=list(resumed.frames),
            item_ids=list(resumed.positions),
            positions=dict(resumed.positions),
            paused=resumed.paused,
        )


def decide(
    session: Session, *, visitor_id: str, run_id: str, verdict: Verdict, owner: str
) -> tuple[RunRecord, Resumed | None]:
    """Keep what was decided; once nothing is left to decide the run is `owner`'s, to go on.

    Raises NotFound for an unknown run or call and Conflict for one that is decided, and then changes nothing.
    """
    row = runs.find(session, visitor_id=visitor_id, run_id=run_id, lock=True)
    threads.refuse_locked(session.get_one(ThreadRow, row.thread_id))
    if row.status != "awaiting_approval":
        raise Conflict("This answer does not wait for an approval. It may have been decided already.")
    asks = decided(runs.asks(row), verdict.decisions)
    row.paused = {**(row.paused or {}), "asks": [asdict(ask) for ask in asks]}
    session.add(row)
    if any(ask.approved is None for ask in asks):
        session.flush()
        return runs.record(row), None
    row.model = verdict.model or row.model
    if verdict.settings is not None:
        row.order = {**row.order, "settings": verdict.settings.model_dump(exclude_none=True)}
    resumed = _take_over(session, row, owner)
    return resumed.record, resumed


def recall(session: Session, *, visitor_id: str, run_id: str, owner: str) -> Resumed | None:
    """Take over a run that waits, undecided; None if it does not wait any more. Raises NotFound."""
    row = runs.find(session, visitor_id=visitor_id, run_id=run_id, lock=True)
    return _take_over(session, row, owner) if row.status == "awaiting_approval" else None


def recall_idle(session: Session, *, run_id: str, before: datetime, owner: str) -> Resumed | None:
    """Take over a run that waits since before a time; None if it does not, or not any more."""
    row = session.get(RunRow, run_id, with_for_update=True)
    if row is None or row.status != "awaiting_approval" or row.heartbeat_at >= before:
        return None
    return _take_over(session, row, owner)


def decided(asks: Sequence[Ask], decisions: Sequence[Decision]) -> tuple[Ask, ...]:
    """The asks with the decisions. Raises NotFound or Conflict."""
    open_asks = {ask.call_id: ask for ask in asks}
    for decision in decisions:
        ask = open_asks.get(decision.call_id)
        if ask is None:
            raise NotFound("This answer does not wait for a call of that name.")
        if ask.approved is not None:
            raise Conflict("This call has been decided already.")
        open_asks[ask.call_id] = replace(ask, approved=decision.approve, message=wire.clean(decision.message))
    return tuple(open_asks[ask.call_id] for ask in asks)


def _take_over(session: Session, row: RunRow, owner: str) -> Resumed:
    paused = Paused.of(row)
    row.status, row.owner, row.epoch, row.heartbeat_at = "running", owner, row.epoch + 1, datetime.now(UTC)
    row.paused = None
    session.add(row)
    session.flush()
    return Resumed(
        record=runs.record(row),
        order=_order(row),
        epoch=row.epoch,
        paused=paused,
        frames=[data for _, data in runs.events(session, row.id, after=0, limit=row.last_seq)],
        position=items.last_position(session, row.branch_id),
        positions=items.made_by(session, row.id),
    )


def _order(row: RunRow) -> Order:
    """What the run is still to do: its message is told, and the tool that it was to begin with called."""
    return Order(
        visitor_id=row.visitor_id,
        thread_id=row.thread_id,
        agent=row.agent,
        model=row.model,
        item=None,
        settings=LaneSettings.model_validate(row.order.get("settings", {})),
        detached=row.order.get("detached", False),
        round=row.order.get("round"),
        world=row.order.get("world"),
        stand_ins=tuple(map(StandIn.model_validate, row.order.get("stand_ins", ()))),
    )
