"""The text of a PDF, read by a process of its own: some PDFs never end, and some take all memory there is.

Run as a script it reads a PDF from its input and writes the text of its pages as JSON.
"""

import json
import subprocess
import sys
from dataclasses import dataclass

SECONDS = 20
MOST_PAGES = 200
MEMORY = 1 << 30


@dataclass(frozen=True, slots=True)
class Pages:
    """The text of a PDF's first pages; `count` is how many there are."""

    texts: tuple[str, ...]
    count: int


def read(data: bytes, *, most_chars: int) -> Pages | None:
    """The text of a PDF, cut behind `most_chars`; None if it cannot be read, or not soon. Blocking: off the loop."""
    command = [sys.executable, "-P", __file__, str(most_chars)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, check=True)
        found = json.loads(done.stdout)
        return Pages(tuple(found["texts"]), found["count"])
    except (subprocess.SubprocessError, OSError, ValueError):
        return None


def _main(most_chars: int) -> None:
    _bound()
    from io import BytesIO  # noqa: PLC0415 - only the child needs these

    from pypdf import PdfReader  # noqa: PLC0415

    reader = PdfReader(BytesIO(sys.stdin.buffer.read()))
    texts: list[str] = []
    for page in reader.pages[:MOST_PAGES]:
        texts.append(page.extract_text()[: most_chars + 1])  # one more tells that it was cut
        most_chars -= len(texts[-1])
        if most_chars < 0:
            break
    json.dump({"texts": texts, "count": len(reader.pages)}, sys.stdout)  # plain ASCII


def _bound() -> None:
    """Takes no more memory than is decent, where the system can see to it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    _main(int(sys.argv[1]))
