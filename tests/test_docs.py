"""The documents say what the code does."""

import re
import sys
from pathlib import Path
from typing import get_args

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from typer.testing import CliRunner

from playground.__main__ import commands
from playground.protocol.requests import parse
from playground.records import LIVE, RunStatus
from playground.roster.roster import Roster
from playground.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
README = (ROOT / "README.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = re.findall(r"`((?:playground|tests|scripts|docs|benchmarks)/[\w./-]*)`", document.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


def _row(name: str, field: FieldInfo) -> str:
    default = "" if field.default in {None, False, ()} else f"`{field.default}`"
    alias = field.validation_alias
    variables = alias.choices if isinstance(alias, AliasChoices) else [alias or f"PLAYGROUND_{name.upper()}"]
    return f"| {' or '.join(f'`{variable}`' for variable in variables)} | {default} | {field.description} |"


def test_the_readme_has_every_setting_with_its_default() -> None:
    table = re.findall(r"^\| `[A-Z_]+`(?: or `[A-Z_]+`)* \|.*$", README, re.MULTILINE)
    assert table == [_row(name, field) for name, field in Settings.model_fields.items()]


def test_the_scripts_that_the_readme_starts_exist() -> None:
    scripts = set(re.findall(r"\./(scripts/\w+)", README))
    assert scripts >= {"scripts/run", "scripts/test"}
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def test_the_commands_and_flags_of_the_readme_exist() -> None:
    for command in re.findall(r"python -m playground (\w+)", README):
        assert CliRunner().invoke(commands, [command, "--help"]).exit_code == 0
    known = CliRunner().invoke(commands, ["serve", "--help"]).output
    assert [flag for flag in re.findall(r"scripts/run (--[\w-]+)", README) if flag not in known] == []


def test_the_readmes_agent_can_be_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n# (\w+)\.py\n(.*?)```", README, re.DOTALL)
    spec = re.search(r"--agent (\w+:\w+)", README)
    assert code is not None
    assert spec is not None
    (tmp_path / f"{code[1]}.py").write_text(code[2])
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert Roster([spec[1]]).get(spec[1]).build().tools


def test_the_readmes_request_is_one_of_the_protocol() -> None:
    bodies = re.findall(r"-d '(\{.*?\})'", README, re.DOTALL)
    assert bodies
    for body in bodies:
        parse(body.encode())


def test_the_glossary_explains_every_status_of_a_run() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (yes|no) \|$", GLOSSARY, re.MULTILINE))
    assert rows == {status: "yes" if status in LIVE else "no" for status in get_args(RunStatus)}


def test_the_glossary_explains_what_rooms_are_named_after() -> None:
    words = set(re.findall(r"^\| \*\*(\w+)\*\* ", GLOSSARY, re.MULTILINE))
    rooms = {path.stem for path in (ROOT / "playground").iterdir()}
    assert {"transcript", "visitor", "catalog", "roster", "store"} <= words & rooms
