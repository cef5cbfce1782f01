"""What calls cost in 10⁻⁹ US dollars, rounded up. Pure."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from playground import prices
from playground.budget.bound import Bound
from playground.budget.usage import Told

MOST = 10**15
"""A million dollars: no call is held for more."""
_MILLION = Decimal(1_000_000)
_NANO = Decimal(10**9)


@dataclass(frozen=True, slots=True)
class Tariff:
    """`unknown` is in US dollars for a million tokens of a model without a known price."""

    unknown: Decimal

    def most(self, model: str, bound: Bound) -> int:
        """What a call costs at most."""
        cost = prices.dearest(model, input_tokens=bound.input, output_tokens=bound.output)
        return _nano((self._flat(bound.input + bound.output) if cost is None else cost) + bound.fees)

    def cost(self, model: str, spent: Told, *, guess: bool) -> int | None:
        """What a call cost. Where that is not known it counts as `unknown`, or is None if nobody wants a `guess`."""
        cost = prices.cost(model, spent)
        if cost is None and guess:
            cost = self._flat(spent.input_tokens + spent.output_tokens)
        return None if cost is None else _nano(cost + spent.fees)

    def _flat(self, tokens: int) -> Decimal:
        return tokens * self.unknown / _MILLION


def _nano(cost: Decimal) -> int:
    return min(int((cost * _NANO).to_integral_value(ROUND_CEILING)), MOST)
