"""What owners are told about running it elsewhere, and the image that is built for them."""

import json
import re
from pathlib import Path

import pytest

from playground.settings import Settings

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "Dockerfile"])
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_variable_that_is_named_is_a_setting(document: Path) -> None:
    known = {f"PLAYGROUND_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bPLAYGROUND_[A-Z_]*[A-Z]\b", document.read_text())) <= known


def test_the_image_has_what_is_started_and_is_let_in_by_name() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {name for line in copied for name in line.split()}
    assert sources >= {"app.py", "playground", "requirements.txt"}
    assert [name for name in sources if not (ROOT / name).exists()] == []
    assert "*" in IGNORED, "all else stays out: .env, data, history"
    assert {line.removeprefix("!") for line in IGNORED if line.startswith("!")} == sources


def test_the_image_runs_as_nobody_special_and_tells_its_health() -> None:
    commands = re.findall(r"^\s*(?:CMD|ENTRYPOINT|HEALTHCHECK .*CMD) (\[.*\])$", DOCKERFILE, re.MULTILINE)
    health, started = (json.loads(command) for command in commands)
    compile(health[2], "health", "exec")
    assert "/healthz" in health[2]
    assert started == ["python", "app.py"]
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["playground"]
    assert re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE) == [str(Settings().port)]
