"""The stand-in for the tunnel's program, put where one would be."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground.web.tunnel.program import Program

STUB = Path(__file__).with_name("frpc.py")


@dataclass(frozen=True, slots=True)
class Installed:
    """The program, and what it noted of its starts."""

    path: Path

    @property
    def program(self) -> Program:
        """As it is there now, and known to be right."""
        return Program(self.path, hashlib.sha256(self.path.read_bytes()).hexdigest(), nothing)

    @property
    def starts(self) -> list[dict[str, Any]]:
        """Its process, arguments and environment, once for each start."""
        notes = self.path.with_name("started.jsonl")
        return [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []


def nothing() -> None:
    """Fetches nothing."""


def install(path: Path) -> Installed:
    """Puts the stand-in at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{STUB.read_text()}")
    path.chmod(0o755)
    return Installed(path)


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    """In a folder of this test's."""
    return install(tmp_path / "frpc" / "frpc")
