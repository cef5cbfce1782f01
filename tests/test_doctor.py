from pathlib import Path

import pytest
from pydantic import SecretStr

from playground.doctor import Finding, findings
from playground.settings import Settings


def _findings(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings(settings)}


def test_all_is_well_on_a_new_machine_with_a_key(tmp_path: Path) -> None:
    found = _findings(Settings(local_model="off", openai_api_key=SecretStr("made-up")))
    assert [finding.subject for finding in found.values() if finding.state == "problem"] == []
    assert (tmp_path / "data" / "playground.db").exists()
    assert found["local"].state == "off"
    assert found["agents"].text.startswith("Assistant, Toolbox, Travel desk, Clerk, ")


def test_every_provider_is_told_of_and_no_key_is_shown() -> None:
    keys = {name: SecretStr("hunter22") for name in ("openai_api_key", "anthropic_api_key", "google_api_key")}
    found = _findings(Settings.model_validate({"local_model": "off", **keys}))
    assert [(found[label].state, found[label].text) for label in ("OpenAI", "Anthropic", "Google")] == [
        ("ok", "set"),
        ("ok", "set"),
        ("ok", "set"),
    ]
    without = _findings(Settings(local_model="off"))
    assert (without["Anthropic"].state, without["Anthropic"].text) == ("off", "Set ANTHROPIC_API_KEY to use Anthropic.")
    assert (without["Google"].state, without["Google"].text) == ("off", "Set GEMINI_API_KEY to use Google.")
    assert "hunter22" not in str(found)


def test_a_postgresql_database_is_migrated(postgres_url: str) -> None:
    found = _findings(Settings(local_model="off", database_url=postgres_url))
    assert found["database"].state == "ok"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("nonsense", "is not usable"),
        ("mysql://me:hunter22@localhost/x", "mysql is not supported"),
        ("postgresql://me:hunter22@127.0.0.1:1/x", "me:***@127.0.0.1:1/x cannot be opened"),
        ("sqlite:////proc/nowhere/x.db", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_used_is_a_problem(url: str, text: str) -> None:
    finding = (_findings(Settings(local_model="off", database_url=url)))["database"]
    assert finding.state == "problem"
    assert text in finding.text
    assert "hunter22" not in finding.text


def test_a_data_folder_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = _findings(Settings(local_model="off", data_dir=tmp_path / "file" / "data"))
    assert found["data folder"].state == "problem"
    assert "PLAYGROUND_DATA_DIR" in found["data folder"].text


def test_an_agent_that_cannot_be_loaded_is_a_problem() -> None:
    finding = (_findings(Settings(local_model="off", agent=("nowhere:agent",))))["agents"]
    assert finding.state == "problem"
    assert "there is no module 'nowhere'" in finding.text


def test_a_local_file_that_is_not_there_is_a_problem() -> None:
    found = _findings(Settings(local_model="nowhere/mine.gguf"))
    assert found["local/mine"].state == "problem"
    assert found["models"].state == "problem"
