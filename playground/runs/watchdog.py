"""Bounds on silence and length. Noting a sign of life costs an assignment, not a timer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from playground.languages.say import say
from playground.runs.translate import Phase


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds: until a turn's first token, between tokens, for tools, for the whole run."""

    first_token: float
    token_gap: float
    tools: float
    run: float

    def of(self, phase: Phase) -> float:
        """The longest silence allowed in a phase."""
        return {"first": self.first_token, "tokens": self.token_gap, "tools": self.tools}[phase]


class Watchdog:
    """Calls `bark` with a sentence for the visitor, once, when a bound is passed."""

    def __init__(self, bounds: Bounds, phase: Callable[[], Phase], bark: Callable[[str], None]) -> None:
        self._bounds = bounds
        self._phase = phase
        self._bark = bark
        self._loop = asyncio.get_running_loop()
        self._began = self.last_sign = self._loop.time()
        self._timer = self._loop.call_soon(self._look)

    def sign(self) -> None:
        """Something happened."""
        self.last_sign = self._loop.time()

    def close(self) -> None:
        """Watch no longer."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        phase = self._phase()
        silence_ends = self.last_sign + self._bounds.of(phase)
        run_ends = self._began + self._bounds.run
        if now >= run_ends:
            self._bark(say("The answer took longer than {seconds} s and was stopped.", seconds=f"{self._bounds.run:g}"))
        elif now >= silence_ends:
            self._bark(_silence(phase, self._bounds.of(phase)))
        else:
            self._timer = self._loop.call_at(min(silence_ends, run_ends, now + self._shortest()), self._look)

    def _shortest(self) -> float:
        """A phase may change to one with a shorter bound between two looks."""
        return min(self._bounds.first_token, self._bounds.token_gap, self._bounds.tools)


def _silence(phase: Phase, seconds: float) -> str:
    lasted = f"{seconds:g}"
    match phase:
        case "first":
            return say(
                "The model did not begin to answer within {seconds} s. Try again, or pick another model.",
                seconds=lasted,
            )
        case "tokens":
            return say("The model fell silent for {seconds} s in the middle of its answer. Try again.", seconds=lasted)
        case "tools":
            return say("A tool did not come back within {seconds} s.", seconds=lasted)
