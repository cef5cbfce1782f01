"""What the lanes of a comparison are called: by what answers in them or, before a blind vote, by letters. Pure."""

from collections.abc import Sequence
from hashlib import sha256
from string import ascii_uppercase

from playground.records import Lane


def contenders(lanes: Sequence[Lane]) -> tuple[str, ...]:
    """One name for each lane, in their order, all different: its model, and its effort if one is set."""
    names: list[str] = []
    for lane in lanes:
        name, count = _label(lane), 1
        while name in names:
            count += 1
            name = f"{_label(lane)} ({count})"
        names.append(name)
    return tuple(names)


def blind_order(lane_ids: Sequence[str], *, tab_id: str, round_id: str) -> tuple[str, ...]:
    """The lanes shuffled: the same way wherever it is asked for, another in each round.

    It depends on no lane's place, and the others keep their order when one is left out.
    """
    return tuple(sorted(lane_ids, key=lambda lane_id: _drawn(tab_id, round_id, lane_id)))


def blind_names(lane_ids: Sequence[str], *, tab_id: str, round_id: str) -> dict[str, str]:
    """Lane → "A", "B" and so on, in the order that `blind_order` shows them in."""
    return dict(zip(blind_order(lane_ids, tab_id=tab_id, round_id=round_id), ascii_uppercase, strict=False))


def _label(lane: Lane) -> str:
    effort = lane.settings.effort
    return f"{lane.model} · {effort}" if effort else lane.model


def _drawn(*parts: str) -> bytes:
    # A digest, not `random`: another release of Python must not deal another order for a round that is being voted on.
    return sha256("\n".join(parts).encode()).digest()
