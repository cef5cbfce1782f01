"""Conversion of units, with Pint. Units are read from a small grammar: Pint itself would evaluate `m**9**9**9`."""

import math
import re
from functools import cache
from typing import Any, cast

from playground.roster.bad_input import BadInput

_UNIT = r"[^\W\d_][^\W\d]*(?:\s?(?:\^|\*\*)\s?-?\d)?"
_UNITS = re.compile(rf"{_UNIT}(?:\s?[*/·\s]\s?{_UNIT}){{0,5}}")
_EVERYDAY = {
    "c": "degC",
    "°c": "degC",
    "celsius": "degC",
    "f": "degF",
    "°f": "degF",
    "fahrenheit": "degF",
    "fl oz": "fluid_ounce",
    "kmh": "km/hour",
    "kph": "km/hour",
    "sqm": "m^2",
    "sqft": "ft^2",
}
_CURRENCIES = frozenset({"usd", "eur", "gbp", "jpy", "chf", "cny", "inr", "dollar", "dollars", "euro", "euros", "yen"})


def convert_units(amount: float, from_unit: str, to_unit: str) -> str:
    """The amount in another unit, as in `5 mile = 8.04672 kilometer`. Raises BadInput with what is wrong."""
    # Pint is slow to import, and only asked for by this tool
    from pint import DimensionalityError, PintError  # noqa: PLC0415

    source, target = _unit(from_unit), _unit(to_unit)
    try:
        result = float(_registry().Quantity(amount, source).to(target).magnitude)
    except DimensionalityError as error:
        raise BadInput(f"{from_unit} and {to_unit} measure different things.") from error
    except (PintError, AttributeError, ValueError, TypeError, OverflowError, ZeroDivisionError) as error:
        raise BadInput(f"I cannot convert {from_unit} to {to_unit}; use names such as km, mile, kg, degC.") from error
    if not math.isfinite(result):
        raise BadInput("The result is too large.")
    return f"{amount:.10g} {from_unit.strip()} = {result:.7g} {to_unit.strip()}"


def _unit(text: str) -> str:
    name = text.strip()
    if name.casefold() in _CURRENCIES or name in {"€", "$", "£", "¥"}:
        raise BadInput("Exchange rates change by the minute: ask for the rate, then multiply with the calculator.")
    name = _EVERYDAY.get(name.casefold(), name).replace(" per ", "/")
    if len(name) > 60 or not _UNITS.fullmatch(name):
        raise BadInput(f"'{text[:60]}' is not a unit such as km, mile, kg, degC or m/s^2.")
    return name


@cache
def _registry() -> Any:  # pint's own types are full of unknowns
    from pint import UnitRegistry  # noqa: PLC0415 - slow

    return cast("Any", UnitRegistry(autoconvert_offset_to_baseunit=True))
