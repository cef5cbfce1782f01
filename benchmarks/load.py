"""`python -m benchmarks.load`: our server and a plain ChatKitServer under the same load, in turn, in one run.

Ours keeps everything in a SQLite file, the plain one nothing. Exits with 1 if a target is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from benchmarks.processes import Running, playground_variables, provider, running
from benchmarks.stream import Faults, Reading, faults, read

Figure = Literal["cpu", "speed", "first", "last", "wall"]
NAMES: dict[Figure, str] = {
    "cpu": "CPU per token, µs",
    "speed": "tokens per second",
    "first": "first text, median, ms",
    "last": "first text, last, ms",
    "wall": "wall, s",
}
SETTLE_SECONDS = 0.3
"""For what a server still does once its answers are out."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many streams started at once, each of so many words; `rate` is words per second, 0 without a pause."""

    wire: str
    streams: int
    words: int
    rate: int = 0

    @property
    def model(self) -> str:
        """Whom to ask for it."""
        return f"{self.wire}/words-{self.words}" + (f"@{self.rate}" if self.rate else "")

    def __str__(self) -> str:
        pace = f"at {self.rate}/s" if self.rate else "as fast as they come"
        wire = {"openai": "Responses", "compatible": "Chat Completions"}[self.wire]
        return f"{wire}, {self.streams} streams of {self.words} words {pace}"


@dataclass(frozen=True, slots=True)
class Round:
    """What one server did under a load once. Times are in seconds."""

    tokens: int
    wall: float
    cpu: float
    first: Sequence[float]
    faults: Faults


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on ours / plain."""

    bound: float
    more_is_better: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.more_is_better else '≤'} {self.bound:g}"

    def met(self, ratio: float) -> bool:
        """Whether it holds."""
        return ratio >= self.bound if self.more_is_better else ratio <= self.bound


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both servers."""

    name: str
    ours: float
    plain: float
    target: Target | None = None

    @property
    def missed(self) -> bool:
        """Whether there is a target and it does not hold."""
        return self.target is not None and not self.target.met(self.ours / self.plain)

    def __str__(self) -> str:
        verdict = f"{self.target!s:>8}  {'MISSED' if self.missed else 'ok'}" if self.target else ""
        return f"  {self.name:<28}{self.ours:>12.2f}{self.plain:>12.2f}{self.ours / self.plain:>9.2f}{verdict}"


async def play(server: Running, load: Load) -> Round:
    """Puts the load on a server once."""
    cpu, began = server.cpu_seconds(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read(server.url, load.model)) for _ in range(load.streams)]
    wall = time.perf_counter() - began
    await asyncio.sleep(SETTLE_SECONDS)
    readings: list[Reading] = [task.result() for task in tasks]
    return Round(
        tokens=load.streams * load.words,
        wall=wall,
        cpu=server.cpu_seconds() - cpu,
        first=[reading.first_text for reading in readings],
        faults=sum((faults(reading.text, load.words) for reading in readings), Faults()),
    )


async def duel(ours: Running, plain: Running, load: Load, rounds: int) -> tuple[list[Round], list[Round]]:
    """Rounds of both, in turn; who begins changes."""
    played: tuple[list[Round], list[Round]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            played[which].append(await play((ours, plain)[which], load))
    return played


def of(rounds: Sequence[Round], figure: Figure) -> float:
    """The median of a figure over the rounds."""
    return median(_figure(one, figure) for one in rounds)


def _figure(one: Round, figure: Figure) -> float:
    match figure:
        case "cpu":
            return one.cpu / one.tokens * 1e6
        case "speed":
            return one.tokens / one.wall
        case "first":
            return median(one.first) * 1000
        case "last":
            return max(one.first) * 1000
        case "wall":
            return one.wall


def report(load: Load, played: tuple[list[Round], list[Round]], targets: dict[Figure, Target]) -> list[str]:
    """Prints a load's table; answers what missed its target."""
    ours, plain = played
    rows = [Row(name, of(ours, key), of(plain, key), targets.get(key)) for key, name in NAMES.items()]
    wrong, theirs = (sum((one.faults for one in rounds), Faults()) for rounds in played)
    print(f"\n{load}; median of {len(ours)} rounds")
    print(f"  {'':<28}{'playground':>12}{'plain':>12}{'ratio':>9}{'target':>8}")
    print(*rows, sep="\n")
    for name in ("lost", "doubled", "misplaced"):
        print(f"  {'words ' + name:<28}{getattr(wrong, name):>12}{getattr(theirs, name):>12}")
    missed = [f"{load}: {row.name}" for row in rows if row.missed]
    return [*missed, f"{load}: words"] if wrong.count else missed


async def main(options: argparse.Namespace) -> int:
    """Runs everything; answers the exit code."""
    missed: list[str] = []
    command = ("-m", "playground", "serve") if options.page else ("-m", "benchmarks.pageless")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-")))
        wire = await stack.enter_async_context(provider(folder))
        variables = playground_variables(wire.url)
        ours = await stack.enter_async_context(running(*command, folder=folder / "ours", **variables))
        plain = await stack.enter_async_context(running("-m", "benchmarks.plain", folder=folder / "plain", **variables))
        cheaper, faster, sooner = Target(0.6), Target(1.7, more_is_better=True), Target(0.5)
        for name in options.wires:
            await duel(ours, plain, Load(name, 5, 50), 1)  # what is loaded or compiled at first use
            loads: list[tuple[Load, dict[Figure, Target]]] = [
                (Load(name, 20, options.words), {"cpu": cheaper, "speed": faster}),
                (Load(name, 50, options.words), {"first": sooner, "last": sooner}),
                (Load(name, 20, 200, 50), {}),  # told, not judged: most of it is one socket read per word, for both
            ]
            for load, targets in loads:
                missed += report(load, await duel(ours, plain, load, options.rounds), targets)
    print(f"\n{'missed: ' + '; '.join(missed) if missed else 'every target met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds per load and server (default 5)")
    parser.add_argument("--words", type=int, default=500, help="words per stream at saturation (default 500)")
    parser.add_argument("--wires", nargs="+", choices=("openai", "compatible"), default=("openai", "compatible"))
    parser.add_argument("--page", action="store_true", help="serve ours with the page mounted")
    sys.exit(asyncio.run(main(parser.parse_args())))
