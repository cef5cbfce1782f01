"""What differs between two texts, word by word. Pure.

Three libraries share the work. `regex` cuts the texts: it knows Unicode's classes and its clusters, so that a word
keeps its accents, an emoji its parts, and each character of a script without spaces is a word. `rapidfuzz` finds the
longest common sequence of words: compiled, deterministic, and quick where everything differs. Left at that, two
sentences on one subject come out as confetti, since all texts share "the" and "is"; so `diff-match-patch` tidies up,
giving up what is shared where it is shorter than what differs around it. Its own search gives the same result, but in
Python, and stops by the clock; a compiled edition of it exists, without wheels for newer Pythons. The standard
library's `difflib` leaves the confetti, and takes seconds for long texts full of frequent words.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import regex
from diff_match_patch import diff_match_patch  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
from rapidfuzz.distance import LCSseq, Opcode

from playground.compare.drawing.fragments import fragment

Kind = Literal["same", "removed", "added"]
Grain = Literal["words", "lines", "whole"]

MOST_PIECES = 40_000
"""Words, spaces and marks of both texts together, some 100 KB of prose: what is compared takes their square in bits."""

MOST_EDITS = 10_000
"""Changes and what stands between them; tidying up more takes longer than a second."""

AT_ONCE = 500
"""Of these, tidied up together: the time that it takes grows with their square."""

NOTES: dict[Grain, str] = {
    "words": "",
    "lines": "These texts are long: lines were matched first, then the words of those that differ.",
    "whole": "These texts are too long to be compared; they are shown one after the other.",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text that both have, or only the first (removed) or only the second (added)."""

    kind: Kind
    text: str

    @property
    def shown(self) -> str:
        """The text, with signs for spaces and line ends where nothing else would be seen of a difference."""
        if self.kind == "same" or self.text.strip():
            return self.text
        return self.text.translate(_SIGNS)


_SIGNS = str.maketrans({"\n": "↵\n", "\r": "␍", " ": "·", "\t": "→\t"})


@dataclass(frozen=True, slots=True)
class TextDiff:
    """The spans without the added ones are the first text, without the removed ones the second.

    `similarity` is the part of both texts that they share, from 0 to 1.
    """

    spans: tuple[Span, ...]
    similarity: float
    grain: Grain = "words"

    @property
    def first(self) -> tuple[Span, ...]:
        """The first text."""
        return tuple(span for span in self.spans if span.kind != "added")

    @property
    def second(self) -> tuple[Span, ...]:
        """The second text."""
        return tuple(span for span in self.spans if span.kind != "removed")

    @property
    def note(self) -> str:
        """What to say of a comparison that is coarser than by words; empty otherwise."""
        return NOTES[self.grain]


def compared(first: str, second: str) -> TextDiff:
    """What differs between two texts. Of long ones lines are matched before words, for there may be too much to tidy.

    Takes up to a second or two for texts of 100 KB.
    """
    if first == second:
        return _diff([("same", first)], "words")
    words = _by_words(first, second)
    if words is not None:
        return _diff(words, "words")
    lines = _edits(_LINES.findall(first), _LINES.findall(second))
    if lines is not None:
        return _diff((edit for change in _changes(lines) for edit in _refined(*change)), "lines")
    return _diff([("removed", first), ("added", second)], "whole")


Edit = tuple[Kind, str]


def _diff(edits: Iterable[Edit], grain: Grain) -> TextDiff:
    spans = tuple(Span(kind, text) for same, *texts in _changes(edits) for kind, text in _named(same, *texts) if text)
    shared = sum(2 * len(span.text) for span in spans if span.kind == "same")
    total = shared + sum(len(span.text) for span in spans if span.kind != "same")
    return TextDiff(spans, shared / total if total else 1.0, grain)


def _changes(edits: Iterable[Edit]) -> Iterator[tuple[str, str, str]]:
    """What is the same, removed and added, in turn: either the first alone, or one or both of the others."""
    for _, group in groupby(edits, key=lambda edit: edit[0] == "same"):
        texts: dict[Kind, list[str]] = {"same": [], "removed": [], "added": []}
        for kind, text in group:
            texts[kind].append(text)
        yield "".join(texts["same"]), "".join(texts["removed"]), "".join(texts["added"])


def _named(same: str, removed: str, added: str) -> Iterator[Edit]:
    yield "same", same
    yield "removed", removed
    yield "added", added


def _refined(same: str, removed: str, added: str) -> Iterable[Edit]:
    """Lines that differ, word by word."""
    words = _by_words(removed, added) if removed and added else None
    return _named(same, removed, added) if words is None else words


_ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_LETTER = rf"[\p{{L}}\p{{M}}\p{{N}}_--[{_ALONE}]]"
# A character of a script without spaces with its marks, a word or number, a line's end, the spaces within a line, or
# anything else a cluster at a time.
_WORDS = regex.compile(
    rf"[{_ALONE}]\p{{M}}*|{_LETTER}+(?:['’.,]{_LETTER}+)*|\r?\n|[^\S\r\n]+|\X", regex.VERSION1 | regex.DOTALL
)
_LINES = regex.compile(r"[^\n]*\n|[^\n]+")


def _by_words(first: str, second: str) -> list[Edit] | None:
    return _edits(_WORDS.findall(first), _WORDS.findall(second), tidy=True)


def _edits(first: Sequence[str], second: Sequence[str], *, tidy: bool = False) -> list[Edit] | None:
    """From the one to the other; none if there are too many pieces, or too many changes to `tidy` up."""
    if len(first) + len(second) > MOST_PIECES:
        return None
    pieces = tuple(dict.fromkeys((*first, *second)))
    # Each piece is one character of the planes for private use, which neither library reads as anything.
    sign = {piece: chr(_PRIVATE + number) for number, piece in enumerate(pieces)}
    one, two = ("".join(map(sign.__getitem__, text)) for text in (first, second))
    found = list(LCSseq.opcodes(one, two))
    if tidy and len(found) > MOST_EDITS:
        return None
    edits = list(_signed(one, two, found))
    if tidy:
        edits = [edit for some in _in_turn(edits) for edit in _tidied(some)]
    return [(_KINDS[how], "".join(pieces[ord(one) - _PRIVATE] for one in signs)) for how, signs in edits]


_PRIVATE = 0xF0000
_KINDS: dict[int, Kind] = {-1: "removed", 0: "same", 1: "added"}


def _signed(one: str, two: str, found: Iterable[Opcode]) -> Iterator[tuple[int, str]]:
    """Edits as `diff-match-patch` has them."""
    for edit in found:
        if edit.tag == "equal":
            yield 0, one[edit.src_start : edit.src_end]
        else:
            yield -1, one[edit.src_start : edit.src_end]
            yield 1, two[edit.dest_start : edit.dest_end]


def _in_turn(edits: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Parts of `AT_ONCE`, and a little more: each but the first begins with what both texts have."""
    start = 0
    for at, (how, _) in enumerate(edits):
        if how == 0 and at - start >= AT_ONCE:
            yield list(edits[start:at])
            start = at
    yield list(edits[start:])


def _tidied(edits: list[tuple[int, str]]) -> list[tuple[int, str]]:
    tool: Any = diff_match_patch()
    tool.diff_cleanupMerge(edits)
    tool.diff_cleanupSemantic(edits)
    return edits


def words_html(diff: TextDiff, names: tuple[str, str]) -> str:
    """Both texts, marked where they differ: safe HTML. `names` are those who wrote them."""
    same = diff.first == diff.second
    summary = "Both said the same." if same else f"{min(99, round(100 * diff.similarity))} % of the text is the same."
    sides = list(zip(names, (diff.first, diff.second), strict=True))
    return fragment("words.html", diff=diff, names=names, same=same, summary=summary, sides=sides)
