"""Reads a provider's HTTP stream, for every model here."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Any, Protocol, TypeAlias, cast

import httpx2
import orjson
from agents import ModelResponse, Usage
from agents.exceptions import (
    _mark_error_to_drain_stream_events as drain_first,  # pyright: ignore[reportPrivateUsage]
)
from agents.items import TResponseStreamEvent
from openai.types.responses import Response, ResponseCompletedEvent

from playground.errors import FailureKind
from playground.models.gather import Gathered
from playground.models.reasons import StreamFailure, kind_of_code
from playground.models.sse import SseSplitter

Frame: TypeAlias = dict[str, Any]
"""One event's JSON, as the provider sent it."""

_ERRORS = {"error", "response.error", "response.failed"}


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
                frames, failure = _frames(splitter, chunk)
                kind = ""
                for event in _made(reader.feed, frames):
                    kind = str(event.type)
                    yield event
                _raise(failure)
                if kind.endswith(".delta"):
                    await chunks.rest()
        for event in _made(reader.finish):
            yield event
    except Exception as error:
        drain_first(error)
        raise


def _made(make: Callable[..., Iterable[TResponseStreamEvent]], *frames: list[Frame]) -> Iterator[TResponseStreamEvent]:
    try:
        yield from make(*frames)
    except (AttributeError, LookupError, TypeError, ValueError):
        raise StreamFailure("malformed") from None  # JSON, but not of this dialect


def _frames(splitter: SseSplitter, chunk: bytes) -> tuple[list[Frame], FailureKind | None]:
    """The frames that `chunk` completes, up to the first that is none or tells of an error."""
    frames: list[Frame] = []
    try:
        for data in splitter.feed(chunk):
            if data.startswith(b"[DONE]"):
                continue
            frame = orjson.loads(data)
            if failure := _failure(frame):
                return frames, failure
            frames.append(frame)
    except (ValueError, AttributeError):  # no JSON, or no object
        return frames, "malformed"
    return frames, None


def inner(frame: Frame, name: str) -> Frame:
    """The object under `name`, empty if there is none."""
    value = frame.get(name)
    return cast("Frame", value) if isinstance(value, dict) else {}


def _raise(failure: FailureKind | None) -> None:
    if failure:
        raise StreamFailure(failure)


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
