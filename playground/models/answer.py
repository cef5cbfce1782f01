"""Builds an answer as the events of OpenAI's Responses, in their order, out of pieces of text.

    response.created · response.in_progress
      per item   output_item.added … its deltas and dones … output_item.done
    response.completed

Every item has an id of its own. A message or a thought ends where something else begins; tool calls stay open to
the end, because some servers send several at once, interleaved.
"""

import time
from collections.abc import Hashable, Mapping
from typing import Any, Literal, TypeAlias, cast

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

from playground.models.items import Annotation, Events, Message, Thought, ToolCall, new_id
from playground.models.reasons import Reason, StreamFailure

Prose: TypeAlias = Literal["text", "thought", "refusal"]
Cut: TypeAlias = Literal["max_output_tokens", "content_filter"]
AnyItem: TypeAlias = Message | Thought | ToolCall

_UNANSWERED: Mapping[Cut | None, Reason] = {"max_output_tokens": "too_short", "content_filter": "safety", None: "empty"}


def new_response(model: str) -> Response:
    """An empty response of `model`, to be filled."""
    return Response(
        id=new_id("resp"),
        created_at=time.time(),
        model=model,
        object="response",
        output=[],
        tool_choice="auto",
        tools=[],
        parallel_tool_calls=True,
    )


class Answer:
    """One answer in the making. Each method gives the events it caused.

    `response` is what the request was about. `origin` is the model's full name, `provider/id`: it goes into every
    item's `provider_data`, for whoever replays the history.
    """

    def __init__(self, response: Response, origin: str) -> None:
        self._response = response
        self._origin = origin
        self._started = False
        self._count = 0
        self._messages: list[Message] = []
        self._prose: Message | Thought | None = None
        self._calls: dict[Hashable, ToolCall] = {}
        self._done: dict[int, ResponseOutputItem] = {}
        self._sequence = 0

    @property
    def has_text(self) -> bool:
        """Whether anything was said, refusals included."""
        return any(message.said for message in self._messages)

    @property
    def has_calls(self) -> bool:
        """Whether a tool was called."""
        return bool(self._calls)

    def start(self) -> list[TResponseStreamEvent]:
        """Opens the answer, once.

        The other methods do so too: of an answer that fails before its first item nobody has heard, so it may be asked
        for again.
        """
        return self._numbered(iter(()))

    def add(self, kind: Prose, text: str) -> list[TResponseStreamEvent]:
        """More text, thought or refusal. A thought or a message ends where something else begins."""
        return self._numbered(self._add(kind, text))

    def part(self) -> list[TResponseStreamEvent]:
        """What is said next is a part of its own of the message that is being written, if there is one."""
        return self._numbered(self._prose.next_part()) if isinstance(self._prose, Message) else []

    def note(self, annotation: Annotation) -> list[TResponseStreamEvent]:
        """A source for the part that is being written; ignored outside a message."""
        return self._numbered(iter((self._prose.note(annotation),))) if isinstance(self._prose, Message) else []

    def think(self) -> list[TResponseStreamEvent]:
        """Opens a thought of its own, which may stay without words."""
        return self._numbered(self._begin_prose("thought"))

    def seal(self, seal: str | None, **data: Any) -> None:
        """What the provider wants back with the thought that is open; ignored if none is.

        `seal` becomes `encrypted_content`, `data` goes into `provider_data`.
        """
        if isinstance(self._prose, Thought):
            self._prose.seal = seal
            self._prose.data |= data

    def keep(self, **data: Any) -> None:
        """What goes into the `provider_data` of the thought or message that is open; ignored if none is."""
        if self._prose is not None:
            self._prose.data |= data

    def close(self, **data: Any) -> list[TResponseStreamEvent]:
        """Ends the thought or message that is open, if one is; `data` goes into its `provider_data`."""
        self.keep(**data)
        return self._numbered(self._close_prose())

    def call(self, key: Hashable, name: str, call_id: str | None = None, **data: Any) -> list[TResponseStreamEvent]:
        """Opens a tool call, once; `key` is how the server tells calls of this answer apart.

        Without a `call_id` it gets one of ours; `data` goes into its `provider_data`.
        """
        return [] if key in self._calls else self._numbered(self._call(key, name, call_id, data))

    def arguments(self, key: Hashable, text: str) -> list[TResponseStreamEvent]:
        """More of a tool call's arguments; ignored for a call that was never opened."""
        call = self._calls.get(key)
        if call is None or not text:
            return []
        call.pieces.append(text)
        return self._numbered(iter((call.delta(text),)))

    def whole(self, item: ResponseOutputItem) -> list[TResponseStreamEvent]:
        """An item that comes at once, such as a search the provider made."""
        return self._numbered(self._whole(item))

    def end(self, usage: ResponseUsage, cut: Cut | None = None) -> list[TResponseStreamEvent]:
        """Closes it. A cut answer keeps what was said and drops its tool calls, which may be half-written.

        Raises:
            StreamFailure: nothing was said and no tool called.
        """
        if not (self.has_text or (self.has_calls and cut is None)):
            raise StreamFailure(_UNANSWERED[cut])
        return self._numbered(self._end(usage, cut))

    def _start(self) -> Events:
        self._started = True
        response = self._response.model_copy(update={"status": "in_progress"})
        yield ResponseCreatedEvent(type="response.created", response=response, sequence_number=0)
        yield ResponseInProgressEvent(type="response.in_progress", response=response, sequence_number=0)

    def _add(self, kind: Prose, text: str) -> Events:
        if self._prose is None or self._prose.kind != kind:
            yield from self._begin_prose(kind)
        prose = cast("Message | Thought", self._prose)
        prose.pieces.append(text)
        if isinstance(prose, Thought):
            yield from prose.grow(text)
        else:
            yield prose.delta(text)

    def _begin_prose(self, kind: Prose) -> Events:
        yield from self._close_prose()
        if kind == "thought":
            self._prose = Thought(self._count, self._origin)
        else:
            self._prose = Message(self._count, self._origin, kind)
            self._messages.append(self._prose)
        yield from self._open(self._prose)

    def _call(self, key: Hashable, name: str, call_id: str | None, data: Mapping[str, Any]) -> Events:
        yield from self._close_prose()
        self._calls[key] = call = ToolCall(self._count, self._origin, name, call_id)
        call.data |= data
        yield from self._open(call)

    def _open(self, item: AnyItem) -> Events:
        yield self._added(item.shown("in_progress"))
        yield from item.begin()

    def _whole(self, item: ResponseOutputItem) -> Events:
        yield from self._close_prose()
        index = self._count
        yield self._added(item)
        yield self._finished(index, item)

    def _added(self, item: ResponseOutputItem) -> TResponseStreamEvent:
        index, self._count = self._count, self._count + 1
        return ResponseOutputItemAddedEvent(
            type="response.output_item.added", output_index=index, item=item, sequence_number=0
        )

    def _finished(self, index: int, item: ResponseOutputItem) -> TResponseStreamEvent:
        self._done[index] = item
        return ResponseOutputItemDoneEvent(
            type="response.output_item.done", output_index=index, item=item, sequence_number=0
        )

    def _close_prose(self, *, cut: bool = False) -> Events:
        if self._prose is not None:
            prose, self._prose = self._prose, None
            yield from self._close(prose, cut=cut)

    def _close(self, item: AnyItem, *, cut: bool = False) -> Events:
        yield from item.finish()
        yield self._finished(item.index, item.shown("incomplete" if cut else "completed"))

    def _end(self, usage: ResponseUsage, cut: Cut | None) -> Events:
        yield from self._close_prose(cut=cut is not None)
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
        numbered = list(events) if self._started else [*self._start(), *events]
        for event in numbered:
            event.sequence_number = self._sequence
            self._sequence += 1
        return numbered
