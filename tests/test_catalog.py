from dataclasses import dataclass
from typing import get_args

import pytest
from openai.types import ChatModel
from pydantic import SecretStr

from playground.catalog import (
    OPENAI_MODELS,
    default_model,
    offers,
    split_model,
    takes_effort,
    takes_temperature,
)
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


def test_every_listed_id_is_one_the_sdk_knows() -> None:
    assert set(OPENAI_MODELS) <= set(get_args(ChatModel))


def test_without_keys_only_the_local_model_is_usable_and_the_rest_say_why() -> None:
    openai, compatible, local = offers(settings(), [READY])
    assert (openai.available, openai.note) == (False, "Set OPENAI_API_KEY to use OpenAI.")
    assert not compatible.available
    assert "PLAYGROUND_COMPATIBLE_BASE_URL" in compatible.note
    assert (local.available, local.note, local.models) == (True, "", ("local/tiny",))


def test_a_key_makes_a_provider_usable() -> None:
    openai, compatible, _ = offers(settings(**KEYED, **SERVED), [], ["a", "b/c"])
    assert (openai.available, openai.note) == (True, "")
    assert compatible.models == ("compatible/a", "compatible/b/c")


@pytest.mark.parametrize(
    ("fields", "local", "expected"),
    [
        ({}, [READY], "local/tiny"),
        (KEYED, [READY], f"openai/{OPENAI_MODELS[0]}"),
        (SERVED, [READY], "compatible/a"),
        ({**KEYED, **SERVED}, [READY], f"openai/{OPENAI_MODELS[0]}"),
        ({}, [State("tiny", "fetching", 0.5, "Half of it is here.")], "local/tiny"),
        ({}, [], f"openai/{OPENAI_MODELS[0]}"),
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


@pytest.mark.parametrize(
    ("model", "temperature", "effort"),
    [
        ("openai/gpt-6.1-terra", False, True),
        ("openai/gpt-5", False, True),
        ("openai/o3", False, True),
        ("openai/gpt-5-chat-latest", True, False),
        ("openai/gpt-4.1", True, False),
        ("openai/gpt-4o", True, False),
        ("compatible/gpt-oss", True, True),
        ("local/tiny", True, False),
    ],
)
def test_settings_are_offered_where_they_are_taken(model: str, temperature: bool, effort: bool) -> None:
    assert (takes_temperature(model), takes_effort(model)) == (temperature, effort)
