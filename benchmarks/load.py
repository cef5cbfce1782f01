"""`python -m benchmarks.load`: from a provider's socket to the frames of `/chatkit`, through our server, on every wire.

On the two wires that it speaks, a plain ChatKitServer is under the same load, in turn, in one run. Ours keeps
everything in a SQLite file, the plain one nothing. Exits with 1 if a target is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal, TypeAlias

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
WIRES = {
    "openai": "OpenAI, Responses",
    "anthropic": "Anthropic, Messages",
    "google": "Google, Interactions",
    "google-generate": "Google, generateContent",
    "compatible": "Chat Completions",
}
PLAIN = frozenset({"openai", "compatible"})
"""The wires that the plain server speaks."""
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
        return f"{self.wire.partition('-')[0]}/words-{self.words}" + (f"@{self.rate}" if self.rate else "")

    def __str__(self) -> str:
        pace = f"at {self.rate}/s" if self.rate else "as fast as they come"
        return f"{WIRES[self.wire]}, {self.streams} streams of {self.words} words {pace}"


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
    """A bound on ours / plain, or, if `alone`, on ours."""

    bound: float
    alone: bool = False
    more_is_better: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.more_is_better else '≤'} {self.bound:g}"

    def met(self, ours: float, plain: float | None) -> bool:
        """Whether it holds; one that needs somebody to compare with holds without."""
        if not self.alone and plain is None:
            return True
        value = ours if self.alone or plain is None else ours / plain
        return value >= self.bound if self.more_is_better else value <= self.bound


Targets: TypeAlias = Mapping[Figure, Sequence[Target]]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both servers."""

    name: str
    ours: float
    plain: float | None
    targets: Sequence[Target] = ()

    @property
    def missed(self) -> bool:
        """Whether there is a target that does not hold."""
        return not all(target.met(self.ours, self.plain) for target in self.targets)

    def __str__(self) -> str:
        compared = f"{'–':>12}{'–':>9}" if self.plain is None else f"{self.plain:>12.2f}{self.ours / self.plain:>9.2f}"
        judged = [target for target in self.targets if target.alone or self.plain is not None]
        verdict = f"  {', '.join(map(str, judged))}  {'MISSED' if self.missed else 'ok'}" if judged else ""
        return f"  {self.name:<28}{self.ours:>12.2f}{compared}{verdict}"


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


async def duel(servers: Sequence[Running], load: Load, rounds: int) -> list[list[Round]]:
    """Rounds of each, in turn; who begins changes."""
    played: list[list[Round]] = [[] for _ in servers]
    for number in range(rounds):
        for which in sorted(range(len(servers)), reverse=number % 2 == 0):
            played[which].append(await play(servers[which], load))
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


def report(load: Load, played: Sequence[Sequence[Round]], targets: Targets) -> list[str]:
    """Prints a load's table; answers what missed its target. Ours comes first in `played`."""
    ours, *others = played
    rows = [
        Row(name, of(ours, key), of(others[0], key) if others else None, targets.get(key, ()))
        for key, name in NAMES.items()
    ]
    wrong = [sum((one.faults for one in rounds), Faults()) for rounds in played]
    print(f"\n{load}; median of {len(ours)} rounds")
    print(f"  {'':<28}{'playground':>12}{'plain':>12}{'ratio':>9}  target")
    print(*rows, sep="\n")
    for name in ("lost", "doubled", "misplaced"):
        print(f"  {'words ' + name:<28}" + "".join(f"{getattr(one, name):>12}" for one in wrong))
    missed = [f"{load}: {row.name}" for row in rows if row.missed]
    return [*missed, f"{load}: words"] if wrong[0].count else missed


async def judge(wire: str, options: argparse.Namespace) -> list[str]:
    """All loads on one wire; answers what missed its target."""
    command = ("-m", "playground", "serve") if options.page else ("-m", "benchmarks.pageless")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="load-")))
        asked = await stack.enter_async_context(provider(folder, interactions=wire != "google-generate"))
        variables = playground_variables(asked.url)
        commands = [command, ("-m", "benchmarks.plain")] if wire in PLAIN else [command]
        servers = [
            await stack.enter_async_context(running(*one, folder=folder / one[1], **variables)) for one in commands
        ]
        await duel(servers, Load(wire, 5, 50), 1)  # what is loaded or compiled at first use
        missed: list[str] = []
        for load, targets in loads(wire, options.words):
            missed += report(load, await duel(servers, load, options.rounds), targets)
        return missed


def loads(wire: str, words: int) -> list[tuple[Load, Targets]]:
    """What a wire is put under, and what must hold then."""
    cheaper, faster, sooner = Target(0.6), Target(1.7, more_is_better=True), Target(0.5)
    return [
        (Load(wire, 20, words), {"cpu": (Target(150, alone=True), cheaper), "speed": (faster,)}),
        (Load(wire, 50, words), {"first": (sooner,), "last": (sooner,)}),
        (Load(wire, 20, 200, 50), {}),  # told, not judged: most of it is one socket read per word, for both
    ]


async def main(options: argparse.Namespace) -> int:
    """Runs everything; answers the exit code."""
    missed = [fault for wire in options.wires for fault in await judge(wire, options)]
    print(f"\n{'missed: ' + '; '.join(missed) if missed else 'every target met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds per load and server (default 5)")
    parser.add_argument("--words", type=int, default=500, help="words per stream at saturation (default 500)")
    parser.add_argument("--wires", nargs="+", choices=tuple(WIRES), default=tuple(WIRES))
    parser.add_argument("--page", action="store_true", help="serve ours with the page mounted")
    sys.exit(asyncio.run(main(parser.parse_args())))
