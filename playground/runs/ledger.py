"""What the turns of one run took, and what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from agents import Usage as Spent
from agents.stream_events import RawResponsesStreamEvent, StreamEvent
from agents.usage import RequestUsage

from playground import prices
from playground.records import TurnUsage
from playground.store.spend import MOST, NANO, stored, turns_of

_SUMMED = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class Account:
    """`usage` as in `RunRow`; `cost` in US dollars, None if a part of it is not known."""

    usage: dict[str, Any]
    cost: Decimal | None


class Ledger:
    """Feed it a run's SDK events. `earlier` is the run's `usage` from before it waited for an approval.

    The SDK counts every request to a model, also those of agents that are used as tools; on which model each was is
    what it does not say, and that may have changed while the run waited.
    """

    def __init__(self, model: str, earlier: Mapping[str, Any] | None = None) -> None:
        self._model = model
        self._earlier = earlier or {}
        self._skipped = 0
        self._under_way = False
        self._untold = False

    def begin(self, spent: Spent) -> None:
        """The run begins, or goes on: what was `spent` by now is known from `earlier`."""
        self._skipped = len(spent.request_usage_entries)

    def feed(self, event: StreamEvent) -> None:
        """Take one SDK event: a turn that was cut off, or that told no usage, cost nobody knows how much."""
        if not isinstance(event, RawResponsesStreamEvent):
            return
        if event.data.type == "response.created":
            self._under_way = True
        elif event.data.type == "response.completed":
            usage = event.data.response.usage
            self._under_way = False
            self._untold |= usage is None or not (usage.input_tokens or usage.output_tokens)

    def account(self, spent: Spent | None, *, turns: int, tool_calls: int) -> Account:
        """The run so far. `turns` and `tool_calls` are those since `begin`."""
        entries = spent.request_usage_entries[self._skipped :] if spent else ()
        known = turns_of(self._earlier)
        known += tuple(_turn(self._model, entry) for entry in entries if entry.input_tokens or entry.output_tokens)
        untold = (self._untold or self._under_way) and not prices.is_free(self._model)
        untold = untold or bool(self._earlier.get("untold"))
        usage: dict[str, Any] = {
            "turns": turns + self._earlier.get("turns", 0),
            "tool_calls": tool_calls + self._earlier.get("tool_calls", 0),
            **{name: sum(getattr(turn, name) for turn in known) for name in _SUMMED},
            **stored(known),
        }
        if untold:
            usage["untold"] = True
        return Account(usage, prices.total([*(turn.cost for turn in known), *([None] if untold else ())]))


def _turn(model: str, entry: RequestUsage) -> TurnUsage:
    turn = TurnUsage(
        model=model,
        input_tokens=entry.input_tokens,
        cached_tokens=entry.input_tokens_details.cached_tokens,
        cache_write_tokens=entry.input_tokens_details.cache_write_tokens,
        output_tokens=entry.output_tokens,
        reasoning_tokens=entry.output_tokens_details.reasoning_tokens,
    )
    cost = prices.cost(model, turn)
    return replace(turn, cost=None if cost is None or cost > MOST else cost.quantize(NANO))
