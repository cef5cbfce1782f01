"""What a run did, step by step, read from what it left in the store."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Literal

from chatkit.types import ThreadItem

from playground import wire
from playground.client import Client
from playground.compare.parts import exchange
from playground.records import RunRecord
from playground.runs.activity import HAND_OFF, SHARED, STOOD_IN
from playground.runs.spelled import plain, readable
from playground.store.tables import ItemRow
from playground.store.traces import GuardVerdict, Traced
from playground.transcript import Transcript, apply

Kind = Literal["tool", "handoff", "guardrail", "answer", "remark", "thought", "end"]
Json = dict[str, Any]

ASIDE: frozenset[Kind] = frozenset({"thought", "remark"})
"""What is shown and never compared: no two models put their thoughts in the same words."""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One thing that happened, in the run's `turn` (from 1).

    `name` is the tool, the agent that was handed over to, the guardrail, or the status of a run that did not simply
    complete. `arguments` are as the model wrote them, mostly JSON. `text` is the tool's result, what was said, thought,
    or why it ended so; None is a call without a result. A guardrail's `verdict` is passed, rejected or tripped.
    `shared` is a result that another lane's call gave, `stood_in` one that the visitor made up. `note` is what else is
    known of a call, such as `12 ms`.
    """

    kind: Kind
    turn: int
    name: str = ""
    arguments: str = ""
    text: str | None = None
    verdict: str = ""
    failed: bool = False
    shared: bool = False
    stood_in: bool = False
    note: str = ""

    @property
    def value(self) -> Any:
        """The arguments as a JSON value, or as text if they are none."""
        try:
            return json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):  # also too large a number, or too deep
            return self.arguments


@dataclass(frozen=True, slots=True)
class Trace:
    """A run and its steps so far."""

    run: RunRecord
    steps: tuple[TraceStep, ...]


async def traced(client: Client, run_id: str) -> Trace:
    """What a run of the visitor's has done, as far as it has come. Raises NotFound."""
    found = await client.trace_rows(run_id)
    return await asyncio.to_thread(_trace, found)  # the log of a run that is under way may be long


def trace(
    rows: Iterable[ItemRow],
    run: RunRecord,
    verdicts: Sequence[GuardVerdict] = (),
    unfinished: Sequence[ThreadItem] = (),
) -> Trace:
    """The steps that a run's items stand for, and its guardrails' verdicts at their stages."""
    walk = _Walk()
    for row in rows:
        walk.take(row.type, row.payload, row.model_input or [])
    for item in unfinished:
        walk.take(item.type, wire.payload(item), [])
    steps = _answered(walk.steps)
    last = max((step.turn for step in steps), default=1)
    judged = {verdict: _judged(verdict, run, 1 if verdict.stage == "input" else last) for verdict in verdicts}
    before, tools, after = (
        [step for verdict, step in judged.items() if verdict.stage == stage] for stage in ("input", "tool", "output")
    )
    answer = next((at for at, step in enumerate(steps) if step.kind == "answer"), len(steps))
    tripped = any(verdict.outcome == "tripped" for verdict in verdicts)
    end = () if tripped else _end(run, last)
    return Trace(run, (*before, *steps[:answer], *tools, *steps[answer:], *after, *end))


def _trace(found: Traced) -> Trace:
    logged = reduce(apply, map(wire.event, found.frames), Transcript())
    ended = [row for row in found.items if row.id not in logged.open_ids]
    unfinished = [item for item in logged.items if item.id in logged.open_ids]
    return trace(ended, found.run, found.verdicts, unfinished)


class _Walk:
    """Reads items in their order. A turn begins with what a model makes after the results of its calls."""

    def __init__(self) -> None:
        self.steps: list[TraceStep] = []
        self._turn = 1
        self._has_results = False

    def take(self, kind: str, payload: Json, told: Sequence[Json]) -> None:
        """The steps of one more item. `told` is what models are told of it, if that is known."""
        if kind == "assistant_message":
            text = "\n\n".join(part["text"] for part in payload["content"])
            self.steps.append(TraceStep("remark", self._made(), text=text))
        elif kind == "workflow":
            self._work(payload["workflow"]["tasks"], told)

    def _made(self) -> int:
        """The turn of what a model has made."""
        self._turn += self._has_results
        self._has_results = False
        return self._turn

    def _work(self, tasks: Sequence[Json], told: Sequence[Json]) -> None:
        """The tasks are what is shown, in order; what the model is told of them is exact, but not always there."""
        results = {item["call_id"]: readable(item.get("output")) for item in told if _is_result(item)}
        turns = [(item, self._turn_of(item)) for item in told]
        thoughts = [turn for item, turn in turns if item.get("type") == "reasoning"]
        calls = [(item, turn) for item, turn in turns if item.get("type") != "reasoning" and not _is_result(item)]
        for task in tasks:
            if task["type"] == "thought":
                turn = thoughts.pop(0) if thoughts else self._turn
                self.steps.append(TraceStep("thought", turn, text=task.get("content", "")))
            else:
                found = _taken(calls, _titled(task)[0])
                step = _shown(task, found[1] if found else self._made())
                self.steps.append(_exact(step, found[0], results) if found else step)
                self._has_results |= found is None and step.text is not None

    def _turn_of(self, item: Json) -> int:
        if not _is_result(item):
            return self._made()
        self._has_results = True
        return self._turn


def _is_result(item: Json) -> bool:
    return str(item.get("type", "")).endswith("_call_output")


def _taken(calls: list[tuple[Json, int]], title: str) -> tuple[Json, int] | None:
    """The first call of that title; of a hand-off the first of what no title of a tool fits."""
    titles = [item.get("name") or plain(str(item.get("type", ""))) for item, _ in calls]
    at = titles.index(title) if title in titles else 0 if calls and title.startswith(HAND_OFF) else None
    return None if at is None else calls.pop(at)


def _titled(task: Json) -> tuple[str, list[str]]:
    """What a task is called, and what is noted beside it."""
    title, *notes = str(task.get("title") or "Step").split(" · ")
    return title, notes


def _shown(task: Json, turn: int) -> TraceStep:
    """A step as far as its task shows it."""
    title, notes = _titled(task)
    if title.startswith(HAND_OFF):
        done = task.get("status_indicator") == "complete" and not notes
        return TraceStep("handoff", turn, name=title.removeprefix(HAND_OFF), text="" if done else None)
    parts = exchange(task.get("content") or "")
    return TraceStep(
        "tool",
        turn,
        name=title,
        arguments=parts.get("Arguments", ""),
        text=parts.get("Error", parts.get("Result")),
        failed="Error" in parts or "failed" in notes,
        shared=SHARED in notes,
        stood_in=STOOD_IN in notes,
        note=" · ".join(note for note in notes if note not in {"failed", SHARED, STOOD_IN}),
    )


def _exact(step: TraceStep, item: Json, results: Mapping[str, str]) -> TraceStep:
    """The step with the arguments and the result as the model wrote and got them."""
    if item.get("type") != "function_call":  # the provider's own tool: what it was asked is somewhere in the item
        asked = {name: value for name, value in item.items() if name not in {"id", "type", "status"}}
        return replace(step, arguments=json.dumps(asked, ensure_ascii=False), text=step.text or "")
    result = results.get(item["call_id"])
    if step.kind == "handoff" and result is not None:
        result = ""  # it only names the agent again
    return replace(step, arguments=item.get("arguments", ""), text=result)


def _answered(steps: Sequence[TraceStep]) -> list[TraceStep]:
    """What was said after the last call is the answer, in one; what was said before is a remark."""
    calls = [at for at, step in enumerate(steps) if step.kind in {"tool", "handoff"}]
    rest = steps[calls[-1] + 1 :] if calls else steps
    said = [step for step in rest if step.kind == "remark"]
    if not said:
        return list(steps)
    text = "\n\n".join(step.text or "" for step in said)
    kept = [step for step in rest if step.kind != "remark"]
    return [*steps[: len(steps) - len(rest)], *kept, replace(said[-1], kind="answer", text=text)]


def _judged(verdict: GuardVerdict, run: RunRecord, turn: int) -> TraceStep:
    why = run.error if verdict.outcome == "tripped" else None
    failed = verdict.outcome == "tripped"
    return TraceStep("guardrail", turn, name=verdict.name, text=why, verdict=verdict.outcome, failed=failed)


def _end(run: RunRecord, turn: int) -> tuple[TraceStep, ...]:
    """How a run ended that did not simply complete."""
    if run.live or run.status == "completed":
        return ()
    return (TraceStep("end", turn, name=run.status, text=run.error, failed=run.status != "cancelled"),)
