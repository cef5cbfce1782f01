"""Runs an agent and keeps what it streamed; checks that events come in the order every reader relies on."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agents import Agent, Model, ModelSettings, ModelTracing, RunConfig, Runner, RunResultStreaming, Tool, function_tool
from agents.items import TResponseInputItem, TResponseStreamEvent
from pydantic import BaseModel


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


async def read(
    model: Model,
    asked: str | list[TResponseInputItem] = "hello there",
    *tools: Tool,
    agent: Agent[Any] | None = None,
) -> Read:
    """Runs to the end, slowly enough for events to pile up before an error."""
    agent = agent or Agent(name="tester", tools=list(tools))
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
    assert sorted(done, key=_id) == sorted(output, key=_id)
    assert [item.id for item in output] == [own[0].item.id for own in per_item.values()]


def _id(item: Any) -> str:
    return str(item.id)


def _check_item(events: list[Any]) -> None:
    first, *inside, last = events
    assert first.type == "response.output_item.added"
    assert last.type == "response.output_item.done"
    assert {first.item.id} == {last.item.id, *(event.item_id for event in inside)}
    match last.item.type:
        case "message":
            assert last.item.content
            assert [_check_part(part) for part in _by_part(inside, "content_index")] == _plain(last.item.content)
        case "reasoning":
            assert [_check_part(part) for part in _by_part(inside, "summary_index")] == _plain(last.item.summary)
        case "function_call":
            *deltas, done = inside
            assert {event.type for event in deltas} <= {"response.function_call_arguments.delta"}
            assert done.type == "response.function_call_arguments.done"
            assert "".join(event.delta for event in deltas) == done.arguments == last.item.arguments
        case _:
            assert not [event for event in inside if event.type.endswith(".delta")]


def _by_part(events: list[Any], index: str) -> list[list[Any]]:
    """The events of each part; parts come one after another."""
    places = [getattr(event, index) for event in events]
    assert places == sorted(places)
    assert sorted(set(places)) == list(range(len(set(places))))
    return [[event for event in events if getattr(event, index) == place] for place in sorted(set(places))]


def _check_part(events: list[Any]) -> Any:
    """Added, filled, noted, done twice over; the part as it is at the end."""
    added, *inside, filled, done = events
    assert added.type in {"response.content_part.added", "response.reasoning_summary_part.added"}
    assert done.type == added.type.replace("added", "done")
    assert filled.type.endswith(".done")
    deltas = [event for event in inside if event.type.endswith(".delta")]
    notes = [event.annotation for event in inside if event.type.endswith("annotation.added")]
    assert len(deltas) + len(notes) == len(inside)
    assert {event.type.removesuffix("delta") for event in deltas} <= {filled.type.removesuffix("done")}
    whole = "".join(event.delta for event in deltas)
    assert next(getattr(filled, name) for name in ("text", "refusal") if hasattr(filled, name)) == whole
    assert next(getattr(done.part, name) for name in ("text", "refusal") if hasattr(done.part, name)) == whole
    assert _plain(notes) == _plain(getattr(done.part, "annotations", ()))
    return _plain([done.part])[0]


def _plain(found: Iterable[Any]) -> list[Any]:
    """The SDK has several types for one thing."""
    return [one.model_dump() if isinstance(one, BaseModel) else one for one in found]
