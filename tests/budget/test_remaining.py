"""What is left to a visitor, in numbers and in words."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from playground.budget.remaining import described, remaining
from playground.policy import policy_of
from playground.settings import Settings
from playground.store.access_tables import LinkRow
from playground.store.database import Database
from playground.store.money_tables import BudgetRow
from playground.visitor import Visitor

ANN = Visitor("vis_ann", link="lnk_1")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await made.open()
    yield made
    await made.close()


def budget(name: str, **spent: int) -> BudgetRow:
    return BudgetRow(id=name, updated_at=datetime.now(UTC), **spent)


async def left(database: Database, *rows: Any, visitor: Visitor = ANN, **settings: Any) -> list[tuple[str, Any, Any]]:
    """Name, most and left of each limit."""

    def work(session: Session) -> None:
        session.add_all(rows)

    await database.write(work)
    found = await remaining(database, policy_of(Settings(**settings)), visitor)
    return [(one.name, one.most, one.left) for one in found]


async def test_without_caps_nothing_is_bounded(database: Database) -> None:
    assert await left(database) == []


async def test_the_cap_that_leaves_least_is_told(database: Database) -> None:
    rows = [budget("total", spent_nano_usd=9_900_000_000), budget("link:lnk_1", spent_nano_usd=1_000_000_000)]
    caps: dict[str, Any] = {"cap_total": Decimal(10), "cap_visitor_day": Decimal(1), "cap_link": Decimal(2)}
    assert await left(database, *rows, **caps) == [("money", Decimal(10), Decimal("0.1"))]


async def test_what_is_reserved_is_not_left(database: Database) -> None:
    day = f"visitor:vis_ann:{datetime.now(UTC):%Y-%m-%d}"
    row = budget(day, spent_nano_usd=1, reserved_nano_usd=999_999_999, tokens=5, reserved_tokens=6, messages=7)
    caps: dict[str, Any] = {"cap_visitor_day": Decimal(1), "max_visitor_tokens": 10, "max_visitor_messages": 10}
    expected = [("money", 1, 0), ("tokens", 10, 0), ("messages", 10, 3)]
    assert await left(database, row, **caps) == expected


async def test_a_link_has_a_cap_of_its_own(database: Database) -> None:
    link = LinkRow(id="lnk_1", name="talk", code_hash="x", cap_nano_usd=3_000_000_000, created_at=datetime.now(UTC))
    assert await left(database, link, cap_link=Decimal(1)) == [("money", 3, 3)]
    assert await left(database, visitor=Visitor("vis_bob"), cap_link=Decimal(1)) == []


async def test_of_two_that_leave_nothing_the_one_that_stays_so_is_told(database: Database) -> None:
    rows = [budget("total", spent_nano_usd=10**9), budget(f"day:{datetime.now(UTC):%Y-%m-%d}", spent_nano_usd=10**9)]
    await left(database, *rows)
    policy = policy_of(Settings(cap_total=Decimal(1), cap_day=Decimal(1)))
    (limit,) = await remaining(database, policy, ANN)
    assert limit.resets_at is None
    assert described([limit]) == "What you may use here is used up."


async def test_in_words_only_what_gets_scarce_is_told(database: Database) -> None:
    day = f"visitor:vis_ann:{datetime.now(UTC):%Y-%m-%d}"
    settings = Settings(cap_visitor_day=Decimal(1), max_visitor_tokens=1_000_000, max_visitor_messages=100)
    await left(database, budget(day, spent_nano_usd=400_000_000, tokens=10))
    found = await remaining(database, policy_of(settings), ANN)
    assert described(found) == "Left for today: $0.60"

    def more(session: Session) -> None:
        row = session.get_one(BudgetRow, day)
        row.spent_nano_usd, row.tokens, row.messages = 995_000_000, 600_000, 10
        session.add(row)

    await database.write(more)
    found = await remaining(database, policy_of(settings), ANN)
    assert described(found) == "Left for today: less than a cent · 400,000 tokens"
    assert found[0].resets_at is not None
    assert timedelta(0) < found[0].resets_at - datetime.now(UTC) <= timedelta(days=1)


async def test_what_is_left_of_a_link_is_not_for_today_alone(database: Database) -> None:
    policy = policy_of(Settings(cap_link=Decimal(2)))
    assert described(await remaining(database, policy, ANN)) == "Left: $2.00"
