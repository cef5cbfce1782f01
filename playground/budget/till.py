"""Where calls are paid: what one may cost is kept apart before it is made, and settled after."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from playground.budget import bound as bounds
from playground.budget.bound import Bound
from playground.budget.held import Held, charge, reservation, whole
from playground.budget.payer import Payer
from playground.budget.tariff import Tariff
from playground.budget.usage import Told
from playground.ids import new_id
from playground.policy import Caps, Policy
from playground.store import budgets, charges
from playground.store.budgets import Full, Limit
from playground.store.database import Database
from playground.store.money_tables import ChargeRow
from playground.store.spend import nano

logger = logging.getLogger(__name__)

SETTLE_SECONDS = 2
"""An answer waits no longer for its call to be written down."""
LIE = 20
"""Times what was held: a provider that tells of more is not believed."""
FRESH = timedelta(seconds=5)
"""So young a reservation is not taken for one of the dead."""
LONGEST = timedelta(hours=2)
"""No call takes so long."""


class Unnoted(Exception):
    """What a call may cost could not be written down, so it is not to be made."""


class Till:
    """One per process. `owner` names it in reservations."""

    def __init__(self, database: Database, policy: Policy, owner: str) -> None:
        self._database = database
        self._caps = policy.caps
        self._tariff = Tariff(policy.unknown_price)
        self._owner = owner
        self._held: dict[str, Held] = {}
        self._owed: dict[str, tuple[ChargeRow, bool]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.now: Callable[[], datetime] = partial(datetime.now, UTC)

    def asks_cap(self, payer: Payer) -> bool:
        """Whether a payer's calls have to be let through: by a cap of ours, or by one that a link may have."""
        return not payer.own_key and (self._caps.metered or payer.link_id is not None)

    async def hold(self, payer: Payer, bound: Bound | None) -> Held:
        """Keep room for a call. Raises Full where there is none, and Unnoted if that could not be found out."""
        held = Held(new_id("cal"), payer, self.now(), bound)
        if bound is not None and self.asks_cap(payer):
            held.nano_usd, held.tokens = self._tariff.most(payer.model, bound), bound.counted
            held.reserved = held.nano_usd > 0 or self._caps.visitor_tokens is not None
        if held.reserved:
            self._held[held.id] = held
            await self._noted(held, self._database.write(lambda session: self._reserve(session, held), durable=True))
        return held

    async def extend(self, held: Held) -> None:
        """Keep room for a further request of the same call. Raises as `hold`."""
        held.requests += 1
        if held.bound is None or not held.reserved:
            return
        held.bound = bounds.again(held.bound)
        nano_usd, tokens = self._tariff.most(held.payer.model, held.bound), held.bound.counted
        more = reservation(held, self._owner, nano_usd=nano_usd, tokens=tokens)

        def work(session: Session) -> None:
            budgets.extend(session, held.id, self._limits(session, held), more)

        await self._noted(held, self._database.write(work, durable=True))
        held.nano_usd, held.tokens = held.nano_usd + nano_usd, held.tokens + tokens

    async def settle(self, held: Held, told: Told | None, *, billed: bool = True) -> ChargeRow:
        """Write down, and answer, what a call took: what was told, else all that was held. Raises nothing."""
        row = self._charge(held, told if billed else _NOTHING)
        task = self._spawn(self._settle(held, row, billed=billed))
        await asyncio.wait({task}, timeout=SETTLE_SECONDS)
        return row

    async def tidy(self, *, fresh: timedelta = FRESH) -> None:
        """Settle what could not be settled before, and what the dead have left behind. It counts as spent."""
        for row, billed in list(self._owed.values()):
            await self._write(row, billed=billed, reserved=True)
        at = self.now()
        mine = [*self._held, *self._owed]
        left = await self._database.read(
            lambda session: budgets.left_behind(session, before=at - fresh, longest=at - LONGEST, mine=mine)
        )
        for gone in left:
            logger.warning("a call was never settled: all that was held for it counts", extra={"run_id": gone.run_id})
            await self._write(whole(gone), billed=True, reserved=True)
        await self._database.write(lambda session: _prune(session, at))

    async def close(self) -> None:
        """Let what is being written be written."""
        here = asyncio.get_running_loop()
        if own := {task for task in self._tasks if task.get_loop() is here}:
            await asyncio.wait(own, timeout=SETTLE_SECONDS)

    async def _noted(self, held: Held, work: Coroutine[Any, Any, None]) -> None:
        """Wait for a reservation. Who is cancelled meanwhile makes no call: it is given back once it is there."""
        task = self._spawn(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if held.requests == 1:
                self._spawn(self._give_back(held, task))
            raise
        except Full:
            self._drop(held)
            raise
        except Exception as error:  # whatever it is: what cannot be counted is not spent
            logger.exception("what a call may cost could not be noted")
            self._drop(held)
            raise Unnoted from error

    def _drop(self, held: Held) -> None:
        """Forget a first request that was never held; a further one leaves the call as it was."""
        if held.requests == 1:
            self._held.pop(held.id, None)
            held.reserved = False

    async def _give_back(self, held: Held, task: "asyncio.Task[Any]") -> None:
        await asyncio.wait({task})
        if task.cancelled() or task.exception() is not None:
            self._drop(held)
        else:
            await self._settle(held, self._charge(held, _NOTHING), billed=False)

    def _reserve(self, session: Session, held: Held) -> None:
        row = reservation(held, self._owner, nano_usd=held.nano_usd, tokens=held.tokens)
        budgets.reserve(session, row, self._limits(session, held))

    def _limits(self, session: Session, held: Held) -> list[Limit]:
        return limits(session, self._caps, held.payer, held.at)

    def _charge(self, held: Held, told: Told | None) -> ChargeRow:
        model = held.payer.model
        cost = None if told is None else self._tariff.cost(model, told, guess=held.reserved)
        if held.reserved and (cost or 0) > LIE * held.nano_usd:
            logger.warning("a provider's usage was not believed", extra={"model": model, "told": str(told)})
            told = None
        return charge(held, told, cost)

    async def _settle(self, held: Held, row: ChargeRow, *, billed: bool) -> None:
        if held.reserved:
            await self._write(row, billed=billed, reserved=True)
        elif billed:
            await self._write(row, billed=True, reserved=False, at=held.at)
        self._held.pop(held.id, None)

    async def _write(self, row: ChargeRow, *, billed: bool, reserved: bool, at: datetime | None = None) -> None:
        values = row.model_dump()
        own = {} if row.own_key else budgets.ids(row.visitor_id, row.link_id, at or row.created_at)

        def work(session: Session) -> None:
            fresh = ChargeRow(**values)  # another one for each try
            if reserved:
                budgets.settle(session, fresh, billed=billed)
            else:
                budgets.spend(session, fresh, list(own.values()))

        try:
            await self._database.write(work)
            self._owed.pop(row.id, None)
        except Exception:  # an answer does not break by it; what is held for it stays held
            logger.exception("what a call took could not be written down; it is tried again")
            if reserved:
                self._owed[row.id] = (row, billed)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


_NOTHING = Told(0, 0)


def limits(session: Session, caps: Caps, payer: Payer, at: datetime) -> list[Limit]:
    """The caps of all budgets that a payer's call touches, in the order in which they are to be taken."""
    of_link = budgets.link_cap(session, payer.link_id, nano(caps.link)) if payer.link_id else None
    money = {"total": nano(caps.total), "day": nano(caps.day), "link": of_link, "visitor": nano(caps.visitor_day)}
    return [
        Limit(budget, cap, money[cap], caps.visitor_tokens if cap == "visitor" else None)
        for cap, budget in budgets.ids(payer.visitor_id, payer.link_id, at).items()
    ]


def _prune(session: Session, at: datetime) -> None:
    budgets.prune(session, at=at)
    charges.prune(session, at=at)
