"""Comparisons on a terminal: live while they go on, as tables at the end. Where nobody watches, plain lines.

What models and files say is shown without the control codes that a terminal would obey.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from playground.compare.measures.figures import UNKNOWN, Cell, table
from playground.compare.terminal.lineup import Lineup
from playground.compare.terminal.summary import Sum
from playground.spelling import money, seconds

UNBOUND = 10_000
"""Columns of a file or a pipe: no line is broken there."""

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in {0x09, 0x0A}} | {
    code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
"""They move the cursor, colour what follows, or turn the order of what is read around."""


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
        made.add_column(heading, justify="left" if place < left else "right", overflow="fold")
    return made


def print_lineup(console: Console, lineup: Lineup, *, answers: bool) -> None:
    """The table of what it took, how far answers lie apart where there are several, and what was said."""
    console.print(_figures(console, lineup))
    if any(lineup.spreads):
        console.print()
        console.print(_apart(lineup))
    if not answers:
        return
    for name, outcomes, spread in zip(lineup.names, lineup.outcomes, lineup.spreads, strict=True):
        if spread is None:
            _print_answer(console, name, outcomes[0].answer)
            continue
        if not spread.answers:
            _print_answer(console, name, "")
        for group in spread.answers:
            _print_answer(console, f"{name}, {group.count} of {spread.attempts}", group.text)


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


def _figures(console: Console, lineup: Lineup) -> Table:
    """A row for each model or, where that is too wide, a column."""
    facts = table("", lineup.names, lineup.runs)
    shown = [at for at, _ in enumerate(facts.columns) if any(row.cells[at].text != UNKNOWN for row in facts.rows)]
    headings = ["Model", "Status", *(facts.columns[at] for at in shown)]
    rows = [
        [_name(row.name), Text(row.note or "Completed"), *(_cell(row.cells[at]) for at in shown)] for row in facts.rows
    ]
    wide = _filled(headings, rows, left=2)
    if console.measure(wide, options=console.options.update(width=UNBOUND)).maximum <= console.width:
        return wide
    turned = [[Text(heading), *cells] for heading, *cells in zip(headings, *rows, strict=True)]
    return _filled([str(cell) for cell in turned[0]], turned[1:], left=1)


def _filled(headings: Sequence[str], rows: Sequence[Sequence[Text]], *, left: int) -> Table:
    made = grid(*headings, left=left)
    for row in rows:
        made.add_row(*row)
    made.caption, made.caption_justify = Text("* best", style="dim"), "left"
    return made


def _cell(cell: Cell) -> Text:
    return Text(f"{cell.text} *", style="bold green") if cell.best else Text(cell.text)


def _apart(lineup: Lineup) -> Table:
    """The least, the middle and the most of each amount that is known, below each other for each model."""
    made = grid("Model", "", "Least", "Median", "Most", left=2)
    for name, one in zip(lineup.names, lineup.spreads, strict=True):
        if one is not None and one.completed:
            calls = f"{len(one.paths)} ways of calling tools" if len(one.paths) > 1 else ""
            first = [name, f"  {len(one.answers)} different of {one.completed} answers", f"  {calls}"]
            amounts = [(amount.heading, amount.low, amount.middle, amount.high) for amount in one.ranges]
            for told, amount in zip_longest(first, amounts):
                made.add_row(_name(told or ""), *(amount or ()))
    return made


def _print_answer(console: Console, heading: str, answer: str) -> None:
    console.print()
    console.print(Text(legible(f"── {heading} ──"), style="bold"))
    console.print(Text(legible(answer or "No answer.")))


def _name(name: str) -> Text:
    return Text(legible(name))
