"""The pickers' values."""

from dataclasses import replace

import pytest
from agents import Agent

from playground.catalog import Offer
from playground.records import Branch, Lane, Tab
from playground.toolkit.offer import AgentOffer
from playground.ui.choices import (
    full_name,
    lane_panel,
    model_choices,
    model_label,
    providers_value,
    strip_value,
    versions,
)
from playground.ui.state import Versions
from tests.ui.made import AT, view

OFFERS = (
    Offer("openai", "OpenAI", available=False, note="Set OPENAI_API_KEY.", models=("openai/gpt-5", "openai/gpt-4.1")),
    Offer("local", "Local", available=True, note="", models=("local/tiny",)),
)
AGENTS = (AgentOffer("kind", "Kind *one*", "Helps.", ("Hi",), lambda: Agent(name="Kind")),)


def test_titles_go_to_the_strip_as_they_are() -> None:
    tab = Tab("tab", "${1+1} <b>x</b>", (Lane("kind", "local/tiny"),))
    value = strip_value([tab], "tab", 1.5)
    assert value == {"tabs": [{"id": "tab", "title": "${1+1} <b>x</b>"}], "chosen": "tab", "at": 1.5}


def test_every_provider_is_offered_with_what_it_lacks() -> None:
    value = providers_value(OFFERS, "local")
    assert [(one["id"], one["available"], one["note"]) for one in value["offers"]] == [
        ("openai", False, "Set OPENAI_API_KEY."),
        ("local", True, ""),
    ]


def test_the_models_of_one_provider_are_offered_and_a_typed_one_among_them() -> None:
    assert model_choices(OFFERS, "local/tiny") == (("tiny", "local/tiny"),)
    assert model_choices(OFFERS, "openai/mine")[-1] == ("mine", "openai/mine")


@pytest.mark.parametrize(
    ("model", "label"),
    [
        ("anthropic/claude-sonnet-5-5", "claude-sonnet-5-5 · $2 / $10 · 1M"),
        ("openai/gpt-6-luna", "gpt-6-luna · $0.10 / $0.50 · 1.05M"),
        ("anthropic/claude-haiku-4-5", "claude-haiku-4-5 · $1 / $5 · 200k"),
        ("openai/gpt-6.2-sol", "gpt-6.2-sol · 1.05M"),
        ("google/gemma-4-31b-it", "gemma-4-31b-it · free · 262k"),
        ("compatible/meta/llama", "meta/llama"),
        ("local/tiny", "tiny"),
    ],
)
def test_a_model_is_offered_with_its_price_and_its_context_where_they_are_known(model: str, label: str) -> None:
    assert model_label(model) == label
    assert full_name(label, model.partition("/")[0]) == model


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("gpt-5", "openai/gpt-5"),
        (" openai/gpt-5 ", "openai/gpt-5"),
        ("org/model", "openai/org/model"),
        ("gpt-6-luna · $0.10 / $0.50 · 1.", "openai/gpt-6-luna"),
    ],
)
def test_a_typed_model_belongs_to_the_picked_provider(typed: str, name: str) -> None:
    assert full_name(typed, "openai") == name


def test_settings_that_a_model_does_not_take_are_known() -> None:
    panel = lane_panel(Lane("kind", "openai/gpt-5"), AGENTS, OFFERS)
    assert (panel.takes_temperature, panel.efforts) == (False, ("minimal", "low", "medium", "high"))
    assert panel.welcome == "## Kind \\*one\\*\n\nHelps."
    assert panel.prompts == ("Hi",)


def test_an_agent_that_is_gone_is_still_named() -> None:
    panel = lane_panel(Lane("old", "local/tiny"), AGENTS, OFFERS)
    assert panel.agents[-1] == ("old (gone)", "old")
    assert panel.prompts == ()


def test_one_version_is_no_choice() -> None:
    only = Branch("br", "Hi", AT, head=True)
    assert versions(None) == versions(view(branches=(only,))) == Versions()


def test_versions_are_numbered_from_the_first_and_listed_from_the_last() -> None:
    first = Branch("br_1", "", AT, head=False)
    second = replace(first, id="br_2", label="x" * 50, created_at=AT.replace(hour=13), head=True)
    shown = versions(view(branches=(second, first)))
    assert shown == Versions((("2 · " + "x" * 40 + "…", "br_2"), ("1 · The first", "br_1")), "br_2")
