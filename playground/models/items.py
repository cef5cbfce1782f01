"""The three kinds of item an answer is made of, and the events each goes through. Sequence numbers are the answer's."""

import secrets
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias, TypeVar

from agents.items import TResponseStreamEvent
from openai.types.responses import (
    ResponseContentPartAddedEvent,
    ResponseContentPartDoneEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseFunctionCallArgumentsDoneEvent,
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseOutputTextAnnotationAddedEvent,
    ResponseReasoningItem,
    ResponseReasoningSummaryPartAddedEvent,
    ResponseReasoningSummaryPartDoneEvent,
    ResponseReasoningSummaryTextDeltaEvent,
    ResponseReasoningSummaryTextDoneEvent,
    ResponseRefusalDeltaEvent,
    ResponseRefusalDoneEvent,
    ResponseTextDeltaEvent,
    ResponseTextDoneEvent,
)
from openai.types.responses.response_output_text import AnnotationURLCitation
from openai.types.responses.response_output_text_annotation_added_event import (
    AnnotationURLCitation as AddedCitation,
)
from openai.types.responses.response_reasoning_item import Summary
from openai.types.responses.response_reasoning_summary_part_added_event import Part as AddedPart
from openai.types.responses.response_reasoning_summary_part_done_event import Part as DonePart
from pydantic import BaseModel

Events: TypeAlias = Iterator[TResponseStreamEvent]
Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]
Annotation: TypeAlias = AnnotationURLCitation
Item = TypeVar("Item", bound=BaseModel)


def new_id(prefix: str) -> str:
    """`prefix_` and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"


class _Grows:
    """What every output item has: a place, an id of its own, whose it is, and what its provider wants back with it.

    `data` becomes the item's `provider_data`. It names the model (`provider/id`), because what a provider put there
    may be replayed to that model only.
    """

    def __init__(self, index: int, prefix: str, origin: str) -> None:
        self.index = index
        self.id = new_id(prefix)
        self.pieces: list[str] = []
        self.data: dict[str, Any] = {"model": origin}

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self.pieces)

    def _signed(self, item: Item) -> Item:
        return item.model_copy(update={"provider_data": dict(self.data)})


class Message(_Grows):
    """What the model says, or its refusal: parts, of which the last one grows."""

    def __init__(self, index: int, origin: str, kind: Literal["text", "refusal"]) -> None:
        super().__init__(index, "msg", origin)
        self.kind = kind
        self._parts: list[ResponseOutputText | ResponseOutputRefusal] = []
        self._notes: list[Annotation] = []

    @property
    def said(self) -> bool:
        """Whether there is more in it than white space."""
        parts = [*self._parts, self._content(self.text)]
        return any((part.text if part.type == "output_text" else part.refusal).strip() for part in parts)

    def _content(self, text: str) -> ResponseOutputText | ResponseOutputRefusal:
        if self.kind == "refusal":
            return ResponseOutputRefusal(type="refusal", refusal=text)
        return ResponseOutputText(type="output_text", text=text, annotations=list(self._notes), logprobs=[])

    def _place(self) -> dict[str, Any]:
        return {
            "item_id": self.id,
            "output_index": self.index,
            "content_index": len(self._parts),
            "sequence_number": 0,
        }

    def shown(self, status: Status) -> ResponseOutputMessage:
        """The item as it stands; empty while in progress."""
        content = [] if status == "in_progress" else list(self._parts)
        item = ResponseOutputMessage(id=self.id, type="message", role="assistant", status=status, content=content)
        return self._signed(item)

    def begin(self) -> Events:
        """What follows `output_item.added`."""
        yield ResponseContentPartAddedEvent(type="response.content_part.added", part=self._content(""), **self._place())

    def delta(self, text: str) -> TResponseStreamEvent:
        """More of it; the caller keeps the pieces."""
        if self.kind == "refusal":
            return ResponseRefusalDeltaEvent(type="response.refusal.delta", delta=text, **self._place())
        return ResponseTextDeltaEvent(type="response.output_text.delta", delta=text, logprobs=[], **self._place())

    def note(self, annotation: Annotation) -> TResponseStreamEvent:
        """A source for the part that is being written."""
        self._notes.append(annotation)
        return ResponseOutputTextAnnotationAddedEvent(
            type="response.output_text.annotation.added",
            annotation=AddedCitation(**annotation.model_dump()),
            annotation_index=len(self._notes) - 1,
            **self._place(),
        )

    def next_part(self) -> Events:
        """Ends the part that is being written and begins another, unless nothing is in it yet."""
        if self.pieces:
            yield from self.finish()
            yield from self.begin()

    def finish(self) -> Events:
        """What comes before `output_item.done`."""
        place, text = self._place(), self.text
        if self.kind == "refusal":
            yield ResponseRefusalDoneEvent(type="response.refusal.done", refusal=text, **place)
        else:
            yield ResponseTextDoneEvent(type="response.output_text.done", text=text, logprobs=[], **place)
        part = self._content(text)
        yield ResponseContentPartDoneEvent(type="response.content_part.done", part=part, **place)
        self._parts.append(part)
        self.pieces, self._notes = [], []


class Thought(_Grows):
    """What the model thinks, as a summary: the only form every reader shows. It may have no words, only a seal."""

    kind = "thought"

    def __init__(self, index: int, origin: str) -> None:
        super().__init__(index, "rs", origin)
        self.seal: str | None = None
        self._begun = False

    def _place(self) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.index, "summary_index": 0, "sequence_number": 0}

    def shown(self, status: Status) -> ResponseReasoningItem:
        """The item as it stands; empty while in progress."""
        summary = [Summary(type="summary_text", text=self.text)] if self._begun and status != "in_progress" else []
        seal = None if status == "in_progress" else self.seal
        return self._signed(
            ResponseReasoningItem(id=self.id, type="reasoning", summary=summary, encrypted_content=seal)
        )

    def begin(self) -> Events:
        """Nothing: the summary begins with its first words."""
        return iter(())

    def grow(self, text: str) -> Events:
        """The first words, or more of them; the caller keeps the pieces."""
        if not self._begun:
            self._begun = True
            yield ResponseReasoningSummaryPartAddedEvent(
                type="response.reasoning_summary_part.added",
                part=AddedPart(type="summary_text", text=""),
                **self._place(),
            )
        yield ResponseReasoningSummaryTextDeltaEvent(
            type="response.reasoning_summary_text.delta", delta=text, **self._place()
        )

    def finish(self) -> Events:
        """What comes before `output_item.done`."""
        if not self._begun:
            return
        text = self.text
        yield ResponseReasoningSummaryTextDoneEvent(
            type="response.reasoning_summary_text.done", text=text, **self._place()
        )
        yield ResponseReasoningSummaryPartDoneEvent(
            type="response.reasoning_summary_part.done",
            part=DonePart(type="summary_text", text=text),
            **self._place(),
        )


class ToolCall(_Grows):
    """A tool call. Its call id is ours where servers number theirs from zero in every answer."""

    kind = "call"

    def __init__(self, index: int, origin: str, name: str, call_id: str | None = None) -> None:
        super().__init__(index, "fc", origin)
        self.name = name
        self.call_id = call_id or new_id("call")

    def shown(self, status: Status) -> ResponseFunctionToolCall:
        """The item as it stands; without arguments while in progress."""
        item = ResponseFunctionToolCall(
            id=self.id,
            type="function_call",
            call_id=self.call_id,
            name=self.name,
            arguments="" if status == "in_progress" else self.text,
            status=status,
        )
        return self._signed(item)

    def begin(self) -> Events:
        """What follows `output_item.added`."""
        return iter(())

    def delta(self, text: str) -> TResponseStreamEvent:
        """More of it; the caller keeps the pieces."""
        return ResponseFunctionCallArgumentsDeltaEvent(
            type="response.function_call_arguments.delta",
            item_id=self.id,
            output_index=self.index,
            delta=text,
            sequence_number=0,
        )

    def finish(self) -> Events:
        """What comes before `output_item.done`."""
        yield ResponseFunctionCallArgumentsDoneEvent(
            type="response.function_call_arguments.done",
            item_id=self.id,
            output_index=self.index,
            arguments=self.text,
            sequence_number=0,
        )
