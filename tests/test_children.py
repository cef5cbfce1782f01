"""What a child process is told."""

import pytest

from playground.children import environment


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "GEMINI_API_KEY",
        "PLAYGROUND_SECRET",
        "PLAYGROUND_DATABASE_URL",
        "PLAYGROUND_PASSWORD",
        "DATABASE_URL",
        "PGPASSWORD",
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "SENTRY_DSN",
        "my_api_key",
    ],
)
def test_no_child_is_told_what_is_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "canary")
    assert "canary" not in environment().values()


def test_it_is_told_how_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    assert environment(THREADS="2").items() >= {"LD_LIBRARY_PATH": "/opt/lib", "THREADS": "2"}.items()
    assert "PATH" in environment()
