"""Libraries that are part of the client are those that their publishers put out."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "playground" / "web" / "client" / "vendor"
ROWS = re.findall(
    r"^\| (\S+\.js) \| (\S+) \| (\S+) \| (.+) \| \S+ \| ([0-9a-f]{64}) \|$",
    (VENDOR / "VENDORED.md").read_text(),
    re.MULTILINE,
)


def test_every_library_is_listed() -> None:
    assert sorted(row[0] for row in ROWS) == sorted(path.name for path in VENDOR.glob("*.js"))


@pytest.mark.parametrize(("file", "package", "version", "licence", "sha256"), ROWS)
def test_a_library_is_unmodified_and_has_its_licence(
    file: str, package: str, version: str, licence: str, sha256: str
) -> None:
    content = (VENDOR / file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256
    assert version in content[:2000].decode()
    named = re.search(r"\((\S+)\)", licence)
    assert named
    assert "Licen" in (VENDOR / named[1]).read_text()
    assert package.lower() in (ROOT / "NOTICE").read_text().lower()
