"""What an agent does between two messages, as one workflow item: thoughts, tool calls, hand-offs.

ChatKit has no item for a tool call; a workflow with one task for each step is what its UIs draw.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Self

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
    ThreadItemReplacedEvent,
    ThreadItemUpdatedEvent,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
    WorkflowTaskUpdated,
)

from playground import wire
from playground.ids import new_id
from playground.records import WORDS, Ask, AskKind
from playground.runs.outlet import Outlet
from playground.runs.spelled import pretty

Clock = Callable[[], float]

WAITS: Mapping[AskKind, str] = {
    "approval": "waits for your approval",
    "owner": "waits for the owner",
    "client": "waits for your browser",
    "form": "waits for your answer",
}
"""What is noted beside a call while the visitor is asked, by what he is asked for."""
REJECTED = "rejected"
UNANSWERED = "not answered"
NOT_RUN = "not run"
UNFINISHED = "not finished"
SHARED = "shared"
"""The result of a call that another run of the same world made."""
STOOD_IN = "stand-in"
"""A result that the visitor made up."""
HAND_OFF = "Hand-off → "
"""Before the name of the agent that is handed over to."""


@dataclass(slots=True)
class Step:
    """One task in the making. `title` and `icon` are shown, `call_id` ties a tool's output to its call.

    A `waiting` one is a call for which the visitor is asked, for what `asks` says.
    """

    title: str
    icon: IconName | None
    thought: bool = False
    call_id: str | None = None
    arguments: str = ""
    result: str | None = None
    failed: bool = False
    note: str = ""
    done: bool = False
    waiting: bool = False
    asks: AskKind = "approval"
    parts: list[str] = field(default_factory=list[str])

    def end(self) -> None:
        """It is done."""
        self.done = True
        if self.thought:
            self.title = "Thought"

    def task(self) -> Task:
        """The task as it stands."""
        status: Literal["complete", "none", "loading"] = (
            "complete" if self.done else "none" if self.waiting else "loading"
        )
        if self.thought:
            return ThoughtTask(title=self.title, content="".join(self.parts), status_indicator=status)
        note = WAITS[self.asks] if self.waiting else self.note
        title = f"{self.title} · {note}" if note else self.title
        return CustomTask(title=title, icon=self.icon, content=self._content(), status_indicator=status)

    def _content(self) -> str | None:
        blocks: list[str] = []
        if self.arguments:
            blocks += ["Arguments", pretty(self.arguments)]
        if self.result is not None:
            blocks += ["Error" if self.failed else "Result", pretty(self.result)]
        return "\n\n".join(blocks) or None


class Activity:
    """One workflow item, from its first step to its end. What is `kept` of it while it waits is JSON.

    One that was `shut` is ended for its readers, who then find what comes of its last calls in its place.
    """

    def __init__(self, item: WorkflowItem, outlet: Outlet, clock: Clock) -> None:
        self._item = item
        self._outlet = outlet
        self._clock = clock
        self._began = clock()
        self.steps: list[Step] = []
        self.model_input: list[Any] = []
        self.ended = False

    @classmethod
    def begin(cls, thread_id: str, outlet: Outlet, clock: Clock) -> Self:
        """A new one, without a step."""
        item = WorkflowItem(
            id=new_id("wfl"),
            thread_id=thread_id,
            created_at=datetime.now(UTC),
            workflow=Workflow(type="reasoning", tasks=[], expanded=False),
        )
        outlet.emit(ThreadItemAddedEvent(item=item))
        return cls(item, outlet, clock)

    @classmethod
    def again(cls, kept: Mapping[str, Any], outlet: Outlet, clock: Clock) -> Self:
        """One that was kept, as open as it was."""
        activity = cls(WorkflowItem.model_validate(kept["item"]), outlet, clock)
        activity.steps = [Step(**step) for step in kept["steps"]]
        activity.model_input = list(kept["model_input"])
        activity.ended = kept.get("ended", False)
        return activity

    @property
    def item(self) -> WorkflowItem:
        """The item as it stands."""
        workflow = self._item.workflow.model_copy(update={"tasks": [step.task() for step in self.steps]})
        return self._item.model_copy(update={"workflow": workflow})

    def kept(self) -> dict[str, Any]:
        """What `again` needs."""
        steps = [asdict(step) for step in self.steps]
        return {
            "item": wire.payload(self._item),
            "steps": steps,
            "model_input": self.model_input,
            "ended": self.ended,
        }

    def pause(self, asks: Sequence[Ask]) -> None:
        """The calls without a result wait for the visitor: each for what it asks him, or what an agent in it asks."""
        kinds: dict[str | None, AskKind] = {ask.call_id: ask.kind for ask in asks}
        for step in self.steps:
            if step.call_id and not step.done:
                step.waiting = True
                step.asks = kinds.get(step.call_id, asks[0].kind)
                self.show(step)

    def shut(self) -> None:
        """End the item while its last calls wait."""
        if not self.ended:
            self._end()

    def go_on(self, rejected: Container[str | None]) -> None:
        """The visitor has decided."""
        waiting = [step for step in self.steps if step.waiting]
        for step in waiting:
            step.waiting = False
            step.note = REJECTED if step.call_id in rejected else ""
            if not self.ended:
                self.show(step)
        if waiting and self.ended:
            self._end()

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
        if self.ended:
            self._end()
            return
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
        left = [step for step in self.steps if not step.done]
        for step in left:
            step.note = _undone(step)
            step.waiting = False
            step.end()
        if left or not self.ended:
            self._end()

    def _end(self) -> None:
        workflow = Workflow(
            type="reasoning" if all(step.thought for step in self.steps) else "custom",
            tasks=[step.task() for step in self.steps],
            summary=self._summary(),
            expanded=False,
        )
        item = self._item.model_copy(update={"workflow": workflow})
        event = ThreadItemReplacedEvent(item=item) if self.ended else ThreadItemDoneEvent(item=item)
        self.ended = True
        self._outlet.emit(event, self.model_input)

    def _index(self, step: Step) -> int:
        return next(index for index, one in enumerate(self.steps) if one is step)

    def _summary(self) -> CustomSummary | DurationSummary:
        names = [step.title for step in self.steps if not step.thought]
        if not names:
            return DurationSummary(duration=round(self._clock() - self._began))
        return CustomSummary(title=", ".join(dict.fromkeys(names)), icon="bolt")


def _undone(step: Step) -> str:
    """What is noted beside a step that will have no result."""
    if not step.waiting:
        return UNFINISHED
    return NOT_RUN if step.asks in WORDS else UNANSWERED
