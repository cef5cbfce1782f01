"""What a fake provider is to do, whatever its dialect. `repertoire` reads it off the model id."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Optional

CANARY = "sk-canary-4f1d6c0e9b"
"""In every error body; must never reach a visitor."""

Kind = Literal["think", "seal", "say", "call", "refuse", "search"]
"""`seal` is a thought without words, `search` one that the provider makes by itself."""
Ending = Literal["stop", "length", "filter", "silence", "cut", "drop", "badjson", "error", "failed", "overloaded"]


@dataclass(frozen=True)
class Part:
    """One output item, in the pieces it is streamed in. `name` is the tool's; a `sourced` text cites what was found."""

    kind: Kind
    pieces: tuple[str, ...]
    name: str = ""
    sourced: bool = False

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.pieces)


@dataclass(frozen=True)
class Plan:
    """A whole answer. `rate` is pieces per second (0: no pauses), `delay` seconds before the first."""

    parts: tuple[Part, ...] = ()
    ending: Ending = "stop"
    rate: float = 0
    delay: float = 0
    status: int = 200
    retry_after: float | None = None
    mute: bool = False
    flaky: int = 0
    """How often `failing` comes first."""
    failing: Optional["Plan"] = None
    param: str | None = None
    """The field an error blames."""
    complaint: str = "No."
    """What an error says."""
    too_long: bool = False
    """Whether the error is that the prompt does not fit."""
    frames: tuple[str, ...] | None = None
    """Sent as they are, instead of anything else."""


@dataclass(frozen=True)
class Asked:
    """A request, whatever its dialect: all of it, the last user text, tool outputs after it, tools on offer."""

    body: dict[str, Any]

    user_text: str
    tool_outputs: tuple[str, ...]
    tools: tuple[str, ...]


def words(count: int, letter: str = "w") -> tuple[str, ...]:
    """`w0`, ` w1`, ` w2` …"""
    return tuple(f"{letter}{i}" if i == 0 else f" {letter}{i}" for i in range(count))


def say(pieces: Sequence[str], *, sourced: bool = False) -> Part:
    """Text in these pieces."""
    return Part("say", tuple(pieces), sourced=sourced)


def call(name: str, arguments: str) -> Part:
    """A tool call; `arguments` is sent as it stands."""
    return Part("call", tuple(arguments[i : i + 8] for i in range(0, len(arguments), 8)), name)
