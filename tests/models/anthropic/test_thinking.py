from typing import Any

import pytest
from agents import ModelSettings
from openai.types.shared import Reasoning

from playground.models.anthropic.family import traits_of
from playground.models.anthropic.thinking import Thinking, thinking_for

SHOWN = {"type": "adaptive", "display": "summarized"}


def thinking(model: str, effort: Any = None, most: int | None = None, **others: bool) -> Thinking:
    settings = ModelSettings(reasoning=Reasoning(effort=effort) if effort else None, max_tokens=most)
    return thinking_for(traits_of(model), settings, **{"forced": False, "resumes": False, **others})


def test_a_model_that_thinks_as_it_likes_shows_its_thoughts() -> None:
    assert thinking("claude-sonnet-5-5") == Thinking(SHOWN, None, 32_000)


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [
        ("claude-opus-5", "minimal", "low"),
        ("claude-opus-5", "medium", "medium"),
        ("claude-opus-4-6", "xhigh", "high"),
        ("claude-opus-4-6", "max", "max"),
        ("claude-opus-4-7", "xhigh", "xhigh"),
    ],
)
def test_an_effort_is_sent_in_the_models_own_words(model: str, asked: str, sent: str) -> None:
    assert thinking(model, asked).effort == sent


def test_a_great_effort_gets_more_room_unless_the_caller_says() -> None:
    assert thinking("claude-opus-5", "xhigh").room == 64_000
    assert thinking("claude-opus-5", "xhigh", 500).room == 500


@pytest.mark.parametrize(
    ("model", "config", "effort"),
    [
        ("claude-haiku-5-5", {"type": "disabled"}, None),
        ("claude-sonnet-5-5", {"type": "between_tools"}, None),
        ("claude-opus-5-5", SHOWN, "low"),
        ("claude-haiku-4-5", {}, None),
    ],
)
def test_no_effort_is_as_little_thought_as_the_model_can(model: str, config: Any, effort: str | None) -> None:
    told = thinking(model, "none")
    assert (told.config, told.effort) == (config, effort)


def test_a_call_that_must_be_made_goes_without_thought() -> None:
    assert thinking("claude-opus-5", "max", forced=True) == Thinking({"type": "disabled"}, "high", 64_000)
    assert thinking("claude-haiku-4-5", "high", forced=True).config == {}


def test_an_older_model_thinks_within_a_budget_that_leaves_room_to_answer() -> None:
    assert thinking("claude-haiku-4-5", "high").config == {"type": "enabled", "budget_tokens": 16_384}
    assert thinking("claude-haiku-4-5", "high", 4_000).config == {"type": "enabled", "budget_tokens": 2_976}
    assert thinking("claude-haiku-4-5", "high", 2_000).config == {}


def test_an_older_model_does_not_think_unless_asked() -> None:
    assert thinking("claude-haiku-4-5").config == {}


def test_an_older_model_cannot_go_on_thoughtfully_from_calls_made_without_a_thought() -> None:
    assert thinking("claude-haiku-4-5", "high", resumes=True).config == {}
    assert thinking("claude-opus-5", "high", resumes=True).config == SHOWN
