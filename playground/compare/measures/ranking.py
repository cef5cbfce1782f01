"""Who is better, by all votes: strengths after Bradley and Terry, and how sure they are.

A vote is a choice: a contender of strength s is the one chosen among several with a chance of s over the sum of theirs.
Between two that is the model of Bradley and Terry, among more it is Luce's. Were a choice among four taken for three
wins over one each, which are not independent, the intervals would be far too narrow. In a tie each contender is chosen
in equal parts: between two, half a win for both. A vote against all says nothing of who is better, and is only counted.

Strengths are told on the scale that chess players know: 400 points more are odds of ten to one, and the mean of all
contenders is 1000. Before any vote, each is taken to lie within some 600 points of that (a normal distribution with a
deviation of 300): so one that won every vote has a rating too, and those that never met have wide intervals.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from playground.compare.drawing.fragments import fragment
from playground.compare.measures.votes import head_to_head, outcome, spreadsheet
from playground.records import Vote

Vector = npt.NDArray[np.float64]

MEAN = 1000.0
POINTS = 400 / math.log(10)
"""Points for a factor of e in the odds."""
SPREAD = 300.0
"""Points: how far from the mean a contender is taken to be before any vote."""
MOST_DUELS = 12
"""Contenders up to whom it is shown who beat whom: a larger table is read by nobody."""
_SURE = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Standing:
    """A contender's rating in points, the bounds of its 95 % interval, and its votes by how they ended for it."""

    name: str
    rating: float
    low: float
    high: float
    wins: int
    losses: int
    ties: int
    bad: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The contenders, best first; how many votes there are, and how many of them were against all.

    `duels` has (one, other) → wins of the one over the other, with draws as halves.
    """

    standings: tuple[Standing, ...]
    votes: int
    bad: int
    duels: dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class _Choices:
    """All votes among the same contenders: who they are, how often each was chosen, and how many votes there were."""

    members: npt.NDArray[np.intp]
    chosen: Vector
    total: float


def ranking(votes: Sequence[Vote], *, spread: float = SPREAD) -> Ranking:
    """The contenders of all votes, best first. Takes longer at the first call: not for an event loop."""
    names = sorted({name for vote in votes for name in vote.contenders})
    if not names:
        return Ranking((), 0, 0, {})
    ratings, margins = _estimate(_choices(votes, names), len(names), spread / POINTS)
    rows = [
        _standing(name, votes, float(rating) * POINTS + MEAN, float(margin) * POINTS * _SURE)
        for name, rating, margin in zip(names, ratings, margins, strict=True)
    ]
    standings = tuple(sorted(rows, key=lambda row: (-round(row.rating, 6), row.name)))
    return Ranking(standings, len(votes), sum(vote.choice == "bad" for vote in votes), head_to_head(votes))


def ranking_json(found: Ranking) -> str:
    """The ranking for another program, with what its numbers mean."""
    content = {
        "scale": {"mean": MEAN, "points_for_odds_of_ten": 400, "deviation_before_any_vote": SPREAD, "interval": 0.95},
        "votes": found.votes,
        "bad": found.bad,
        "standings": found.standings,
        "head_to_head": [{"one": one, "other": other, "won": won} for (one, other), won in found.duels.items()],
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def ranking_csv(found: Ranking) -> str:
    """The standings as a table for a spreadsheet, best first; ratings and the bounds of their intervals in points."""
    headings = ("contender", "rating", "low", "high", "wins", "losses", "ties", "bad")
    return spreadsheet(headings, map(_cells, found.standings))


def _cells(row: Standing) -> tuple[str | float, ...]:
    points = (round(row.rating, 1), round(row.low, 1), round(row.high, 1))
    return (row.name, *points, row.wins, row.losses, row.ties, row.bad)


def ranking_html(found: Ranking) -> str:
    """The ranking as a piece of HTML."""
    low = min((row.low for row in found.standings), default=MEAN)
    high = max((row.high for row in found.standings), default=MEAN)
    names = [row.name for row in found.standings] if len(found.standings) <= MOST_DUELS else []
    return fragment("ranking.html", ranking=found, names=names, low=low, width=max(high - low, 1.0))


def _standing(name: str, votes: Sequence[Vote], rating: float, margin: float) -> Standing:
    ends = [outcome(vote, name) for vote in votes if name in vote.contenders]
    wins, losses, ties, bad = (ends.count(end) for end in ("win", "loss", "tie", "bad"))
    return Standing(name, rating, rating - margin, rating + margin, wins, losses, ties, bad)


def _choices(votes: Sequence[Vote], names: Sequence[str]) -> list[_Choices]:
    # Votes among the same contenders are one sum: a thousand votes cost no more than their few line-ups.
    place = {name: index for index, name in enumerate(names)}
    sums: dict[tuple[int, ...], Vector] = {}
    for vote in votes:
        if vote.choice == "bad":
            continue
        line_up = sorted(vote.contenders)
        chosen = np.array([_part(vote, name) for name in line_up])
        members = tuple(place[name] for name in line_up)
        sums[members] = sums.get(members, np.zeros(len(members))) + chosen
    return [_Choices(np.array(members), chosen, float(chosen.sum())) for members, chosen in sums.items()]


def _part(vote: Vote, name: str) -> float:
    return 1 / len(vote.contenders) if vote.choice == "tie" else float(vote.winner == name)


def _estimate(choices: Sequence[_Choices], count: int, spread: float) -> tuple[Vector, Vector]:
    """The likeliest strengths (logarithms, mean 0) and their standard errors, both (count,)."""
    from scipy.optimize import minimize  # noqa: PLC0415 - half a second, and only who looks at the ranking needs it

    found: Any = minimize(
        _surprise,
        np.zeros(count),
        (choices, spread),
        method="trust-exact",
        jac=_slope,
        hess=_curve,
        options={"gtol": 1e-9},
    )
    strengths: Vector = found.x
    # What all have in common is no one's strength: only the distance from the mean is uncertain.
    centred = np.eye(count) - 1 / count
    covariance = centred @ np.linalg.inv(_curve(strengths, choices, spread)) @ centred
    return centred @ strengths, np.sqrt(np.clip(np.diag(covariance), 0, None))


def _surprise(strengths: Vector, choices: Sequence[_Choices], spread: float) -> float:
    """Minus the logarithm of how likely the votes are, and the strengths before any vote."""
    value = float(strengths @ strengths) / (2 * spread**2)
    for one in choices:
        own = strengths[one.members]
        value += one.total * float(np.logaddexp.reduce(own)) - float(one.chosen @ own)
    return value


def _slope(strengths: Vector, choices: Sequence[_Choices], spread: float) -> Vector:
    value = strengths / spread**2
    for one in choices:
        value[one.members] += one.total * _chances(strengths[one.members]) - one.chosen
    return value


def _curve(strengths: Vector, choices: Sequence[_Choices], spread: float) -> Vector:
    value = np.eye(len(strengths)) / spread**2
    for one in choices:
        chances = _chances(strengths[one.members])
        value[np.ix_(one.members, one.members)] += one.total * (np.diag(chances) - np.outer(chances, chances))
    return value


def _chances(strengths: Vector) -> Vector:
    odds: Vector = np.exp(strengths - strengths.max())
    total: Vector = odds.sum()
    return odds / total
