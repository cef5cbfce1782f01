"""Who may be named while a visitor votes without knowing who answered. Pure."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from playground.errors import Conflict

UNTOLD = "This would tell who answered. Vote first, or switch blind off."


@dataclass(frozen=True, slots=True)
class Curtain:
    """What is kept back of the lanes.

    While it is `down` nobody is named at all: what was told of earlier rounds would name the lanes of this one.
    `round` is the newest round that can be voted on, `kept` are those that still have to be.
    """

    blind: bool = False
    round: str = ""
    down: bool = False
    kept: frozenset[str] = frozenset()

    def tells(self, round_id: str | None) -> bool:
        """Whether it may be known who answered in a round; None: in no round."""
        return not self.blind or (not self.down and round_id not in self.kept)

    def check(self, *round_ids: str | None) -> None:
        """Raises Conflict where one of these rounds, or what is in none (None), would tell too much."""
        if not all(map(self.tells, round_ids)):
            raise Conflict(UNTOLD)


def curtain(*, blind: bool, rounds: Mapping[str, int], voted: Container[str]) -> Curtain:
    """`rounds` are oldest first, with the number of lanes each was put to: one put to a single lane is not voted on."""
    contested = [round_id for round_id, lanes in rounds.items() if lanes > 1]
    newest = contested[-1] if contested else ""
    kept = frozenset(round_id for round_id in contested if round_id not in voted)
    return Curtain(blind, newest, down=blind and newest not in voted, kept=kept)
