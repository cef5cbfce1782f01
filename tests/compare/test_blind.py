"""What is kept back of a blind tab."""

import pytest

from playground.compare.blind import Curtain, curtain

ROUNDS = {"one": 2, "alone": 1, "two": 3}


def test_a_tab_that_is_not_blind_tells_everything() -> None:
    assert curtain(blind=False, rounds=ROUNDS, voted=()) == Curtain(False, "two", False, frozenset({"one", "two"}))
    assert all(curtain(blind=False, rounds=ROUNDS, voted=()).tells(one) for one in ("one", "two", None))


@pytest.mark.parametrize("voted", [(), ("one",)], ids=["no vote", "an earlier vote"])
def test_nobody_is_named_before_the_newest_round_is_voted_on(voted: tuple[str, ...]) -> None:
    hidden = curtain(blind=True, rounds=ROUNDS, voted=voted)
    assert hidden.down
    assert not any(hidden.tells(one) for one in ("one", "two", "alone", None))


def test_after_the_vote_all_is_told_but_what_was_not_voted_on() -> None:
    shown = curtain(blind=True, rounds=ROUNDS, voted=("two",))
    assert not shown.down
    assert [one for one in (*ROUNDS, None) if shown.tells(one)] == ["alone", "two", None]


def test_nobody_is_named_before_anything_was_asked() -> None:
    assert curtain(blind=True, rounds={}, voted=()).down
    assert curtain(blind=True, rounds={"alone": 1}, voted=()).down
