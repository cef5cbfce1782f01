"""One call of a model as the store keeps it: what is held for it, then what it took."""

from dataclasses import dataclass
from datetime import UTC, datetime

from playground.budget.bound import Bound
from playground.budget.payer import Payer
from playground.budget.usage import Told
from playground.store.money_tables import ChargeRow, ReservationRow


@dataclass(slots=True, eq=False)
class Held:
    """One call. `nano_usd` and `tokens` are held for it, if it is `reserved`; without a cap there is no `bound`."""

    id: str
    payer: Payer
    at: datetime
    bound: Bound | None = None
    reserved: bool = False
    nano_usd: int = 0
    tokens: int = 0
    requests: int = 1


def reservation(held: Held, owner: str, *, nano_usd: int, tokens: int) -> ReservationRow:
    """What the process `owner` keeps for a call, or for a further request of it."""
    payer = held.payer
    return ReservationRow(
        id=held.id,
        run_id=payer.run_id,
        visitor_id=payer.visitor_id,
        link_id=payer.link_id,
        model=payer.model,
        nano_usd=nano_usd,
        tokens=tokens,
        budgets=[],
        owner=owner,
        created_at=held.at,
    )


def charge(held: Held, told: Told | None, nano_usd: int | None) -> ChargeRow:
    """What a call took: what was `told`, which cost `nano_usd`; all that was held where nothing was."""
    payer, output = held.payer, min(held.bound.output if held.bound else 0, held.tokens)
    return ChargeRow(
        id=held.id,
        run_id=payer.run_id,
        visitor_id=payer.visitor_id,
        link_id=payer.link_id,
        model=payer.model,
        nano_usd=nano_usd if told else held.nano_usd if held.reserved else None,
        input_tokens=told.input_tokens if told else held.tokens - output,
        output_tokens=told.output_tokens if told else output,
        estimated=told is None,
        own_key=payer.own_key,
        created_at=datetime.now(UTC),
    )


def whole(row: ReservationRow) -> ChargeRow:
    """What a call took of which nobody knows more than what was held for it."""
    return ChargeRow(
        id=row.id,
        run_id=row.run_id,
        visitor_id=row.visitor_id,
        link_id=row.link_id,
        model=row.model,
        nano_usd=row.nano_usd,
        input_tokens=row.tokens,
        estimated=True,
        created_at=datetime.now(UTC),
    )
