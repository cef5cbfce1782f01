"""What models take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.capabilities import EFFORTS, Capabilities, capabilities_of, nearest
from playground.catalog import CURATED
from playground.models.listing import listed
from playground.prices import price
from playground.records import Effort

EVERY = [
    f"{provider}/{name}" for provider, names in CURATED.items() for name in dict.fromkeys((*names, *listed()[provider]))
]


@pytest.mark.parametrize(
    ("model", "temperature", "effort"),
    [
        ("openai/gpt-6.1-terra", False, True),
        ("openai/gpt-5", False, True),
        ("openai/o3", False, True),
        ("openai/gpt-5-chat-latest", True, False),
        ("openai/gpt-4.1", True, False),
        ("openai/gpt-4o", True, False),
        ("anthropic/claude-sonnet-5-5", False, True),
        ("anthropic/claude-haiku-4-5", False, True),
        ("anthropic/claude-3-5-haiku-20241022", False, False),
        ("google/gemini-3.8-flash", True, True),
        ("google/gemma-4-31b-it", True, False),
        ("compatible/gpt-oss", True, True),
        ("local/tiny", True, False),
    ],
)
def test_temperature_and_effort_are_known(model: str, temperature: bool, effort: bool) -> None:
    able = capabilities_of(model)
    assert (able.temperature, bool(able.efforts)) == (temperature, effort)


@pytest.mark.parametrize("model", ["nobody/nothing", ""])
def test_a_model_that_is_not_known_gets_the_benefit_of_the_doubt(model: str) -> None:
    assert capabilities_of(model) == Capabilities()


@pytest.mark.parametrize("model", ["compatible/anything", "compatible/claude-sonnet-5-5"])
def test_a_compatible_server_gets_it_too_but_for_pdfs(model: str) -> None:
    assert capabilities_of(model) == Capabilities(files=False)


def test_a_local_model_reads_text_and_calls_tools() -> None:
    able = capabilities_of("local/tiny")
    assert (able.tools, able.structured_output, able.images, able.files) == (True, True, False, False)


@pytest.mark.parametrize("name", ["o3-mini", "o1-mini", "o1-preview"])
def test_early_small_reasoners_see_no_images(name: str) -> None:
    assert not capabilities_of(f"openai/{name}").images
    assert capabilities_of("openai/o4-mini").images


@pytest.mark.parametrize(
    ("model", "efforts"),
    [
        ("openai/o3", "low medium high"),
        ("openai/gpt-5-mini", "minimal low medium high"),
        ("openai/gpt-5.1", "none low medium high"),
        ("openai/gpt-5.2-pro", "medium high xhigh"),
        ("openai/gpt-5.6-sol", "none low medium high xhigh"),
        ("openai/gpt-6-luna", "none low medium high xhigh"),
        ("openai/gpt-6.1-terra", "low medium high xhigh"),
        ("openai/gpt-9", "none minimal low medium high xhigh"),
        ("anthropic/claude-opus-4-6", "none low medium high"),
        ("anthropic/claude-sonnet-5-5", "none low medium high xhigh"),
        ("anthropic/claude-fable-5-2", "low medium high xhigh"),
        ("anthropic/claude-opus-5-5", "low medium high xhigh"),
        ("anthropic/claude-opus-5", "none low medium high xhigh"),
        ("anthropic/claude-haiku-4-5", "none minimal low medium high xhigh"),
        ("google/gemini-3.5-flash-lite", "minimal low medium high"),
        ("google/gemini-3.8-flash", "low medium high"),
    ],
)
def test_each_family_has_its_own_efforts(model: str, efforts: str) -> None:
    assert list(capabilities_of(model).efforts) == efforts.split()


@pytest.mark.parametrize("model", EVERY)
def test_a_context_is_what_the_price_list_says_too(model: str) -> None:
    context, priced = capabilities_of(model).context, price(model)
    if priced is not None and priced.context is not None:
        assert context == pytest.approx(priced.context, rel=0.05)


@given(st.sampled_from(EFFORTS), st.sets(st.sampled_from(EFFORTS)))
def test_the_nearest_effort_is_one_that_is_taken(wanted: Effort, taken: set[Effort]) -> None:
    found = nearest(wanted, sorted(taken))
    distances = {abs(EFFORTS.index(one) - EFFORTS.index(wanted)): one for one in taken}
    if found is None:
        assert not taken
    else:
        assert found in taken
        assert abs(EFFORTS.index(found) - EFFORTS.index(wanted)) == min(distances)


def test_of_two_as_near_the_lesser_is_taken() -> None:
    assert nearest("none", ("low", "high")) == "low"
    assert nearest("low", ("minimal", "medium")) == "minimal"
