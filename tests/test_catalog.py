from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from playground.catalog import CURATED, PROVIDERS, default_model, offers, split_model
from playground.errors import Malformed
from playground.settings import Settings


@dataclass(frozen=True)
class State:
    name: str
    state: str
    progress: float = 0
    note: str = ""


READY = State("tiny", "ready")


def settings(**fields: object) -> Settings:
    return Settings.model_validate(fields)


KEYED = {"openai_api_key": SecretStr("k")}
SERVED = {"compatible_base_url": "http://127.0.0.1:1/v1"}
OPENAI = f"openai/{CURATED['openai'][0]}"


def test_every_provider_is_offered_in_the_pickers_order() -> None:
    assert [offer.provider for offer in offers(settings(), [READY])] == list(PROVIDERS)


def test_without_keys_only_the_local_model_is_usable_and_the_rest_say_why() -> None:
    *remote, local = offers(settings(), [READY])
    assert not any(offer.available for offer in remote)
    assert [offer.note for offer in remote] == [
        "Set OPENAI_API_KEY to use OpenAI.",
        "Set ANTHROPIC_API_KEY to use Anthropic.",
        "Set GEMINI_API_KEY to use Google.",
        "Set PLAYGROUND_COMPATIBLE_BASE_URL to use an OpenAI-compatible server.",
    ]
    assert (local.available, local.note, local.models) == (True, "", ("local/tiny",))


@pytest.mark.parametrize("provider", CURATED)
def test_a_key_makes_a_provider_usable(provider: str) -> None:
    offered = {offer.provider: offer for offer in offers(settings(**{f"{provider}_api_key": SecretStr("k")}), [])}
    assert [name for name, offer in offered.items() if offer.available] == [provider]
    assert offered[provider].note == ""


def test_an_address_makes_the_compatible_server_usable() -> None:
    offered = {offer.provider: offer for offer in offers(settings(**SERVED), [], ["a", "b/c"])}
    assert offered["compatible"].models == ("compatible/a", "compatible/b/c")


def test_the_curated_models_come_first_and_each_model_once() -> None:
    default, cheap, strong = CURATED["openai"]
    listed = {"openai": ("gpt-old", strong, default, "gpt-new")}
    models = offers(settings(), [], listed=listed)[0].models
    assert models == tuple(f"openai/{name}" for name in (default, cheap, strong, "gpt-old", "gpt-new"))


def test_the_curated_models_are_offered_where_nothing_is_listed() -> None:
    by_provider = {offer.provider: offer.models for offer in offers(settings(), [], listed={})}
    for provider, names in CURATED.items():
        assert by_provider[provider] == tuple(f"{provider}/{name}" for name in names)


@pytest.mark.parametrize(
    ("fields", "local", "expected"),
    [
        ({}, [READY], "local/tiny"),
        (KEYED, [READY], OPENAI),
        (SERVED, [READY], "compatible/a"),
        ({**KEYED, **SERVED}, [READY], OPENAI),
        ({}, [State("tiny", "fetching", 0.5, "Half of it is here.")], "local/tiny"),
        ({}, [], OPENAI),
    ],
)
def test_the_default_is_the_first_usable_providers(
    fields: dict[str, object], local: list[State], expected: str
) -> None:
    assert default_model(offers(settings(**fields), local, ["a"] if fields else [])) == expected


def test_the_local_model_that_is_here_comes_before_one_that_is_being_fetched() -> None:
    coming, here = State("large", "fetching", 0.1, "A tenth of it is here."), State("tiny", "ready")
    assert offers(settings(), [coming, here])[-1].models == ("local/tiny", "local/large")
    assert offers(settings(), [State("large", "running"), here])[-1].models == ("local/large", "local/tiny")


@pytest.mark.parametrize("state", ["failed", "off"])
def test_a_local_model_that_cannot_run_is_not_usable(state: str) -> None:
    local = offers(settings(), [State("tiny", state, note="It cannot run here.")])[-1]
    assert (local.available, local.note) == (False, "It cannot run here.")


def test_a_name_is_split_at_its_first_slash() -> None:
    assert split_model("compatible/meta/llama") == ("compatible", "meta/llama")


@pytest.mark.parametrize(
    "name", ["", "gpt-6-luna", "openai/", "nope/gpt", "openai//x", "openai/a\nb", "openai/" + "x" * 300]
)
def test_an_odd_name_is_malformed(name: str) -> None:
    with pytest.raises(Malformed):
        split_model(name)
