"""What models cost, in US dollars, as the installed price list has it. Nothing is ever looked up on a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

FREE = Decimal(0)
_KNOWN = frozenset({"openai", "anthropic", "google"})
_MILLION = 1_000_000
_SAMPLE = 1_000
"""Tokens that are priced to learn the price of a million: so few that no tier for long contexts applies."""
_CACHED_FOR_AN_HOUR = ("cache_write_tokens", "cache_write_1h_tokens")


class Spent(Protocol):
    """Tokens of one call. `input_tokens` holds the cached and the newly cached ones, `output_tokens` the reasoning."""

    @property
    def input_tokens(self) -> int:
        """All that went in."""
        ...

    @property
    def cached_tokens(self) -> int:
        """Of those, read from the provider's cache."""
        ...

    @property
    def cache_write_tokens(self) -> int:
        """Of those, written to the provider's cache."""
        ...

    @property
    def output_tokens(self) -> int:
        """All that came out."""
        ...


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens in a short context, and the context's limit in tokens, if it is known.

    `total` is all that is asked for, also by other measures.
    """

    input: Decimal
    output: Decimal
    context: int | None = None
    total: Decimal = FREE


def is_free(model: str) -> bool:
    """Whether `provider/id` runs on this machine."""
    return model.startswith("local/")


@lru_cache(maxsize=1024)  # ids can be typed, so there may be any number
def price(model: str) -> Price | None:
    """What `provider/id` costs; None if that is not known. A local model costs nothing."""
    if is_free(model):
        return Price(FREE, FREE)
    provider, _, name = model.partition("/")
    found = _priced(provider, name, {"input_tokens": _SAMPLE, "output_tokens": _SAMPLE})
    if found is None:
        return None
    scale = Decimal(_MILLION // _SAMPLE)
    return Price(found.input * scale, found.output * scale, found.context)


def cost(model: str, spent: Spent) -> Decimal | None:
    """What one call of `provider/id` cost, in US dollars; None if that is not known."""
    if is_free(model):
        return FREE
    provider, _, name = model.partition("/")
    cached = min(spent.cached_tokens, spent.input_tokens)
    usage = {
        "input_tokens": spent.input_tokens,
        "output_tokens": spent.output_tokens,
        "cache_read_tokens": cached,
        "cache_write_tokens": min(spent.cache_write_tokens, spent.input_tokens - cached),
    }
    found = _priced(provider, name, usage)
    return None if found is None else found.input + found.output


def dearest(model: str, *, input_tokens: int, output_tokens: int) -> Decimal | None:
    """What a call of `provider/id` with so many tokens costs at most, however they are counted: None if not known.

    Tokens that are written to a cache, or that are sound, may cost more than plain ones; so do those of a long context.
    """
    if is_free(model):
        return FREE
    provider, _, name = model.partition("/")
    plain = {"input_tokens": input_tokens, "output_tokens": output_tokens}
    kinds: tuple[tuple[str, ...], ...] = ((), _CACHED_FOR_AN_HOUR, ("input_audio_tokens",))
    found = [_priced(provider, name, plain | dict.fromkeys(kind, input_tokens)) for kind in kinds]
    return max((price.input + price.output for price in found if price is not None), default=None)


def sound(model: str, seconds: float) -> Decimal | None:
    """What `provider/id` asks for so many seconds of sound; None if it asks by other measures, or that is not known."""
    provider, _, name = model.partition("/")
    found = _priced(provider, name, {"audio_seconds": max(round(seconds), 1)})
    return found.total if found is not None and found.total else None


def total(parts: Sequence[Decimal | None]) -> Decimal | None:
    """The sum; None if any part is not known."""
    known = [part for part in parts if part is not None]
    return sum(known, FREE) if len(known) == len(parts) else None


def prepare() -> None:
    """Reads the price list. That takes a quarter of a second, once: not for an event loop."""
    price("openai/gpt-6-luna")


def _priced(provider: str, name: str, usage: dict[str, int]) -> Price | None:
    """`usage` at the prices of today. A compatible server asks what it likes, so its prices are not known."""
    if provider not in _KNOWN:
        return None
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - slow, and most commands do not need it

    try:
        found = calc_price(Usage(**usage), name, provider_id=provider)
    except (LookupError, ValueError):
        return None
    input_price, output_price = Decimal(found.input_price), Decimal(found.output_price)
    return Price(input_price, output_price, found.model.context_window, Decimal(found.total_price))
