"""Reads a provider's HTTP stream, for every model here."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Any, Literal, Protocol, TypeAlias, cast

import httpx2
import orjson
from agents import ModelResponse, Usage
from agents.exceptions import (
    _mark_error_to_drain_stream_events as drain_first,  # pyright: ignore[reportPrivateUsage]
)
from agents.items import TResponseStreamEvent
from openai.types.responses import Response, ResponseCompletedEvent

from playground import wire
from playground.errors import FailureKind
from playground.models.gather import Gathered
from playground.models.reasons import StreamFailure, kind_of_code
from playground.models.sse import SseSplitter

Frame: TypeAlias = dict[str, Any]
"""One event's JSON, as the provider sent it."""

Stop: TypeAlias = FailureKind | Literal["end"]

_ERRORS = {"error", "response.error", "response.failed"}
_LAST = {"response.completed", "response.incomplete", "message_stop", "interaction.completed"}
"""Nothing of an answer comes after these; the connection may stay open."""


class Reader(Protocol):
    """What a dialect does with the frames of a stream, one network chunk at a time."""

    def feed(self, frames: list[Frame]) -> Iterable[TResponseStreamEvent]:
        """The events of these frames; neighbouring deltas of one item may become one."""
        ...

    def finish(self) -> Iterable[TResponseStreamEvent]:
        """The last events, at a clean end of the stream.

        Raises:
            StreamFailure: the answer was not over.
        """
        ...


async def events_of(http: httpx2.Response, reader: Reader) -> AsyncGenerator[TResponseStreamEvent]:
    """The answer that comes in on `http`.

    An error is marked so that the SDK hands out what was read before it: without the mark, it throws the waiting
    tokens away.
    """
    splitter = SseSplitter()
    try:
        async with aclosing(Gathered(http.aiter_bytes())) as chunks:
            async for chunk in chunks:
                frames, stop = _frames(splitter, chunk)
                kind = ""
                for event in _made(reader.feed, frames):
                    kind = str(event.type)
                    yield event
                if _is_over(stop):
                    break
                if kind.endswith(".delta"):
                    await chunks.rest()
            for event in _made(reader.finish):
                yield event
            await chunks.rest()  # a connection that ends by itself can be used again
    except Exception as error:
        drain_first(error)
        raise


def _made(make: Callable[..., Iterable[TResponseStreamEvent]], *frames: list[Frame]) -> Iterator[TResponseStreamEvent]:
    try:
        yield from make(*frames)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise StreamFailure("malformed") from None  # JSON, but not of this dialect


def _frames(splitter: SseSplitter, chunk: bytes) -> tuple[list[Frame], Stop | None]:
    """The frames that `chunk` completes, up to the first that is none, tells of an error or ends the answer."""
    frames: list[Frame] = []
    try:
        for data in splitter.feed(chunk):
            if data.startswith(b"[DONE]"):
                return frames, "end"
            frame = _parsed(data)
            if failure := _failure(frame):
                return frames, failure
            frames.append(frame)
            if (frame.get("type") or frame.get("event_type")) in _LAST:
                return frames, "end"
    except (ValueError, AttributeError, TypeError, RecursionError):  # no JSON, or no object, or of an odd type
        return frames, "malformed"
    return frames, None


def _parsed(data: bytes) -> Frame:
    """The JSON of an event. Half of a character, from a server that cuts text between its halves, is replaced."""
    try:
        frame: Frame = orjson.loads(data)
    except orjson.JSONDecodeError:
        if b"\\u" not in data:
            raise
        frame = wire.clean(json.loads(data))
    return frame


def inner(frame: Frame, name: str) -> Frame:
    """The object under `name`, empty if there is none."""
    value = frame.get(name)
    return cast("Frame", value) if isinstance(value, dict) else {}


def _is_over(stop: Stop | None) -> bool:
    if stop not in {None, "end"}:
        raise StreamFailure(cast("FailureKind", stop))
    return stop == "end"


def _failure(frame: Frame) -> FailureKind | None:
    kind = frame.get("type", "")
    if kind not in _ERRORS and not frame.get("error"):
        return None
    told = inner(inner(frame, "response"), "error") or inner(frame, "error") or frame
    return kind_of_code(told.get("code"), told.get("type"), told.get("status"), told.get("message"))


async def collected(events: AsyncIterator[TResponseStreamEvent]) -> ModelResponse:
    """A whole answer, for callers that do not stream: one path for both."""
    final: Response | None = None
    async for event in events:
        if isinstance(event, ResponseCompletedEvent):
            final = event.response
    if final is None:
        raise StreamFailure("cut")
    return ModelResponse(
        output=final.output,
        usage=_usage(final),
        response_id=final.id,
        request_id=getattr(final, "_request_id", None),
    )


def _usage(response: Response) -> Usage:
    usage = response.usage
    if usage is None:
        return Usage(requests=1)
    return Usage(
        requests=1,
        input_tokens=usage.input_tokens,
        input_tokens_details=usage.input_tokens_details,
        output_tokens=usage.output_tokens,
        output_tokens_details=usage.output_tokens_details,
        total_tokens=usage.total_tokens,
    )
