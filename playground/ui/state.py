"""What the page shows, as frozen values: handlers make them, `wiring` puts them into components."""

from dataclasses import dataclass, field
from typing import Any

from playground.records import LaneSettings

WINDOW = 60
"""Items that are shown before "Show earlier" is pressed, and how many more each press brings."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A conversation, drawn. `ids` holds the item behind each message, None where there is none."""

    messages: tuple[dict[str, Any], ...] = ()
    ids: tuple[str | None, ...] = ()
    feedback: tuple[str | None, ...] = ()
    tab_id: str = ""
    thread_id: str | None = None
    run_id: str | None = None
    queued: tuple[str, ...] = ()
    limit: int = WINDOW
    more: bool = False

    def wire(self) -> dict[str, Any]:
        """The value of the feed component. `index` comes back with the visitor's clicks; it holds ids only."""
        index = {
            "tab": self.tab_id,
            "thread": self.thread_id,
            "run": self.run_id,
            "queued": list(self.queued),
            "limit": self.limit,
            "ids": list(self.ids),
        }
        return {
            "messages": list(self.messages),
            "feedback": list(self.feedback),
            "more": self.more,
            "index": index,
        }


@dataclass(frozen=True, slots=True)
class Index:
    """What a page says it was showing when the visitor clicked. Nothing in it is trusted but as a question."""

    tab_id: str = ""
    thread_id: str | None = None
    run_id: str | None = None
    queued: tuple[str, ...] = ()
    limit: int = WINDOW
    ids: tuple[str | None, ...] = ()

    @classmethod
    def read(cls, value: object) -> "Index":
        """The index as the browser sent it; anything that does not fit counts as absent."""
        if not isinstance(value, dict):
            return cls()
        limit = value.get("limit")
        return cls(
            tab_id=_text(value.get("tab")) or "",
            thread_id=_text(value.get("thread")),
            run_id=_text(value.get("run")),
            queued=tuple(one for one in map(_text, _list(value.get("queued"))) if one),
            limit=min(limit, 2_000) if isinstance(limit, int) else WINDOW,
            ids=tuple(map(_text, _list(value.get("ids")))),
        )

    def item(self, position: object) -> str | None:
        """The id of the item shown at `position`, if there is one."""
        if isinstance(position, int) and 0 <= position < len(self.ids):
            return self.ids[position]
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class LanePanel:
    """The pickers and the settings of one tab. Choices are (label, value) pairs."""

    agent: str
    agents: tuple[tuple[str, str], ...]
    welcome: str
    prompts: tuple[str, ...]
    model: str
    models: tuple[tuple[str, str], ...]
    providers: dict[str, Any]
    settings: LaneSettings
    takes_temperature: bool
    takes_effort: bool


@dataclass(frozen=True, slots=True)
class Versions:
    """The branches of a thread, as (label, id) pairs, newest first, and the one that is shown."""

    choices: tuple[tuple[str, str], ...] = ()
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What changes on the page; None leaves a part as it is."""

    strip: dict[str, Any] | None = None
    lane: LanePanel | None = None
    providers: dict[str, Any] | None = None
    feed: Feed | None = None
    versions: Versions | None = None
    history: dict[str, Any] | None = None
    box: str | None = None
    notes: tuple[str, ...] = field(default=())
