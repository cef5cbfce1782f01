"""What votes say of contenders."""

import csv
import io
from dataclasses import replace

import pytest

from playground.compare.measures.votes import Met, head_to_head, outcome, pairs, votes_csv
from playground.records import Vote
from tests.compare.voted import bad, better, tie


@pytest.mark.parametrize(
    ("vote", "met"),
    [
        (better("a", "b"), [Met("a", "b")]),
        (better("b", "a", "c"), [Met("b", "a"), Met("b", "c")]),
        (tie("a", "b", "c"), [Met("a", "b", draw=True), Met("a", "c", draw=True), Met("b", "c", draw=True)]),
        (bad("a", "b", "c"), []),
    ],
    ids=["two", "the winner beats all others", "a tie is a draw of all pairs", "all bad compares none"],
)
def test_a_vote_is_told_pair_by_pair(vote: Vote, met: list[Met]) -> None:
    assert list(pairs(vote)) == met


def test_a_draw_is_half_a_win_for_both() -> None:
    votes = [better("a", "b"), better("a", "b"), better("b", "a"), tie("a", "b"), bad("a", "b")]
    assert head_to_head(votes) == {("a", "b"): 2.5, ("b", "a"): 1.5}


def test_a_vote_ends_differently_for_its_contenders() -> None:
    assert [outcome(better("a", "b"), name) for name in "ab"] == ["win", "loss"]
    assert [outcome(vote, "a") for vote in (tie("a", "b"), bad("a", "b"))] == ["tie", "bad"]


def test_votes_go_into_a_spreadsheet() -> None:
    table = list(csv.reader(io.StringIO(votes_csv([replace(better("a", "b, c"), blind=True), tie("a", "b")]))))
    assert table == [
        ["at", "tab", "round", "agent", "choice", "winner", "blind", "contenders"],
        ["2026-11-22T12:00:00+00:00", "tab", "rnd", "assistant", "lane", "a", "yes", "a | b, c"],
        ["2026-11-22T12:00:00+00:00", "tab", "rnd", "assistant", "tie", "", "no", "a | b"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")'])
def test_no_cell_is_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(votes_csv([replace(better(name, "b"), agent=name)]), newline="")))
    assert rows[1][3] == rows[1][5] == f"'{name}"
    assert rows[1][7] == f"'{name} | b"
