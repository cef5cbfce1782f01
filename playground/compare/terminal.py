"""Comparisons on a terminal: live while they go on, as tables at the end. Where nobody watches, plain lines.

What models and files say is shown without the control codes that a terminal would obey.
"""

from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from playground.compare.figures import UNKNOWN, table
from playground.compare.lineup import Lineup
from playground.compare.summary import Sum
from playground.spelling import BADGES, money, seconds

UNBOUND = 10_000
"""Columns of a file or a pipe: no line is broken there."""

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in {0x09, 0x0A}}


def console_on(stream: IO[str]) -> Console:
    """A console on a stream. No markup, no emoji names: what is printed is data."""
    width = None if stream.isatty() else UNBOUND
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def legible(text: str) -> str:
    """The text without control codes, but for line ends and tabs."""
    return text.replace("\r\n", "\n").translate(_CONTROLS)


def grid(*headings: str, left: int = 1) -> Table:
    """An empty table; all columns but the first `left` hold numbers."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, heading in enumerate(headings):
        made.add_column(heading, justify="left" if place < left else "right", no_wrap=place > 0, overflow="fold")
    return made


def print_lineup(console: Console, lineup: Lineup, *, answers: bool) -> None:
    """The table of what it took, and what was said."""
    console.print(_figures(lineup))
    for name, outcomes in zip(lineup.names, lineup.outcomes, strict=True):
        for take, outcome in enumerate(outcomes, 1):
            heading = f"{name}, {take} of {len(outcomes)}" if len(outcomes) > 1 else name
            if answers:
                console.print()
                console.print(Text(legible(f"── {heading} ──"), style="bold"))
                console.print(Text(legible(outcome.answer or "No answer.")))


def print_sums(console: Console, sums: Sequence[Sum]) -> None:
    """The table of a batch."""
    made = grid("Model", "Answered", "Failed", "Missing", "Median time", "In", "Out", "Cost")
    for one in sums:
        amounts = (one.answered, one.failed, one.missing)
        time = UNKNOWN if one.median_ms is None else seconds(one.median_ms)
        cost = "unknown" if one.cost is None else money(one.cost)
        tokens = (f"{one.input_tokens:,}", f"{one.output_tokens:,}")
        made.add_row(_name(one.name), *map(str, amounts), time, *tokens, cost)
    console.print(made)


def _figures(lineup: Lineup) -> Table:
    facts = table("", lineup.names, lineup.runs)
    shown = [
        place for place, _ in enumerate(facts.columns) if any(row.cells[place].text != UNKNOWN for row in facts.rows)
    ]
    made = grid("Model", "Status", *(facts.columns[place] for place in shown), left=2)
    for row, outcomes in zip(facts.rows, lineup.outcomes, strict=True):
        cells = [row.cells[place] for place in shown]
        marked = [Text(f"{cell.text} *", style="bold green") if cell.best else Text(cell.text) for cell in cells]
        made.add_row(_name(row.name), row.note or _status(outcomes), *marked)
    if any(cell.best for row in facts.rows for cell in row.cells):
        made.caption, made.caption_justify = Text("* best", style="dim"), "left"
    return made


def _name(name: str) -> Text:
    return Text(legible(name))


def _status(outcomes: Sequence[object]) -> str:
    return "Completed" if outcomes else BADGES["failed"]
