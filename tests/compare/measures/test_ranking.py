"""Who is better, checked against what others published and against plainer computations."""

import itertools
import json
import math
import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from playground.compare.measures.ranking import POINTS, SPREAD, Ranking, ranking, ranking_html, ranking_json
from playground.records import Vote
from tests.compare.voted import bad, better, season, tie

FLAT = 1e6  # points: so wide a belief before any vote is none
BASEBALL = {
    "Milwaukee": (0, 7, 9, 7, 7, 9, 11),
    "Detroit": (6, 0, 7, 5, 11, 9, 9),
    "Toronto": (4, 6, 0, 7, 7, 8, 12),
    "New York": (6, 8, 6, 0, 6, 7, 10),
    "Boston": (6, 2, 6, 7, 0, 7, 12),
    "Cleveland": (4, 4, 5, 6, 6, 0, 6),
    "Baltimore": (2, 4, 1, 3, 1, 7, 0),
}
"""Games won in the American League's East, 1987: Agresti, Categorical Data Analysis, 2nd edition, page 438."""
PUBLISHED = {
    "Milwaukee": 1.5814,
    "Detroit": 1.4364,
    "Toronto": 1.2945,
    "New York": 1.2476,
    "Boston": 1.1077,
    "Cleveland": 0.6839,
    "Baltimore": 0.0,
}
"""Natural logarithms, without home advantage: Turner and Firth, Bradley-Terry Models in R (BradleyTerry2)."""


def ratings(found: Ranking) -> dict[str, float]:
    return {row.name: row.rating for row in found.standings}


def simulated(strengths: dict[str, float], count: int, seed: int) -> list[Vote]:
    """Votes on two to four contenders at a time, chosen by odds of ten to one for 400 points."""
    dice = random.Random(seed)  # noqa: S311 - votes, not secrets
    votes: list[Vote] = []
    for _ in range(count):
        line_up = dice.sample(sorted(strengths), dice.randint(2, min(4, len(strengths))))
        winner = dice.choices(line_up, [10 ** (strengths[name] / 400) for name in line_up])[0]
        votes.append(better(winner, *(name for name in line_up if name != winner)))
    return votes


def test_published_strengths_are_found() -> None:
    found = ratings(ranking(season(BASEBALL), spread=FLAT))
    logs = {name: (rating - found["Baltimore"]) / POINTS for name, rating in found.items()}
    assert logs == pytest.approx(PUBLISHED, abs=5e-5)
    assert list(found) == list(PUBLISHED)
    assert sum(found.values()) == pytest.approx(7 * 1000)


def plainly(votes: Sequence[Vote]) -> dict[str, float]:
    """The likeliest strengths in points, mean 1000, by Hunter's minorization-maximization (2004)."""
    won = Counter(vote.winner for vote in votes)
    odds = {name: 1.0 for vote in votes for name in vote.contenders}
    for _ in range(2_000):
        shares = Counter[str]()
        for vote in votes:
            whole = sum(odds[name] for name in vote.contenders)
            shares.update(dict.fromkeys(vote.contenders, 1 / whole))
        odds = {name: won[name] / shares[name] for name in odds}
    points = {name: 400 * math.log10(value) for name, value in odds.items()}
    mean = sum(points.values()) / len(points)
    return {name: value - mean + 1000 for name, value in points.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_choices_among_several_agree_with_a_plainer_computation(seed: int) -> None:
    votes = simulated({"a": 200, "b": 80, "c": 0, "d": -60, "e": -220}, 150, seed)
    assert ratings(ranking(votes, spread=FLAT)) == pytest.approx(plainly(votes), abs=0.01)


def doubt(votes: Sequence[Vote], at: dict[str, float]) -> float:
    """Minus the logarithm of how likely the votes are, with the belief before any vote; ratings in points."""
    value = sum((rating - 1000) ** 2 for rating in at.values()) / (2 * SPREAD**2)
    for vote in votes:
        odds = {name: 10 ** (at[name] / 400) for name in vote.contenders}
        chances = [odds[name] / sum(odds.values()) for name in vote.contenders]
        if vote.choice == "tie":
            value -= sum(math.log(chance) for chance in chances) / len(chances)
        elif vote.winner is not None:
            value -= math.log(odds[vote.winner] / sum(odds.values()))
    return value


def test_intervals_agree_with_a_plainer_computation() -> None:
    """Second differences of the likelihood, put on the board's scale: how far each is from the mean of all."""
    votes = [*simulated({"a": 150, "b": 0, "c": -150}, 40, 7), tie("a", "b"), tie("a", "b", "c"), bad("b", "c")]
    found = ranking(votes)
    at, names, h = ratings(found), "abc", 0.5

    def moved(*steps: tuple[str, float]) -> float:
        there = dict(at)
        for name, step in steps:
            there[name] += step
        return doubt(votes, there)

    assert min(moved((name, step)) - moved() for name in names for step in (-1, 1)) > 0
    curve = np.array(
        [
            [
                sum(i * j * moved((one, i * h), (two, j * h)) for i in (-1, 1) for j in (-1, 1)) / (4 * h * h)
                for one in names
            ]
            for two in names
        ]
    )
    centred = np.eye(3) - 1 / 3
    errors = np.sqrt(np.diag(centred @ np.linalg.inv(curve) @ centred))
    for row in found.standings:
        assert row.high - row.rating == pytest.approx(1.959964 * errors[names.index(row.name)], rel=1e-3)
        assert row.rating - row.low == pytest.approx(row.high - row.rating)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 4 × 200 intervals 95 % should, and some more for what is believed before any vote."""
    truth = {"a": 1150, "b": 1060, "c": 940, "d": 850}
    held = 0
    for seed in range(200):
        found = ranking(simulated({name: points - 1000 for name, points in truth.items()}, 60, seed))
        held += sum(row.low <= truth[row.name] <= row.high for row in found.standings)
    assert 0.93 < held / 800 < 0.98


def test_a_tie_is_half_a_win_for_both() -> None:
    drawn = ranking([better("a", "b"), better("a", "b"), tie("a", "b"), tie("a", "b")])
    decided = ranking([better("a", "b"), better("a", "b"), better("a", "b"), better("b", "a")])
    assert ratings(drawn) == pytest.approx(ratings(decided))


def test_a_vote_against_all_counts_in_the_table_only() -> None:
    votes = [better("a", "b"), better("b", "c"), tie("a", "c")]
    found, more = ranking(votes), ranking([*votes, bad("a", "b")])
    assert ratings(more) == pytest.approx(ratings(found))
    assert [(more.votes, more.bad), (found.votes, found.bad)] == [(4, 1), (3, 0)]
    a = next(row for row in more.standings if row.name == "a")
    assert (a.wins, a.losses, a.ties, a.bad) == (1, 0, 1, 1)


@pytest.mark.parametrize("count", [1, 5, 500, 100_000])
def test_one_that_won_every_vote_is_rated_and_not_without_doubt(count: int) -> None:
    first, last = ranking([better("a", "b")] * count).standings
    assert first.name == "a"
    assert 1000 < first.rating < first.high < 2500
    assert first.rating - first.low > 100
    assert first.rating + last.rating == pytest.approx(2000)


def test_those_that_never_met_cannot_be_told_apart() -> None:
    found = ranking([*([better("a", "b")] * 50), *([better("c", "d")] * 50)])
    a, c, *_ = found.standings
    assert (a.name, c.name) == ("a", "c")
    assert a.rating == pytest.approx(c.rating)
    together = next(row for row in ranking([better("a", "b")] * 50).standings if row.name == "a")
    assert a.high - a.low > 1.3 * (together.high - together.low)


def test_more_votes_leave_less_doubt() -> None:
    some, many = (ranking(season({"a": (0, 6 * count), "b": (4 * count, 0)})) for count in (1, 30))
    assert some.standings[0].low < 1000 < many.standings[0].low


def test_only_bad_votes_rate_nobody() -> None:
    rows = ranking([bad("a", "b")] * 3).standings
    assert [(row.name, row.rating, row.bad) for row in rows] == [("a", 1000, 3), ("b", 1000, 3)]
    assert all(row.low < 700 and row.high > 1300 for row in rows)


def test_nothing_voted_ranks_nobody() -> None:
    assert ranking([]) == Ranking((), 0, 0, {})


def test_the_order_of_votes_and_names_does_not_matter() -> None:
    votes = [better("a", "b", "c"), better("b", "c"), tie("c", "a")]
    found = [ratings(ranking(order)) for order in itertools.permutations(votes)]
    assert all(one == pytest.approx(found[0]) for one in found)
    other = [better("a", "c", "b"), better("b", "c"), tie("a", "c")]
    assert ratings(ranking(other)) == pytest.approx(found[0])


def test_the_export_says_what_its_numbers_mean() -> None:
    content = json.loads(ranking_json(ranking([better("a", "b"), bad("a", "b")])))
    assert content["scale"] == {
        "mean": 1000,
        "points_for_odds_of_ten": 400,
        "deviation_before_any_vote": 300,
        "interval": 0.95,
    }
    assert (content["votes"], content["bad"]) == (2, 1)
    first = content["standings"][0]
    assert (first["name"], first["wins"], first["bad"]) == ("a", 1, 1)
    assert first["low"] < first["rating"] < first["high"]
    assert {"one": "a", "other": "b", "won": 1} in content["head_to_head"]


def test_the_board_says_how_sure_it_is_and_holds_no_markup() -> None:
    page = ranking_html(ranking([better("<b>a", "b"), better("<b>a", "b"), tie("<b>a", "b"), bad("<b>a", "b")]))
    assert "4 votes" in page
    assert "<b>&lt;b&gt;a</b>" in page
    assert "1 vote against all does not change the ratings." in page
    assert "<td>2</td><td>0</td><td>1</td><td>1</td>" in page
    assert "<td>–</td><td>2.5</td>" in "".join(page.split("\n"))


def test_who_beat_whom_is_left_out_where_nobody_could_read_it() -> None:
    assert "Who beat whom" in ranking_html(ranking([tie(*"abcdefghijkl")]))
    assert "Who beat whom" not in ranking_html(ranking([tie(*"abcdefghijklm")]))


def test_an_empty_board_says_how_to_fill_it() -> None:
    assert "No votes yet" in ranking_html(ranking([]))
