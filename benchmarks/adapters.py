"""`python -m benchmarks.adapters`: CPU per token of one answer through the agents SDK, by our models and by others'.

Every adapter in a process of its own, with the Python of its own environment; they take turns, in one run, at one
provider. Exits with 1 if ours costs a third of LiteLLM's or more on a provider's own wire, or loses a word.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from benchmarks.answering import BUILDERS, Adapter, Wire
from benchmarks.environments import SILENCE, python_of
from benchmarks.processes import INHERITED, ROOT, playground_variables, provider
from benchmarks.stream import Faults, faults

Pythons: TypeAlias = Mapping[Adapter, str | Path]
"""Of each adapter's environment."""
WIRES: Mapping[Wire, str] = {
    "openai": "OpenAI, Responses",
    "anthropic": "Anthropic, Messages",
    "google": "Google, Interactions",
    "google-generate": "Google, generateContent",
    "compatible": "Chat Completions",
}
NOTES: Mapping[tuple[Adapter, Wire], str] = {
    ("sdk", "anthropic"): "has no model for it",
    ("sdk", "google"): "has no model for it",
    ("sdk", "google-generate"): "has no model for it",
    ("litellm", "openai"): "over its bridge, openai/responses/…",
    ("litellm", "google"): "over generateContent; its adapter has no Interactions",
    ("any-llm", "google"): "over generateContent; its Interactions refuse the SDK's list of items",
}
"""What a reader of the table must know of an adapter on a wire."""
NATIVE = frozenset[Wire]({"openai", "anthropic", "google", "google-generate"})
MOST = 1 / 3
"""Of LiteLLM's CPU per token at full speed, on a native wire."""
PACE = 50
"""Words per second."""
HURRY = 10
"""How much faster an answer comes that is not counted."""
ANSWER_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Load:
    """One answer of so many words; `rate` is words per second, 0 without a pause."""

    words: int
    rate: int = 0

    @property
    def model(self) -> str:
        """Whom to ask for it."""
        return f"words-{self.words}" + (f"@{self.rate}" if self.rate else "")

    def __str__(self) -> str:
        return f"{self.words} words " + (f"at {self.rate}/s" if self.rate else "at full speed")


@dataclass
class Rival:
    """An adapter's process, and what it cost: µs of CPU per token, of each round, under each load."""

    adapter: Adapter
    process: Process
    costs: dict[Load, list[float]] = field(default_factory=dict[Load, list[float]])
    faults: Faults = field(default_factory=Faults)
    error: str = ""
    release: str = ""

    async def play(self, load: Load) -> None:
        """One answer that counts."""
        told = await self.answer(load)
        if not self.error:
            self.costs.setdefault(load, []).append(told["cpu"] / load.words * 1e6)
            self.faults += faults(told["streamed"], load.words) + faults(told["kept"], load.words)

    async def answer(self, load: Load) -> dict[str, Any]:
        """One answer. An adapter that failed once is not asked again."""
        if self.error:
            return {}
        assert self.process.stdin is not None  # noqa: S101 - a pipe
        assert self.process.stdout is not None  # noqa: S101 - a pipe
        self.process.stdin.write(f"{load.model}\n".encode())
        async with asyncio.timeout(ANSWER_SECONDS):
            line = await self.process.stdout.readline()
        told: dict[str, Any] = json.loads(line or '{"error": "its process ended"}')
        self.error, self.release = told.get("error", ""), told.get("release", "")
        return told

    def cost(self, load: Load) -> float:
        """The median of its rounds."""
        return median(self.costs[load])


@asynccontextmanager
async def rival(adapter: Adapter, wire: Wire, python: str | Path, url: str, folder: Path) -> AsyncGenerator[Rival]:
    """An adapter's process, ended with the block. `url` is the provider's, ending in `/v1`."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    with (folder / f"{adapter}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(python, "-m", "benchmarks.answering", adapter, wire, url.removesuffix("/v1")),
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            env={**inherited, **SILENCE, **playground_variables(url), "PYTHONPATH": str(ROOT)},
            cwd=folder,
            limit=2**24,
        )
    try:
        yield Rival(adapter, process)
    finally:
        process.kill()
        await process.wait()


async def compete(wire: Wire, pythons: Pythons, url: str, loads: Sequence[Load], rounds: int) -> list[Rival]:
    """Rounds of all that speak the wire, in turn; who begins changes."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="adapters-")))
        rivals = [
            await stack.enter_async_context(rival(adapter, wire, python, url, folder))
            for adapter, python in pythons.items()
            if (adapter, wire) in BUILDERS
        ]
        for one in rivals:
            for load in loads:
                await one.answer(replace(load, rate=load.rate * HURRY))  # what is loaded or compiled at first use
        for number in range(rounds):
            start = number % len(rivals)
            for one in (*rivals[start:], *rivals[:start]):
                for load in loads:
                    await one.play(load)
        return rivals


def report(wire: Wire, rivals: Sequence[Rival], pythons: Pythons, loads: Sequence[Load]) -> list[str]:
    """Prints a wire's table; answers what missed its target."""
    print(f"\n{WIRES[wire]}; CPU per token in µs, and ours as a part of it")
    print(f"  {'':<17}{''.join(f'{load!s:>28}' for load in loads)}")
    spoken: dict[Adapter, Rival] = {one.adapter: one for one in rivals}
    for adapter in pythons:
        one = spoken.get(adapter)
        cells, remark = _row(one, spoken["playground"], loads)
        name = f"{adapter} {one.release if one else ''}"
        told = "; ".join(filter(None, (remark, NOTES.get((adapter, wire)))))
        print(f"  {name:<17}{cells or '–':<{28 * len(loads)}}  {told}".rstrip())
    return [f"{WIRES[wire]}: {fault}" for fault in _faults(wire, spoken, loads[0])]


def _row(one: Rival | None, ours: Rival, loads: Sequence[Load]) -> tuple[str, str]:
    if one is None or one.error:
        return "", one.error[:200] if one else ""
    parts = [("" if one is ours or ours.error else f"{ours.cost(load) / one.cost(load):.2f}") for load in loads]
    cells = "".join(f"{one.cost(load):>20.1f}{part:>8}" for load, part in zip(loads, parts, strict=True))
    return cells, f"{one.faults.count} words wrong" if one.faults.count else ""


def _faults(wire: Wire, spoken: Mapping[Adapter, Rival], load: Load) -> Iterator[str]:
    ours, theirs = spoken["playground"], spoken.get("litellm")
    if ours.error or ours.faults.count:
        yield "not every word of ours came"
    elif wire in NATIVE and theirs is not None:
        if theirs.error:
            yield "nothing to compare with"
        elif ours.cost(load) >= MOST * theirs.cost(load):
            yield f"{ours.cost(load) / theirs.cost(load):.2f} of LiteLLM's"


async def main(options: argparse.Namespace) -> int:
    """Runs everything; answers the exit code."""
    pythons: Pythons = {
        "playground": sys.executable,
        "sdk": sys.executable,
        "litellm": options.litellm_python or await python_of("litellm"),
        "any-llm": options.any_llm_python or await python_of("any-llm"),
    }
    loads = (Load(options.words), Load(options.paced_words, PACE))
    missed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="adapters-") as folder:
        for wire in options.wires:
            async with provider(Path(folder), interactions=wire != "google-generate") as running:
                rivals = await compete(wire, pythons, running.url, loads, options.rounds)
                missed += report(wire, rivals, pythons, loads)
    print(f"\n{'missed: ' + '; '.join(missed) if missed else 'every target met'}")
    return 1 if missed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.adapters", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="answers per load and adapter (default 5)")
    parser.add_argument("--words", type=int, default=2000, help="of an answer at full speed (default 2000)")
    parser.add_argument("--paced-words", type=int, default=200, help=f"of one at {PACE} words a second (default 200)")
    parser.add_argument("--wires", nargs="+", choices=tuple(WIRES), default=tuple(WIRES))
    parser.add_argument("--litellm-python", metavar="PATH", help="of an environment with openai-agents[litellm]")
    parser.add_argument("--any-llm-python", metavar="PATH", help="of an environment with openai-agents[any-llm]")
    sys.exit(asyncio.run(main(parser.parse_args())))
