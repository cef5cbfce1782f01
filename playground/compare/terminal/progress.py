"""How far a comparison is, on a terminal: a row for each model. Elsewhere, a line for each answer."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from playground.compare.measures.figures import UNKNOWN
from playground.compare.terminal import batch, lineup
from playground.compare.terminal.asking import Outcome
from playground.compare.terminal.batch import Job
from playground.compare.terminal.results import Result
from playground.compare.terminal.tables import grid, legible
from playground.records import RunStatus
from playground.spelling import BADGES, seconds

PER_SECOND = 8
CHARACTERS_OF_A_TOKEN = 4
"""About: nobody tells how many tokens there are before the end."""


@dataclass(slots=True)
class _Row:
    """A model: what was asked, and what came of it. Times are the clock's, in seconds."""

    name: str
    total: int
    running: int = 0
    answered: int = 0
    failed: int = 0
    status: str = "Waiting"
    began: float = 0
    first: float | None = None
    ended: float | None = None
    tokens: str = UNKNOWN
    times: list[int] = field(default_factory=list[int])


class LineupProgress(lineup.Watch):
    """Of one prompt in several lanes."""

    def __init__(self, console: Console, names: Sequence[str], *, repeat: int = 1) -> None:
        self._console = console
        self._rows = [_Row(legible(name), repeat) for name in names]

    def begun(self, lane: int) -> None:
        """A lane was asked."""
        row = self._rows[lane]
        row.status, row.began, row.first, row.ended, row.tokens = "Asked", time.monotonic(), None, None, UNKNOWN
        row.running += 1

    def heard(self, lane: int, characters: int) -> None:
        """So much of its answer is there."""
        row = self._rows[lane]
        if characters:
            row.status, row.tokens = "Answering", f"~{max(characters // CHARACTERS_OF_A_TOKEN, 1):,}"
            row.first = row.first or time.monotonic()

    def ended(self, lane: int, outcome: Outcome) -> None:
        """Its answer is over."""
        row, run = self._rows[lane], outcome.run
        row.ended, row.status = time.monotonic(), _told(run.status if run else None)
        row.tokens = f"{run.usage.output_tokens:,}" if run and run.usage.output_tokens else row.tokens
        if not self._console.is_terminal:
            of = f" ({row.running} of {row.total})" if row.total > 1 else ""
            _say(self._console, f"{row.name}{of}: {_line(row.status, run.duration_ms if run else None, outcome.error)}")

    def drawn(self) -> Table:
        """The rows as they stand."""
        now, made = time.monotonic(), grid("Model", "Status", "First token", "Tokens", "Time", left=2)
        for row in self._rows:
            of = f" ({row.running} of {row.total})" if row.total > 1 else ""
            first = UNKNOWN if row.first is None else seconds((row.first - row.began) * 1000)
            spent = seconds(((row.ended or now) - row.began) * 1000) if row.began else UNKNOWN
            made.add_row(Text(row.name), row.status + of, first, row.tokens, spent)
        return made


class BatchProgress(batch.Watch):
    """Of a batch: how many of each model's answers are there."""

    def __init__(self, console: Console, jobs: Sequence[Job], models: Sequence[str]) -> None:
        self._console = console
        self._total, self._over = len(jobs), 0
        counts = {model: sum(job.model == model for job in jobs) for model in models}
        self._rows = {model: _Row(legible(model), count) for model, count in counts.items()}

    def begun(self, job: Job) -> None:
        """A job was begun."""
        self._rows[job.model].running += 1

    def ended(self, job: Job, result: Result) -> None:
        """A job is over, and its result kept."""
        row = self._rows[job.model]
        row.running, self._over = row.running - 1, self._over + 1
        row.answered, row.failed = row.answered + result.answered, row.failed + result.failed
        if result.answered and result.duration_ms is not None:
            row.times.append(result.duration_ms)
        if not self._console.is_terminal:
            told = _line(_told(result.status), result.duration_ms, result.error)
            _say(self._console, f"{self._over}/{self._total} line {job.prompt.line} {row.name}: {told}")

    def drawn(self) -> Table:
        """The rows as they stand."""
        made = grid("Model", "Answered", "Failed", "Running", "Median time")
        for row in self._rows.values():
            middle = seconds(median(row.times)) if row.times else UNKNOWN
            made.add_row(Text(row.name), f"{row.answered}/{row.total}", str(row.failed), str(row.running), middle)
        return made


@contextmanager
def shown(console: Console, progress: LineupProgress | BatchProgress) -> Generator[None]:
    """Draws the progress for as long as it takes, and then takes it away. On no terminal it does nothing."""
    if not console.is_terminal:
        yield
        return
    with Live(console=console, get_renderable=progress.drawn, refresh_per_second=PER_SECOND, transient=True):
        yield


def _told(status: RunStatus | None) -> str:
    return BADGES.get(status, "Completed") if status else BADGES["failed"]


def _line(status: str, duration_ms: int | None, error: str | None) -> str:
    took = f" in {seconds(duration_ms)}" if duration_ms is not None else ""
    return f"{status.lower()}{took}" + (f". {error}" if error else "")


def _say(console: Console, line: str) -> None:
    console.print(Text(legible(line).replace("\n", " ")))
