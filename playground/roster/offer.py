"""What a visitor sees of an agent before talking to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents import Agent


@dataclass(frozen=True, slots=True)
class AgentOffer:
    """An agent that can be picked. `name` is kept with threads; `prompts` are first messages worth trying."""

    name: str
    label: str
    description: str
    prompts: tuple[str, ...]
    build: Callable[[], Agent[Any]]
