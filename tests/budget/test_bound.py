"""What a call can take at most is known before it is made, and holds."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from agents import Agent, ModelSettings, WebSearchTool, function_tool, handoff
from hypothesis import given
from hypothesis import strategies as st

from playground.budget.bound import CALL, CONTEXT, Bound, Call, again, bound
from playground.budget.tariff import Tariff
from playground.budget.usage import Told, told

TARIFF = Tariff(Decimal(30))
MODELS = (
    "openai/gpt-6-luna",
    "openai/gpt-6.1-terra",
    "openai/gpt-4o-mini",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-haiku-5-5",
    "google/gemini-2.5-pro",
    "google/gemini-3.8-flash",
    "compatible/anything",
    "local/smollm2-135m",
)
PDF = {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64," + "A" * 100}


def call(history: Any = "hello", **more: Any) -> Call:
    fields: dict[str, Any] = {
        "system": None,
        "settings": ModelSettings(),
        "tools": [],
        "schema": None,
        "handoffs": [],
        **more,
    }
    return Call(history=history, **fields)


def user(*parts: Any) -> list[Any]:
    return [{"role": "user", "content": list(parts)}]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_has_more_tokens_than_is_reckoned_with(system: str, said: str) -> None:
    most = bound("openai/gpt-6-luna", call([{"role": "user", "content": said}], system=system), most_output=10)
    assert most.input >= min(len((system + said).encode()), 1_050_000)
    assert most.output == 10


def test_half_a_character_is_reckoned_with_too() -> None:
    assert bound("openai/gpt-6-luna", call("\ud800" * 50), most_output=1).input > CALL + 50


def test_tools_handoffs_and_extra_fields_are_reckoned_with() -> None:
    @function_tool
    def look(where: str) -> str:
        """Look for something."""
        return where

    bare = bound(MODELS[0], call(), most_output=1).input
    with_tool = bound(MODELS[0], call(tools=[look]), most_output=1).input
    with_agent = bound(MODELS[0], call(tools=[look], handoffs=[handoff(Agent(name="Other"))]), most_output=1).input
    extra = ModelSettings(extra_body={"more": "x" * 500})
    assert bare + len("Look for something.") < with_tool < with_agent
    assert bound(MODELS[0], call(settings=extra), most_output=1).input > bare + 500


@pytest.mark.parametrize("model", ["openai/gpt-6-luna", "anthropic/claude-haiku-5-5", "google/gemini-3.8-flash"])
def test_a_picture_counts_as_its_provider_counts_at_most_not_by_its_bytes(model: str) -> None:
    picture = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64," + "A" * 900_000}
    bare, shown = (bound(model, call(user(*parts)), most_output=1).input for parts in ((), (picture, picture)))
    assert 2 * 4_784 < shown - bare < 2 * 17_000


def test_a_picture_that_a_tool_brings_counts_too() -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 900_000}
    outputs = (
        {"type": "function_call_output", "output": [picture]},
        {"type": "function_call_output", "output": picture},
    )
    for output in outputs:
        assert 16_384 <= bound(MODELS[0], call([output]), most_output=1).input < 20_000


def test_a_file_that_the_provider_unpacks_may_fill_the_whole_context() -> None:
    most = bound("anthropic/claude-haiku-5-5", call(user(PDF)), most_output=1)
    assert most.input == 1_000_000
    assert most.counted < 60_000
    assert bound("compatible/unknown", call(user(PDF)), most_output=1).input == CONTEXT


def test_what_the_provider_keeps_or_searches_may_fill_the_whole_context() -> None:
    assert bound(MODELS[0], call(remembered=True), most_output=1).input == 1_050_000
    searching = bound(MODELS[0], call(tools=[WebSearchTool()]), most_output=1)
    assert searching.input == 1_050_000
    assert searching.fees >= Decimal("0.1")


def test_no_call_takes_more_than_the_context() -> None:
    assert bound("anthropic/claude-haiku-5-5", call("x" * 3_000_000), most_output=1).input == 1_000_000


def test_a_further_request_is_told_what_was_said() -> None:
    assert again(Bound(100, 10, 110)) == Bound(110, 10, 120)


@given(st.sampled_from(MODELS), st.integers(0, 2_000_000), st.integers(0, 100_000), st.tuples(*[st.floats(0, 1)] * 4))
def test_whatever_is_used_within_the_bound_costs_no_more_than_was_held(
    model: str, most: int, output: int, shares: tuple[float, ...]
) -> None:
    limit = Bound(most, output, counted=0)
    sizes = (most, output, most, most)
    given_tokens, made, cached, written = (int(share * size) for share, size in zip(shares, sizes, strict=True))
    used = Told(given_tokens, made, cached_tokens=cached, cache_write_tokens=written)
    cost = TARIFF.cost(model, used, guess=True)
    assert cost is not None
    assert 0 <= cost <= TARIFF.most(model, limit)


def test_an_unknown_price_counts_as_the_ceiling_and_a_local_model_as_nothing() -> None:
    assert TARIFF.most("compatible/any", Bound(1_000_000, 0, 0)) == 30 * 10**9
    assert TARIFF.most("local/any", Bound(1_000_000, 9, 0)) == 0
    assert TARIFF.cost("compatible/any", Told(10, 10), guess=False) is None


def usage(given: Any, made: Any, total: Any = 0, reasoning: Any = 0) -> Any:
    return SimpleNamespace(
        input_tokens=given,
        output_tokens=made,
        total_tokens=total,
        input_tokens_details=SimpleNamespace(cached_tokens=1, cache_write_tokens=2),
        output_tokens_details=SimpleNamespace(reasoning_tokens=reasoning),
    )


@pytest.mark.parametrize(
    "lie", [(-1, 5), (5, -1), (10**12, 1), (1, 10**30), ("9", 1), (None, 1), (0, 0), (float("inf"), 1)]
)
def test_a_usage_that_cannot_be_is_no_usage(lie: tuple[Any, Any]) -> None:
    assert told(usage(*lie)) is None


def test_thoughts_that_a_server_counts_beside_the_answer_are_counted() -> None:
    assert told(usage(10, 5)) == Told(10, 5, cached_tokens=1, cache_write_tokens=2)
    assert told(usage(10, 5, total=115)) == Told(10, 105, cached_tokens=1, cache_write_tokens=2)
    assert told(usage(10, 5, reasoning=50)) == Told(10, 50, cached_tokens=1, cache_write_tokens=2)
    assert told(None) is None


def test_what_the_provider_searched_is_paid_for() -> None:
    found = told(usage(10, 5), [SimpleNamespace(type="web_search_call"), SimpleNamespace(type="message")])
    assert found is not None
    assert found.fees == Decimal("0.035")
    cost = TARIFF.cost("local/any", found, guess=True)
    assert cost == 35_000_000
