"""What the store hands out: frozen values, known to every room above it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.errors import NotFound

RunStatus = Literal[
    "queued", "running", "awaiting_approval", "completed", "incomplete", "cancelled", "failed", "interrupted"
]
Choice = Literal["lane", "tie", "bad"]
AskKind = Literal["approval", "owner", "client", "form"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh"]

MOST_LANES = 8
"""Lanes in one tab."""

MOST_STAND_INS = 20
"""Results that a lane's tools may be given in place of their own."""

WORDS: frozenset[AskKind] = frozenset({"approval", "owner"})
"""What is asked for a yes or a no; the rest is for the visitor's UI to answer."""

LIVE: frozenset[RunStatus] = frozenset({"queued", "running", "awaiting_approval"})
"""Statuses of a run that is not over."""


class LaneSettings(BaseModel):
    """What a visitor may set for the model, per lane. None leaves it to the agent and the provider."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instructions: str | None = Field(default=None, max_length=20_000)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    effort: Effort | None = None


class StandIn(BaseModel):
    """A visitor's own result for a tool's calls. `arguments` are canonical JSON; none stand for any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str = Field(min_length=1, max_length=200)
    arguments: str = Field(default="", max_length=65_536)
    output: str = Field(max_length=65_536)
    failed: bool = False

    def same_calls(self, other: "StandIn") -> bool:
        """Whether both stand in for the same calls."""
        return (self.tool, self.arguments) == (other.tool, other.arguments)


class Step(BaseModel):
    """One thing that a lane does by itself: send `text` and `attachments` in a `round`, or answer one `again`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str | None = None
    attachments: tuple[str, ...] = ()
    again: str | None = None
    round: str | None = None


class Script(BaseModel):
    """What a lane still has to do by itself: `steps` of the `total`. A paused one waits for the visitor's word.

    Of the first step there may be a `run` already, after so many `tries` that went wrong. Only its `owner` works on
    it, and did so last `at` this time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["replay", "repeat"]
    steps: tuple[Step, ...]
    total: int
    paused: bool = False
    note: str | None = None
    id: str = ""
    owner: str | None = None
    run: str | None = None
    tries: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of a tab: an agent on a model, with settings, in a thread (None before its first message).

    A muted lane is left out when all are asked. `stand_ins` hold for its next run, `script` is what it does by itself.
    """

    agent: str
    model: str
    settings: LaneSettings = LaneSettings()  # noqa: RUF009 - frozen
    thread_id: str | None = None
    id: str = ""
    muted: bool = False
    stand_ins: tuple[StandIn, ...] = ()
    script: Script | None = None


@dataclass(frozen=True, slots=True)
class Tab:
    """What the page calls a session. `title` is ready to show. In the `same_world`, a call is made once for all lanes.

    In a `blind` tab nobody is told who answers before the vote.
    """

    id: str
    title: str
    lanes: tuple[Lane, ...]
    closed: bool = False
    same_world: bool = False
    blind: bool = False

    @property
    def lane(self) -> Lane:
        """The first lane: the only one, unless models are compared."""
        return self.lanes[0]

    def find(self, lane_id: str | None) -> Lane:
        """The lane of that id; the first one for None. Raises NotFound."""
        found = next((lane for lane in self.lanes if lane_id in {None, lane.id}), None)
        if found is None:
            raise NotFound
        return found


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
    """A tool call that waits for the visitor, or for the owner. `arguments` are as the model wrote them, mostly JSON.

    An `approval` is a word on a call, the visitor's, and `owner` the owner's; the result of a `client` call is made by
    the visitor's own UI, that of a `form` by the visitor. `approved` is None until it is decided; `message` is what a
    rejection tells the model. The last two are shown as an item, of `item_id`, and are decided when their `output`,
    which is JSON, is there.
    """

    call_id: str
    tool: str
    arguments: str
    agent: str
    approved: bool | None = None
    message: str | None = None
    kind: AskKind = "approval"
    item_id: str | None = None
    output: Any = None


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
    any part of it is not known. `notes` are sentences about what was left out or changed for the model. It `answers` a
    message; runs that answer the same message in several lanes share a `round`.
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
    round: str | None = None
    answers: str | None = None

    @property
    def live(self) -> bool:
        """Whether more events may come."""
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Branch:
    """One linear path through a thread. `label` is the start of the message that made it.

    It left its `parent` behind the item `forked_after`; that is None where the two share nothing that can be seen.
    """

    id: str
    label: str
    created_at: datetime
    head: bool
    parent: str | None = None
    forked_after: str | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """A visitor's verdict on the answers of one round: one of the `contenders` was better, none was, or all were bad.

    `winner` is one of them for `lane`, and None otherwise. A `blind` one was given before it was told who is who.
    """

    tab_id: str
    round_id: str
    choice: Choice
    contenders: tuple[str, ...]
    agent: str
    created_at: datetime
    winner: str | None = None
    blind: bool = False
