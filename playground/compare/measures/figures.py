"""What runs took and cost: of one, or of all in a lane, and side by side with the best marked. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Literal

from markupsafe import Markup

from playground import prices
from playground.compare.drawing.fragments import fragment
from playground.compare.drawing.metrics import tokens_per_s
from playground.records import RunRecord
from playground.spelling import BADGES, money, seconds, speed

Value = float | Decimal | None
UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the runs of one lane took. Tokens, calls and cost (US dollars) are sums.

    The times (milliseconds) and the speed (output tokens per second) are those of the one run, or the medians of the
    runs that completed. None is what is not known; `note` says of runs that did not complete what became of them.
    """

    first_token_ms: float | None
    tokens_per_s: float | None
    duration_ms: float | None
    input: int
    output: int
    cached: int
    reasoning: int
    turns: int
    tool_calls: int
    cost: Decimal | None
    runs: int
    completed: int
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount as it is shown, and whether no other lane did better and one did worse."""

    text: str
    best: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A lane of a table: a cell for each of its columns."""

    name: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Lanes side by side. Each of `columns` is a heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    value: Callable[[Figures], Value]
    text: Callable[[Figures], str]
    better: Literal["low", "high"] | None = None
    middle: bool = False


def cost(run: RunRecord) -> Decimal | None:
    """US dollars; nothing for a run that asked no model, None where a price is not known."""
    took = run.usage.turns or run.usage.input_tokens or run.usage.output_tokens
    return run.cost if run.cost is not None or took else prices.FREE


def figures(runs: Sequence[RunRecord]) -> Figures:
    """What one run, or all of a lane, took."""
    usages = [run.usage for run in runs]
    timed = runs if len(runs) == 1 else [run for run in runs if run.status == "completed"]
    return Figures(
        first_token_ms=_median([run.first_token_ms for run in timed]),
        tokens_per_s=_median([tokens_per_s(run) for run in timed]),
        duration_ms=_median([run.duration_ms for run in timed]),
        input=sum(usage.input_tokens for usage in usages),
        output=sum(usage.output_tokens for usage in usages),
        cached=sum(usage.cached_tokens for usage in usages),
        reasoning=sum(usage.reasoning_tokens for usage in usages),
        turns=sum(usage.turns for usage in usages),
        tool_calls=sum(run.tool_calls for run in runs),
        cost=prices.total([cost(run) for run in runs]),
        runs=len(runs),
        completed=sum(run.status == "completed" for run in runs),
        note=_note(runs),
    )


def table(caption: str, names: Sequence[str], lanes: Sequence[Sequence[RunRecord]]) -> Table:
    """The lanes' runs side by side: one each for a round, all for the whole tab.

    A lane in which a run did not complete, or that has fewer of them than another, is nowhere the best: it did less.
    """
    rows = [figures(runs) for runs in lanes]
    most = max((row.runs for row in rows), default=0)
    whole = [row.runs == row.completed == most > 0 for row in rows]
    columns = [[Cell(column.text(row), best) for row, best in _marked(column, rows, whole)] for column in _COLUMNS]
    many = most > 1
    return Table(
        caption,
        tuple(f"{column.heading}, median" if many and column.middle else column.heading for column in _COLUMNS),
        tuple(
            Row(name, row.note, tuple(cells))
            for name, row, *cells in zip(names, rows, *columns, strict=True)  # transposed
        ),
    )


def figures_html(tables: Sequence[Table], plots: Sequence[str] = ()) -> str:
    """Tables, of a round and of the whole tab, and SVG from `plots.py`, as one piece of HTML."""
    drawn = [Markup(plot) for plot in plots]  # noqa: S704 - made by templates that escape
    return fragment("figures.html", tables=[one for one in tables if one.rows], plots=drawn)


def _marked(column: _Column, rows: Sequence[Figures], whole: Sequence[bool]) -> list[tuple[Figures, bool]]:
    # Told apart by what is shown: of two that read "4.1 s" neither is marked as the faster one.
    values = [column.value(row) if ok else None for row, ok in zip(rows, whole, strict=True)]
    known = {column.text(row): value for row, value in zip(rows, values, strict=True) if value is not None}
    if column.better is None or len(known) < 2:
        return [(row, False) for row in rows]
    best = (min if column.better == "low" else max)(known, key=lambda text: known[text] or 0)
    return [(row, value is not None and column.text(row) == best) for row, value in zip(rows, values, strict=True)]


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _note(runs: Sequence[RunRecord]) -> str:
    if len(runs) == 1:
        return BADGES.get(runs[0].status, "Answering" if runs[0].live else "")
    completed = sum(run.status == "completed" for run in runs)
    if completed == len(runs):
        return f"{len(runs)} answers" if runs else "No answer"
    return f"{completed} of {len(runs)} answers complete"


def _count(count: int) -> str:
    return f"{count:,}" if count else UNKNOWN


_COLUMNS: tuple[_Column, ...] = (
    _Column(
        "First token",
        lambda row: row.first_token_ms,
        lambda row: UNKNOWN if row.first_token_ms is None else seconds(row.first_token_ms),
        better="low",
        middle=True,
    ),
    _Column(
        "Speed",
        lambda row: row.tokens_per_s,
        lambda row: UNKNOWN if row.tokens_per_s is None else speed(row.tokens_per_s),
        better="high",
        middle=True,
    ),
    _Column(
        "Time",
        lambda row: row.duration_ms,
        lambda row: UNKNOWN if row.duration_ms is None else seconds(row.duration_ms),
        better="low",
        middle=True,
    ),
    # A provider that tells no tokens did not take the fewest.
    _Column("In", lambda row: row.input or None, lambda row: _count(row.input), better="low"),
    _Column("Cached", lambda row: row.cached, lambda row: _count(row.cached)),
    _Column("Out", lambda row: row.output or None, lambda row: _count(row.output), better="low"),
    _Column("Reasoning", lambda row: row.reasoning, lambda row: _count(row.reasoning)),
    _Column("Turns", lambda row: row.turns or None, lambda row: _count(row.turns), better="low"),
    _Column("Tool calls", lambda row: row.tool_calls, lambda row: _count(row.tool_calls)),
    _Column("Cost", lambda row: row.cost, lambda row: "unknown" if row.cost is None else money(row.cost), better="low"),
)
