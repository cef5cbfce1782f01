"""What a run's turns took, kept in its row."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from playground.records import TurnUsage
from playground.store.spend import dollars, nano, stored, turns_of

counts = st.integers(0, 10**9)
costs = st.none() | st.integers(0, 10**15).map(dollars)
turns = st.builds(TurnUsage, st.text(max_size=20), counts, counts, counts, counts, counts, costs)


@given(st.lists(turns, max_size=4))
def test_turns_survive_being_kept(made: list[TurnUsage]) -> None:
    assert turns_of(json.loads(json.dumps(stored(made)))) == tuple(made)


@given(st.integers(0, 10**15))
def test_money_survives_being_kept(count: int) -> None:
    assert nano(dollars(count)) == count


def test_what_is_not_known_stays_so() -> None:
    assert nano(None) is None
    assert dollars(None) is None
    assert nano(Decimal(0)) == 0
    assert nano(Decimal("0.0000000004")) == 0


def test_more_than_a_row_can_keep_is_not_known() -> None:
    assert nano(Decimal(10**9)) == 10**18 < 2**63
    assert nano(Decimal("1e40")) is None


def test_a_run_from_before_turns_were_kept_has_none() -> None:
    assert turns_of({"turns": 3, "input_tokens": 7}) == ()
