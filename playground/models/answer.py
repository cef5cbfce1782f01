"""Builds an answer as the events of OpenAI's Responses, in their order, out of pieces of text.

    response.created · response.in_progress
      per item   output_item.added … its deltas and dones … output_item.done
    response.completed

Every item has an id of its own. A message or a thought ends where something else begins; tool calls stay open to
the end, because some servers send several at once, interleaved.
"""

from collections.abc import Hashable
from typing import Literal, TypeAlias

from agents.items import TResponseStreamEvent
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseCreatedEvent,
    ResponseInProgressEvent,
    ResponseOutputItem,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseUsage,
)
from openai.types.responses.response import IncompleteDetails

from playground.models.items import Events, Message, Thought, ToolCall

Prose: TypeAlias = Literal["text", "thought", "refusal"]
Cut: TypeAlias = Literal["max_output_tokens", "content_filter"]
AnyItem: TypeAlias = Message | Thought | ToolCall


class Answer:
    """One answer in the making. `response` is what the request was about; each method gives the events it caused."""

    def __init__(self, response: Response) -> None:
        self._response = response
        self._items: list[AnyItem] = []
        self._prose: Message | Thought | None = None
        self._calls: dict[Hashable, ToolCall] = {}
        self._done: dict[int, ResponseOutputItem] = {}
        self._sequence = 0

    @property
    def has_text(self) -> bool:
        """Whether anything was said, refusals included."""
        return any(isinstance(item, Message) and item.text.strip() for item in self._items)

    @property
    def has_calls(self) -> bool:
        """Whether a tool was called."""
        return bool(self._calls)

    def start(self) -> list[TResponseStreamEvent]:
        """Opens the answer."""
        response = self._response.model_copy(update={"status": "in_progress"})
        return self._numbered(
            iter(
                (
                    ResponseCreatedEvent(type="response.created", response=response, sequence_number=0),
                    ResponseInProgressEvent(type="response.in_progress", response=response, sequence_number=0),
                )
            )
        )

    def add(self, kind: Prose, text: str) -> list[TResponseStreamEvent]:
        """More text, thought or refusal."""
        return self._numbered(self._add(kind, text))

    def call(self, key: Hashable, name: str) -> list[TResponseStreamEvent]:
        """Opens a tool call, once; `key` is how the server tells calls of this answer apart."""
        return [] if key in self._calls else self._numbered(self._call(key, name))

    def arguments(self, key: Hashable, text: str) -> list[TResponseStreamEvent]:
        """More of a tool call's arguments; ignored for a call that was never opened."""
        call = self._calls.get(key)
        if call is None or not text:
            return []
        call.pieces.append(text)
        return self._numbered(iter((call.delta(text),)))

    def end(self, usage: ResponseUsage, cut: Cut | None = None) -> list[TResponseStreamEvent]:
        """Closes it. A cut answer keeps what was said and drops its tool calls, which may be half-written."""
        return self._numbered(self._end(usage, cut))

    def _add(self, kind: Prose, text: str) -> Events:
        prose = self._prose
        if prose is None or prose.kind != kind:
            yield from self._close_prose()
            index = len(self._items)
            prose = Thought(index, str(self._response.model)) if kind == "thought" else Message(index, kind)
            self._prose = prose
            yield from self._open(prose)
        prose.pieces.append(text)
        yield prose.delta(text)

    def _call(self, key: Hashable, name: str) -> Events:
        yield from self._close_prose()
        self._calls[key] = call = ToolCall(len(self._items), name)
        yield from self._open(call)

    def _open(self, item: AnyItem) -> Events:
        self._items.append(item)
        yield ResponseOutputItemAddedEvent(
            type="response.output_item.added",
            output_index=item.index,
            item=item.shown("in_progress"),
            sequence_number=0,
        )
        yield from item.begin()

    def _close_prose(self) -> Events:
        if self._prose is not None:
            prose, self._prose = self._prose, None
            yield from self._close(prose)

    def _close(self, item: AnyItem, *, cut: bool = False) -> Events:
        yield from item.finish()
        done = self._done[item.index] = item.shown("incomplete" if cut else "completed")
        yield ResponseOutputItemDoneEvent(
            type="response.output_item.done", output_index=item.index, item=done, sequence_number=0
        )

    def _end(self, usage: ResponseUsage, cut: Cut | None) -> Events:
        if self._prose is not None:
            yield from self._close(self._prose, cut=cut is not None)
        if cut is None:
            for call in self._calls.values():
                yield from self._close(call)
        response = self._response.model_copy(
            update={
                "status": "incomplete" if cut else "completed",
                "incomplete_details": IncompleteDetails(reason=cut) if cut else None,
                "output": [self._done[index] for index in sorted(self._done)],
                "usage": usage,
            }
        )
        yield ResponseCompletedEvent(type="response.completed", response=response, sequence_number=0)

    def _numbered(self, events: Events) -> list[TResponseStreamEvent]:
        numbered = list(events)
        for event in numbered:
            event.sequence_number = self._sequence
            self._sequence += 1
        return numbered
