"""Which steps of two runs belong together. Pure.

First the steps that are alike are paired in the order of both runs, as many as can be. Calls that a model made at once,
in one turn, have no order of their own: such a call may be paired past its neighbours. What is left is paired where a
step of the same kind and name stands in the same gap, as one that was done differently.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from rapidfuzz.distance import Indel

from playground import wire
from playground.compare.differences.trace import ASIDE, TraceStep

T = TypeVar("T")

LONGEST = 1_000
"""Characters of arguments by which calls that differ are told apart: for whole files that would take minutes."""


def paired(first: Sequence[TraceStep], second: Sequence[TraceStep]) -> dict[int, int]:
    """The partners, index → index; a step without one is not in it."""
    # Where two pairings are equally good, the same one is found whichever run is named first.
    if list(map(_whole, first)) > list(map(_whole, second)):
        return {right: left for left, right in _Matching(second, first).pairs.items()}
    return _Matching(first, second).pairs


def in_order(pairs: dict[int, int]) -> list[tuple[int, int]]:
    """The pairs that keep the order of both, as many as can be."""
    found = sorted(pairs.items())
    rights = sorted(pairs.values())
    chain = chained([right for _, right in found], rights, lambda one, two: float(one == two))
    return [found[left] for left, _ in chain]


def chained(first: Sequence[T], second: Sequence[T], score: Callable[[T, T], float]) -> list[tuple[int, int]]:
    """The pairs (index, index) in both orders whose scores add up to most; what scores 0 is no pair.

    This is Needleman's and Wunsch's alignment with gaps that cost nothing: of n × m steps, for sequences of hundreds.
    """
    best = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    scores = [[score(one, two) for two in second] for one in first]
    for row in range(len(first) - 1, -1, -1):
        for column in range(len(second) - 1, -1, -1):
            worth = scores[row][column]
            paired = best[row + 1][column + 1] + worth if worth else 0.0
            best[row][column] = max(paired, best[row + 1][column], best[row][column + 1])
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < len(first) and column < len(second):
        worth = scores[row][column]
        if worth and best[row][column] == best[row + 1][column + 1] + worth:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs


def _whole(step: TraceStep) -> tuple[str, ...]:
    """All that is compared of a step, and its place."""
    return (*call(step), *outcome(step), step.name, str(step.turn))


def call(step: TraceStep) -> tuple[str, ...]:
    """What makes a step this step: there is one answer and one end, whatever they say."""
    name = "" if step.kind == "end" else step.name
    return (step.kind, name, wire.canonical(step.arguments))


def outcome(step: TraceStep) -> tuple[str, ...]:
    """How a step came out: equal if it did in the same way, however JSON is spelled."""
    text = wire.canonical(step.text) if step.kind == "tool" and step.text else step.text
    return (str(step.text is not None), text or "", str(step.failed), step.verdict)


class _Matching:
    """Which step of the one run belongs to which of the other: `pairs`, index → index."""

    def __init__(self, first: Sequence[TraceStep], second: Sequence[TraceStep]) -> None:
        self._first, self._second = first, second
        self._calls = [call(step) for step in first], [call(step) for step in second]
        self._outcomes = [outcome(step) for step in first], [outcome(step) for step in second]
        self.pairs = dict(chained(range(len(first)), range(len(second)), self._likeness))
        self._pair_past_neighbours(self._likeness)
        self._pair_in_gaps()
        self._pair_past_neighbours(self._kinship)

    def _likeness(self, one: int, two: int) -> float:
        """3 for a step with the same outcome, 2 for the same step; what is never compared is not worth a pair."""
        if self._calls[0][one] != self._calls[1][two] or self._first[one].kind in ASIDE:
            return 0
        return 3 if self._outcomes[0][one] == self._outcomes[1][two] else 2

    def _kinship(self, one: int, two: int) -> float:
        """From 1 to 2 for a step of the same kind and name, the more the more alike its arguments are."""
        left, right = self._first[one], self._second[two]
        if left.kind != right.kind or (left.name != right.name and left.kind != "handoff"):
            return 0
        return 1 + Indel.normalized_similarity(self._calls[0][one][2][:LONGEST], self._calls[1][two][2][:LONGEST])

    def _left(self) -> tuple[list[int], list[int]]:
        """The steps without a partner."""
        taken = set(self.pairs.values())
        ones = [at for at in range(len(self._first)) if at not in self.pairs]
        return ones, [at for at in range(len(self._second)) if at not in taken]

    def _pair_in_gaps(self) -> None:
        """Pair what is left between two neighbouring pairs of the common order."""
        ends = [(-1, -1), *in_order(self.pairs), (len(self._first), len(self._second))]
        ones, twos = self._left()
        for (low, below), (high, above) in pairwise(ends):
            some = [at for at in ones if low < at < high]
            others = [at for at in twos if below < at < above]
            for one, two in chained(some, others, self._kinship):
                self.pairs[some[one]] = others[two]

    def _pair_past_neighbours(self, score: Callable[[int, int], float]) -> None:
        """Pair what is left and alike where calls of one turn, which have no order, stand between."""
        ones, twos = self._left()
        scores = ((-score(one, two), one, two) for one in ones for two in twos)
        wanted = sorted(each for each in scores if each[0])
        order, taken = in_order(self.pairs), set(self.pairs.values())
        for _, one, two in wanted:
            if one not in self.pairs and two not in taken and self._is_near(one, two, order):
                self.pairs[one] = two
                taken.add(two)

    def _is_near(self, one: int, two: int, order: Sequence[tuple[int, int]]) -> bool:
        """Whether only calls that were made together with this one stand between it and its partner's place."""
        between = [pair for pair in order if (pair[0] < one) != (pair[1] < two)]
        return all(_at_once(self._first[one], self._first[left]) for left, _ in between) or all(
            _at_once(self._second[two], self._second[right]) for _, right in between
        )


def _at_once(one: TraceStep, other: TraceStep) -> bool:
    return one.turn == other.turn and one.kind == other.kind == "tool"
