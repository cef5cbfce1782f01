"""What a model can take, told from its name. Pure, and only as true as the providers' own pages were.

A model that is not known gets the benefit of the doubt: its provider says no itself, and in its own words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from playground.records import Effort

EFFORTS: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh")
"""From the least to the most."""

T = TypeVar("T")

_LOW_TO_HIGH: tuple[Effort, ...] = ("low", "medium", "high")
_FROM_MINIMAL: tuple[Effort, ...] = ("minimal", *_LOW_TO_HIGH)
_FROM_NONE: tuple[Effort, ...] = ("none", *_LOW_TO_HIGH)
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model takes besides text. `efforts` is empty where none can be asked for; `context` is in tokens."""

    tools: bool = True
    images: bool = True
    files: bool = True
    structured_output: bool = True
    temperature: bool = True
    efforts: tuple[Effort, ...] = EFFORTS
    context: int | None = None


_COMPATIBLE = Capabilities(files=False)
"""Few of these servers open PDFs, and each of them reads their text."""
_LOCAL = Capabilities(images=False, files=False, efforts=())
_ANTHROPIC = Capabilities(temperature=False)
_TALKER = Capabilities(efforts=())
"""A model at OpenAI that does not reason."""
_REASONER = Capabilities(temperature=False)

_OPENAI_EFFORTS: tuple[tuple[str, tuple[Effort, ...]], ...] = (
    (r"o\d", _LOW_TO_HIGH),
    (r"gpt-5(\.\d)?-pro", ("medium", "high", "xhigh")),
    (r"gpt-5(-mini|-nano)?(-\d|$)", _FROM_MINIMAL),
    (r"gpt-5\.1", _FROM_NONE),
    (r"gpt-(5\.|6-|6$)", (*_FROM_NONE, "xhigh")),
    (r"gpt-6\.", (*_LOW_TO_HIGH, "xhigh")),
)
_OPENAI_CONTEXT: tuple[tuple[str, int], ...] = (
    (r"gpt-5\.3-chat", 128_000),
    (r"gpt-5\.4-(mini|nano)", 400_000),
    (r"gpt-5\.5", _MILLION),
    (r"gpt-(6|5\.4|5\.6)", 1_050_000),
    (r"gpt-5", 400_000),
    (r"gpt-4\.1", _MILLION),
    (r"gpt-4o", 128_000),
    (r"o[34]", 200_000),
)
_ANTHROPIC_EFFORTS: tuple[tuple[str, tuple[Effort, ...]], ...] = (
    (r"claude-(mythos|fable|opus-5-[5-9])", (*_LOW_TO_HIGH, "xhigh")),
    (r"claude-3(-5)?-(opus|sonnet|haiku)|claude-[12]", ()),
    (r"claude-(3-7|\w+-4-5|\w+-4-\d{8}|\w+-4-[01])", EFFORTS),
    (r"claude-\w+-4-6", _FROM_NONE),
    (r"claude-", (*_FROM_NONE, "xhigh")),
)
"""The largest always think. Those before 4.6 think within a number of tokens, so any effort has one."""


def capabilities_of(model: str) -> Capabilities:
    """What `provider/id` takes."""
    provider, _, name = model.partition("/")
    match provider:
        case "openai":
            return _openai(name)
        case "anthropic":
            return _anthropic(name)
        case "google":
            return _google(name)
        case "compatible":
            return _COMPATIBLE
        case "local":
            return _LOCAL
        case _:
            return Capabilities()


def nearest(effort: Effort, efforts: Sequence[Effort]) -> Effort | None:
    """The one of `efforts` that is closest to `effort`, the lesser of two as close; None if there are none."""
    wanted = EFFORTS.index(effort)
    return min(efforts, key=lambda one: (abs(EFFORTS.index(one) - wanted), EFFORTS.index(one)), default=None)


def _openai(name: str) -> Capabilities:
    context = _first(_OPENAI_CONTEXT, name)
    if "-chat" in name or not re.match(r"gpt-([5-9]|\d\d)|o\d", name):
        return replace(_TALKER, context=context)
    sees = not re.match(r"o\d-mini|o1-preview", name) or name.startswith("o4")
    efforts = _first(_OPENAI_EFFORTS, name) or EFFORTS
    return replace(_REASONER, images=sees, files=sees, efforts=efforts, context=context)


def _anthropic(name: str) -> Capabilities:
    efforts = _first(_ANTHROPIC_EFFORTS, name)
    known = name.startswith("claude-")
    context = 200_000 if re.match(r"claude-(\w+-4-5|3)", name) else _MILLION
    return replace(_ANTHROPIC, efforts=EFFORTS if efforts is None else efforts, context=context if known else None)


def _google(name: str) -> Capabilities:
    if name.startswith("gemma-"):
        return Capabilities(efforts=(), context=262_144)
    minimal = re.match(r"gemini-3(\.[15])?-flash", name)
    efforts = _FROM_MINIMAL if minimal else _LOW_TO_HIGH
    return Capabilities(efforts=efforts, context=_MILLION if name.startswith("gemini-") else None)


def _first(table: Sequence[tuple[str, T]], name: str) -> T | None:
    return next((value for pattern, value in table if re.match(pattern, name)), None)
