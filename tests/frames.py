"""What every frame has to be, whichever test made it: an event that the SDK knows, on one line, in stable bytes."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache

import pytest
from chatkit.types import ThreadStreamEvent
from pydantic import TypeAdapter, ValidationError

from playground import wire
from playground.runs.live import Frame
from playground.store.items import HIDDEN

KNOWN: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
"""The SDK's own, not ours: what it refuses, a ChatKit UI may refuse."""


@lru_cache(maxsize=20_000)
def fault(data: bytes) -> str | None:
    """What is wrong with a frame's data."""
    if b"\n" in data or b"\r" in data:
        return "more than one line"
    try:
        event = KNOWN.validate_json(data)
    except ValidationError as error:
        return f"not an event of the SDK's: {error}"
    if getattr(getattr(event, "item", None), "type", None) in HIDDEN:
        return "a hidden item"
    return None if wire.dump(wire.event(data)) == data else "other bytes when it is read and written again"


@contextmanager
def frames_checked() -> Generator[list[str]]:
    """Yields what was wrong with the frames that were handed to readers meanwhile."""
    faults: list[str] = []
    made = Frame.__init__

    def checked(self: Frame, seq: int, data: bytes) -> None:
        made(self, seq, data)
        if (wrong := fault(data)) is not None:
            faults.append(f"{wrong}: {data[:500].decode(errors='replace')}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Frame, "__init__", checked)
        yield faults
