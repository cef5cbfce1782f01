"""A lane's and an agent's settings, made to fit a model."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from agents import Agent, ModelSettings
from agents.testing import ScriptedModel
from hypothesis import given
from hypothesis import strategies as st
from openai.types.shared import Reasoning

from playground.capabilities import EFFORTS, capabilities_of
from playground.models.tuning import Tuned, fitted, own_settings, tuned
from playground.records import Effort, LaneSettings
from tests.models.conftest import MakeModel
from tests.models.reading_along import read
from tests.wire import Wire

FULL = ModelSettings(
    temperature=0.5,
    top_p=0.9,
    frequency_penalty=0.1,
    presence_penalty=0.1,
    parallel_tool_calls=False,
    top_logprobs=2,
    verbosity="low",
    max_tokens=100,
    reasoning=Reasoning(effort="low"),
)

MODELS = (
    "openai/gpt-6.1-terra",
    "openai/gpt-5",
    "openai/gpt-4o",
    "anthropic/claude-sonnet-5-5",
    "anthropic/claude-opus-5-5",
    "google/gemini-3.8-flash",
    "google/gemma-4-31b-it",
    "compatible/anything",
    "local/tiny",
)


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("openai/gpt-6.1-terra", ["temperature"]),
        ("openai/gpt-4o", ["reasoning effort"]),
        ("anthropic/claude-sonnet-5-5", ["temperature"]),
        ("google/gemini-3.8-flash", []),
        ("compatible/anything", []),
        ("local/tiny", ["reasoning effort"]),
    ],
)
def test_what_of_a_lane_a_model_does_not_take_is_named_and_not_sent(model: str, refused: list[str]) -> None:
    fit = tuned(model, LaneSettings(temperature=0.5, max_tokens=77, effort="low"))
    assert (list(fit.refused), fit.changed) == (refused, ())
    assert fit.settings.temperature == (None if "temperature" in refused else 0.5)
    assert fit.settings.max_tokens == 77
    effort = fit.settings.reasoning.effort if fit.settings.reasoning else None
    assert effort == (None if "reasoning effort" in refused else "low")


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_refused_where_nothing_is_set(model: str) -> None:
    fit = tuned(model, LaneSettings(), own_settings(Agent[None](name="Plain")))
    assert fit == Tuned(ModelSettings(include_usage=True))


def test_settings_that_the_sdk_gave_for_its_own_default_model_are_not_the_agents_own() -> None:
    plain, named = Agent[None](name="Plain"), Agent[None](name="Named", model="gpt-6-luna")
    assert plain.model_settings != ModelSettings()
    assert own_settings(plain) == own_settings(named) == ModelSettings()
    assert own_settings(Agent[None](name="Set", model_settings=FULL)) == FULL
    assert own_settings(Agent[None](name="Scripted", model=ScriptedModel([]), model_settings=FULL)) == FULL


def test_an_agents_own_effort_stands_where_the_lane_says_nothing() -> None:
    own = ModelSettings(reasoning=Reasoning(effort="high"))
    fit = tuned("openai/gpt-6.1-terra", LaneSettings(), own)
    assert own.resolve(fit.settings).reasoning == Reasoning(effort="high")


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("openai/gpt-6.1-terra", ["temperature", "top p", "frequency penalty", "presence penalty"]),
        ("openai/gpt-4o", ["frequency penalty", "presence penalty", "verbosity", "reasoning effort"]),
        (
            "anthropic/claude-sonnet-5-5",
            ["temperature", "top p", "frequency penalty", "presence penalty", "top logprobs", "verbosity"],
        ),
        (
            "google/gemini-3.8-flash",
            ["frequency penalty", "presence penalty", "top logprobs", "verbosity", "one tool call at a time"],
        ),
        ("compatible/anything", []),
        ("local/tiny", ["verbosity", "reasoning effort"]),
    ],
)
def test_what_of_an_agents_own_settings_a_model_does_not_take_is_named_too(model: str, refused: list[str]) -> None:
    assert list(tuned(model, LaneSettings(), FULL).refused) == refused


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("openai/gpt-6.1-terra", []),
        ("anthropic/claude-sonnet-5-5", ["store", "truncation", "context management"]),
        ("google/gemini-3.8-flash", ["store", "prompt cache retention", "truncation", "context management"]),
        ("compatible/anything", ["truncation", "context management"]),
    ],
)
def test_what_only_openai_has_is_named_too(model: str, refused: list[str]) -> None:
    own = ModelSettings(
        truncation="auto", store=True, context_management=[{"type": "compaction"}], prompt_cache_retention="24h"
    )
    assert list(tuned(model, LaneSettings(), own).refused) == refused


@pytest.mark.parametrize("model", MODELS)
def test_what_is_the_default_anyway_is_not_named(model: str) -> None:
    own = ModelSettings(truncation="disabled", store=False, tool_choice="auto", parallel_tool_calls=True)
    assert tuned(model, LaneSettings(), own).refused == ()


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("anthropic/claude-sonnet-5-5", ["a forced tool call"]),
        ("anthropic/claude-opus-5-5", ["a forced tool call"]),
        ("anthropic/claude-haiku-5-5", []),
        ("google/gemini-3.8-flash", []),
        ("openai/gpt-6.1-terra", []),
    ],
)
@pytest.mark.parametrize("choice", ["required", "add"])
def test_a_tool_that_cannot_be_forced_is_told(model: str, refused: list[str], choice: str) -> None:
    assert list(tuned(model, LaneSettings(), ModelSettings(tool_choice=choice)).refused) == refused


def test_what_both_set_is_named_once() -> None:
    fit = tuned("anthropic/claude-sonnet-5-5", LaneSettings(temperature=1), ModelSettings(temperature=0))
    assert fit.refused == ("temperature",)


@pytest.mark.parametrize(
    ("model", "effort", "taken"),
    [
        ("openai/gpt-6.1-terra", "none", "low"),
        ("openai/gpt-5", "xhigh", "high"),
        ("anthropic/claude-opus-5-5", "minimal", "low"),
        ("google/gemini-3.8-flash", "xhigh", "high"),
    ],
)
def test_an_effort_that_a_model_does_not_know_becomes_the_nearest_and_is_told(
    model: str, effort: Effort, taken: str
) -> None:
    fit = tuned(model, LaneSettings(effort=effort))
    assert fit.settings.reasoning is not None
    assert fit.settings.reasoning.effort == taken
    assert fit.refused == ()
    assert fit.changed == (f"Reasoning effort {effort} is not supported by {model}; {taken} was used.",)


@pytest.fixture
def made(
    responses: MakeModel, claude: MakeModel, gemini: MakeModel, gemini_generate: MakeModel
) -> Mapping[str, MakeModel]:
    return {"responses": responses, "claude": claude, "gemini": gemini, "gemini_generate": gemini_generate}


@pytest.mark.parametrize(
    ("make", "name", "effort", "sent"),
    [
        ("responses", "openai/gpt-6.1-terra", "minimal", '"effort": "low"'),
        ("claude", "anthropic/claude-opus-5-5", "minimal", '"effort": "low"'),
        ("claude", "anthropic/claude-sonnet-4-6", "xhigh", '"effort": "high"'),
        ("gemini", "google/gemini-3.8-flash-echo", "xhigh", '"thinking_level": "high"'),
        ("gemini_generate", "google/gemini-3.8-flash-echo", "minimal", '"thinkingLevel": "LOW"'),
        ("gemini", "google/gemma-4-31b-it", "high", ""),
    ],
)
async def test_an_agents_own_effort_is_sent_as_it_is_told(
    made: Mapping[str, MakeModel], wire: Wire, make: str, name: str, effort: Any, sent: str
) -> None:
    model = made[make](name.partition("/")[2])
    own = ModelSettings(reasoning=Reasoning(effort=effort))
    await read(model, agent=Agent(name="Own", model_settings=own))
    body = json.dumps(wire.calls[-1].body)
    assert sent in body
    assert bool(sent) == ("effort" in body or "thinking" in body)
    fit = tuned(name, LaneSettings(), own)
    assert len([*fit.refused, *fit.changed]) == 1


@given(st.sampled_from(MODELS), st.sampled_from((None, *EFFORTS)), st.none() | st.floats(0, 2))
def test_what_is_sent_is_what_the_model_takes(model: str, effort: Effort | None, temperature: float | None) -> None:
    fit = tuned(model, LaneSettings(effort=effort, temperature=temperature))
    able = capabilities_of(model)
    sent = fit.settings.reasoning.effort if fit.settings.reasoning else None
    assert sent is None or sent in able.efforts
    assert fit.settings.temperature == (temperature if able.temperature else None)
    assert tuned(model, LaneSettings(effort=sent, temperature=fit.settings.temperature)) == Tuned(fit.settings)


@given(st.sampled_from(MODELS))
def test_fitting_twice_changes_nothing(model: str) -> None:
    once = fitted(model, FULL)
    assert fitted(model, once) == once
    assert once.max_tokens == 100
    assert tuned(model, LaneSettings(), once).refused in {(), ("one tool call at a time",)}


def test_an_effort_we_have_no_word_for_is_left_to_the_provider() -> None:
    own = ModelSettings(reasoning=Reasoning(effort="max"))
    assert fitted("openai/gpt-6.1-terra", own) == own
    assert tuned("openai/gpt-6.1-terra", LaneSettings(), own).refused == ()
    assert tuned("openai/gpt-4o", LaneSettings(), own).refused == ("reasoning effort",)
