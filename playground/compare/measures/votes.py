"""What votes say of contenders: who met whom, and how it ended. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.records import Vote

Outcome = Literal["win", "loss", "tie", "bad"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Met:
    """Two contenders in one vote. In a draw neither is `better`."""

    better: str
    worse: str
    draw: bool = False


def pairs(vote: Vote) -> Iterator[Met]:
    """How each pair of the vote's contenders ended.

    The winner beats every other one, of whom nothing is known among themselves. In a tie all pairs are draws. Where
    all were bad no two are compared.
    """
    if vote.choice == "lane" and vote.winner is not None:
        for other in vote.contenders:
            if other != vote.winner:
                yield Met(vote.winner, other)
    if vote.choice == "tie":
        for place, one in enumerate(vote.contenders):
            for other in vote.contenders[place + 1 :]:
                yield Met(one, other, draw=True)


def head_to_head(votes: Sequence[Vote]) -> dict[tuple[str, str], float]:
    """(one, other) → how often the one beat the other; a draw is half a win for both."""
    won: Counter[tuple[str, str]] = Counter()
    for vote in votes:
        for met in pairs(vote):
            won[met.better, met.worse] += 1 if met.draw else 2  # halves, so that sums stay exact
            won[met.worse, met.better] += 1 if met.draw else 0
    return {pair: halves / 2 for pair, halves in won.items()}


def outcome(vote: Vote, contender: str) -> Outcome:
    """What the vote is to one of its contenders."""
    if vote.choice == "lane":
        return "win" if vote.winner == contender else "loss"
    return vote.choice


def votes_csv(votes: Sequence[Vote]) -> str:
    """The votes as a table for a spreadsheet."""
    headings = ("at", "tab", "round", "agent", "choice", "winner", "blind", "contenders")
    return spreadsheet(headings, map(_cells, votes))


def _cells(vote: Vote) -> tuple[str, ...]:
    told = (vote.created_at.isoformat(), vote.tab_id, vote.round_id, vote.agent, vote.choice, vote.winner or "")
    return (*told, "yes" if vote.blind else "no", " | ".join(vote.contenders))


def spreadsheet(headings: Sequence[str], rows: Iterable[Sequence[str | float]]) -> str:
    """A table as CSV, in which no text is a formula."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(headings)
    for row in rows:
        table.writerow([_plain(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def _plain(cell: str) -> str:
    # A model's name is typed by anybody, and a spreadsheet computes what begins like a formula.
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
