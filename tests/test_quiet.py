import os

import pytest

from playground.quiet import SILENCE, hush


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SILENCE, "OPENAI_AGENTS_DISABLE_TRACING"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_libraries_are_told_to_keep_to_themselves() -> None:
    hush()
    assert {name: os.environ[name] for name in SILENCE} == SILENCE
    assert os.environ["OPENAI_AGENTS_DISABLE_TRACING"] == "1"


def test_what_the_owner_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "True")
    hush()
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "True"


def test_tracing_is_on_only_when_it_is_asked_for() -> None:
    hush(tracing=True)
    assert os.environ["OPENAI_AGENTS_DISABLE_TRACING"] == "0"
