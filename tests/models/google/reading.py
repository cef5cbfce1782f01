"""Feeds frames to a reader, in batches as the network would, and keeps what came of them."""

from collections.abc import Callable
from typing import Any

from playground.models.answer import Answer, new_response
from playground.models.google.generate import GenerationReader
from playground.models.google.interactions import InteractionReader

MODEL = "gemini-3.8-flash"
ORIGIN = f"google/{MODEL}"
Frame = dict[str, Any]
Reader = InteractionReader | GenerationReader


def reader_of(kind: Callable[..., Reader], *taken: str) -> Reader:
    return kind(Answer(new_response(MODEL), ORIGIN), ORIGIN, taken)


def fed(reader: Reader, *batches: list[Frame]) -> list[Any]:
    """All of one reply."""
    events = [event for batch in batches for event in reader.feed(batch)]
    return [*events, *reader.finish()]


def output(events: list[Any]) -> list[Any]:
    return list(events[-1].response.output)


def deltas(events: list[Any], kind: str = "output_text") -> list[str]:
    return [event.delta for event in events if event.type == f"response.{kind}.delta"]
