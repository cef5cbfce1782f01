from pathlib import Path

import pytest
from pydantic import ValidationError

from playground.settings import Settings


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.agent) == ("127.0.0.1", 7860, ())
    assert settings.resolved_database_url == f"sqlite:///{tmp_path / 'data' / 'playground.db'}"


@pytest.mark.parametrize(
    ("variable", "field"),
    [
        ("OPENAI_API_KEY", "openai_api_key"),
        ("PLAYGROUND_COMPATIBLE_API_KEY", "compatible_api_key"),
        ("PLAYGROUND_SECRET", "secret"),
    ],
)
def test_a_key_is_read_and_not_shown(variable: str, field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "made-up-key")
    settings = Settings()
    assert getattr(settings, field).get_secret_value() == "made-up-key"
    assert "made-up-key" not in repr(settings)


def test_agents_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_AGENT", "mine:one, mine:two,")
    assert Settings().agent == ("mine:one", "mine:two")


def test_agents_may_be_given_one_by_one() -> None:
    assert Settings(agent=("mine:one", "mine:two")).agent == ("mine:one", "mine:two")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("PLAYGROUND_PORT", "")
    assert Settings().openai_api_key is None
    assert Settings().port == 7860


def test_the_dotenv_file_of_the_current_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLAYGROUND_PORT=7000\nOPENAI_API_KEY=made-up-key\nUNRELATED=1\n")
    assert Settings().port == 7000


def test_the_environment_outranks_the_dotenv_file_and_a_flag_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PLAYGROUND_PORT=7000\n")
    monkeypatch.setenv("PLAYGROUND_PORT", "7001")
    assert Settings().port == 7001
    assert Settings(port=7002).port == 7002


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PLAYGROUND_PORT", "99999"),
        ("PLAYGROUND_PORT", "http"),
        ("PLAYGROUND_LOG_LEVEL", "loud"),
        ("PLAYGROUND_DOUBLE_TEXT", "ignore"),
        ("PLAYGROUND_MAX_TURNS", "0"),
        ("PLAYGROUND_DISCONNECT_GRACE", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings()


def test_a_database_that_is_named_is_used() -> None:
    url = "postgresql+psycopg://localhost/playground"
    assert Settings(database_url=url).resolved_database_url == url


@pytest.mark.parametrize(
    "origin", ["https://a.example", "http://localhost:3000", "https://a.b:8443", "http://[::1]:81"]
)
def test_another_site_is_named_by_its_origin(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_ALLOWED_ORIGINS", f"{origin}, https://b.example")
    assert Settings().allowed_origins == (origin, "https://b.example")


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "a.example",
        "https://A.example",
        "https://a.example/",
        "https://*.example",
        "https://a.b:443",
        "ftp://a",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused_in_words(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_ALLOWED_ORIGINS", origin)
    with pytest.raises(ValidationError, match="Write https://host"):
        Settings()
