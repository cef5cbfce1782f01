"""An engine that can die as a process does."""

import asyncio

from playground.runs.engine import Engine
from playground.runs.keeper import Pace
from playground.store.database import Database
from tests.runs.conftest import QUICK, Lab


class Replica:
    """An engine with connections of its own, which may end without a word."""

    def __init__(self, lab: Lab, database: Database, engine: Engine) -> None:
        self._lab, self._database, self.engine = lab, database, engine

    @classmethod
    async def start(cls, lab: Lab, pace: Pace = QUICK) -> "Replica":
        database = Database(lab.settings.resolved_database_url)
        return cls(lab, database, await lab.start(database=database, pace=pace))

    async def freeze(self) -> None:
        """As a suspended process: it keeps no time, though its runs and its journal go on."""
        keeper = self.engine._background[1]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        keeper.cancel()
        await asyncio.wait({keeper})

    def thaw(self) -> None:
        """It goes on."""
        keeper = self.engine._keeper  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self.engine._background[1] = asyncio.create_task(keeper.run())  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    async def kill(self) -> None:
        """No more writes, then no more tasks."""
        self._lab.engines.remove(self.engine)
        await self._database.close()
        await self.engine._tasks.end(*self.engine._background)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    async def close(self) -> None:
        """In order."""
        self._lab.engines.remove(self.engine)
        await self.engine.close()
        await self._database.close()
