"""What the owner reads on the terminal once there is a public link."""

import io
from collections.abc import Iterator
from decimal import Decimal

import segno

from playground.policy import Caps


def announcement(url: str, *, caps: Caps, owner: str, code: bool) -> str:
    """The link, if wanted as a `code` to scan too, and what the owner has to know. `owner` is the page's address."""
    lines = [f"Public link: {url}"]
    if code:
        lines += ["", in_blocks(url)]
    lines += [
        f"Watch it, stop runs, pause it: {owner}",
        f"It spends no more than: {', '.join(bounds(caps)) or 'you set; there is no cap'}.",
        "Ctrl+C ends it; `python -m playground pause` only pauses it.",
        "",
    ]
    return "\n".join(lines)


def in_blocks(url: str) -> str:
    """A QR code for a terminal, two rows of it in each line, light on dark whatever the terminal's own colours are."""
    drawn = io.StringIO()
    segno.make(url).terminal(drawn, border=2, compact=True)
    return "".join(f"\x1b[97;40m{line}\x1b[0m\n" for line in drawn.getvalue().splitlines())


def bounds(caps: Caps) -> Iterator[str]:
    """The caps that hold, as words."""
    money = (
        (caps.total, "in all"),
        (caps.day, "a day"),
        (caps.visitor_day, "a day for each visitor"),
        (caps.link, "for each invitation"),
    )
    counts = (
        (caps.visitor_messages, "messages a day for each visitor"),
        (caps.visitor_tokens, "tokens a day for each visitor"),
        (caps.visitor_runs, "answers at once for each visitor"),
        (caps.runs, "answers at once"),
    )
    yield from (f"${_money(most)} {of}" for most, of in money if most is not None)
    yield from (f"{most:,} {of}" for most, of in counts if most is not None)


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00")
