"""What a visitor is told when there is nothing left to spend."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from playground.errors import CapReached, LimitReached
from playground.store.budgets import Cap, Full

HOUR = 3600.0
MOMENT = 10.0
_SPENT: Mapping[Cap, str] = {
    "total": "What this playground may spend is spent. Its owner has to allow more before anybody can go on.",
    "day": "What this playground may spend in a day is spent. It goes on at midnight UTC.",
    "link": "What may be spent by your link is spent. Ask whoever gave it to you for another one.",
    "visitor": "What you may spend here in a day is spent. You can go on at midnight UTC.",
    "tokens": "You have had all the tokens of this day. You can go on at midnight UTC.",
}
_HELD = "What is left to spend is held for answers that are under way. Try again in a moment."
_LITTLE = "Less is left to spend than this could cost. Ask for something shorter, without files, or a cheaper model."
_DAILY = frozenset({"day", "visitor", "tokens"})


def until_midnight(at: datetime) -> float:
    """Seconds to the next day of UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1) - at).total_seconds()


def refusal(full: Full, at: datetime) -> CapReached:
    """For a request that would begin a run. What does not end with the day may be raised by the owner any time."""
    if full.why == "held":
        return CapReached(_HELD, retry_after=MOMENT)
    return CapReached(_sentence(full), retry_after=until_midnight(at) if full.cap in _DAILY else HOUR)


def exhausted(full: Full) -> LimitReached:
    """For a run under way: what it has said is kept."""
    return LimitReached(_sentence(full), allow_retry=full.why != "spent")


def _sentence(full: Full) -> str:
    return _SPENT[full.cap] if full.why == "spent" else _HELD if full.why == "held" else _LITTLE


def unnoted() -> LimitReached:
    """For a call that was not made, because what it may cost could not be written down."""
    return LimitReached("The model was not asked: what it costs could not be noted. Try again.", allow_retry=True)
