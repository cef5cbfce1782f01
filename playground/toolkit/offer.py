"""What a visitor sees of an agent before talking to it, and who serves its widgets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents import Agent

from playground.toolkit.actions import Handler


@dataclass(frozen=True, slots=True)
class AgentOffer:
    """An agent that can be picked. `name` is kept with threads; `prompts` are first messages worth trying.

    `actions` serve what its widgets send, by the action's type.
    """

    name: str
    label: str
    description: str
    prompts: tuple[str, ...]
    build: Callable[[], Agent[Any]]
    actions: Mapping[str, Handler] = field(default_factory=dict[str, Handler])
