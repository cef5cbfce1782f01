"""Votes that the tests of votes and ranking share."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from playground.records import Vote

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def better(winner: str, *others: str) -> Vote:
    return Vote("tab", "rnd", "lane", (winner, *others), "assistant", AT, winner=winner)


def tie(*contenders: str) -> Vote:
    return Vote("tab", "rnd", "tie", contenders, "assistant", AT)


def bad(*contenders: str) -> Vote:
    return Vote("tab", "rnd", "bad", contenders, "assistant", AT)


def season(wins: Mapping[str, Sequence[int]]) -> list[Vote]:
    """Votes from rows of wins over the others, in the rows' order."""
    return [
        better(one, other)
        for one, row in wins.items()
        for other, count in zip(wins, row, strict=True)
        for _ in range(count)
    ]
