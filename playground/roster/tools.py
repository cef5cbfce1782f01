"""The tools of the shipped agents: plain functions elsewhere, described here to the model.

A model sees the names, the docstrings and the types; bad arguments come back to it as text (see `bad_input`).
"""

from agents import function_tool

from playground.roster import arithmetic, dates, units
from playground.roster.bad_input import explain


@function_tool(failure_error_function=explain)
def calculate(expression: str) -> str:
    """Work out an arithmetic expression exactly. Use it for every sum, however small.

    Args:
        expression: For example `1250 * 1.19`, `sqrt(2) / 3` or `2 ** 64`. No units, no currency signs.
    """
    return arithmetic.calculate(expression)


@function_tool(failure_error_function=explain)
def convert_units(amount: float, from_unit: str, to_unit: str) -> str:
    """Convert an amount from one unit of measurement to another. Not for currencies.

    Args:
        amount: How much.
        from_unit: For example `mile`, `kg`, `degF`, `km/hour`, `cup`.
        to_unit: The unit wanted, of the same kind.
    """
    return units.convert_units(amount, from_unit, to_unit)


@function_tool(failure_error_function=explain)
def current_time(place: str) -> str:
    """Tell the date and time now, somewhere in the world.

    Args:
        place: A time zone such as `Europe/Paris`, a large city such as `Tokyo`, or `UTC`.
    """
    return dates.current_time(place)


@function_tool(failure_error_function=explain)
def convert_time(moment: str, from_place: str, to_place: str) -> str:
    """Convert a date and time from one place to another.

    Args:
        moment: `YYYY-MM-DD HH:MM` as the clock in `from_place` shows it.
        from_place: A time zone or a large city.
        to_place: A time zone or a large city.
    """
    return dates.convert_time(moment, from_place, to_place)


@function_tool(failure_error_function=explain)
def add_to_date(start: str, amount: int, unit: dates.Span) -> str:
    """Find the date, and its weekday, that lies some time after or before another.

    Args:
        start: `YYYY-MM-DD`, or `today` (in UTC).
        amount: How many units; negative to go back.
        unit: What is counted.
    """
    return dates.add_to_date(start, amount, unit)


@function_tool(failure_error_function=explain)
def days_between(start: str, end: str) -> str:
    """Count the days, and the weekdays among them, from one date to another.

    Args:
        start: `YYYY-MM-DD`, or `today` (in UTC).
        end: `YYYY-MM-DD`, or `today` (in UTC).
    """
    return dates.days_between(start, end)
