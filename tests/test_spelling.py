"""How amounts are written."""

from decimal import Decimal

import pytest

from playground.spelling import money, seconds, speed


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        ("0", "$0.00"),
        ("0.00000034", "$0.00000034"),
        ("0.0012345", "$0.0012"),
        ("0.0123", "$0.012"),
        ("0.5", "$0.50"),
        ("1.239", "$1.24"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_money_has_two_digits_that_say_something(cost: str, text: str) -> None:
    assert money(Decimal(cost)) == text


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "0 ms"), (999, "999 ms"), (4_130, "4.1 s"), (59_960, "1 min 0 s"), (125_000, "2 min 5 s")]
)
def test_durations_are_short(ms: int, text: str) -> None:
    assert seconds(ms) == text


@pytest.mark.parametrize(("pace", "text"), [(0.4, "0 tok/s"), (97.3, "97 tok/s"), (12_345.6, "12,346 tok/s")])
def test_speeds_are_whole(pace: float, text: str) -> None:
    assert speed(pace) == text
