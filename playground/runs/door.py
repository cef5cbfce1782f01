"""The door that orders come in by: those of one thread one after another, in the order in which they came."""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from sqlalchemy.exc import IntegrityError

from playground.budget.admission import Admission
from playground.errors import Conflict
from playground.records import RunRecord
from playground.runs.admit import Admitted, Busy, admit
from playground.runs.lifecycle import kept_for
from playground.runs.order import Order
from playground.settings import DoubleText, Settings
from playground.store.database import Database
from playground.visitor import Visitor

TRIES = 5


class Door:
    """Lets orders in as runs of `owner`. Where a run has to go first, `stop` is called."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        owner: str,
        stop: Callable[[Visitor, str], Awaitable[RunRecord]],
        admission: Admission | None = None,
    ) -> None:
        self._policy: DoubleText = settings.double_text
        self._notice = kept_for(settings)
        self._database = database
        self._owner = owner
        self._stop = stop
        self._admission = admission
        self._threads: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def let_in(self, order: Order) -> Admitted:
        """Write the order down. Raises VisitorError, and then changes nothing."""
        async with self._threads.setdefault(order.thread_id, asyncio.Lock()):
            for _ in range(TRIES):
                try:
                    return await self._admit(order)
                except Busy as busy:
                    visitor = Visitor(order.visitor_id)
                    await asyncio.gather(*(self._stop(visitor, run_id) for run_id in busy.run_ids))
                except IntegrityError:
                    await asyncio.sleep(0.01)  # somebody else was let in at the same moment: look again
        raise Conflict("This conversation is busy. Try again.")

    async def _admit(self, order: Order) -> Admitted:
        return await self._database.write(
            lambda session: admit(
                session,
                order,
                owner=self._owner,
                policy=self._policy,
                notice=self._notice,
                admission=self._admission,
            ),
            durable=True,
        )
