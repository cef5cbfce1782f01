"""How far the answers to one message lie apart, when it was answered again and again."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from statistics import median
from typing import TypeVar

from playground.client import Client
from playground.compare.differences.trace import Trace, traced
from playground.compare.drawing.fragments import fragment
from playground.compare.measures.figures import cost
from playground.records import RunRecord
from playground.spelling import BADGES, money, seconds

Amount = TypeVar("Amount", float, Decimal)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run, what it answered, and which tools it called: an entry for each turn with calls, in their order."""

    run: RunRecord
    answer: str
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that several attempts have in common."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Range:
    """The least, the middle and the most of an amount, as they are shown, and of how many attempts it is known."""

    heading: str
    low: str
    middle: str
    high: str
    known: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What `attempts` runs made of one message. Answers, paths and ranges are of those that completed, commonest first.

    `ended` counts the others by what became of them.
    """

    attempts: int
    completed: int
    models: tuple[Counted, ...]
    answers: tuple[Counted, ...]
    paths: tuple[Counted, ...]
    ranges: tuple[Range, ...]
    ended: tuple[Counted, ...]


async def attempts(client: Client, thread_id: str, item_id: str) -> tuple[Attempt, ...]:
    """All runs that answered a message, on whatever branch, oldest first. Raises NotFound."""
    runs = await client.answers(thread_id, item_id)
    return tuple(map(attempt, await asyncio.gather(*(traced(client, run.id) for run in runs))))


def attempt(trace: Trace) -> Attempt:
    """A run's answer and calls. Those of one turn are one entry, whatever order a model wrote them in."""
    calls = [step for step in trace.steps if step.kind in {"tool", "handoff"}]
    turns = groupby(calls, key=lambda step: step.turn)
    tools = tuple(
        " + ".join(sorted(step.name if step.kind == "tool" else f"hand-off to {step.name}" for step in together))
        for _, together in turns
    )
    answer = "\n\n".join(step.text for step in trace.steps if step.kind == "answer" and step.text)
    return Attempt(trace.run, answer, tools)


def spread(tried: Sequence[Attempt]) -> Spread:
    """What the attempts have in common, and how far they lie apart. Answers are equal but for white space."""
    done = [one for one in tried if one.run.status == "completed"]
    first = {_normal(one.answer): one.answer for one in reversed(done)}
    answers = _counted(_normal(one.answer) for one in done)
    return Spread(
        attempts=len(tried),
        completed=len(done),
        models=_counted(one.run.model for one in tried),
        answers=tuple(Counted(first[group.text].strip(), group.count) for group in answers),
        paths=_counted(" → ".join(one.tools) for one in done),
        ranges=tuple(_ranges([one.run for one in done])),
        ended=_counted(BADGES.get(one.run.status, "Still answering") for one in tried if one not in done),
    )


def spread_html(found: Spread) -> str:
    """The spread as a piece of HTML."""
    return fragment("spread.html", spread=found)


def _ranges(runs: Sequence[RunRecord]) -> Iterable[Range]:
    yield from _range("First token", [run.first_token_ms for run in runs], seconds)
    yield from _range("Time", [run.duration_ms for run in runs], seconds)
    yield from _range("Tokens out", [run.usage.output_tokens or None for run in runs], lambda count: f"{count:,.0f}")
    yield from _range("Cost", [cost(run) for run in runs], money)


def _range(heading: str, values: Iterable[Amount | None], text: Callable[[Amount], str]) -> Iterable[Range]:
    known = [value for value in values if value is not None]
    if known:
        yield Range(heading, text(min(known)), text(median(known)), text(max(known)), len(known))


def _normal(text: str) -> str:
    return " ".join(text.split())


def _counted(texts: Iterable[str]) -> tuple[Counted, ...]:
    return tuple(Counted(text, count) for text, count in Counter(texts).most_common())
