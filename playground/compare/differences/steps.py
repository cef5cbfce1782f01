"""Two runs side by side, step by step: what both did, what only one did, and where they parted. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from playground import wire
from playground.compare.differences.cells import Cell, Folded, cell, marked, title
from playground.compare.differences.pairing import in_order, outcome, paired
from playground.compare.differences.paths import Change, changes
from playground.compare.differences.trace import ASIDE, Trace, TraceStep
from playground.compare.drawing.fragments import fragment

Verdict = Literal["equal", "reordered", "changed", "added", "missing", "aside"]
What = Literal["name", "arguments", "result", "verdict"]

ALIKE: frozenset[Verdict] = frozenset({"equal", "reordered", "aside"})
"""Verdicts of pairs at which two runs do not part."""


@dataclass(frozen=True, slots=True)
class StepPair:
    """A step of each run, or of one alone: missing is one that only the first made, added one that only the second did.

    `differs` names what is not the same, `changes` where in the arguments. A thought or remark is an aside: not
    compared.
    """

    first: TraceStep | None
    second: TraceStep | None
    verdict: Verdict
    differs: tuple[What, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def kind(self) -> str:
        """What kind of step it is."""
        return self.step.kind

    @property
    def step(self) -> TraceStep:
        """Either step."""
        step = self.first or self.second
        assert step is not None  # noqa: S101 - a pair of none is never made
        return step


@dataclass(frozen=True, slots=True)
class StepDiff:
    """The runs' steps, each in one pair. `divergence` is the first pair that differs, None if none does."""

    first: Trace
    second: Trace
    pairs: tuple[StepPair, ...]

    @property
    def divergence(self) -> int | None:
        """The index of the pair at which the runs part."""
        return next((at for at, pair in enumerate(self.pairs) if pair.verdict not in ALIKE), None)

    def count(self, *verdicts: Verdict) -> int:
        """How many pairs there are of these verdicts."""
        return sum(pair.verdict in verdicts for pair in self.pairs)


def aligned(first: Trace, second: Trace) -> StepDiff:
    """The steps of two runs, side by side."""
    pairs = paired(first.steps, second.steps)
    return StepDiff(first, second, tuple(_laid_out(first.steps, second.steps, pairs)))


# -- laying out -------------------------------------------------------------------------------------------------


def _laid_out(first: Sequence[TraceStep], second: Sequence[TraceStep], pairs: dict[int, int]) -> Iterator[StepPair]:
    """Every step once, in the order of the first run; what only the second did stands where it did it."""
    kept, taken = dict(in_order(pairs)), set(pairs.values())
    at = 0
    for left, step in enumerate(first):
        if left in kept:
            yield from (_alone(None, second[right]) for right in range(at, kept[left]) if right not in taken)
            at = kept[left] + 1
        if left in pairs:
            yield _judged(step, second[pairs[left]], moved=left not in kept)
        else:
            yield _alone(step, None)
    yield from (_alone(None, second[right]) for right in range(at, len(second)) if right not in taken)


def _alone(first: TraceStep | None, second: TraceStep | None) -> StepPair:
    pair = StepPair(first, second, "missing" if second is None else "added")
    return replace(pair, verdict="aside") if pair.kind in ASIDE else pair


def _judged(first: TraceStep, second: TraceStep, *, moved: bool) -> StepPair:
    if first.kind in ASIDE:
        return StepPair(first, second, "aside")
    differs = tuple(_differing(first, second))
    if not differs:
        return StepPair(first, second, "reordered" if moved else "equal")
    return StepPair(first, second, "changed", differs, tuple(changes(first.arguments, second.arguments)))


def _differing(first: TraceStep, second: TraceStep) -> Iterator[What]:
    if first.name != second.name:
        yield "name"
    if wire.canonical(first.arguments) != wire.canonical(second.arguments):
        yield "arguments"
    if first.verdict != second.verdict:
        yield "verdict"
    elif outcome(first) != outcome(second):
        yield "result"


# -- drawing ----------------------------------------------------------------------------------------------------

LISTED = 40
"""Places in the arguments of one call that are listed."""

_SIGNS: dict[Verdict, str] = {
    "equal": "=",
    "reordered": "⇅",
    "changed": "≠",
    "added": "+",
    "missing": "−",
    "aside": "·",
}


_WORDS = {
    ("tool", "arguments"): "other arguments",
    ("handoff", "arguments"): "other arguments",
    ("handoff", "name"): "to another agent",
    ("answer", "result"): "another answer",
    ("end", "name"): "another end",
    ("end", "result"): "another reason",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A pair as it is drawn. What is not compared has no `number`; where the runs part, `parts` is set."""

    pair: StepPair
    number: int | None
    said: str
    parts: bool
    cells: tuple[Cell | None, Cell | None]

    @property
    def sign(self) -> str:
        """The verdict as one character."""
        return _SIGNS[self.pair.verdict]

    @property
    def listed(self) -> tuple[Change, ...]:
        """Where the arguments differ."""
        return self.pair.changes[:LISTED]


def steps_html(diff: StepDiff, names: tuple[str, str]) -> str:
    """The runs' steps side by side: safe HTML. `names` are those who answered."""
    rows = list(_rows(diff, names))
    under_way = [name for name, one in zip(names, (diff.first, diff.second), strict=True) if one.run.live]
    notes = [f"{name} is still under way: these are its steps so far." for name in under_way]
    return fragment("steps.html", names=names, rows=rows, summary=_summary(rows), notes=notes)


def _rows(diff: StepDiff, names: tuple[str, str]) -> Iterator[Row]:
    numbers = count(1)
    apart = diff.divergence
    for at, pair in enumerate(diff.pairs):
        number = None if pair.verdict == "aside" else next(numbers)
        yield Row(pair, number, _said(pair, names), at == apart, _cells(pair))


def _cells(pair: StepPair) -> tuple[Cell | None, Cell | None]:
    first, second = pair.first, pair.second
    spans = marked(first, second) if first and second and "result" in pair.differs else None
    one, two = spans or (None, None)
    folded: Folded = "all" if pair.verdict in ALIKE else "arguments" if pair.verdict == "changed" else "long"
    return (
        None if first is None else cell(first, one, folded=folded),
        None if second is None else cell(second, two, folded=folded),
    )


def _said(pair: StepPair, names: tuple[str, str]) -> str:
    match pair.verdict:
        case "equal":
            return "the same"
        case "reordered":
            return "the same, in another order among calls made at once"
        case "changed":
            return ", ".join(_WORDS.get((pair.kind, what), f"another {what}") for what in pair.differs)
        case "missing":
            return f"only {names[0]}"
        case "added":
            return f"only {names[1]}"
        case "aside":
            return "Not compared"


def _summary(rows: Sequence[Row]) -> str:
    """Where the runs part, in one sentence."""
    for row in rows:
        if row.parts:
            return f"The runs part at step {row.number}, {title(row.pair.step)}: {row.said}."
    if any(row.number for row in rows):
        return "Both runs did the same."
    return "There are no steps to compare yet."
