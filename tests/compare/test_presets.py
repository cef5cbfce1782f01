"""Sets of lanes."""

import pytest

from playground.catalog import Offer
from playground.compare.presets import Plan, Preset, proposed
from playground.records import MOST_LANES, Effort, Lane, LaneSettings, Tab

OFFERS = (
    Offer("openai", "OpenAI", True, "", ("openai/gpt-5", "openai/gpt-5-nano", "openai/gpt-5-mini")),
    Offer("anthropic", "Anthropic", True, "", ("anthropic/claude-sonnet-4-5", "anthropic/claude-3-5-haiku-latest")),
    Offer("google", "Google", False, "Set GEMINI_API_KEY.", ("google/gemini-2.5-flash",)),
    Offer("compatible", "Compatible", True, "", ("compatible/who-knows",)),
    Offer("local", "Local", True, "", ()),
)


def lane(model: str, *, thread: str | None = None, effort: Effort | None = None, lane_id: str = "") -> Lane:
    return Lane("clerk", model, LaneSettings(instructions="Be brief.", effort=effort), thread, id=lane_id or model)


def planned(preset: Preset, *lanes: Lane) -> Plan:
    return proposed(preset, Tab("tab", "T", lanes), OFFERS, lanes[0])


def names(lanes: tuple[Lane, ...]) -> list[str]:
    return [one.model for one in lanes]


def test_defaults_are_those_of_every_provider_that_can_be_used() -> None:
    plan = planned("defaults", lane("local/x"))
    assert names(plan.added) == ["openai/gpt-5", "anthropic/claude-sonnet-4-5", "compatible/who-knows"]
    assert names(plan.dropped) == ["local/x"]
    assert {(one.agent, one.settings.instructions) for one in plan.added} == {("clerk", "Be brief.")}


def test_cheap_ones_have_a_known_price() -> None:
    plan = planned("cheap", lane("openai/gpt-5-nano"))
    assert names(plan.added) == ["anthropic/claude-3-5-haiku-latest"]
    assert plan.dropped == ()


def test_lanes_in_which_something_was_said_stay() -> None:
    plan = planned("defaults", lane("x/y", thread="thr"), lane("x/z"), lane("openai/gpt-5"))
    assert names(plan.dropped) == ["x/z"]
    assert "openai/gpt-5" not in names(plan.added)


def test_there_are_never_too_many() -> None:
    heard = [lane("x/y", thread=f"thr{number}", lane_id=str(number)) for number in range(MOST_LANES - 1)]
    plan = planned("defaults", *heard)
    assert len(plan.added) == 1
    assert "2 could not be added" in plan.note


def test_efforts_are_the_lowest_the_middle_and_the_highest() -> None:
    plan = planned("efforts", lane("openai/gpt-5", effort="low"))
    assert [(one.model, one.settings.effort) for one in plan.added] == [
        ("openai/gpt-5", "minimal"),
        ("openai/gpt-5", "high"),
    ]
    assert plan.dropped == ()


@pytest.mark.parametrize("model", ["local/x", "openai/gpt-4o"])
def test_a_model_without_efforts_is_said_to_have_none(model: str) -> None:
    plan = planned("efforts", lane(model))
    assert plan == Plan(note=f"{model} takes no reasoning effort. Pick another model first.")


@pytest.mark.parametrize("preset", ["defaults", "cheap"])
def test_nothing_is_taken_away_where_nothing_can_be_used(preset: Preset) -> None:
    plan = proposed(preset, Tab("tab", "T", (lane("x/y"),)), [OFFERS[2]], lane("x/y"))
    assert not plan.added
    assert not plan.dropped
    assert plan.note
