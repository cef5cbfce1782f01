"""What may be spent: reserved before a call, settled after. Each row is changed by one statement that asks its cap.

All transactions take the rows in one order, that of `ids`, so that none waits for another one in a circle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, and_, bindparam, or_, update
from sqlmodel import Session, SQLModel, col, delete, select

from playground.store import charges
from playground.store.access_tables import LinkRow
from playground.store.insert import insert
from playground.store.money_tables import BudgetRow, ChargeRow, ReservationRow
from playground.store.tables import RunRow

Cap = Literal["total", "day", "link", "visitor", "tokens"]
Why = Literal["spent", "little", "held"]
TOTAL = "total"
GATE = "runs"
"""A row that only stands for a door: whoever lets a run in holds it, so that two are never counted at once."""
DAYS_KEPT = timedelta(days=40)
"""Of the budgets of days that are over."""


class Full(Exception):
    """A cap leaves no room: all is `spent`, too `little` is left, or calls under way have it `held`.

    Whoever asked has changed nothing, for it ends the transaction.
    """

    def __init__(self, cap: Cap, why: Why) -> None:
        super().__init__(cap, why)
        self.cap: Cap = cap
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Limit:
    """The caps of one budget, in 10⁻⁹ US dollars and in tokens; None is none."""

    budget: str
    cap: Cap
    nano_usd: int | None = None
    tokens: int | None = None


def ids(visitor_id: str, link_id: str | None, at: datetime) -> dict[Cap, str]:
    """The budgets that a visitor's call touches, in the order in which they are to be taken."""
    day = at.astimezone(UTC).date().isoformat()
    link: dict[Cap, str] = {"link": f"link:{link_id}"} if link_id else {}
    return {"total": TOTAL, "day": f"day:{day}", **link, "visitor": f"visitor:{visitor_id}:{day}"}


def load(session: Session, names: Sequence[str]) -> dict[str, BudgetRow]:
    """The rows of these budgets. Of one that is missing nothing was spent."""
    return {row.id: row for row in session.exec(select(BudgetRow).where(col(BudgetRow.id).in_(names)))}


def link_cap(session: Session, link_id: str | None, default: int | None) -> int | None:
    """What may be spent by a link, in 10⁻⁹ US dollars; `default` for one that has no cap of its own."""
    row = session.get(LinkRow, link_id) if link_id else None
    return default if row is None or row.cap_nano_usd is None else row.cap_nano_usd


def check(limit: Limit, row: BudgetRow | None, nano_usd: int, tokens: int) -> None:
    """Raise Full if that much has no room in a budget. What costs nothing always has."""
    row = row or BudgetRow(id=limit.budget, updated_at=datetime.now(UTC))
    if nano_usd:
        _check(limit.cap, limit.nano_usd, row.spent_nano_usd, row.reserved_nano_usd, nano_usd)
    _check("tokens", limit.tokens, row.tokens, row.reserved_tokens, tokens)


def _check(cap: Cap, most: int | None, spent: int, reserved: int, wanted: int) -> None:
    if most is not None and spent + reserved + wanted > most:
        raise Full(cap, "spent" if spent >= most else "little" if spent + wanted > most else "held")


def reserve(session: Session, row: ReservationRow, limits: Sequence[Limit]) -> None:
    """Keep room for a call in all its budgets. Raises Full for the first that has none."""
    for limit in limits:
        _take(session, limit, row)
    row.budgets = [limit.budget for limit in limits]
    session.add(row)


def extend(session: Session, reservation_id: str, limits: Sequence[Limit], more: ReservationRow) -> None:
    """Keep `more` room for a call, in the same budgets. Raises Full."""
    for limit in limits:
        _take(session, limit, more)
    row = session.get(ReservationRow, reservation_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Full("total", "held")  # taken for dead, and settled
    row.nano_usd, row.tokens = row.nano_usd + more.nano_usd, row.tokens + more.tokens


def settle(session: Session, charge: ChargeRow, *, billed: bool = True) -> bool:
    """Turn a call's reservation, of the same id, into its charge. False if somebody has settled it.

    One that is not `billed` only gives back what was reserved.
    """
    gone = delete(ReservationRow).where(col(ReservationRow.id) == charge.id)
    row = session.exec(gone.returning(*_HELD)).first()
    if row is None:
        return False
    budgets, nano_usd, tokens = cast("tuple[list[str], int, int]", tuple(row))
    for budget in budgets:
        _spend(session, budget, charge, nano_usd=nano_usd, tokens=tokens)
    if billed:
        charges.add(session, charge)
    return True


def spend(session: Session, charge: ChargeRow, budgets: Sequence[str]) -> None:
    """Note a call that nothing was reserved for."""
    for budget in budgets:
        _open(session, budget, charge.created_at)
        _spend(session, budget, charge, nano_usd=0, tokens=0)
    charges.add(session, charge)


def left_behind(
    session: Session, *, before: datetime, longest: datetime, mine: Sequence[str]
) -> Sequence[ReservationRow]:
    """Reservations that nobody settles any more: their run is not at work, or they are older than any call.

    Those made after `before` are let be, and those that the process itself still holds.
    """
    working = select(RunRow.id).where(col(RunRow.status) == "running")
    over = and_(col(ReservationRow.run_id).is_not(None), col(ReservationRow.run_id).not_in(working))
    dead = or_(over, col(ReservationRow.created_at) < longest)
    query = select(ReservationRow).where(dead, col(ReservationRow.created_at) < before)
    return session.exec(query.where(col(ReservationRow.id).not_in(mine))).all()


def prune(session: Session, *, at: datetime) -> None:
    """Drop the budgets of days that were over long ago."""
    daily = or_(col(BudgetRow.id).startswith("day:"), col(BudgetRow.id).startswith("visitor:"))
    session.exec(delete(BudgetRow).where(daily, col(BudgetRow.updated_at) < at - DAYS_KEPT))


def count_message(session: Session, budget: str, *, most: int | None, at: datetime) -> bool:
    """Count a message of a visitor's. False if there are as many as may be; then it is not counted."""
    _open(session, budget, at)
    own = update(BudgetRow).where(col(BudgetRow.id) == budget)
    own = own if most is None else own.where(col(BudgetRow.messages) < most)
    return _changed(session, own.values(messages=BudgetRow.messages + 1, updated_at=at))


def pass_gate(session: Session, *, at: datetime) -> None:
    """Wait until nobody else is letting a run in, and keep others from it to the transaction's end."""
    _open(session, GATE, at)
    session.exec(update(BudgetRow).where(col(BudgetRow.id) == GATE).values(updated_at=at))


# Made once: to put them together takes longer than to run them.
_BUDGET = SQLModel.metadata.tables["budget"]
_OF = _BUDGET.c
_OWN = update(_BUDGET).where(_OF.id == bindparam("budget"))
_MOST = 2**62
_TAKE = _OWN.where(
    _OF.spent_nano_usd + _OF.reserved_nano_usd + bindparam("held_money") <= bindparam("most_money"),
    _OF.tokens + _OF.reserved_tokens + bindparam("held_tokens") <= bindparam("most_tokens"),
).values(
    reserved_nano_usd=_OF.reserved_nano_usd + bindparam("held_money"),
    reserved_tokens=_OF.reserved_tokens + bindparam("held_tokens"),
    updated_at=bindparam("at"),
)
_SPEND = _OWN.values(
    reserved_nano_usd=_OF.reserved_nano_usd - bindparam("held_money"),
    reserved_tokens=_OF.reserved_tokens - bindparam("held_tokens"),
    spent_nano_usd=_OF.spent_nano_usd + bindparam("spent"),
    tokens=_OF.tokens + bindparam("used"),
    updated_at=bindparam("at"),
)
_HELD = (col(ReservationRow.budgets), col(ReservationRow.nano_usd), col(ReservationRow.tokens))


def _take(session: Session, limit: Limit, row: ReservationRow) -> None:
    _open(session, limit.budget, row.created_at)
    held = {"held_money": row.nano_usd, "held_tokens": row.tokens, "budget": limit.budget, "at": row.created_at}
    money = _MOST if limit.nano_usd is None or not row.nano_usd else limit.nano_usd
    caps = {"most_money": money, "most_tokens": _MOST if limit.tokens is None else limit.tokens}
    if session.connection().execute(_TAKE, held | caps).rowcount == 0:
        check(limit, session.get(BudgetRow, limit.budget, populate_existing=True), row.nano_usd, row.tokens)
        raise Full(limit.cap, "held")  # somebody gave something back at this moment


def _spend(session: Session, budget: str, charge: ChargeRow, *, nano_usd: int, tokens: int) -> None:
    """Of what was reserved nothing stays reserved."""
    held = {"held_money": nano_usd, "held_tokens": tokens, "budget": budget, "at": charge.created_at}
    spent = {"spent": charge.nano_usd or 0, "used": charge.input_tokens + charge.output_tokens}
    session.connection().execute(_SPEND, held | spent)


def _open(session: Session, budget: str, at: datetime) -> None:
    """See to it that the row is there."""
    session.connection().execute(insert(session, BudgetRow).on_conflict_do_nothing(), _empty(budget, at))


def _empty(budget: str, at: datetime) -> Mapping[str, Any]:
    counts = dict.fromkeys(("spent_nano_usd", "reserved_nano_usd", "tokens", "reserved_tokens", "messages"), 0)
    return {"id": budget, "updated_at": at, **counts}


def _changed(session: Session, statement: Any) -> bool:
    return cast("CursorResult[Any]", session.exec(statement)).rowcount > 0
