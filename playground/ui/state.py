"""What the page shows, as frozen values: handlers make them, `wiring` puts them into components."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from playground.compare.drawing.entries import Drawn
from playground.records import Ask, Decision, Effort, LaneSettings
from playground.settings import Instructions

WINDOW = 60
"""Items that are shown before "Show earlier" is pressed, and how many more each press brings."""


class Index(BaseModel):
    """What a page was showing: ids only. It comes back with the visitor's clicks, and is trusted as a question is."""

    model_config = ConfigDict(frozen=True)

    tab: str = ""
    thread: str | None = None
    run: str | None = None
    queued: tuple[str, ...] = ()
    limit: int = Field(default=WINDOW, ge=0, le=5_000)
    ids: tuple[str | None, ...] = ()

    @classmethod
    def read(cls, value: object) -> "Index":
        """The index as the browser sent it; one that cannot be counts as none."""
        try:
            return cls.model_validate(value)
        except ValidationError:
            return cls()

    def item(self, position: object) -> str | None:
        """The id of the item shown at `position`, if there is one."""
        if isinstance(position, int) and 0 <= position < len(self.ids):
            return self.ids[position]
        return None


DECISIONS = TypeAdapter(list[Decision])


def read_decisions(value: object) -> list[Decision]:
    """What was decided, as the browser sent it; what cannot be read counts as nothing."""
    try:
        return DECISIONS.validate_python(value, strict=False)
    except ValidationError:
        return []


class Files(BaseModel):
    """What is beside the box, of the tab that it is meant for."""

    model_config = ConfigDict(frozen=True)

    tab: str
    ids: tuple[str, ...] = Field(max_length=100)


def read_files(value: object, tab_id: str) -> tuple[str, ...]:
    """The ids of the files beside the box, as the browser sent them; those of another tab count as none."""
    try:
        files = Files.model_validate(value)
    except ValidationError:
        return ()
    return files.ids if files.tab == tab_id else ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What a run had the visitor's UI do. `id` tells it from every other one; `data` is JSON."""

    id: str
    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Feed:
    """A conversation, drawn. `ids` holds the item behind each message, None where there is none.

    The first `settled` messages stay as they are while the others are being written. `asks` is what the run waits for,
    and `board` the JSON of what stands above it.
    """

    messages: tuple[dict[str, Any], ...] = ()
    ids: tuple[str | None, ...] = ()
    feedback: tuple[str | None, ...] = ()
    tab_id: str = ""
    thread_id: str | None = None
    run_id: str | None = None
    queued: tuple[str, ...] = ()
    limit: int = WINDOW
    more: bool = False
    settled: int = 0
    asks: tuple[Ask, ...] = ()
    board: str = ""
    mounts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    effects: tuple[Effect, ...] = ()

    @property
    def index(self) -> Index:
        """What the page sends back of it."""
        return Index(
            tab=self.tab_id,
            thread=self.thread_id,
            run=self.run_id,
            queued=self.queued,
            limit=self.limit,
            ids=self.ids,
        )

    def wire(self) -> dict[str, str]:
        """The value of the feed component. JSON in strings: Gradio walks through all that is not, at each update."""
        rest = {
            "feedback": self.feedback,
            "more": self.more,
            "empty": not self.messages,
            "index": self.index.model_dump(mode="json"),
        }
        return {
            "asks": _json({"value": {"run": self.run_id, "asks": self.asks} if self.asks else {}}),
            "settled": _json(self.messages[: self.settled]),
            "open": _json(self.messages[self.settled :]),
            "rest": _json(rest),
            "board": self.board,
            "mounts": _json(self.mounts),
            "effects": _json(self.effects),
        }


@dataclass(frozen=True, slots=True)
class Columns:
    """Several conversations side by side, drawn, by the ids of their lanes. `board` is JSON, as is all in them."""

    board: str
    lanes: Mapping[str, Drawn]
    effects: tuple[Effect, ...] = ()

    def wire(self) -> dict[str, str]:
        """The value of the feed component."""
        lines = {f"lane:{lane_id}": drawn.lines for lane_id, drawn in self.lanes.items()}
        tails = {f"tail:{lane_id}": drawn.tail for lane_id, drawn in self.lanes.items()}
        return {"board": self.board, "effects": _json(self.effects), **lines, **tails}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


@dataclass(frozen=True, slots=True)
class LanePanel:
    """The pickers and the settings of one tab. Choices are (label, value) pairs.

    `free` lets any model be typed. What an agent is `told` is there only where `instructions` are shown.
    """

    agent: str
    agents: tuple[tuple[str, str], ...]
    welcome: str
    prompts: tuple[str, ...]
    model: str
    models: tuple[tuple[str, str], ...]
    providers: dict[str, Any]
    settings: LaneSettings
    takes_temperature: bool
    efforts: tuple[Effort, ...]
    free: bool = True
    instructions: Instructions = "editable"
    told: str = ""
    most_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """The branches of a thread, as (label, id) pairs, newest first, and the one that is shown."""

    choices: tuple[tuple[str, str], ...] = ()
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A line that comes up and goes away. A problem is read out at once."""

    text: str
    problem: bool = False

    def wire(self) -> dict[str, Any]:
        """The value of the notes component; its id tells two notes of the same words apart."""
        return {"text": self.text, "problem": self.problem, "id": token_hex(8)}


@dataclass(frozen=True, slots=True)
class Told:
    """What a script of the page, which waits for it by its `call`, is told: an `item` that changed, or an error.

    One that is `late` came after somebody else's, and is no trouble.
    """

    call: str
    item: dict[str, Any] | None = None
    error: str | None = None
    late: bool = False

    @classmethod
    def refused(cls, call: object, note: Note | None) -> "Told | None":
        """That what was asked came to nothing; nothing to a script that does not wait."""
        return cls(call, error=note.text) if isinstance(call, str) and note else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What changes on the page; None leaves a part as it is.

    `drawer` names the tab and the lane whose settings `lane` has. `told` is for the script that asked, and `files` what
    becomes of those beside the box.
    """

    strip: dict[str, Any] | None = None
    lane: LanePanel | None = None
    drawer: dict[str, str] | None = None
    providers: dict[str, Any] | None = None
    choices: dict[str, Any] | None = None
    feed: Feed | Columns | None = None
    versions: Versions | None = None
    history: dict[str, Any] | None = None
    box: str | None = None
    note: Note | None = None
    told: Told | None = None
    files: dict[str, Any] | None = None
    analysis: dict[str, Any] | None = None
