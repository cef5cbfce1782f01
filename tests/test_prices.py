"""What models cost."""

import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.catalog import CURATED
from playground.prices import cost, price, total

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Tokens:
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0


FLAT = "anthropic/claude-sonnet-5-5"
"""Its price has no tiers."""
TIERED = "openai/gpt-6.1-terra"


@st.composite
def tokens(draw: st.DrawFn, most: int = 500_000) -> Tokens:
    given_in = draw(st.integers(0, most))
    cached = draw(st.integers(0, given_in))
    return Tokens(given_in, cached, draw(st.integers(0, given_in - cached)), draw(st.integers(0, most)))


@pytest.mark.parametrize("model", [f"{provider}/{name}" for provider, names in CURATED.items() for name in names])
def test_every_curated_model_has_a_price_and_a_context(model: str) -> None:
    known = price(model)
    assert known is not None
    assert 0 < known.input < known.output
    assert known.context is not None


@pytest.mark.parametrize(
    "model",
    ["openai/gpt-6.2-sol", "openai/nothing", "google/gemini-4-carbon", "compatible/gpt-6-luna", "nobody/x", "x", ""],
)
def test_a_price_that_is_not_known_is_none(model: str) -> None:
    assert price(model) is None
    assert cost(model, Tokens(1, 0, 0, 1)) is None


@given(tokens())
def test_a_local_model_costs_nothing(spent: Tokens) -> None:
    assert cost("local/tiny", spent) == 0
    known = price("local/tiny")
    assert known is not None
    assert known.input == known.output == 0


@given(st.lists(tokens(), max_size=4))
def test_the_cost_of_the_parts_is_the_cost_of_the_whole_where_there_are_no_tiers(parts: list[Tokens]) -> None:
    whole = Tokens(
        sum(part.input_tokens for part in parts),
        sum(part.cached_tokens for part in parts),
        sum(part.cache_write_tokens for part in parts),
        sum(part.output_tokens for part in parts),
    )
    assert total([cost(FLAT, part) for part in parts]) == cost(FLAT, whole)


@given(tokens(), tokens())
def test_more_tokens_never_cost_less(some: Tokens, more: Tokens) -> None:
    both = Tokens(*(getattr(some, name) + getattr(more, name) for name in Tokens.__dataclass_fields__))
    first, second = cost(TIERED, some), cost(TIERED, both)
    assert first is not None
    assert second is not None
    assert first <= second


def test_a_million_tokens_cost_what_the_price_says() -> None:
    known = price(FLAT)
    assert known is not None
    assert cost(FLAT, Tokens(input_tokens=1_000_000)) == known.input
    assert cost(FLAT, Tokens(output_tokens=1_000_000)) == known.output


def test_a_cached_token_costs_less_and_one_newly_cached_more() -> None:
    costs = [cost(FLAT, Tokens(1000, *cache)) for cache in ((1000, 0), (0, 0), (0, 1000))]
    read, plain, written = (one or Decimal(0) for one in costs)
    assert 0 < read < plain < written


def test_a_long_context_is_dearer_where_the_provider_says_so() -> None:
    short, long = cost(TIERED, Tokens(100_000)), cost(TIERED, Tokens(1_000_000))
    assert short is not None
    assert long is not None
    assert long > short * 10


def test_counts_that_contradict_each_other_are_priced_as_far_as_they_go() -> None:
    assert cost(FLAT, Tokens(10, cached_tokens=50, cache_write_tokens=50)) == cost(FLAT, Tokens(10, 10))


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert total([]) == 0
    assert total([Decimal(1), Decimal("0.5")]) == Decimal("1.5")
    assert total([Decimal(1), None]) is None


def test_the_price_list_is_read_when_a_price_is_asked_for_and_not_before() -> None:
    asked = (
        "a = loaded(); p.price('local/x'); p.price('compatible/x'); b = loaded(); p.prepare(); print(a, b, loaded())"
    )
    code = f"import sys, playground.prices as p; loaded = lambda: 'genai_prices' in sys.modules; {asked}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "False", "True"]
