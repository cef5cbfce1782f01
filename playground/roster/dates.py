"""Dates, weekdays and time zones. Every function is given the time it needs, or takes it from `now`."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from playground.roster.bad_input import BadInput

Span = Literal["days", "weeks", "months", "years"]


def current_time(place: str, *, now: datetime | None = None) -> str:
    """The date and time in a zone or a large city. Raises BadInput for a place it does not know."""
    zone = find_zone(place)
    return _shown((now or datetime.now(UTC)).astimezone(zone), zone)


def convert_time(moment: str, from_place: str, to_place: str) -> str:
    """What the clock in `to_place` says when it is `moment`, as `YYYY-MM-DD HH:MM`, in `from_place`."""
    here, there = find_zone(from_place), find_zone(to_place)
    try:
        then = _moment(moment).replace(tzinfo=here)
        return f"{_shown(then, here)} is {_shown(then.astimezone(there), there)}"
    except (ValueError, OverflowError) as error:
        raise BadInput(f"'{moment}' is not a time such as 2026-05-17 14:30.") from error


def add_to_date(start: str, amount: int, unit: Span) -> str:
    """The date that lies `amount` units after `start`, or before it if negative, with its weekday."""
    first = _date(start)
    try:
        if unit in {"days", "weeks"}:
            end = first + timedelta(**{unit: amount})
        else:
            end = _months_later(first, amount * (12 if unit == "years" else 1))
    except (ValueError, OverflowError) as error:
        raise BadInput("That date lies outside of the years 1 to 9999.") from error
    return f"{end.isoformat()}, a {end:%A}"


def days_between(start: str, end: str) -> str:
    """The days from one date to another, and how many of them are weekdays."""
    first, last = sorted((_date(start), _date(end)))
    days = (last - first).days
    weeks, rest = divmod(days, 7)
    weekdays = 5 * weeks + sum((first.weekday() + offset) % 7 < 5 for offset in range(rest))
    return f"From {first:%A}, {first.isoformat()} to {last:%A}, {last.isoformat()}: {days} days, {weekdays} weekdays"


def find_zone(place: str) -> ZoneInfo:
    """The zone named as in `Europe/Paris`, or by its city alone. Raises BadInput with names that come close."""
    name = place.strip().replace(" ", "_").casefold()
    zones = _zones()
    if name in zones:
        return ZoneInfo(zones[name])
    near = [zones[match] for match in get_close_matches(name[:60], zones, n=3, cutoff=0.75)]
    hint = f" Did you mean {', '.join(near)}?" if near else ""
    raise BadInput(f"'{place[:60]}' is no time zone I know; use a name such as Europe/Paris, or a larger city.{hint}")


@cache
def _zones() -> dict[str, str]:
    names = sorted(available_timezones())
    cities = {name.rsplit("/", 1)[-1].casefold(): name for name in names if not name.startswith("Etc/")}
    return cities | {name.casefold(): name for name in names}


def _date(text: str) -> date:
    try:
        return datetime.now(UTC).date() if text.strip().casefold() == "today" else date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"'{text[:40]}' is not a date such as 2026-05-17.") from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo:
        raise ValueError("the place decides the offset")
    return moment


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    offset = moment.strftime("%z")
    return f"{moment:%A, %Y-%m-%d %H:%M} in {zone.key} (UTC{offset[:3]}:{offset[3:5]})"
