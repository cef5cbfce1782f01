"""A run that waits for the visitor's approval: what is kept of it, and how it goes on from there.

What is kept never leaves the server: whoever could write it could approve in the visitor's name.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from agents import Agent, RunResultStreaming, RunState
from agents.items import ToolApprovalItem

from playground import wire
from playground.errors import AgentError
from playground.records import Ask
from playground.store import runs
from playground.store.tables import RunRow

CHANGED = (
    "The agent was changed after it had asked for an approval, so this answer cannot go on. Send the message again."
)
UNKEPT = (
    "The agent asked for an approval, but what it works on cannot be kept until then. Its author has to change that."
)


@dataclass(frozen=True, slots=True)
class Paused:
    """`state` is the SDK's, as JSON; `activity` is the item that stays open. The rest is what counted until then."""

    state: str
    asks: tuple[Ask, ...]
    activity: Mapping[str, Any] | None = None
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()
    duration_ms: int = 0
    first_token_ms: int | None = None

    @classmethod
    def of(cls, row: RunRow) -> "Paused":
        """What a run's row keeps."""
        kept = row.paused or {}
        return cls(
            state=kept.get("state", ""),
            asks=runs.asks(row),
            activity=kept.get("activity"),
            usage=row.usage,
            notes=tuple(row.notes or ()),
            duration_ms=row.duration_ms or 0,
            first_token_ms=row.first_token_ms,
        )

    def stored(self) -> dict[str, Any]:
        """What goes into a run's row, beside its numbers."""
        return {
            "state": self.state,
            **wire.clean({"asks": [asdict(ask) for ask in self.asks], "activity": self.activity}),
        }

    @property
    def rejected(self) -> list[str]:
        """The calls that the visitor did not allow."""
        return [ask.call_id for ask in self.asks if ask.approved is False]


def paused(result: RunResultStreaming) -> Paused:
    """What is to be kept of a run that was interrupted. Raises AgentError if the agent's state cannot be."""
    try:
        state = json.dumps(result.to_state().to_json())  # plain ASCII, so that no database changes anything in it
    except Exception as error:
        raise AgentError(UNKEPT, allow_retry=False) from error
    return Paused(state, tuple(map(_ask, result.interruptions)))


async def restored(agent: Agent[Any], kept: Paused) -> RunState[Any, Agent[Any]]:
    """The state with what the visitor decided. Raises AgentError if it does not fit the agent any more."""
    try:
        state = await RunState[Any, Agent[Any]].from_json(agent, json.loads(kept.state))
        for item, ask in zip(state.get_interruptions(), kept.asks, strict=True):
            if ask.approved:
                state.approve(item)
            else:
                state.reject(item, rejection_message=ask.message)
    except Exception as error:
        raise AgentError(CHANGED, allow_retry=True) from error
    return state


def _ask(item: ToolApprovalItem) -> Ask:
    return Ask(
        call_id=item.call_id or "",
        tool=item.qualified_name or item.name or "tool",
        arguments=item.arguments or "",
        agent=item.agent.name,
    )
