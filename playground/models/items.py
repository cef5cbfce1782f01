"""The three kinds of item an answer is made of, and the events each goes through. Sequence numbers are the answer's."""

import secrets
from collections.abc import Iterator
from typing import Literal, TypeAlias

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
from openai.types.responses.response_reasoning_item import Summary
from openai.types.responses.response_reasoning_summary_part_added_event import Part as AddedPart
from openai.types.responses.response_reasoning_summary_part_done_event import Part as DonePart

Events: TypeAlias = Iterator[TResponseStreamEvent]
Status: TypeAlias = Literal["in_progress", "completed", "incomplete"]


def new_id(prefix: str) -> str:
    """`prefix_` and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"


class _Grows:
    """What every output item has: a place, an id of its own and the pieces that came so far."""

    def __init__(self, index: int, prefix: str) -> None:
        self.index = index
        self.id = new_id(prefix)
        self.pieces: list[str] = []

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self.pieces)


class Message(_Grows):
    """What the model says, or its refusal."""

    def __init__(self, index: int, kind: Literal["text", "refusal"]) -> None:
        super().__init__(index, "msg")
        self.kind = kind

    def _content(self, text: str) -> ResponseOutputText | ResponseOutputRefusal:
        if self.kind == "refusal":
            return ResponseOutputRefusal(type="refusal", refusal=text)
        return ResponseOutputText(type="output_text", text=text, annotations=[], logprobs=[])

    def shown(self, status: Status) -> ResponseOutputMessage:
        """The item as it stands; empty while in progress."""
        content = [] if status == "in_progress" else [self._content(self.text)]
        return ResponseOutputMessage(id=self.id, type="message", role="assistant", status=status, content=content)

    def begin(self) -> Events:
        """What follows `output_item.added`."""
        yield ResponseContentPartAddedEvent(
            type="response.content_part.added",
            item_id=self.id,
            output_index=self.index,
            content_index=0,
            part=self._content(""),
            sequence_number=0,
        )

    def delta(self, text: str) -> TResponseStreamEvent:
        """More of it; the caller keeps the pieces."""
        if self.kind == "refusal":
            return ResponseRefusalDeltaEvent(
                type="response.refusal.delta",
                item_id=self.id,
                output_index=self.index,
                content_index=0,
                delta=text,
                sequence_number=0,
            )
        return ResponseTextDeltaEvent(
            type="response.output_text.delta",
            item_id=self.id,
            output_index=self.index,
            content_index=0,
            delta=text,
            logprobs=[],
            sequence_number=0,
        )

    def finish(self) -> Events:
        """What comes before `output_item.done`."""
        if self.kind == "refusal":
            yield ResponseRefusalDoneEvent(
                type="response.refusal.done",
                item_id=self.id,
                output_index=self.index,
                content_index=0,
                refusal=self.text,
                sequence_number=0,
            )
        else:
            yield ResponseTextDoneEvent(
                type="response.output_text.done",
                item_id=self.id,
                output_index=self.index,
                content_index=0,
                text=self.text,
                logprobs=[],
                sequence_number=0,
            )
        yield ResponseContentPartDoneEvent(
            type="response.content_part.done",
            item_id=self.id,
            output_index=self.index,
            content_index=0,
            part=self._content(self.text),
            sequence_number=0,
        )


class Thought(_Grows):
    """What the model thinks, as a summary: the only form every reader shows."""

    kind = "thought"

    def __init__(self, index: int, origin: str) -> None:
        super().__init__(index, "rs")
        self.origin = origin

    def shown(self, status: Status) -> ResponseReasoningItem:
        """The item as it stands; empty while in progress."""
        summary = [] if status == "in_progress" else [Summary(type="summary_text", text=self.text)]
        item = ResponseReasoningItem(id=self.id, type="reasoning", summary=summary)
        # Whoever replays the history must see whose thought it is: no other model may be sent it.
        return item.model_copy(update={"provider_data": {"model": self.origin}})

    def begin(self) -> Events:
        """What follows `output_item.added`."""
        yield ResponseReasoningSummaryPartAddedEvent(
            type="response.reasoning_summary_part.added",
            item_id=self.id,
            output_index=self.index,
            summary_index=0,
            part=AddedPart(type="summary_text", text=""),
            sequence_number=0,
        )

    def delta(self, text: str) -> TResponseStreamEvent:
        """More of it; the caller keeps the pieces."""
        return ResponseReasoningSummaryTextDeltaEvent(
            type="response.reasoning_summary_text.delta",
            item_id=self.id,
            output_index=self.index,
            summary_index=0,
            delta=text,
            sequence_number=0,
        )

    def finish(self) -> Events:
        """What comes before `output_item.done`."""
        yield ResponseReasoningSummaryTextDoneEvent(
            type="response.reasoning_summary_text.done",
            item_id=self.id,
            output_index=self.index,
            summary_index=0,
            text=self.text,
            sequence_number=0,
        )
        yield ResponseReasoningSummaryPartDoneEvent(
            type="response.reasoning_summary_part.done",
            item_id=self.id,
            output_index=self.index,
            summary_index=0,
            part=DonePart(type="summary_text", text=self.text),
            sequence_number=0,
        )


class ToolCall(_Grows):
    """A tool call. Its call id is ours: some servers number theirs from zero in every answer."""

    kind = "call"

    def __init__(self, index: int, name: str) -> None:
        super().__init__(index, "fc")
        self.name = name
        self.call_id = new_id("call")

    def shown(self, status: Status) -> ResponseFunctionToolCall:
        """The item as it stands; without arguments while in progress."""
        return ResponseFunctionToolCall(
            id=self.id,
            type="function_call",
            call_id=self.call_id,
            name=self.name,
            arguments="" if status == "in_progress" else self.text,
            status=status,
        )

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
