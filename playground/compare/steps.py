"""Two runs side by side, step by step: what both did, what only one did, and where they parted. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from playground import wire
from playground.compare.pairing import in_order, outcome, paired
from playground.compare.paths import Change, changes
from playground.compare.trace import ASIDE, Trace, TraceStep

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
