"""Where a tool's words to the visitor go: the run that it works in. Outside of a run they go nowhere."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from chatkit.types import Annotation, ThreadStreamEvent


class Stage(Protocol):
    """A run, as its tools see it. May be called from any thread; the order of calls is kept."""

    @property
    def thread_id(self) -> str:
        """The thread that the run answers in."""
        ...

    def emit(self, event: ThreadStreamEvent) -> None:
        """Say something beside the answer. A widget's or image's `done` saves it."""
        ...

    def cite(self, annotation: Annotation) -> None:
        """Give a source to the answer that comes next."""
        ...


_stage: ContextVar[Stage | None] = ContextVar("the stage of this run", default=None)


def stage() -> Stage | None:
    """The stage of the run that this code works in; None outside of one."""
    return _stage.get()


@contextmanager
def on(stage: Stage) -> Generator[None]:
    """What is called within is on this stage."""
    token = _stage.set(stage)
    try:
        yield
    finally:
        _stage.reset(token)
