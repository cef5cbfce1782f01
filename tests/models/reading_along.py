"""Runs an agent and keeps what it streamed; checks that events come in the order every reader relies on."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from agents import Agent, Model, ModelSettings, ModelTracing, RunConfig, Runner, RunResultStreaming, Tool, function_tool
from agents.items import TResponseInputItem, TResponseStreamEvent


@function_tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@function_tool
def now() -> str:
    """The time."""
    return "noon"


@dataclass
class Read:
    """What came of a run: its events up to the end or to `error`."""

    result: RunResultStreaming
    events: list[TResponseStreamEvent] = field(default_factory=list[TResponseStreamEvent])
    error: Exception | None = None

    def deltas(self, kind: str = "output_text") -> str:
        events: list[Any] = list(self.events)
        return "".join(event.delta for event in events if event.type == f"response.{kind}.delta")

    @property
    def final(self) -> Any:
        return next(event.response for event in reversed(self.events) if event.type == "response.completed")


async def read(model: Model, asked: str | list[TResponseInputItem] = "hello there", *tools: Tool) -> Read:
    """Runs to the end, slowly enough for events to pile up before an error."""
    agent = Agent(name="tester", tools=list(tools))
    told = Read(Runner.run_streamed(agent, asked, run_config=RunConfig(model=model)))
    try:
        async for event in told.result.stream_events():
            if event.type == "raw_response_event":
                told.events.append(event.data)
            await asyncio.sleep(0)
    except Exception as error:
        told.error = error
    return told


def request(settings: ModelSettings | None = None, **others: Any) -> dict[str, Any]:
    """What the runner passes to a model, for a test that asks it directly."""
    plain: dict[str, Any] = {
        "system_instructions": None,
        "input": "go",
        "model_settings": settings or ModelSettings(),
        "tools": [],
        "output_schema": None,
        "handoffs": [],
        "tracing": ModelTracing.DISABLED,
        "previous_response_id": None,
        "conversation_id": None,
        "prompt": None,
    }
    return plain | others


def answers(events: list[TResponseStreamEvent]) -> list[list[TResponseStreamEvent]]:
    """The events of each turn."""
    turns: list[list[TResponseStreamEvent]] = []
    for event in events:
        if event.type == "response.created":
            turns.append([])
        turns[-1].append(event)
    return turns


def check_grammar(events: list[Any]) -> None:
    """One complete answer: opened, each item added, filled and done in its place, closed by the same items."""
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1].type == "response.completed"
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(set(numbers))
    per_item: dict[int, list[Any]] = defaultdict(list)
    for event in events[2:-1]:
        per_item[event.output_index].append(event)
    assert list(per_item) == list(range(len(per_item)))
    for own in per_item.values():
        _check_item(own)
    done = [event.item for event in events if event.type == "response.output_item.done"]
    output = events[-1].response.output
    assert sorted(item.id for item in done) == sorted(item.id for item in output)
    assert [item.id for item in output] == [own[0].item.id for own in per_item.values()]


def _check_item(events: list[Any]) -> None:
    first, *inside, last = events
    assert first.type == "response.output_item.added"
    assert last.type == "response.output_item.done"
    assert {event.item_id for event in inside} == {first.item.id} == {last.item.id}
    steps = [event.type for event in inside]
    deltas = [event for event in inside if event.type.endswith(".delta")]
    whole = "".join(event.delta for event in deltas)
    shape = _SHAPES[first.item.type, steps[0]]
    assert [step for step in steps if not step.endswith(".delta")] == shape
    done = next(event for event in inside if event.type.endswith("done") and "part" not in event.type)
    assert next(getattr(done, name) for name in ("text", "arguments", "refusal") if hasattr(done, name)) == whole


_CONTENT = "response.content_part.added"
_SUMMARY = "response.reasoning_summary_part.added"
_SHAPES = {
    ("message", _CONTENT): [_CONTENT, "response.output_text.done", "response.content_part.done"],
    ("reasoning", _SUMMARY): [
        _SUMMARY,
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
    ],
    ("function_call", "response.function_call_arguments.delta"): ["response.function_call_arguments.done"],
}
