"""How amounts and ends of runs are written, wherever they are shown. Pure."""

from decimal import Decimal

from playground.records import RunStatus

BADGES: dict[RunStatus, str] = {
    "incomplete": "Cut short",
    "cancelled": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "awaiting_approval": "Waiting for approval",
}
"""What is said of a run that did not simply complete."""


def money(cost: Decimal) -> str:
    """US dollars, to two digits that say something: `$0.0012`, `$1.23`."""
    places = max(2, 1 - cost.adjusted()) if cost else 2
    return f"${cost:,.{places}f}"


def seconds(milliseconds: float) -> str:
    """A duration, short: `320 ms`, `4.1 s`, `2 min 5 s`."""
    whole = round(milliseconds)
    if whole < 1_000:
        return f"{whole} ms"
    if whole < 59_950:
        return f"{whole / 1_000:.1f} s"
    return f"{round(whole / 1_000) // 60} min {round(whole / 1_000) % 60} s"


def speed(tokens_per_s: float) -> str:
    """Tokens per second, short: `97 tok/s`."""
    return f"{tokens_per_s:,.0f} tok/s"
