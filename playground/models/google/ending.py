"""How an answer ends: by itself, cut, withheld, or in another request that goes on with it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from agents.items import TResponseStreamEvent
from openai.types.responses import ResponseUsage
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

from playground.models.answer import Answer, Cut
from playground.models.reading import Frame
from playground.models.reasons import Reason, StreamFailure

MOST_HOPS = 5
"""Requests that go on with an answer; each is billed for the whole conversation again."""

Outcome: TypeAlias = Literal["completed", "unfinished"] | Cut | Reason
"""`unfinished`: another request may go on. A cut keeps what was said. A reason is a failure."""

_CUTS: dict[Outcome, Cut] = {"max_output_tokens": "max_output_tokens", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens. `given` holds `cached`, `made` holds `thought`."""

    given: int = 0
    cached: int = 0
    made: int = 0
    thought: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        """Of two requests."""
        return Spent(
            self.given + other.given, self.cached + other.cached, self.made + other.made, self.thought + other.thought
        )

    @property
    def usage(self) -> ResponseUsage:
        """As Responses has it."""
        return ResponseUsage(
            input_tokens=self.given,
            input_tokens_details=InputTokensDetails(cached_tokens=self.cached, cache_write_tokens=0),
            output_tokens=self.made,
            output_tokens_details=OutputTokensDetails(reasoning_tokens=self.thought),
            total_tokens=self.given + self.made,
        )


def spent(told: Frame, *names: str) -> Spent:
    """Out of the fields called `names`: prompt, prompt of Google's own tools, cached of both, answer, thoughts."""
    counts = (told.get(name) for name in names)
    prompt, tools, cached, answer, thoughts = (count if isinstance(count, int) else 0 for count in counts)
    return Spent(prompt + tools, cached, answer + thoughts, thoughts)


class Ending:
    """Ends `answer`. `token` is what the next request has to send to go on with it; empty if there is none."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._spent = Spent()
        self._hops = 0
        self.token = ""

    def reached(self, outcome: Outcome, spending: Spent, token: str = "") -> list[TResponseStreamEvent]:
        """The last events of the answer, or none if another request has to go on with it.

        Raises:
            StreamFailure: it did not end as an answer.
        """
        self._spent += spending
        if outcome == "unfinished":
            if token and token != self.token and self._hops < MOST_HOPS:
                self.token, self._hops = token, self._hops + 1
                return []
            outcome = "max_output_tokens"
        self.token = ""
        if outcome == "completed" or outcome in _CUTS:
            return self._answer.end(self._spent.usage, _CUTS.get(outcome))
        raise StreamFailure(cast("Reason", outcome))
