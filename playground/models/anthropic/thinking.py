"""How much a model is to think, in the words its generation understands. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents import ModelSettings

from playground.models.anthropic.family import Traits

_BUDGETS: Mapping[str, int] = {
    "minimal": 1_024,
    "low": 2_048,
    "medium": 8_192,
    "high": 16_384,
    "xhigh": 24_576,
    "max": 24_576,
}
_LEAST_BUDGET = _LEAST_ANSWER = 1_024
_DEEP = {"xhigh", "max"}
_DEEP_ROOM = 64_000


@dataclass(frozen=True, slots=True)
class Thinking:
    """The `thinking` argument (empty: not sent), the effort (None: the model's own), and `max_tokens`."""

    config: dict[str, Any]
    effort: str | None
    room: int


def thinking_for(traits: Traits, settings: ModelSettings, *, forced: bool, resumes: bool) -> Thinking:
    """How the model is to think.

    `forced`: it has to call a tool, which goes with thinking in none of them. `resumes`: it goes on from tool calls
    before which it had no thought; those that think within a budget cannot.
    """
    effort = settings.reasoning.effort if settings.reasoning else None
    if traits.thinking == "adaptive":
        return _adaptive(traits, effort, settings.max_tokens, forced=forced)
    room = settings.max_tokens or traits.room
    if traits.thinking == "never" or effort in {None, "none"} or forced or resumes:
        return Thinking({}, None, room)
    budget = min(_BUDGETS[str(effort)], room - _LEAST_ANSWER)
    fits = budget >= _LEAST_BUDGET
    return Thinking({"type": "enabled", "budget_tokens": budget} if fits else {}, None, room)


def _adaptive(traits: Traits, effort: str | None, most: int | None, *, forced: bool) -> Thinking:
    known = {"minimal": "low", "xhigh": "xhigh" if traits.xhigh else "high"}.get(effort or "", effort)
    room = most or (_DEEP_ROOM if known in _DEEP else traits.room)
    if effort != "none" and not forced:
        return Thinking({"type": "adaptive", "display": "summarized"}, known, room)
    if traits.calm is None:
        return Thinking({"type": "adaptive", "display": "summarized"}, "low", room)
    calm = None if effort == "none" else "high" if known in _DEEP else known
    return Thinking({"type": traits.calm}, calm, room)
