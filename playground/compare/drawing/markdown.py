"""Markdown that anybody may have written, as HTML that can do nothing but be read. Pure."""

import html
import re
from dataclasses import dataclass
from itertools import accumulate

from playground.compare.drawing.dialect import Block, References, drawn, literal, parsed

LONGEST = 200_000
"""Characters that are read as Markdown; what follows is shown as it was written."""


def rendered(text: str) -> str:
    """The text as safe HTML."""
    return "".join(blocks(text))


def blocks(text: str) -> list[str]:
    """The safe HTML of each top-level block; joined they are `rendered(text)`."""
    body, rest = _cut(_normal(text))
    return [drawn(block.tokens) for block in parsed(body, {})] + rest


def escaped(text: str) -> str:
    """The text inside markup of our own, as content or as a quoted attribute's value."""
    return html.escape(_normal(text))


_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&-])")


def plain(text: str) -> str:
    """The text as Markdown that draws it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


@dataclass(slots=True)
class _Settled:
    """A block that no appended text changes, but for the links whose addresses are given further down."""

    source: str
    html: str


class Growing:
    """The blocks of a text that is mostly appended to. After each update they equal `blocks(text)`.

    Only the last two blocks, and what stands after them, can be changed by more text: a half-written line may still
    turn out to continue what stood before it. The address of a link like `[this]` may come last of all; when one comes
    or changes, earlier blocks with brackets are drawn again.
    """

    def __init__(self) -> None:
        self._body = ""
        self._offset = 0
        self._settled: list[_Settled] = []
        self._references: References = {}
        self._linked: dict[str, tuple[str, str]] = {}

    def update(self, text: str) -> list[str]:
        """The blocks of `text`. Text that does not begin with the last one is read from the start."""
        body, rest = _cut(_normal(text))
        if not body.startswith(self._body):
            Growing.__init__(self)
        self._body = body
        tail = body[self._offset :]
        references = dict(self._references)
        open_blocks = parsed(tail, references)
        shown = [drawn(block.tokens) for block in open_blocks]
        self._link(references)
        settled = len(open_blocks[:-2])
        if settled:
            self._settle(tail, open_blocks[:settled], shown, references)
        return [block.html for block in self._settled] + shown[settled:] + rest

    def _link(self, references: References) -> None:
        """Draws settled blocks again if links in them may lead elsewhere now."""
        linked = {label: (each["href"], each["title"]) for label, each in references.items()}
        if linked == self._linked:
            return
        self._linked = linked
        for block in self._settled:
            if "[" in block.source:
                block.html = "".join(drawn(one.tokens) for one in parsed(block.source, dict(references)))

    def _settle(self, tail: str, settled: list[Block], shown: list[str], references: References) -> None:
        starts = [0, *accumulate(len(line) + 1 for line in tail.split("\n"))]
        sources = [tail[starts[block.start] : starts[block.end]] for block in settled]
        self._settled += map(_Settled, sources, shown)
        end = settled[-1].end
        for label, reference in references.items():
            if label not in self._references and reference["map"][1] <= end:
                self._references[label] = reference
        self._offset += starts[end]


def _normal(text: str) -> str:
    """One kind of line end, and no half characters, which no encoder takes."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


_HALF = re.compile("[\ud800-\udfff]")


def _cut(text: str) -> tuple[str, list[str]]:
    """What is read as Markdown, and the block of what is not, if there is any."""
    if len(text) <= LONGEST:
        return text, []
    at = text.rfind("\n", 0, LONGEST) + 1 or LONGEST
    return text[:at], [literal(text[at:])]
