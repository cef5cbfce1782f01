"""What a run's turns took, as its row keeps it: money in 10⁻⁹ US dollars, so that sums stay exact."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from playground.records import TurnUsage

NANO = Decimal("1e-9")
MOST = Decimal(10**9)
"""US dollars; what a run cannot cost."""
BY_TURN = "by_turn"
"""Where they are in the `usage` of a run."""


def nano(cost: Decimal | None) -> int | None:
    """US dollars → their billionth parts; None for more than a row can keep, which only a provider that lies tells."""
    return None if cost is None or cost > MOST else int((cost / NANO).to_integral_value())


def dollars(count: int | None) -> Decimal | None:
    """Billionth parts → US dollars."""
    return None if count is None else count * NANO


def stored(turns: Sequence[TurnUsage]) -> dict[str, Any]:
    """The part of a run's `usage` that holds its turns."""
    return {BY_TURN: [{**asdict(turn), "cost": nano(turn.cost)} for turn in turns]}


def turns_of(usage: Mapping[str, Any]) -> tuple[TurnUsage, ...]:
    """The turns that a run's `usage` holds; none in one of old."""
    rows: Sequence[dict[str, Any]] = usage.get(BY_TURN, ())
    return tuple(replace(TurnUsage(**row), cost=dollars(row["cost"])) for row in rows)
