"""What an agent does between two messages, as one workflow item: thoughts, tool calls, hand-offs.

ChatKit has no item for a tool call; a workflow with one task for each step is what its UIs draw.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from chatkit.icons import IconName
from chatkit.types import (
    CustomSummary,
    CustomTask,
    DurationSummary,
    Task,
    ThoughtTask,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemUpdatedEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from playground.ids import new_id
from playground.runs.outlet import Outlet

Clock = Callable[[], float]


def fenced(text: str, language: str = "") -> str:
    """The text as a Markdown code block that nothing inside it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def pretty(text: str) -> str:
    """JSON indented, anything else in a plain block."""
    try:
        value = json.loads(text)
    except ValueError:
        return fenced(text)
    return fenced(json.dumps(value, indent=2, ensure_ascii=False), "json")


def spell(seconds: float) -> str:
    """A duration as a person reads it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


@dataclass(slots=True)
class Step:
    """One task in the making. `title` and `icon` are shown, `call_id` ties a tool's output to its call."""

    title: str
    icon: IconName | None
    thought: bool = False
    call_id: str | None = None
    arguments: str = ""
    result: str | None = None
    failed: bool = False
    note: str = ""
    done: bool = False
    parts: list[str] = field(default_factory=list[str])

    def end(self) -> None:
        """It is done."""
        self.done = True
        if self.thought:
            self.title = "Thought"

    def task(self) -> Task:
        """The task as it stands."""
        status: Literal["complete", "loading"] = "complete" if self.done else "loading"
        if self.thought:
            return ThoughtTask(title=self.title, content="".join(self.parts), status_indicator=status)
        title = f"{self.title} · {self.note}" if self.note else self.title
        return CustomTask(title=title, icon=self.icon, content=self._content(), status_indicator=status)

    def _content(self) -> str | None:
        blocks: list[str] = []
        if self.arguments:
            blocks += ["Arguments", pretty(self.arguments)]
        if self.result is not None:
            blocks += ["Error" if self.failed else "Result", pretty(self.result)]
        return "\n\n".join(blocks) or None


class Activity:
    """One workflow item, from its first step to its end."""

    def __init__(self, thread_id: str, outlet: Outlet, clock: Clock) -> None:
        self._outlet = outlet
        self._clock = clock
        self._began = clock()
        self.steps: list[Step] = []
        self.model_input: list[Any] = []
        self._item = WorkflowItem(
            id=new_id("wfl"),
            thread_id=thread_id,
            created_at=datetime.now(UTC),
            workflow=Workflow(type="reasoning", tasks=[], expanded=False),
        )
        outlet.emit(ThreadItemAddedEvent(item=self._item))

    def add(self, step: Step) -> Step:
        """A further step; shown at once."""
        self.steps.append(step)
        update = WorkflowTaskAdded(task_index=len(self.steps) - 1, task=step.task())
        self._outlet.emit(ThreadItemUpdatedEvent(item_id=self._item.id, update=update))
        return step

    def grow(self, step: Step, text: str) -> None:
        """A thought goes on."""
        step.parts.append(text)
        self._outlet.task(self._item.id, self._index(step), step.task)

    def show(self, step: Step) -> None:
        """A step changed."""
        update = WorkflowTaskUpdated(task_index=self._index(step), task=step.task())
        self._outlet.emit(ThreadItemUpdatedEvent(item_id=self._item.id, update=update))

    def call(self, call_id: str) -> Step | None:
        """The step of a tool call."""
        return next((step for step in self.steps if step.call_id == call_id), None)

    @property
    def waits(self) -> bool:
        """Whether a tool call still runs."""
        return any(step.call_id and not step.done for step in self.steps)

    def close(self) -> None:
        """End the item, or take it back if nothing was done; a step that did not end says so."""
        if not self.steps:
            self._outlet.emit(ThreadItemRemovedEvent(item_id=self._item.id))
            return
        for step in self.steps:
            if not step.done:
                step.end()
                step.note = "not finished"
        workflow = Workflow(
            type="reasoning" if all(step.thought for step in self.steps) else "custom",
            tasks=[step.task() for step in self.steps],
            summary=self._summary(),
            expanded=False,
        )
        item = self._item.model_copy(update={"workflow": workflow})
        self._outlet.emit(ThreadItemDoneEvent(item=item), self.model_input)

    def _index(self, step: Step) -> int:
        return next(index for index, one in enumerate(self.steps) if one is step)

    def _summary(self) -> CustomSummary | DurationSummary:
        names = [step.title for step in self.steps if not step.thought]
        if not names:
            return DurationSummary(duration=round(self._clock() - self._began))
        return CustomSummary(title=", ".join(dict.fromkeys(names)), icon="bolt")
