"""A comparison as it is saved: what everybody said and did, and what it took. It is its own JSON format.

Nothing in it tells who made it, or where: no visitor, no thread, no key. Text is kept as it was written, Markdown
included; whoever draws it makes it safe.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from playground.compare.answers import Answer, Saved
from playground.compare.parts import Part
from playground.errors import Malformed
from playground.records import MOST_LANES, LaneSettings, RunRecord, RunStatus, TurnUsage, Usage

FORMAT: Literal[1] = 1

Cost = Annotated[Decimal, Field(ge=0, lt=10**9, allow_inf_nan=False)]


class SavedLane(Saved):
    """Who answered in a lane. `settings` are those that were set; `shortened` if earlier messages are left out."""

    name: str
    agent: str
    model: str
    settings: LaneSettings = LaneSettings()
    shortened: bool = False


class SavedRun(Saved):
    """What an answer took; the fields are a RunRecord's."""

    agent: str
    model: str
    status: RunStatus
    created_at: datetime
    usage: Usage = Usage()
    first_token_ms: int | None = None
    duration_ms: int | None = None
    tool_calls: int = 0
    cost: Cost | None = None
    turns: tuple[TurnUsage, ...] = ()
    notes: tuple[str, ...] = ()
    error: str | None = None

    @classmethod
    def of(cls, run: RunRecord) -> Self:
        """What is saved of a run."""
        return cls(**{name: getattr(run, name) for name in cls.model_fields})

    def record(self) -> RunRecord:
        """The run as it was, but for whose and where it was."""
        values = {name: getattr(self, name) for name in SavedRun.model_fields}
        return RunRecord(id="", thread_id="", branch_id="", visitor_id="", last_seq=0, **values)

    @model_validator(mode="after")
    def _costs(self) -> Self:
        if any(turn.cost is not None and not 0 <= turn.cost < 10**9 for turn in self.turns):
            raise ValueError("a turn's cost is no amount of money")
        return self


class Reply(Saved):
    """What a lane, by its place in `lanes`, did about a prompt. `run` is missing where none is known."""

    lane: int = Field(ge=0)
    parts: tuple[Part, ...] = ()
    run: SavedRun | None = None

    @property
    def text(self) -> str:
        """What was answered, without the steps."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Answer))


class Round(Saved):
    """A prompt (Markdown) and the replies of the lanes that it was sent to, in the lanes' order."""

    prompt: str
    replies: tuple[Reply, ...]


class Comparison(Saved):
    """Lanes side by side over rounds, oldest first. In the `same_world` a call was made once for all lanes."""

    format: Literal[1] = FORMAT
    title: str
    made_at: datetime
    same_world: bool = False
    lanes: tuple[SavedLane, ...] = Field(min_length=1, max_length=MOST_LANES)
    rounds: tuple[Round, ...] = ()

    def records(self) -> tuple[tuple[RunRecord, ...], ...]:
        """The runs of each lane, oldest first."""
        replies = [reply for round_ in self.rounds for reply in round_.replies]
        return tuple(
            tuple(reply.run.record() for reply in replies if reply.run and reply.lane == lane)
            for lane in range(len(self.lanes))
        )

    @model_validator(mode="after")
    def _known_lanes(self) -> Self:
        if any(reply.lane >= len(self.lanes) for round_ in self.rounds for reply in round_.replies):
            raise ValueError("a reply belongs to a lane that is not there")
        return self


def json(comparison: Comparison) -> str:
    """The comparison as JSON that `read` takes, indented."""
    return comparison.model_dump_json(indent=2)


def read(text: str | bytes) -> Comparison:
    """A comparison from its JSON. Raises Malformed for anything else."""
    try:
        return Comparison.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise Malformed(
            "This is not a saved comparison of format {format}: {where}: {fault}.",
            format=FORMAT,
            where=where,
            fault=first["msg"],
        ) from None
