"""SDK events → thread events, for one run.

Items get ids of our own: a provider's may repeat (`__fake_id__`) or be missing. Every item that was opened is ended,
whatever ends the run, and an item that holds nothing is taken back.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from agents import Agent, Handoff
from agents.stream_events import AgentUpdatedStreamEvent, RawResponsesStreamEvent, RunItemStreamEvent, StreamEvent
from chatkit.types import Annotation, URLSource

from playground import wire
from playground.records import Ask
from playground.runs.activity import HAND_OFF, Activity, Step
from playground.runs.calls import Calls
from playground.runs.message import Message
from playground.runs.outlet import Outlet
from playground.runs.spelled import plain, readable

Phase = Literal["first", "tokens", "tools"]
"""What the run waits for: a turn's first token, the next token, or tools."""


class Translator:
    """Feed it a run's SDK events; it fills the outlet. `close` ends whatever is still open.

    `calls` is told what happens to tool calls beside the events.
    """

    def __init__(self, thread_id: str, outlet: Outlet, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._thread_id = thread_id
        self._outlet = outlet
        self._clock = clock
        self._message: Message | None = None
        self._activity: Activity | None = None
        self._steps: dict[int, Step] = {}
        self._handoffs: dict[str, str] = {}
        self._sources: list[Annotation] = []
        self.calls = Calls(clock)
        self._in_turn = False
        self.phase: Phase = "first"
        self.first_token_at: float | None = None
        self.cut_short: str | None = None
        self.refused = False
        self.turns = 0
        self._raw: dict[str, Callable[[Any], None]] = {
            "response.created": self._turn_began,
            "response.output_item.added": self._item_added,
            "response.output_text.delta": self._text,
            "response.output_text.done": self._part_done,
            "response.output_text.annotation.added": self._annotation,
            "response.refusal.delta": self._refusal,
            "response.reasoning_summary_part.added": self._thought_part,
            "response.reasoning_summary_text.delta": self._thought,
            "response.reasoning_text.delta": self._thought,
            "response.output_item.done": self._item_done,
            "response.completed": self._turn_ended,
        }

    def feed(self, event: StreamEvent) -> None:
        """Take one SDK event."""
        match event:
            case RawResponsesStreamEvent(data=data):
                handle = self._raw.get(data.type)
                if handle is not None:
                    handle(data)
            case RunItemStreamEvent(name="tool_output" | "handoff_occured", item=item):
                self._output(item.to_input_item())
            case AgentUpdatedStreamEvent(new_agent=agent):
                self._handoffs = handoff_names(agent)
            case _:
                pass

    def pause(self, asks: Sequence[Ask]) -> Activity | None:
        """The calls without a result wait for the visitor. Answers what they are steps of."""
        if self._activity is not None:
            self._activity.pause(asks)
        return self._activity

    def take_up(self, kept: Mapping[str, Any] | None) -> None:
        """What stayed open while the run waited is open again."""
        if kept is not None:
            self._activity = Activity.again(kept, self._outlet, self._clock)

    def go_on(self, rejected: Iterable[str]) -> None:
        """The visitor has decided, and rejected these calls."""
        self.phase = "tools"
        calls = set(rejected)
        self.calls.reject(calls)
        if self._activity is not None:
            self._activity.go_on(calls)

    def cite(self, annotation: Annotation) -> None:
        """Give a source to the message that is being written, or else comes next."""
        if annotation not in self._sources:
            self._sources.append(annotation)
        if self._message is not None:
            self._message.land()

    def close(self) -> None:
        """End what is still open."""
        self._close_message()
        self._close_activity()

    def _turn_began(self, _event: Any) -> None:
        self._steps.clear()
        if not self._in_turn:  # a turn that failed before it said anything begins again
            self.turns += 1
        self._in_turn = True
        self.phase = "first"
        self.cut_short = None

    def _turn_ended(self, event: Any) -> None:
        self._in_turn = False
        self._close_message()
        details = event.response.incomplete_details
        self.cut_short = (details.reason if details else None) if event.response.status == "incomplete" else None
        self.phase = "tools"

    def _item_added(self, event: Any) -> None:
        self._token()
        item = event.item
        if item.type == "message":
            self._open_message()
        elif item.type == "reasoning":
            self._begin_step(event, Step(title="Thinking", icon="lightbulb", thought=True))
        elif item.type == "function_call":
            target = self._handoffs.get(item.name)
            title, icon = (f"{HAND_OFF}{target}", "agent") if target else (item.name, "bolt")
            self._begin_step(event, Step(title=title, icon=icon, call_id=item.call_id))
        else:
            self._begin_step(event, Step(title=plain(item.type), icon="globe"))

    def _begin_step(self, event: Any, step: Step) -> None:
        self._steps[event.output_index] = self._ensure_activity().add(step)

    def _text(self, event: Any) -> None:
        self.phase = "tokens"
        self._open_message().text(event.content_index, event.delta)

    def _part_done(self, event: Any) -> None:
        if self._message is not None:
            self._message.end_part(event.content_index)

    def _refusal(self, event: Any) -> None:
        self.refused = True
        self._text(event)

    def _annotation(self, event: Any) -> None:
        note: dict[str, Any] = wire.as_object(event.annotation) or event.annotation.model_dump()
        if note.get("type") == "url_citation":
            source = URLSource(title=note.get("title") or note["url"], url=note["url"])
            self._open_message().note(event.content_index, Annotation(source=source, index=note.get("end_index")))

    def _thought_part(self, event: Any) -> None:
        if event.summary_index:
            self._grow(event, "\n\n")

    def _thought(self, event: Any) -> None:
        self.phase = "tokens"
        self._grow(event, event.delta)

    def _grow(self, event: Any, text: str) -> None:
        step = self._steps.get(event.output_index)
        if step is not None and self._activity is not None:
            self._activity.grow(step, text)

    def _item_done(self, event: Any) -> None:
        item = event.item
        replay = item.model_dump(exclude_unset=True, mode="json")
        if item.type == "message":
            message = self._open_message()
            if not message.parts:
                for index, part in enumerate(item.content):
                    message.text(index, str(getattr(part, "text", None) or getattr(part, "refusal", "")))
            self._message = None
            message.close([replay])
            return
        activity = self._ensure_activity()
        activity.model_input.append(replay)
        step = self._steps.get(event.output_index)
        if step is None:
            return
        if item.type == "function_call":
            step.arguments = "" if item.name in self._handoffs else item.arguments
        else:
            step.end()
        activity.show(step)

    def _output(self, item: Any) -> None:
        activity = self._holding(item["call_id"])
        activity.model_input.append(item)
        step = activity.call(item["call_id"])
        self.phase = "first"
        if step is None:
            return
        step.end()
        step.failed = self.calls.has_failed(item["call_id"])
        if not step.title.startswith(HAND_OFF):
            step.result = readable(item.get("output"))
            step.note = self.calls.note(item["call_id"])
        activity.show(step)

    def _token(self) -> None:
        self.phase = "tokens"
        if self.first_token_at is None:
            self.first_token_at = self._clock()

    def _open_message(self) -> Message:
        self._token()
        if self._message is None:
            if self._activity is not None and not self._activity.waits:
                self._close_activity()
            self._message = Message(self._thread_id, self._outlet, self._sources)
        return self._message

    def _holding(self, call_id: str) -> Activity:
        """What the call is a step of; it may have been ended for its readers when the run paused."""
        activity = self._activity
        return activity if activity is not None and activity.call(call_id) else self._ensure_activity()

    def _ensure_activity(self) -> Activity:
        self._close_message()
        if self._activity is not None and self._activity.ended:
            self._close_activity()
        if self._activity is None:
            self._activity = Activity.begin(self._thread_id, self._outlet, self._clock)
        return self._activity

    def _close_message(self) -> None:
        if self._message is not None:
            message, self._message = self._message, None
            message.close()

    def _close_activity(self) -> None:
        if self._activity is not None:
            activity, self._activity = self._activity, None
            self._steps.clear()
            activity.close()


def handoff_names(agent: Agent[Any]) -> dict[str, str]:
    """The names of an agent's hand-off tools → the agents that they lead to."""
    return dict(
        (to.tool_name, to.agent_name) if isinstance(to, Handoff) else (Handoff.default_tool_name(to), to.name)
        for to in agent.handoffs
    )
