"""Models as the installed clients name them."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.catalog import CURATED
from playground.models.listing import NOTICE, SOURCES, Source, _of, endings, listed, literals, talkers, unsupported  # pyright: ignore[reportPrivateUsage]
from playground.prices import price

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 22)

NAMED = {provider: _of(source, TODAY) for provider, source in SOURCES.items()}

UNPRICED = {
    "openai/gpt-6.2-astra",
    "openai/gpt-6.2-sol",
    "anthropic/claude-mythos-5-1",
    "anthropic/claude-mythos-5",
    "google/gemini-4-carbon",
    "google/gemini-4-hydrogen",
}
"""Models that the clients list and the installed price list does not know."""


def sdk(provider: str) -> set[str]:
    """What the client's own type says, imported."""
    if provider == "openai":
        from openai.types import ChatModel as Named  # noqa: PLC0415
    elif provider == "anthropic":
        from anthropic.types import Model as Named  # noqa: PLC0415
    else:
        from google.genai._gaos.types.interactions.model import Model as Named  # noqa: PLC0415
    return set(_strings(Named))


def _strings(kind: Any) -> list[str]:
    return [name for part in get_args(kind) for name in ([part] if isinstance(part, str) else _strings(part))]


@pytest.mark.parametrize("provider", CURATED)
def test_every_curated_id_is_one_the_sdk_knows_and_is_not_about_to_end(provider: str) -> None:
    assert set(CURATED[provider]) <= sdk(provider)
    assert set(CURATED[provider]) <= set(NAMED[provider])


@pytest.mark.parametrize("provider", SOURCES)
def test_what_is_listed_is_what_the_client_would_say_if_it_were_imported(provider: str) -> None:
    names = NAMED[provider]
    assert names
    assert len(set(names)) == len(names)
    assert set(names) <= sdk(provider)


def test_every_listed_model_is_priced_or_known_to_have_no_price() -> None:
    every = {f"{provider}/{name}" for provider, names in NAMED.items() for name in names}
    assert {name for name in every if price(name) is None} == UNPRICED & every


def test_listing_imports_no_client() -> None:
    vendors = "{'openai', 'anthropic', 'google', 'google.genai', 'genai_prices'}"
    code = f"import sys; from playground.models.listing import listed; listed(); print({vendors} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "source",
    [Source("no_such_package", "a.py", "a.py"), Source("openai", "no/such/file.py", ""), Source("", "", "")],
    ids=["no package", "no file", "nothing"],
)
def test_a_client_that_is_not_there_lists_nothing(source: Source) -> None:
    assert _of(source, TODAY) == ()


def test_the_strings_of_literals_are_read_and_nothing_else() -> None:
    source = (
        'A: T = Literal["one", "two"]\nB = Union[Literal["two", "three"], str]\nC = ["four"]\n"five"\nD = Literal[6]\n'
    )
    assert literals(source) == ("one", "two", "three")
    assert literals("this is (no Python") == ()


def test_what_is_no_talker_and_what_is_a_snapshot_is_left_out() -> None:
    out = ("gemini-3-pro-image", "gpt-4o-audio-preview", "gemini-3.8-flash-tts", "gemini-robotics-er-2-preview")
    dated = ("gpt-5.5-2026-04-23", "claude-haiku-4-5-20251001", "gpt-4-0613")
    assert talkers((*out, "gpt-6-luna", *dated, "claude-opus-4-8"), {}, TODAY) == ("gpt-6-luna", "claude-opus-4-8")


def test_a_model_that_ends_soon_or_has_ended_is_left_out() -> None:
    ended = {"old": date(2025, 1, 1), "soon": TODAY + NOTICE, "later": date(2027, 4, 1)}
    assert talkers(("old", "soon", "later", "for-ever"), ended, TODAY) == ("later", "for-ever")


def test_ends_are_read_from_prose_and_from_tables() -> None:
    prose = '''"""Deprecated values:

    - "gpt-a", "gpt-b-2025-01-01":
      Announced shutdown date: 2027-04-01. See elsewhere.
    - "gpt-c": Not a supported model ID. Kept.
    - "gpt-d": Announced shutdown date:
      2026-08-10. See elsewhere.
    """'''
    assert endings(prose) == {
        "gpt-a": date(2027, 4, 1),
        "gpt-b-2025-01-01": date(2027, 4, 1),
        "gpt-d": date(2026, 8, 10),
    }
    assert unsupported(prose) == {"gpt-c"}
    table = """D = {
        "claude-x": "November 30th, 2026",
        "claude-y": "June 1st, 2025",
        "odd": "Someday 3rd, 2025",
    }"""
    assert endings(table) == {"claude-x": date(2026, 11, 30), "claude-y": date(2025, 6, 1)}


def test_the_list_is_made_once() -> None:
    assert listed() is listed()
    assert list(listed()) == list(SOURCES)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(literals(text), tuple)
    assert isinstance(endings(text), dict)


def test_the_ends_that_the_clients_tell_of_are_found() -> None:
    never = {"openai": "gpt-5.1-mini", "anthropic": "claude-sonnet-4-5"}
    for provider, name in never.items():
        assert name in sdk(provider)
        assert name not in NAMED[provider]
