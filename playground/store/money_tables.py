"""The tables of what may be spent, and of what was."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field

from playground.store.tables import Row, UtcDateTime


class BudgetRow(Row, table=True):
    """What was spent and is reserved of one budget: `total`, `day:…`, `link:…`, `visitor:…:…`. Caps are not kept here.

    Money is in 10⁻⁹ US dollars.
    """

    id: str = Field(primary_key=True)
    spent_nano_usd: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reserved_nano_usd: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    reserved_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    messages: int = 0
    updated_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class ReservationRow(Row, table=True):
    """What a model call under way may cost at most, in `budgets`, the ids of rows. Who `owner` is died if it stays."""

    id: str = Field(primary_key=True)
    run_id: str | None = Field(default=None, index=True)
    visitor_id: str
    link_id: str | None = None
    model: str
    nano_usd: int = Field(sa_column=Column(BigInteger, nullable=False))
    tokens: int = Field(sa_column=Column(BigInteger, nullable=False))
    budgets: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    owner: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class ChargeRow(Row, table=True):
    """What one model call took. `estimated` where nobody told; `own_key` where the visitor's key paid.

    It outlives its run: what was spent stays spent. `nano_usd` is none where the price is not known and no cap asks.
    """

    id: str = Field(primary_key=True)
    run_id: str | None = Field(default=None, index=True)
    visitor_id: str = Field(index=True)
    link_id: str | None = None
    model: str
    nano_usd: int | None = Field(default=None, sa_column=Column(BigInteger))
    input_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    output_tokens: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    estimated: bool = False
    own_key: bool = False
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
