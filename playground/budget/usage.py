"""What a provider says that a call took, believed as far as it can be. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FEES = {
    "web_search_call": Decimal("0.035"),
    "file_search_call": Decimal("0.0025"),
    "code_interpreter_call": Decimal("0.03"),
    "image_generation_call": Decimal("0.25"),
}
"""US dollars for one use of a tool that the provider runs itself, besides its tokens: the dearest documented."""
MOST_TOKENS = 100_000_000
"""Of one call. Who tells of more is mistaken, or lies."""


@dataclass(frozen=True, slots=True)
class Told:
    """Tokens of one call, and in US dollars the fees of the provider's own tools."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    fees: Decimal = Decimal(0)


def told(usage: Any, output: Iterable[Any] = ()) -> Told | None:
    """Out of a response's or the SDK's usage; None if it says nothing, or nothing that can be.

    Some servers count thoughts beside the answer: what the total holds above the input counts as output.
    """
    given, made = _count(usage, "input_tokens"), _count(usage, "output_tokens")
    if given is None or made is None or not given + made:
        return None
    inside, outside = getattr(usage, "input_tokens_details", None), getattr(usage, "output_tokens_details", None)
    whole = _count(usage, "total_tokens") or 0
    return Told(
        input_tokens=given,
        output_tokens=max(made, whole - given, _count(outside, "reasoning_tokens") or 0),
        cached_tokens=_count(inside, "cached_tokens") or 0,
        cache_write_tokens=_count(inside, "cache_write_tokens") or 0,
        fees=sum((FEES.get(getattr(item, "type", ""), Decimal(0)) for item in output), Decimal(0)),
    )


def _count(of: Any, name: str) -> int | None:
    """A number of tokens that can be one; None for any other."""
    value = getattr(of, name, None)
    return value if isinstance(value, int) and 0 <= value <= MOST_TOKENS else None
