"""The command line: what it prints, and how it exits."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from playground.__main__ import alone, commands
from playground.quiet import SILENCE
from playground.settings import Settings

ROOT = Path(__file__).parent.parent
KEY = "sk-made-up-0123456789"


@pytest.fixture(autouse=True)
def put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command sets up the process it runs in; here that is the test's."""
    for name in (*SILENCE, "OPENAI_AGENTS_DISABLE_TRACING"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv("PLAYGROUND_LOCAL_MODEL", "off")
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield
    root.handlers[:], root.level = before
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def _invoke(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


@pytest.mark.parametrize("command", ["serve", "compare", "doctor", "threads"])
def test_every_command_explains_itself(command: str) -> None:
    assert command in _invoke("--help").output
    assert _invoke(command, "--help").exit_code == 0


def test_app_py_serves_with_the_same_flags() -> None:
    flags = {"--host", "--port", "--share", "--agent", "--database-url", "--log-level"}
    for output in (CliRunner().invoke(alone, ["--help"]).output, _invoke("serve", "--help").output):
        assert {flag for flag in flags if flag in output} == flags


def test_every_flag_is_a_setting() -> None:
    names = {"host", "port", "share", "agent", "database_url", "log_level"}
    assert names <= set(Settings.model_fields)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["serve", "--prot", "1"], "--prot"),
        (["serve", "--share", "--port", "99999"], "--port"),
        (["serve", "--log-level", "loud"], "--log-level"),
        (["serve", "--port", "99999"], "PLAYGROUND_PORT (--port): Input should be less than or equal to 65535"),
        (["serve", "--agent", "nowhere:agent"], "there is no module 'nowhere'"),
        (["serve", "--agent", "nowhere"], "package.module:attribute"),
        (["serve", "--database-url", "mysql://localhost/x"], "mysql is not supported"),
        (["dance"], "dance"),
    ],
)
def test_wrong_use_is_told_and_exits_with_2(arguments: list[str], complaint: str) -> None:
    result = _invoke(*arguments, *(["--port", "0"] if arguments[0] == "serve" and "--port" not in arguments else []))
    assert result.exit_code == 2
    assert complaint in result.output


@pytest.mark.parametrize("url", ["postgresql://me:hunter22@127.0.0.1:1/x", "sqlite:////proc/nowhere/x.db"])
def test_a_database_that_cannot_be_opened_is_told_in_one_line(url: str) -> None:
    result = _invoke("serve", "--port", "0", "--database-url", url)
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert "hunter22" not in result.output


def test_the_doctor_tells_what_is_set_and_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    result = _invoke("doctor")
    assert result.exit_code == 0
    assert KEY not in result.output
    lines = {line[9:34].strip(): line for line in result.output.splitlines()}
    assert lines["OpenAI"].startswith("ok")
    assert lines["Compatible server"].startswith("off")
    assert "PLAYGROUND_COMPATIBLE_BASE_URL" in lines["Compatible server"]
    assert str(tmp_path / "data") in lines["data folder"]


def test_the_doctor_exits_with_1_when_nothing_can_answer() -> None:
    result = _invoke("doctor")
    assert result.exit_code == 1
    assert "No model can answer" in result.output


def test_app_py_runs_from_any_folder() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "--port", "99999"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("PLAYGROUND_PORT")


@pytest.mark.parametrize("command", [["--help"], ["serve", "--help"], ["compare", "--help"]])
def test_help_does_not_wait_for_slow_imports(command: list[str]) -> None:
    code = (
        "import sys; from playground.__main__ import commands; commands(sys.argv[1:], standalone_mode=False);"
        "sys.exit(bool({'gradio', 'agents'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code, *command], capture_output=True, check=False, cwd=ROOT).returncode
        == 0
    )
