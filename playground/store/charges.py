"""What calls of models took, one row each. It is what the owner's plot is drawn from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from playground.store import visitors
from playground.store.money_tables import ChargeRow

KEPT = timedelta(days=400)


def add(session: Session, charge: ChargeRow) -> None:
    """Note what a call took. Who only dictates was let in by no run, so it is here that the owner hears of them."""
    session.add(charge)
    if charge.run_id is None:
        visitors.seen(session, visitor_id=charge.visitor_id, link_id=charge.link_id, at=charge.created_at)


def by_hour(session: Session, *, since: datetime) -> Sequence[tuple[datetime, int]]:
    """The owner's money by hour, (when it began, 10⁻⁹ US dollars), oldest first; hours without any are left out."""
    spent: Counter[datetime] = Counter()
    own = (col(ChargeRow.created_at) >= since, col(ChargeRow.own_key).is_(False))
    for at, nano_usd in session.exec(select(ChargeRow.created_at, ChargeRow.nano_usd).where(*own)):
        spent[at.replace(minute=0, second=0, microsecond=0)] += nano_usd or 0
    return sorted(spent.items())


def of_visitors(session: Session, *, since: datetime) -> Mapping[str, int]:
    """The owner's money by visitor, in 10⁻⁹ US dollars."""
    spent: Counter[str] = Counter()
    own = (col(ChargeRow.created_at) >= since, col(ChargeRow.own_key).is_(False))
    for visitor_id, nano_usd in session.exec(select(ChargeRow.visitor_id, ChargeRow.nano_usd).where(*own)):
        spent[visitor_id] += nano_usd or 0
    return spent


def of_visitor(session: Session, visitor_id: str) -> Sequence[ChargeRow]:
    """All charges of one visitor, oldest first."""
    return session.exec(
        select(ChargeRow).where(ChargeRow.visitor_id == visitor_id).order_by(col(ChargeRow.created_at))
    ).all()


def prune(session: Session, *, at: datetime) -> None:
    """Drop charges of long ago: what they came to stays in the budgets."""
    session.exec(delete(ChargeRow).where(col(ChargeRow.created_at) < at - KEPT))
