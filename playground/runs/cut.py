"""What an agent did, up to one of its steps: the workflow that is shown and what a model is told of it. Pure.

A step is a task of the workflow. The SDK items that it stands for come in the order of the tasks; a call's result comes
after the calls that were made with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.errors import Malformed
from playground.runs.activity import HAND_OFF, NOT_RUN, UNANSWERED, UNFINISHED, WAITS

Json = dict[str, Any]
Kind = Literal["thought", "call", "own"]
"""`own` is what a provider did by itself, such as a search."""

LOST = "What was done up to there was not kept whole when the server stopped: it is shown, but no model is told of it."
THOUGHT = "A model is told of a thought only together with what it led to."


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left of a workflow item, None if nothing is, and sentences about what had to go."""

    payload: Json | None
    model_input: list[Any]
    notes: tuple[str, ...] = ()


def cut(payload: Mapping[str, Any], told: Sequence[Any], step: int | None) -> Cut:
    """The item as it was when that step had its result; with all of its steps for None. Raises Malformed.

    Calls that had no result by then are taken out.
    """
    tasks: list[Json] = payload["workflow"]["tasks"]
    if step is not None and not 0 <= step < len(tasks):
        raise Malformed("There is no such step. This item has {steps}, counted from 0.", steps=len(tasks))
    at = _At(_places(tasks, told), told, step)
    kept = _answered(told[: at.end])
    left = [index for index, task in enumerate(tasks) if at.keeps(index, task, kept)]
    notes = list(_unanswered([task for index, task in enumerate(tasks) if index not in left and at.has_begun(index)]))
    if not told and any(kind_of(tasks[index]) == "call" for index in left):
        notes.append(LOST)
    if step is not None and kind_of(tasks[step]) == "thought":
        notes.append(THOUGHT)
    return Cut(_shown(payload, [tasks[index] for index in left]), kept, tuple(notes))


def handed_to(payload: Mapping[str, Any]) -> str | None:
    """The agent that a workflow item last handed over to."""
    titles = (name_of(task) for task in payload["workflow"]["tasks"] if kind_of(task) == "call")
    return next((title.removeprefix(HAND_OFF) for title in reversed([*titles]) if title.startswith(HAND_OFF)), None)


def kind_of(task: Mapping[str, Any]) -> Kind:
    """What a task stands for."""
    if task["type"] == "thought":
        return "thought"
    return "own" if task.get("icon") == "globe" else "call"


def name_of(task: Mapping[str, Any]) -> str:
    """A task's title without what was noted behind it."""
    return str(task.get("title") or "").split(" · ", maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class _At:
    """The moment of the cut: where the tasks' SDK items are, all of these, and the last step."""

    places: Mapping[int, int]
    told: Sequence[Any]
    step: int | None

    @property
    def end(self) -> int:
        """Behind the step's result; behind everything for a call that never had one."""
        place = None if self.step is None else self.places.get(self.step)
        if place is None:
            return len(self.told)
        if self.told[place].get("type") != "function_call":
            return place + 1
        results = (at + 1 for at, item in enumerate(self.told) if _answers(item, self.told[place]["call_id"]))
        return next(results, len(self.told))

    def has_begun(self, index: int) -> bool:
        """Whether that step was there by then."""
        return self.step is None or index <= self.step or self.places.get(index, self.end) < self.end

    def keeps(self, index: int, task: Json, kept: Sequence[Any]) -> bool:
        """Whether the step is shown: what is told of it is kept, or nothing ever was and it is whole."""
        place = self.places.get(index)
        if place is not None:
            return any(item is self.told[place] for item in kept)
        whole = kind_of(task) == "thought" or (not self.told and _finished(task))
        return whole and (self.step is None or index <= self.step)


def _places(tasks: Sequence[Json], told: Sequence[Any]) -> dict[int, int]:
    """Task → SDK item. A task that was broken off has none."""
    items: dict[Kind, Iterator[int]] = {
        "thought": (at for at, item in enumerate(told) if item.get("type") == "reasoning"),
        "call": (at for at, item in enumerate(told) if item.get("type") == "function_call"),
        "own": (at for at, item in enumerate(told) if item.get("type") not in _OURS),
    }
    found = ((index, next(items[kind_of(task)], None)) for index, task in enumerate(tasks))
    return {index: at for index, at in found if at is not None}


_OURS = ("reasoning", "function_call", "function_call_output")


def _answers(item: Any, call_id: str) -> bool:
    return bool(item.get("type") == "function_call_output" and item["call_id"] == call_id)


def _answered(told: Sequence[Any]) -> list[Any]:
    """Without the calls that have no result."""
    results = {item["call_id"] for item in told if item.get("type") == "function_call_output"}
    return [item for item in told if item.get("type") != "function_call" or item["call_id"] in results]


def _finished(task: Json) -> bool:
    notes = (UNFINISHED, NOT_RUN, UNANSWERED, *WAITS.values())
    broken = str(task.get("title")).endswith(tuple(f" · {note}" for note in notes))
    return task.get("status_indicator") == "complete" and not broken


def _unanswered(gone: Sequence[Json]) -> Iterator[str]:
    calls = [name_of(task) for task in gone if kind_of(task) == "call"]
    if calls:
        subject = f"{'Calls' if len(calls) > 1 else 'A call'} of {' and '.join(dict.fromkeys(calls))}"
        yield f"{subject} had no result at that point and {'were' if len(calls) > 1 else 'was'} left out."


def _shown(payload: Mapping[str, Any], tasks: list[Json]) -> Json | None:
    workflow: Json = payload["workflow"]
    if not tasks:
        return None
    if len(tasks) == len(workflow["tasks"]):
        return dict(payload)
    names = list(dict.fromkeys(name_of(task) for task in tasks if kind_of(task) != "thought"))
    summary = {"summary": {"title": ", ".join(names), "icon": "bolt"}} if names else {}
    rest = {name: value for name, value in workflow.items() if name != "summary"}
    return {**payload, "workflow": {**rest, "type": "custom" if names else "reasoning", "tasks": tasks, **summary}}
