"""What is left to a visitor under the owner's caps, in numbers and in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from sqlmodel import Session

from playground.languages.say import say
from playground.policy import Policy
from playground.store import budgets
from playground.store.database import Database
from playground.store.money_tables import BudgetRow
from playground.store.spend import dollars, nano
from playground.visitor import Visitor

Name = Literal["money", "tokens", "messages"]
Rows: TypeAlias = Mapping[str, BudgetRow]

CENT = Decimal("0.01")
HALF = Decimal("0.5")
"""Of what more than this is left, it is not told, unless there is nothing else to tell."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is `left` of `most`: US dollars for money, else a count. What does not `reset` by itself resets at None."""

    name: Name
    most: Decimal
    left: Decimal
    resets_at: datetime | None

    @property
    def share(self) -> Decimal:
        """How much of it is left, 0 to 1."""
        return self.left / self.most if self.most else Decimal(0)


async def remaining(database: Database, policy: Policy, visitor: Visitor) -> tuple[Remaining, ...]:
    """One for each kind of cap that there is. Of several caps in money the one that leaves least counts."""
    now = datetime.now(UTC)
    caps = policy.caps
    if not caps.money and caps.visitor_tokens is None and caps.visitor_messages is None:
        return ()

    def work(session: Session) -> tuple[Remaining, ...]:
        names = budgets.ids(visitor.id, visitor.link, now)
        rows = budgets.load(session, list(names.values()))
        least = budgets.link_cap(session, visitor.link, nano(caps.link)) if visitor.link else None
        most = {"total": caps.total, "day": caps.day, "link": dollars(least), "visitor": caps.visitor_day}
        money = [_money(rows.get(names[cap]), bound, cap, now) for cap in names if (bound := most[cap]) is not None]
        own = rows.get(names["visitor"])
        return (*sorted(money, key=_tightness)[:1], *_counts(policy, own, now))

    return await database.read(work)


def described(limits: Sequence[Remaining]) -> str:
    """One sentence about what gets scarce; empty where nothing is bounded."""
    if not limits:
        return ""
    if any(limit.left <= 0 for limit in limits):
        return say("What you may use here is used up.")
    scarce = [limit for limit in limits if limit.share < HALF] or [min(limits, key=lambda limit: limit.share)]
    what = " · ".join(map(_said, scarce))
    daily = all(limit.resets_at for limit in scarce)
    return say("Left for today: {what}", what=what) if daily else say("Left: {what}", what=what)


def _money(row: BudgetRow | None, most: Decimal, cap: str, now: datetime) -> Remaining:
    taken = row.spent_nano_usd + row.reserved_nano_usd if row else 0
    left = max(most - (dollars(taken) or 0), Decimal(0))
    return Remaining("money", most, left, _midnight(now) if cap in {"day", "visitor"} else None)


def _counts(policy: Policy, row: BudgetRow | None, now: datetime) -> Iterator[Remaining]:
    tokens = row.tokens + row.reserved_tokens if row else 0
    messages = row.messages if row else 0
    for name, most, taken in (
        ("tokens", policy.caps.visitor_tokens, tokens),
        ("messages", policy.caps.visitor_messages, messages),
    ):
        if most is not None:
            left = Decimal(max(most - taken, 0))
            yield Remaining("tokens" if name == "tokens" else "messages", Decimal(most), left, _midnight(now))


def _tightness(limit: Remaining) -> tuple[Decimal, bool]:
    """The one that leaves least, and of two the one that does not come back by itself."""
    return limit.left, limit.resets_at is not None


def _said(limit: Remaining) -> str:
    match limit.name:
        case "money":
            return f"${limit.left:.2f}" if limit.left >= CENT else say("less than a cent")
        case "tokens":
            return say("{count} tokens", count=f"{limit.left:,.0f}")
        case "messages":
            return say("{count} messages", count=f"{limit.left:,.0f}")


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
