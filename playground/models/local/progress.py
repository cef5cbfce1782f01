"""Shows a long download where the program was started: a bar on a terminal, a line per tenth in a log."""

import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

_log = logging.getLogger(__name__)


@contextmanager
def showing(label: str, size: int) -> Generator[Callable[[float], None]]:
    """Gives a function to call with 0..1 as `size` bytes arrive."""
    if sys.stderr.isatty():
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(label, total=size)
            yield lambda fraction: bar.update(task, completed=fraction * size)
    else:
        yield _tenths(label, size)


def _tenths(label: str, size: int) -> Callable[[float], None]:
    logged = -1

    def report(fraction: float) -> None:
        nonlocal logged
        tenth = int(fraction * 10)
        if tenth > logged:
            logged = tenth
            _log.info("%s: %d %% of %d MB", label, tenth * 10, round(size / 1_000_000))

    return report
