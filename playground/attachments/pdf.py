"""A script that reads a PDF from its input and writes the text of its pages as JSON. See `pages`."""

import json
import sys
from io import BytesIO

MOST_PAGES = 200
MEMORY = 1 << 30


def _main(most_chars: int) -> None:
    _bound()
    from pypdf import PdfReader  # noqa: PLC0415 - once there is a bound

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
