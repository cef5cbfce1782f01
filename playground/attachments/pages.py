"""The text of a PDF, read by a process of its own: some PDFs never end, and some take all memory there is."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playground.children import environment

SECONDS = 20
_SCRIPT = Path(__file__).with_name("pdf.py")


@dataclass(frozen=True, slots=True)
class Pages:
    """The text of a PDF's first pages; `count` is how many there are."""

    texts: tuple[str, ...]
    count: int


def read(data: bytes, *, most_chars: int) -> Pages | None:
    """The text of a PDF, cut behind `most_chars`; None if it cannot be read, or not soon. Blocking: off the loop."""
    command = [sys.executable, "-P", str(_SCRIPT), str(most_chars)]
    try:
        told = environment()  # what takes over the process that reads a PDF is to find no key in it
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=True, env=told)
        found = json.loads(done.stdout)
        return Pages(tuple(found["texts"]), found["count"])
    except (subprocess.SubprocessError, OSError, ValueError):
        return None
