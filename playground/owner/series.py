"""Money over time, with nothing left out: an hour or a day without a call is a zero. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from playground.store.overview import Hour

Points = list[dict[str, Any]]


def by_hour(hours: Sequence[Hour], now: datetime, count: int) -> Points:
    """The last `count` hours, the present one included, oldest first."""
    last = now.replace(minute=0, second=0, microsecond=0)
    known = {hour.at: [hour] for hour in hours}
    times = [last - timedelta(hours=back) for back in reversed(range(count))]
    return [_point(at, known.get(at, [])) for at in times]


def by_day(hours: Sequence[Hour], now: datetime, count: int) -> Points:
    """The last `count` days of UTC, today included, oldest first."""
    last = now.replace(hour=0, minute=0, second=0, microsecond=0)
    known = defaultdict[datetime, list[Hour]](list)
    for hour in hours:
        known[hour.at.replace(hour=0)].append(hour)
    times = [last - timedelta(days=back) for back in reversed(range(count))]
    return [_point(at, known[at]) for at in times]


def _point(at: datetime, hours: Sequence[Hour]) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "usd": sum(hour.nano_usd for hour in hours) / 1e9,
        "calls": sum(hour.calls for hour in hours),
        "unpriced": sum(hour.unpriced for hour in hours),
    }
