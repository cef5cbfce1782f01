"""What the owner sees of everybody: runs, visitors, money. Nothing here tells what anybody wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal_column
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from playground.records import LIVE
from playground.store.access_tables import VisitorRow
from playground.store.money_tables import BudgetRow, ChargeRow, ReservationRow
from playground.store.tables import RunRow

MOST_RUNS = 200
FAILED = ("failed", "interrupted")
WAITING = "awaiting_approval"


@dataclass(frozen=True, slots=True)
class Running:
    """A live run. Money is in 10⁻⁹ US dollars: spent so far, and held for the calls under way."""

    id: str
    visitor_id: str
    link_id: str | None
    agent: str
    model: str
    status: str
    created_at: datetime
    spent: int
    held: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A visitor. `today` and `spent` are the owner's money, in 10⁻⁹ US dollars; `messages` those that are kept."""

    id: str
    link_id: str | None
    created_at: datetime
    seen_at: datetime
    blocked_at: datetime | None
    messages: int
    today: int
    spent: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What an hour took: the owner's money, and calls of models; `unpriced` of them at a price that is not known."""

    at: datetime
    nano_usd: int
    calls: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A run that ended badly, and what its visitor was told."""

    id: str
    at: datetime
    visitor_id: str
    agent: str
    model: str
    status: str
    error: str


def running(session: Session) -> Sequence[Running]:
    """The runs that are not over, those first that began first; those that wait for somebody's word come last."""
    waits = case((col(RunRow.status) == WAITING, 1), else_=0)
    live = select(RunRow).where(col(RunRow.status).in_(LIVE))
    query = live.order_by(waits, col(RunRow.created_at)).limit(MOST_RUNS)
    large: Any = RunRow.paused
    found = session.exec(query.options(defer(large))).all()
    ids = [one.id for one in found]
    spent = _sums(session, ChargeRow.run_id, ChargeRow.nano_usd, col(ChargeRow.run_id).in_(ids), _owners())
    held = _sums(session, ReservationRow.run_id, ReservationRow.nano_usd, col(ReservationRow.run_id).in_(ids))
    return [
        Running(
            id=one.id,
            visitor_id=one.visitor_id,
            link_id=one.order.get("link"),
            agent=one.agent,
            model=one.model,
            status=one.status,
            created_at=one.created_at,
            spent=spent.get(one.id, 0),
            held=held.get(one.id, 0),
        )
        for one in found
    ]


def waiting_of(session: Session, visitor_id: str) -> Sequence[str]:
    """The visitor's runs that wait for a word."""
    query = select(RunRow.id).where(RunRow.status == "awaiting_approval", RunRow.visitor_id == visitor_id)
    return session.exec(query).all()


def seen_last(session: Session, *, day: str, limit: int) -> Sequence[Seen]:
    """The visitors who came last."""
    query = select(VisitorRow).order_by(col(VisitorRow.seen_at).desc(), col(VisitorRow.id)).limit(limit)
    return _seen(session, session.exec(query).all(), day)


def spent_most(session: Session, *, day: str, limit: int) -> Sequence[Seen]:
    """The visitors who spent most on a day, such as 2026-11-23."""
    budgets = select(BudgetRow.id).where(
        col(BudgetRow.id).startswith("visitor:", autoescape=True),
        col(BudgetRow.id).endswith(f":{day}", autoescape=True),
        BudgetRow.spent_nano_usd > 0,
    )
    found = session.exec(budgets.order_by(col(BudgetRow.spent_nano_usd).desc()).limit(limit)).all()
    ids = [budget.removeprefix("visitor:").removesuffix(f":{day}") for budget in found]
    rows = {row.id: row for row in session.exec(select(VisitorRow).where(col(VisitorRow.id).in_(ids)))}
    return _seen(session, [rows[one] for one in ids if one in rows], day)


def shut_out(session: Session, *, day: str, limit: int) -> Sequence[Seen]:
    """The visitors who are blocked, the last one first."""
    blocked = select(VisitorRow).where(col(VisitorRow.blocked_at).is_not(None))
    return _seen(session, session.exec(blocked.order_by(col(VisitorRow.blocked_at).desc()).limit(limit)).all(), day)


def numbers(session: Session, *, since: datetime) -> tuple[int, int, int]:
    """How many visitors there are, how many came since a time, and how many are blocked."""
    every = func.count(col(VisitorRow.id))
    lately = func.count(case((col(VisitorRow.seen_at) >= since, 1)))
    blocked = func.count(col(VisitorRow.blocked_at))
    found: Any = session.exec(select(every, lately, blocked)).one()
    return int(found[0]), int(found[1]), int(found[2])


def by_hour(session: Session, *, since: datetime) -> Sequence[Hour]:
    """The owner's money by hour, oldest first; hours without a call are left out. Summed by the database."""
    charge, hour = ChargeRow, _hour(session)
    spent = func.coalesce(func.sum(charge.nano_usd), 0)
    unpriced = func.sum(case((col(charge.nano_usd).is_(None), 1), else_=0))
    query = select(hour, spent, func.count(), unpriced).where(col(charge.created_at) >= since, _owners())
    found: Sequence[Any] = session.exec(query.group_by(hour).order_by(hour)).all()
    return [
        Hour(datetime.strptime(str(at), "%Y-%m-%d %H").replace(tzinfo=UTC), int(nano), int(calls), int(without))
        for at, nano, calls, without in found
    ]


def failed(session: Session, *, since: datetime, limit: int) -> Sequence[Failed]:
    """The runs that ended badly since a time, the last one first."""
    row = RunRow
    query = select(row).where(col(row.ended_at) >= since, col(row.status).in_(FAILED))
    found = session.exec(query.order_by(col(row.ended_at).desc()).limit(limit)).all()
    return [
        Failed(
            id=one.id,
            at=one.ended_at or one.created_at,
            visitor_id=one.visitor_id,
            agent=one.agent,
            model=one.model,
            status=one.status,
            error=one.error or "",
        )
        for one in found
    ]


def visitors_of_links(session: Session) -> dict[str, int]:
    """How many visitors came by each link."""
    query = select(VisitorRow.link_id, func.count()).where(col(VisitorRow.link_id).is_not(None))
    return {str(link): int(count) for link, count in session.exec(query.group_by(col(VisitorRow.link_id)))}


def _seen(session: Session, rows: Sequence[VisitorRow], day: str) -> Sequence[Seen]:
    ids = [row.id for row in rows]
    spent = _sums(session, ChargeRow.visitor_id, ChargeRow.nano_usd, col(ChargeRow.visitor_id).in_(ids), _owners())
    began = datetime.fromisoformat(day).replace(tzinfo=UTC)
    todays = (col(ChargeRow.visitor_id).in_(ids), col(ChargeRow.created_at) >= began, _owners())
    today = _sums(session, ChargeRow.visitor_id, ChargeRow.nano_usd, *todays)
    counted = select(RunRow.visitor_id, func.count()).where(col(RunRow.visitor_id).in_(ids))
    messages = dict(session.exec(counted.group_by(col(RunRow.visitor_id))).all())
    return [
        Seen(
            id=row.id,
            link_id=row.link_id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            blocked_at=row.blocked_at,
            messages=messages.get(row.id, 0),
            today=today.get(row.id, 0),
            spent=spent.get(row.id, 0),
        )
        for row in rows
    ]


def _sums(session: Session, key: Any, value: Any, *which: ColumnElement[bool]) -> dict[str, int]:
    query = select(key, func.coalesce(func.sum(value), 0)).where(*which).group_by(key)
    return {str(name): int(amount) for name, amount in session.exec(query)}


def _owners() -> ColumnElement[bool]:
    return col(ChargeRow.own_key).is_(False)


def _hour(session: Session) -> ColumnElement[str]:
    """The hour of a charge in UTC, such as `2026-11-23 04`, in words that each database has for it."""
    at = col(ChargeRow.created_at)
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(at, literal_column("1"), literal_column("13"), type_=String)
    utc = func.timezone(literal_column("'UTC'"), at)
    return func.to_char(utc, literal_column("'YYYY-MM-DD HH24'"), type_=String)
