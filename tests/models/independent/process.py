"""Runs a module as a server in a process of its own, which prints its address and lives until its stdin closes."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_PATIENCE = 10


@contextmanager
def serving(module: str, *arguments: str) -> Generator[str]:
    """The address at which `module` serves. It takes a free port itself, so that no two runs can want the same."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=_ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("LLMOCK_")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield _address(process)
        finally:
            _stop(process)


def _address(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line.startswith("http"):
        raise RuntimeError(f"The server did not start: {line!r}")
    return line.strip().rstrip("/")


def _stop(process: subprocess.Popen[str]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
