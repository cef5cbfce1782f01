"""What a model of Anthropic's takes, told from its id. Pure; an id that is not known counts as the newest."""

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Thinking: TypeAlias = Literal["adaptive", "budget", "never"]
Version: TypeAlias = tuple[int, int]

_NEWEST: Version = (99, 0)
_ID = re.compile(r"claude-(?:([a-z]+)-)?(?:(\d{1,2})(?:-(\d{1,2}))?(?!\d))?")
_LARGEST = {"fable", "mythos"}


@dataclass(frozen=True, slots=True)
class Traits:
    """What differs between the models.

    thinking: as the model likes, within a budget of tokens, or never.
    calm: `thinking.type` that asks for the least thought; None if the model always thinks.
    forced: whether it may be told to call a tool, with its thinking off.
    system: whether a system message may come later in the conversation.
    xhigh: whether it knows that effort.
    room: tokens an answer may have, thoughts included, unless the caller says.
    """

    thinking: Thinking
    calm: Literal["disabled", "between_tools"] | None
    forced: bool
    system: bool
    xhigh: bool
    room: int


def traits_of(model: str) -> Traits:
    """The traits of the model with this id, which may have a gateway's prefix or a date."""
    found = _ID.search(model)
    if found is None:  # not a Claude: behind a gateway that speaks Messages, nothing can be taken for granted
        return Traits("never", "disabled", forced=True, system=False, xhigh=False, room=16_000)
    line, version = found[1] or "", _version(found)
    return Traits(
        _thinking(version),
        _calm(line, version),
        forced=line not in _LARGEST and not (line in {"opus", "sonnet"} and version >= (5, 5)),
        system=_takes_system(line, version),
        xhigh=version >= (4, 7),
        room=32_000 if version >= (3, 7) else 4_096,
    )


def _version(found: re.Match[str]) -> Version:
    return (int(found[2]), int(found[3] or 0)) if found[2] else _NEWEST


def _thinking(version: Version) -> Thinking:
    if version >= (4, 6):
        return "adaptive"
    return "budget" if version >= (3, 7) else "never"


def _calm(line: str, version: Version) -> Any:
    if line in _LARGEST or (line == "opus" and version >= (5, 5)):
        return None
    return "between_tools" if line == "sonnet" and version >= (5, 5) else "disabled"


def _takes_system(line: str, version: Version) -> bool:
    since = {"opus": (4, 8), "fable": (5, 0), "mythos": (5, 0)}.get(line, (5, 5))
    return since <= version < _NEWEST
