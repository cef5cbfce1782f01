"""Where a tool's words to the visitor go: the run that it works in. Outside of a run they go nowhere."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, Protocol

from chatkit.types import Annotation, ThreadStreamEvent

Shut = Literal["locked", "closed"]
"""What a thread is that takes no more messages: for now, or for good."""


class Stage(Protocol):
    """A run, as its tools see it. May be called from any thread; the order of calls is kept."""

    @property
    def thread_id(self) -> str:
        """The thread that the run answers in."""
        ...

    def emit(self, event: ThreadStreamEvent) -> None:
        """Say something beside the answer. A widget's or image's `done` saves it, as its `replaced` does."""
        ...

    def cite(self, annotation: Annotation) -> None:
        """Give a source to the answer that is being written, or else comes next."""
        ...

    def shut(self, kind: Shut, reason: str) -> None:
        """Let the thread take no more messages."""
        ...


_stage: ContextVar[Stage | None] = ContextVar("the stage of this run", default=None)


def stage() -> Stage | None:
    """The stage of the run that this code works in; None outside of one."""
    return _stage.get()


@contextmanager
def on(stage: Stage | None) -> Generator[None]:
    """What is called within is on this stage."""
    token = _stage.set(stage)
    try:
        yield
    finally:
        _stage.reset(token)
