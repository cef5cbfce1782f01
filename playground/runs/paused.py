"""A run that waits for the visitor: what is kept of it, and how it goes on from there.

What is kept never leaves the server: whoever could write it could approve in the visitor's name.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from agents import Agent, RunResultStreaming, RunState, Tool
from agents.items import ToolApprovalItem
from chatkit.types import ThreadItem

from playground import wire
from playground.errors import AgentError
from playground.records import WORDS, Ask, AskKind
from playground.runs.pending import asking_item, presented
from playground.store import runs
from playground.store.tables import RunRow
from playground.toolkit.asking import Asking
from playground.toolkit.unsafe import waits_for_owner

CHANGED = (
    "The agent was changed after it had asked for an approval, so this answer cannot go on. Send the message again."
)
UNKEPT = (
    "The agent asked for an approval, but what it works on cannot be kept until then. Its author has to change that."
)


@dataclass(frozen=True, slots=True)
class Paused:
    """`state` is the SDK's, as JSON; `activity` is the item whose last calls wait.

    `items` are those in which the calls that the visitor's UI answers are put before him, by call. The rest is what
    counted until then.
    """

    state: str
    asks: tuple[Ask, ...]
    items: Mapping[str, Any] = field(default_factory=dict[str, Any])
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
            items=kept.get("items", {}),
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
            **wire.clean({"asks": [asdict(ask) for ask in self.asks], "activity": self.activity, "items": self.items}),
        }

    def decided(self, ask: Ask) -> "Paused":
        """With one of its calls decided."""
        return replace(self, asks=tuple(ask if one.call_id == ask.call_id else one for one in self.asks))

    def next(self) -> "tuple[Paused, ThreadItem | None]":
        """With the next item for the visitor's UI, if there is one and none is before him; and that item."""
        left = [ask for ask in self.asks if ask.kind not in WORDS and ask.approved is None]
        if not left or presented(self.asks) is not None:
            return self, None
        item = wire.item(self.items[left[0].call_id])
        return self.decided(replace(left[0], item_id=item.id)), item

    @property
    def answers(self) -> dict[str, Any]:
        """What the visitor's UI has answered, by call."""
        return {ask.call_id: ask.output for ask in self.asks if ask.kind not in WORDS and ask.approved}

    @property
    def rejected(self) -> list[str]:
        """The calls that the visitor did not allow."""
        return [ask.call_id for ask in self.asks if ask.approved is False]


def paused(result: RunResultStreaming, thread_id: str) -> Paused:
    """What is to be kept of a run that was interrupted. Raises AgentError if the agent's state cannot be."""
    try:
        state = json.dumps(result.to_state().to_json())  # plain ASCII, so that no database changes anything in it
    except Exception as error:
        raise AgentError(UNKEPT, allow_retry=False) from error
    tools = [_tool(item) for item in result.interruptions]
    asks = tuple(map(_ask, result.interruptions, tools))
    asking = [(ask, tool) for ask, tool in zip(asks, tools, strict=True) if isinstance(tool, Asking)]
    items = {ask.call_id: wire.payload(asking_item(ask, tool, thread_id)) for ask, tool in asking}
    return Paused(state, asks, items)


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


def _tool(item: ToolApprovalItem) -> Tool | None:
    """The agent's own tool that is called."""
    names = {item.name, item.qualified_name} - {None}
    return next((tool for tool in item.agent.tools if names & {tool.name, getattr(tool, "qualified_name", None)}), None)


def _kind(tool: Tool | None) -> AskKind:
    if tool is not None and waits_for_owner(tool):
        return "owner"
    return tool.kind if isinstance(tool, Asking) else "approval"


def _ask(item: ToolApprovalItem, tool: Tool | None) -> Ask:
    return Ask(
        kind=_kind(tool),
        call_id=item.call_id or "",
        tool=item.qualified_name or item.name or "tool",
        arguments=item.arguments or "",
        agent=item.agent.name,
    )
