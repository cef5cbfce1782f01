from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.roster import dates
from playground.roster.bad_input import BadInput
from playground.roster.dates import Span

NOON = datetime(2026, 7, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        ("Europe/Paris", "Friday, 2026-07-03 14:00 in Europe/Paris (UTC+02:00)"),
        ("tokyo", "Friday, 2026-07-03 21:00 in Asia/Tokyo (UTC+09:00)"),
        (" New York ", "Friday, 2026-07-03 08:00 in America/New_York (UTC-04:00)"),
        ("Kathmandu", "Friday, 2026-07-03 17:45 in Asia/Kathmandu (UTC+05:45)"),
        ("utc", "Friday, 2026-07-03 12:00 in UTC (UTC+00:00)"),
        ("GMT", "Friday, 2026-07-03 12:00 in GMT (UTC+00:00)"),
    ],
)
def test_a_place_has_its_time(place: str, answer: str) -> None:
    assert dates.current_time(place, now=NOON) == answer


def test_without_a_clock_it_is_now() -> None:
    assert dates.current_time("UTC").endswith("in UTC (UTC+00:00)")


def test_a_place_misspelt_brings_names_that_come_close() -> None:
    with pytest.raises(BadInput, match=r"Did you mean Europe/Paris"):
        dates.find_zone("Pariss")


@pytest.mark.parametrize("place", ["", "Atlantis", "../../etc/passwd", "/etc/localtime", "\0", "x" * 10_000])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(BadInput, match="no time zone I know"):
        dates.find_zone(place)


def test_a_time_is_carried_from_zone_to_zone() -> None:
    assert dates.convert_time("2026-07-03 22:40", "Berlin", "Tokyo") == (
        "Friday, 2026-07-03 22:40 in Europe/Berlin (UTC+02:00) is Saturday, 2026-07-04 05:40 in Asia/Tokyo (UTC+09:00)"
    )


@pytest.mark.parametrize("moment", ["soon", "", "22:40", "2026-02-30 10:00", "2026-07-03T22:40+05:00"])
def test_a_time_that_cannot_be_read_is_refused(moment: str) -> None:
    with pytest.raises(BadInput, match="is not a time"):
        dates.convert_time(moment, "Berlin", "Tokyo")


def test_a_time_at_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(BadInput):
        dates.convert_time("0001-01-01 00:00", "Tokyo", "Honolulu")


@pytest.mark.parametrize(
    ("start", "amount", "unit", "answer"),
    [
        ("2026-05-17", 10, "days", "2026-05-27, a Wednesday"),
        ("2026-05-17", -2, "weeks", "2026-05-03, a Sunday"),
        ("2026-01-31", 1, "months", "2026-02-28, a Saturday"),
        ("2026-01-15", -1, "months", "2025-12-15, a Monday"),
        ("2024-02-29", 1, "years", "2025-02-28, a Friday"),
    ],
)
def test_a_date_is_moved(start: str, amount: int, unit: Span, answer: str) -> None:
    assert dates.add_to_date(start, amount, unit) == answer


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "years"])
@pytest.mark.parametrize("amount", [10**30, -(10**30)])
def test_a_date_out_of_the_calendar_is_refused(amount: int, unit: Span) -> None:
    with pytest.raises(BadInput, match="1 to 9999"):
        dates.add_to_date("2026-05-17", amount, unit)


@pytest.mark.parametrize("text", ["31.1.2026", "tomorrow", "", "2026-13-01"])
def test_a_date_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a date"):
        dates.days_between(text, "today")


@given(st.dates(), st.integers(0, 1_000))
def test_weekdays_are_counted_as_a_calendar_would(start: date, length: int) -> None:
    length = min(length, (date.max - start).days)
    end = start + timedelta(days=length)
    weekdays = sum((start + timedelta(days=offset)).weekday() < 5 for offset in range(length))
    assert dates.days_between(end.isoformat(), start.isoformat()).endswith(f": {length} days, {weekdays} weekdays")
