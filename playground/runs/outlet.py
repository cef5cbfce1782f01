"""Where a translation goes: the seam between what the SDK says and what is logged, saved and sent."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chatkit.types import Task, ThreadStreamEvent


class Outlet(Protocol):
    """Takes a run's events in order. Growth is handed over in the cheapest form, so that it may be coalesced."""

    def emit(self, event: ThreadStreamEvent, model_input: Sequence[Any] | None = None) -> None:
        """One event. `model_input` goes with an item's end: the SDK input items that the item stands for."""
        ...

    def text(self, item_id: str, content_index: int, delta: str) -> None:
        """An assistant message grows by `delta`."""
        ...

    def task(self, item_id: str, task_index: int, task: Callable[[], Task]) -> None:
        """A task grew; `task` answers it as it is by then."""
        ...
