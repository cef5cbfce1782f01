"""Budgets: whatever is asked for and settled in whatever order, no cap is passed and nothing is lost."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlmodel import Session, SQLModel, select

from playground.store import budgets, charges
from playground.store.budgets import Full, Limit
from playground.store.money_tables import BudgetRow, ChargeRow, ReservationRow

NOW = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
TOTAL, VISITOR = 100, 40
VISITORS = ("vis_a", "vis_b", "vis_c")

Step = tuple[str, int, float, bool]
"""Who asks, for how much, how much of it is used, and whether it is settled before the next one asks."""


def reservation(number: int, visitor: str, amount: int) -> ReservationRow:
    return ReservationRow(
        id=f"cal_{number}",
        visitor_id=visitor,
        model="compatible/echo",
        nano_usd=amount,
        tokens=amount,
        budgets=[],
        owner="here",
        created_at=NOW,
    )


def charge(number: int, visitor: str, amount: int) -> ChargeRow:
    return ChargeRow(
        id=f"cal_{number}",
        visitor_id=visitor,
        model="compatible/echo",
        nano_usd=amount,
        input_tokens=amount,
        created_at=NOW,
    )


def limits(visitor: str) -> Sequence[Limit]:
    names = budgets.ids(visitor, None, NOW)
    return [
        Limit(names["total"], "total", TOTAL),
        Limit(names["day"], "day"),
        Limit(names["visitor"], "visitor", VISITOR, VISITOR),
    ]


steps = st.lists(st.tuples(st.sampled_from(VISITORS), st.integers(0, 60), st.floats(0, 1), st.booleans()), max_size=20)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_no_use_within_what_was_held_passes_a_cap(asked: list[Step]) -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    later: list[ChargeRow] = []
    with Session(engine) as session:
        for number, (visitor, amount, share, at_once) in enumerate(asked):
            try:
                with session.begin_nested():
                    budgets.reserve(session, reservation(number, visitor, amount), limits(visitor))
            except Full:
                continue
            used = charge(number, visitor, int(amount * share))
            if at_once:
                assert budgets.settle(session, used)
            else:
                later.append(used)
            _check(session)
        for used in later:
            assert budgets.settle(session, used)
            assert not budgets.settle(session, used), "nothing is settled twice"
        _check(session)
        whole = budgets.load(session, ["total"]).get("total")
        assert (whole.reserved_nano_usd if whole else 0) == 0
        spent = sum(row.nano_usd or 0 for row in session.exec(select(ChargeRow)))
        assert (whole.spent_nano_usd if whole else 0) == spent
    engine.dispose()


def _check(session: Session) -> None:
    session.expire_all()
    for row in session.exec(select(BudgetRow)):
        cap = {"total": TOTAL, "visitor": VISITOR}.get(row.id.partition(":")[0], 10**9)
        assert row.spent_nano_usd + row.reserved_nano_usd <= cap
        assert min(row.spent_nano_usd, row.reserved_nano_usd, row.tokens, row.reserved_tokens) >= 0


def test_money_is_told_by_hour_and_by_visitor_without_what_visitors_paid_themselves() -> None:
    engine = create_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        for number, (visitor, own_key) in enumerate([("vis_a", False), ("vis_b", False), ("vis_a", True)]):
            row = charge(number, visitor, 10)
            row.own_key = own_key
            charges.add(session, row)
        session.flush()
        hour = NOW.replace(minute=0, second=0)
        assert charges.by_hour(session, since=hour) == [(hour, 20)]
        assert charges.of_visitors(session, since=hour) == {"vis_a": 10, "vis_b": 10}
        assert len(charges.of_visitor(session, "vis_a")) == 2
    engine.dispose()
