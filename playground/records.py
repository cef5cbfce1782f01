"""What the store hands out: frozen values, known to every room above it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

RunStatus = Literal[
    "queued", "running", "awaiting_approval", "completed", "incomplete", "cancelled", "failed", "interrupted"
]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]

LIVE: frozenset[RunStatus] = frozenset({"queued", "running", "awaiting_approval"})
"""Statuses of a run that is not over."""


class LaneSettings(BaseModel):
    """What a visitor may set for the model, per lane. None leaves it to the agent and the provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instructions: str | None = Field(default=None, max_length=20_000)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    effort: Effort | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """Who answers in a tab: an agent on a model, with settings, in a thread (None before the first message)."""

    agent: str
    model: str
    settings: LaneSettings = LaneSettings()  # noqa: RUF009 - frozen
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """What the page calls a session. `title` is ready to show."""

    id: str
    title: str
    lane: Lane
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a run, summed over its turns."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    turns: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class TurnUsage:
    """What one request to a model took. `cost` is in US dollars, None if it is not known.

    The cached tokens, those read and those written, are part of the input; the reasoning is part of the output.
    """

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A tool call that waits for the visitor. `arguments` are as the model wrote them, mostly JSON.

    `approved` is None until it is decided; `message` is what a rejection tells the model.
    """

    call_id: str
    tool: str
    arguments: str
    agent: str
    approved: bool | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a visitor decided about a call."""

    call_id: str
    approve: bool
    message: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it stands. Durations are in milliseconds; `error` may be shown as it is.

    `asks` are the calls that it waits for, and none unless it is `awaiting_approval`. `cost` is in US dollars, None if
    any part of it is not known. `notes` are sentences about what was left out or changed for the model.
    """

    id: str
    thread_id: str
    branch_id: str
    visitor_id: str
    agent: str
    model: str
    status: RunStatus
    last_seq: int
    created_at: datetime
    usage: Usage = Usage()
    first_token_ms: int | None = None
    duration_ms: int | None = None
    tool_calls: int = 0
    error: str | None = None
    allow_retry: bool = False
    input_text: str = ""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    asks: tuple[Ask, ...] = ()
    cost: Decimal | None = None
    turns: tuple[TurnUsage, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """Whether more events may come."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Branch:
    """One linear path through a thread. `label` is the start of the message that made it."""

    id: str
    label: str
    created_at: datetime
    head: bool
