"""A visitor's word on the calls that a run waits for. Which of two that race wins, the store decides."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from sqlmodel import Session

from playground import wire
from playground.budget.admission import Admission
from playground.errors import Conflict, Forbidden, NotFound
from playground.records import WORDS, Ask, AskKind, Decision, LaneSettings, RunRecord
from playground.runs.journal import Journal
from playground.runs.live import LiveRun, StopReason
from playground.runs.resumed import Resumed, taken_over
from playground.runs.supply import Supplied, Supply, Unsettled, supply
from playground.store import runs, threads
from playground.store.database import Database
from playground.store.tables import RunRow, ThreadRow
from playground.visitor import Visitor

NOT_YOURS = "This call waits for the owner of this playground. Only they can allow it."
SETTLING_TRIES = 5
SETTLING_SECONDS = 0.1
"""Between two tries to answer a run that may be about to wait."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about a run, and on which model and settings it goes on; None leaves them as they were.

    `kind` says whose word it is: the visitor's approval, or the owner's.
    """

    decisions: Sequence[Decision]
    model: str | None = None
    settings: LaneSettings | None = None
    kind: AskKind = "approval"


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
        admission: Admission | None = None,
    ) -> None:
        self._database = database
        self._journal = journal
        self._owner = owner
        self._live = live
        self._begin = begin
        self._admission = admission

    async def decide(self, visitor: Visitor, run_id: str, verdict: Verdict) -> RunRecord:
        """Keep what was decided; the run goes on once nothing is left. Raises as the function `decide`."""
        record, resumed = await self._database.write(
            lambda session: decide(
                session,
                visitor_id=visitor.id,
                run_id=run_id,
                verdict=verdict,
                owner=self._owner,
                admission=self._admission,
            ),
            durable=True,
        )
        if resumed is not None:
            self._begin(await self._rebuilt(resumed))
        return record

    async def supply(self, visitor: Visitor, given: Supply) -> Supplied:
        """Take an answer; the run goes on once nothing is left. Raises as the function `supply`."""
        supplied = await self._supplied(visitor, given, tries=SETTLING_TRIES)
        if supplied.resumed is not None:
            self._begin(await self._rebuilt(supplied.resumed))
        return supplied

    async def stop(self, visitor: Visitor, run_id: str, reason: StopReason) -> None:
        """End a run that waits; one that goes on meanwhile is left alone. Raises NotFound."""
        resumed = await self._database.write(
            lambda session: recall(session, visitor_id=visitor.id, run_id=run_id, owner=self._owner)
        )
        if resumed is not None:
            run = await self._rebuilt(resumed)
            run.stopping = reason
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

    async def _supplied(self, visitor: Visitor, given: Supply, *, tries: int) -> Supplied:
        try:
            return await self._database.write(
                lambda session: supply(
                    session, visitor_id=visitor.id, given=given, owner=self._owner, admission=self._admission
                ),
                durable=True,
            )
        except Unsettled:  # who is quick answers before another replica has saved that it waits
            if tries == 1:
                raise
        await asyncio.sleep(SETTLING_SECONDS)
        return await self._supplied(visitor, given, tries=tries - 1)

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
    session: Session,
    *,
    visitor_id: str,
    run_id: str,
    verdict: Verdict,
    owner: str,
    admission: Admission | None = None,
) -> tuple[RunRecord, Resumed | None]:
    """Keep what was decided; once nothing is left to decide the run is `owner`'s, to go on.

    Raises NotFound for an unknown run or call, Conflict for one that is decided, Forbidden for one that is not the
    visitor's to decide, and TooMany while too many answers are under way; then nothing has changed.
    """
    row = runs.find(session, visitor_id=visitor_id, run_id=run_id, lock=True)
    threads.refuse_locked(session.get_one(ThreadRow, row.thread_id))
    if row.status != "awaiting_approval":
        raise Conflict("This answer does not wait for an approval. It may have been decided already.")
    asks = decided(runs.asks(row), verdict.decisions, kind=verdict.kind)
    row.paused = {**(row.paused or {}), "asks": [asdict(ask) for ask in asks]}
    session.add(row)
    if any(ask.approved is None for ask in asks):
        row.heartbeat_at = datetime.now(UTC)  # he is there: his time for the rest begins anew
        session.flush()
        return runs.record(row), None
    if admission is not None and verdict.kind == "approval":  # the owner decides when it suits the owner
        admission.check_runs(session, visitor_id, datetime.now(UTC))
    row.model = verdict.model or row.model
    if verdict.settings is not None:
        row.order = {**row.order, "settings": verdict.settings.model_dump(exclude_none=True)}
    resumed = taken_over(session, row, owner)
    return resumed.record, resumed


def recall(session: Session, *, visitor_id: str, run_id: str, owner: str) -> Resumed | None:
    """Take over a run that waits, undecided; None if it does not wait any more. Raises NotFound."""
    row = runs.find(session, visitor_id=visitor_id, run_id=run_id, lock=True)
    return taken_over(session, row, owner, give_up=True) if row.status == "awaiting_approval" else None


def recall_idle(session: Session, *, run_id: str, before: datetime, owner: str) -> Resumed | None:
    """Take over a run that waits since before a time; None if it does not, or not any more."""
    row = session.get(RunRow, run_id, with_for_update=True)
    if row is None or row.status != "awaiting_approval" or row.heartbeat_at >= before:
        return None
    return taken_over(session, row, owner, give_up=True)


def decided(asks: Sequence[Ask], decisions: Sequence[Decision], *, kind: AskKind = "approval") -> tuple[Ask, ...]:
    """The asks with the decisions of who has the word on this `kind`. Raises NotFound, Conflict or Forbidden."""
    open_asks = {ask.call_id: ask for ask in asks}
    for decision in decisions:
        ask = open_asks.get(decision.call_id)
        if ask is None:
            raise NotFound("This answer does not wait for a call of that name.")
        if ask.kind not in WORDS:
            raise Conflict("This call waits for its result, not for an approval.")
        if ask.kind != kind:
            raise Forbidden(NOT_YOURS if ask.kind == "owner" else "This call waits for its visitor.")
        if ask.approved is not None:
            raise Conflict("This call has been decided already.")
        open_asks[ask.call_id] = replace(ask, approved=decision.approve, message=wire.clean(decision.message))
    return tuple(open_asks[ask.call_id] for ask in asks)
