"""What a visitor does with a widget: an action, and the handler that the agent's author wrote for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Pressed:
    """An action of a widget. `widget` is the sender as JSON, None where none was named."""

    type: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    item_id: str | None = None
    widget: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action leads to: the sender's new `widget`, and what the agent is told, who answers then.

    The `copy_text` goes with a new widget; without it the agent is told what the components say.
    """

    widget: Any = None
    tell: str | None = None
    copy_text: str | None = None


Handler = Callable[[Pressed], Awaitable[Outcome | None]]
"""Serves one type of action, on the stage of its run. May raise anything: the visitor is told that it failed."""
