"""A till with the caps that a test wants, on a database of its own."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from playground import prices
from playground.budget.payer import Payer
from playground.budget.purse import Purse
from playground.policy import policy_of
from playground.settings import Settings
from playground.store import budgets
from playground.store.database import Database
from playground.store.money_tables import BudgetRow, ChargeRow, ReservationRow

LUNA = "openai/gpt-6-luna"
UNKNOWN = "compatible/echo"
DOLLAR = 10**9


def payer(visitor: str = "vis_ann", model: str = LUNA, **more: Any) -> Payer:
    """Who pays."""
    return Payer(visitor, more.pop("link", None), more.pop("run", None), model, **more)


@dataclass(frozen=True)
class Books:
    """A purse and what is written down."""

    purse: Purse
    database: Database

    async def budget(self, name: str = "total") -> BudgetRow:
        """A budget, empty if nobody touched it."""
        empty = BudgetRow(id=name, updated_at=datetime.now(UTC))
        return (await self.database.read(lambda session: budgets.load(session, [name]))).get(name, empty)

    async def charges(self) -> list[ChargeRow]:
        """All charges, oldest first."""
        return await self.database.read(
            lambda session: list(session.exec(select(ChargeRow).order_by(col(ChargeRow.created_at))))
        )

    async def reservations(self) -> list[ReservationRow]:
        """What is held."""
        return await self.database.read(lambda session: list(session.exec(select(ReservationRow))))

    async def sums(self, name: str = "total") -> tuple[int, int]:
        """What was spent of a budget, and what is held."""
        row = await self.budget(name)
        return row.spent_nano_usd, row.reserved_nano_usd


@asynccontextmanager
async def books(url: str, **settings: Any) -> AsyncGenerator[Books]:
    """Books under these settings."""
    await asyncio.to_thread(prices.prepare)
    database = Database(url)
    await database.open()
    purse = Purse(database, policy_of(Settings(**settings)), owner="here")
    try:
        yield Books(purse, database)
    finally:
        await purse.close()
        await database.close()
