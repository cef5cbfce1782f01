import math

import pytest

from playground.roster.bad_input import BadInput
from playground.roster.units import convert_units


@pytest.mark.parametrize(
    ("amount", "source", "target", "answer"),
    [
        (5, "mile", "km", "5 mile = 8.04672 km"),
        (20, "C", "F", "20 C = 68 F"),
        (72, "°F", "celsius", "72 °F = 22.22222 celsius"),
        (100, "km/h", "m/s", "100 km/h = 27.77778 m/s"),
        (30, "miles per gallon", "km/l", "30 miles per gallon = 12.75431 km/l"),
        (9.81, "m/s^2", "ft/s^2", "9.81 m/s^2 = 32.18504 ft/s^2"),
        (52, "lbs", "kg", "52 lbs = 23.5868 kg"),
        (1, "square meter", "ft^2", "1 square meter = 10.76391 ft^2"),
        (2, "fl oz", "ml", "2 fl oz = 59.14706 ml"),
        (1, "GB", "MB", "1 GB = 1000 MB"),
    ],
)
def test_units_are_converted(amount: float, source: str, target: str, answer: str) -> None:
    assert convert_units(amount, source, target) == answer


@pytest.mark.parametrize(
    ("amount", "source", "target", "message"),
    [
        (1, "kg", "m", "different things"),
        (1, "blorp", "m", "cannot convert"),
        (5, "USD", "EUR", "Exchange rates"),
        (5, "€", "$", "Exchange rates"),
        (1e308, "km", "angstrom", "too large"),
        (math.nan, "km", "m", "too large"),
        (1, "", "m", "not a unit"),
        (1, "m" * 100, "m", "not a unit"),
    ],
)
def test_a_mistake_is_explained(amount: float, source: str, target: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        convert_units(amount, source, target)


@pytest.mark.parametrize(
    "unit", ["9**9**9", "m**9**9**9", "m/0", "__class__", "m; import os", "m(km)", "2 m", "m\nkm\0"]
)
def test_nothing_but_units_reaches_pint(unit: str) -> None:
    with pytest.raises(BadInput, match="not a unit"):
        convert_units(1, unit, "m")
