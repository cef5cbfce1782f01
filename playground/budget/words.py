"""What a visitor is told when there is nothing left to spend."""

from datetime import UTC, datetime, timedelta

from playground.errors import CapReached, LimitReached
from playground.languages.say import say
from playground.store.budgets import Cap, Full

HOUR = 3600.0
MOMENT = 10.0
_DAILY = frozenset({"day", "visitor", "tokens"})


def until_midnight(at: datetime) -> float:
    """Seconds to the next day of UTC."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1) - at).total_seconds()


def refusal(full: Full, at: datetime) -> CapReached:
    """For a request that would begin a run. What does not end with the day may be raised by the owner any time."""
    if full.why == "held":
        return CapReached(_sentence(full), retry_after=MOMENT)
    return CapReached(_sentence(full), retry_after=until_midnight(at) if full.cap in _DAILY else HOUR)


def exhausted(full: Full) -> LimitReached:
    """For a run under way: what it has said is kept."""
    return LimitReached(_sentence(full), allow_retry=full.why != "spent")


def _sentence(full: Full) -> str:
    if full.why == "held":
        return say("What is left to spend is held for answers that are under way. Try again in a moment.")
    if full.why == "little":
        return say("This could cost more than is left to spend. Ask for less, without files, or a cheaper model.")
    return _spent(full.cap)


def _spent(cap: Cap) -> str:
    match cap:
        case "total":
            return say("What this playground may spend is spent. Only its owner can allow more.")
        case "day":
            return say("What this playground may spend in a day is spent. It goes on at midnight UTC.")
        case "link":
            return say("What may be spent by your link is spent. Ask whoever gave it to you for another one.")
        case "visitor":
            return say("What you may spend here in a day is spent. You can go on at midnight UTC.")
        case "tokens":
            return say("You have had all the tokens of this day. You can go on at midnight UTC.")


def unnoted() -> LimitReached:
    """For a call that was not made, because what it may cost could not be written down."""
    return LimitReached("The model was not asked: what it costs could not be noted. Try again.", allow_retry=True)
