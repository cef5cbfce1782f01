"""Small plots of what lanes took, as SVG that needs no script and no style sheet. Pure.

Widths are shares of the whole, so that a plot fits any page while its words keep their size. They are drawn by
templates: plotting libraries fix the colours and sizes, which here are those of the page around, dark or light.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from playground.compare.drawing.fragments import fragment
from playground.compare.measures.figures import Figures, figures
from playground.records import RunRecord, TurnUsage
from playground.spelling import money, seconds

_UP, _DOWN = 26, 26
"""Pixels for the longest bars above and below the line of a plot by turns."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a bar from its start: `share` in percent of the whole width, `strength` of its colour 0 to 1."""

    share: float
    strength: float


@dataclass(frozen=True, slots=True)
class _Bar:
    """A lane's bar. `said` is for a reader who does not see it; `room` in percent is what `text` needs."""

    name: str
    text: str
    said: str
    parts: tuple[_Part, ...]
    room: int


@dataclass(frozen=True, slots=True)
class _Turn:
    """A turn's two bars: `left` and `width` in percent, the heights `input` and `output` in pixels."""

    left: float
    width: float
    input: float
    output: float


@dataclass(frozen=True, slots=True)
class _Turns:
    name: str
    text: str
    said: str
    turns: tuple[_Turn, ...]


def plots(names: Sequence[str], lanes: Sequence[Sequence[RunRecord]]) -> tuple[str, ...]:
    """The plots of one run of each lane, or of all; none of those of which nothing is known."""
    rows = [figures(runs) for runs in lanes]
    drawn = (latency(names, rows), costs(names, rows), turns(names, lanes))
    return tuple(plot for plot in drawn if plot)


def latency(names: Sequence[str], rows: Sequence[Figures]) -> str:
    """How long the first token and the whole answer took; empty if that is known of no lane."""
    longest = max((row.duration_ms or row.first_token_ms or 0 for row in rows), default=0)
    if not longest:
        return ""
    median = ", median" if max(row.runs for row in rows) > 1 else ""
    bars = [_latency(name, row, longest) for name, row in zip(names, rows, strict=True)]
    return fragment("bars.html", heading=f"Time to the first token, and in all{median}", bars=bars)


def costs(names: Sequence[str], rows: Sequence[Figures]) -> str:
    """What the lanes cost; empty if that is known of no lane, or nothing."""
    most = max((row.cost or Decimal(0) for row in rows), default=Decimal(0))
    if not most:
        return ""
    bars = [_cost(name, row, most) for name, row in zip(names, rows, strict=True)]
    return fragment("bars.html", heading="Cost", bars=bars)


def turns(names: Sequence[str], lanes: Sequence[Sequence[RunRecord]]) -> str:
    """Tokens in and out, turn by turn through all runs of each lane; empty if they are known of no lane."""
    taken = [_turns_of(runs) for runs in lanes]
    most_in = max((turn.input_tokens for lane in taken for turn in lane), default=0)
    most_out = max((turn.output_tokens for lane in taken for turn in lane), default=0)
    if not most_in and not most_out:
        return ""
    slot = 100 / max(len(lane) for lane in taken)
    # Two scales, since a turn reads a hundred times what it writes, and both are worth seeing.
    up, down = _scaled(most_in, _UP), _scaled(most_out, _DOWN)
    drawn = [
        _Turns(
            name,
            f"{_sum(lane, _input)} in · {_sum(lane, _output)} out",
            ", then ".join(f"{turn.input_tokens:,} in and {turn.output_tokens:,} out" for turn in lane) or "unknown",
            tuple(
                _Turn(place * slot, min(slot * 0.8, 8), up(turn.input_tokens), down(turn.output_tokens))
                for place, turn in enumerate(lane)
            ),
        )
        for name, lane in zip(names, taken, strict=True)
    ]
    scale = f"in ▲ up to {most_in:,} · out ▼ up to {most_out:,}"
    return fragment("turns.html", heading="Tokens, turn by turn", scale=scale, lanes=drawn)


def _latency(name: str, row: Figures, longest: float) -> _Bar:
    first = "unknown" if row.first_token_ms is None else seconds(row.first_token_ms)
    whole = "unknown" if row.duration_ms is None else seconds(row.duration_ms)
    parts = (_Part(100 * (row.duration_ms or 0) / longest, 0.45), _Part(100 * (row.first_token_ms or 0) / longest, 1))
    told = [f"first token {first}, in all {whole}"] if row.first_token_ms or row.duration_ms else []
    said = ", ".join(filter(None, [row.note, *told])) or "unknown"
    text = row.note if row.runs == 1 and row.note else f"{first} · {whole}"
    return _Bar(name, text, said, _seen(parts), 40)


def _cost(name: str, row: Figures, most: Decimal) -> _Bar:
    if row.cost is None:
        return _Bar(name, "unknown", "unknown", (), 30)
    text = money(row.cost)
    return _Bar(name, text, text, _seen((_Part(float(100 * row.cost / most), 1),)), 30)


def _seen(parts: Sequence[_Part]) -> tuple[_Part, ...]:
    return tuple(part for part in parts if part.share)


def _turns_of(runs: Sequence[RunRecord]) -> list[TurnUsage]:
    return [turn for run in runs for turn in run.turns]


def _scaled(most: int, pixels: int) -> Callable[[int], float]:
    """Tokens → pixels; what is there at all is seen."""
    return lambda tokens: max(1.0, pixels * tokens / most) if tokens else 0.0


def _sum(lane: Sequence[TurnUsage], tokens: Callable[[TurnUsage], int]) -> str:
    return f"{sum(map(tokens, lane)):,}"


def _input(turn: TurnUsage) -> int:
    return turn.input_tokens


def _output(turn: TurnUsage) -> int:
    return turn.output_tokens
