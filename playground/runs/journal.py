"""The log's way to the disk: everything that all runs said since the last time, in one transaction.

A crash loses at most one interval of text. What readers see does not wait for it. If the disk refuses, nothing is
thrown away: the next flush tries again, and `trouble` says so meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError
from sqlmodel import Session, col, delete

from playground.store import items, runs
from playground.store.database import Database
from playground.store.runs import Ending
from playground.store.tables import ItemRow

logger = logging.getLogger(__name__)

TROUBLE_SECONDS = 1
"""Between two tries while the disk refuses."""


@dataclass(slots=True)
class Entry:
    """What one run has to write: frames, items to save or drop, and perhaps its end."""

    epoch: int
    frames: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    saves: dict[str, ItemRow] = field(default_factory=dict[str, ItemRow])
    drops: set[str] = field(default_factory=set[str])
    ending: Ending | None = None

    def absorb(self, newer: "Entry") -> None:
        """Add what came later."""
        self.frames += newer.frames
        self.saves |= newer.saves
        self.drops |= newer.drops
        self.ending = newer.ending or self.ending


class Journal:
    """Collects what runs say and flushes it every `interval` seconds while there is something.

    `fenced` is called for a run of which nothing can be written any more.
    """

    def __init__(self, database: Database, *, interval: float, fenced: Callable[[str], None]) -> None:
        self._database = database
        self._interval = interval
        self._fenced = fenced
        self._entries: dict[str, Entry] = {}
        self._lock = asyncio.Lock()
        self._due: asyncio.Event = asyncio.Event()
        self.trouble = False

    def log(self, run_id: str, epoch: int, seq: int, data: bytes) -> None:
        """A frame of a run."""
        self._entry(run_id, epoch).frames.append((seq, data))

    def save(self, run_id: str, row: ItemRow) -> None:
        """An item to insert or replace. Follows a frame of the same run."""
        self._entries[run_id].saves[row.id] = row

    def drop(self, run_id: str, item_id: str) -> None:
        """An item to delete, if it is there. Follows a frame of the same run."""
        entry = self._entries[run_id]
        entry.saves.pop(item_id, None)
        entry.drops.add(item_id)

    async def end(self, run_id: str, epoch: int, ending: Ending) -> None:
        """Write a run's end with all that comes before it, durably. Raises SQLAlchemyError if the disk refuses."""
        self._entry(run_id, epoch).ending = ending
        await self.flush(durable=True)

    @property
    def pending(self) -> list[str]:
        """The ids of runs of which something is not written yet."""
        return list(self._entries)

    async def run(self) -> None:
        """Flush for ever; cancel to stop, then flush once more."""
        loop = asyncio.get_running_loop()
        while True:
            await self._due.wait()
            began = loop.time()
            with suppress(Exception):  # noted in `flush`, and tried again
                await self.flush()
            # Counted from the beginning: a slow disk must not make the part that a crash loses any longer.
            await asyncio.sleep(began + (TROUBLE_SECONDS if self.trouble else self._interval) - loop.time())

    async def flush(self, *, durable: bool = False) -> None:
        """Write what there is. Raises SQLAlchemyError if that failed; then nothing is lost."""
        async with self._lock:
            entries, self._entries = self._entries, {}
            self._due.clear()
            if not entries:
                return
            try:
                fenced = await self._write(entries, durable=durable)
            except BaseException as error:
                self._put_back(entries)
                self._note(error)
                raise
        self.trouble = False
        for run_id in fenced:
            self._fenced(run_id)

    async def _write(self, entries: dict[str, Entry], *, durable: bool) -> list[str]:
        """As `write`. What the database will never take must not hold up the other runs."""
        try:
            return await self._database.write(lambda session: write(session, entries), durable=durable)
        except Exception as error:
            if not _hopeless(error):
                raise
            if len(entries) == 1:
                logger.exception("a run's log cannot be stored", extra={"run_id": next(iter(entries))})
                return list(entries)
        alone = [await self._write({run_id: entry}, durable=durable) for run_id, entry in entries.items()]
        return [run_id for fenced in alone for run_id in fenced]

    def _note(self, error: BaseException) -> None:
        if isinstance(error, Exception) and not self.trouble:
            logger.error("the log cannot be written; it is kept and tried again", exc_info=error)
            self.trouble = True

    def _entry(self, run_id: str, epoch: int) -> Entry:
        self._due.set()
        return self._entries.setdefault(run_id, Entry(epoch))

    def _put_back(self, entries: dict[str, Entry]) -> None:
        for run_id, newer in self._entries.items():
            entries.setdefault(run_id, Entry(newer.epoch)).absorb(newer)
        self._entries = entries
        self._due.set()


def _hopeless(error: Exception) -> bool:
    """Whether the values are to blame: no database will ever take them."""
    if isinstance(error, DBAPIError):
        return isinstance(error, IntegrityError | DataError)
    return isinstance(error, StatementError | TypeError | ValueError | OverflowError)


def write(session: Session, entries: dict[str, Entry]) -> list[str]:
    """Write the entries; answers the runs that are no longer this owner's, of which nothing is written.

    A few statements for all runs together: one for each run would cost more than everything else in a flush.
    """
    owned = runs.owned(session, {run_id: entry.epoch for run_id, entry in entries.items()})
    mine = {run_id: entry for run_id, entry in entries.items() if run_id in owned}
    runs.append(session, [(run_id, seq, data) for run_id, entry in mine.items() for seq, data in entry.frames])
    runs.progress(session, {run_id: entry.frames[-1][0] for run_id, entry in mine.items() if entry.frames})
    items.save(session, [row for entry in mine.values() for row in entry.saves.values()])
    drops = {item_id for entry in mine.values() for item_id in entry.drops}
    if drops:
        session.exec(delete(ItemRow).where(col(ItemRow.id).in_(drops)))
    for run_id, entry in mine.items():
        if entry.ending is not None:
            runs.finish(session, run_id=run_id, epoch=entry.epoch, ending=entry.ending, at=datetime.now(UTC))
    return [run_id for run_id in entries if run_id not in owned]
