"""A run while it is under way: its frames in memory, and who waits for more of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from chatkit.types import (
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
)

from playground import wire
from playground.runs.journal import Journal
from playground.runs.order import Order
from playground.runs.paused import Paused
from playground.store.runs import Ending
from playground.store.tables import ItemRow
from playground.transcript import Transcript, apply

StopReason = Literal["visitor", "left", "shutdown", "fenced", "timeout", "idle", "paused", "revoked", "owner"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a run, numbered from 1; `data` is its JSON."""

    seq: int
    data: bytes


@dataclass(slots=True, eq=False)
class LiveRun:
    """The owner's side of a run. `position` is its branch's newest item's; `done` is set once it is saved.

    `paused` is what it goes on from, `parked` that it waits again: its readers find the rest in the store. `settling`
    is from its last frame until its end, or its pause, is saved. `words` are the owner's, to whom it is stopped.
    """

    id: str
    order: Order
    branch_id: str
    journal: Journal
    position: int = 0
    epoch: int = 1
    frames: list[bytes] = field(default_factory=list[bytes])
    item_ids: list[str] = field(default_factory=list[str])
    over: bool = False
    queued: bool = False
    paused: Paused | None = None
    parked: bool = False
    settling: bool = False
    stopping: StopReason | None = None
    words: str = ""
    task: asyncio.Task[None] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    positions: dict[str, int] = field(default_factory=dict[str, int])
    _transcript: Transcript = Transcript()  # noqa: RUF009 - frozen
    _read: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def emit(self, event: ThreadStreamEvent, model_input: Sequence[Any] | None = None) -> None:
        """Log an event, and save the item that it ends."""
        self._log(wire.dump(event))
        match event:
            case ThreadItemAddedEvent(item=item):
                self._place(item.id)
            case ThreadItemDoneEvent(item=item):
                self.journal.save(self.id, self._row(item, model_input))
            case ThreadItemReplacedEvent(item=item):
                self.journal.save(self.id, self._row(item, model_input, own=item.id in self.positions))
            case ThreadItemRemovedEvent(item_id=item_id):
                self.item_ids.remove(item_id)
                self.journal.drop(self.id, item_id)
            case _:
                pass

    def keep(self, item: ThreadItem, model_input: Sequence[Any] | None) -> None:
        """Save an item that stays open. Follows an event."""
        self.journal.save(self.id, self._row(item, model_input))

    def aside(self, item: ThreadItem) -> ItemRow:
        """The row of an item that nobody is shown, behind what there is by now."""
        return self._row(item, None, own=False)

    def announce(self, event: ThreadStreamEvent) -> None:
        """Log an event whose item is stored already."""
        self._log(wire.dump(event))

    def wake(self) -> None:
        """Let everybody who waits look again."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def end(self) -> None:
        """No more frames."""
        self.over = True
        self.wake()

    def transcript(self) -> Transcript:
        """What a reader has seen so far."""
        for data in self.frames[self._read :]:
            self._transcript = apply(self._transcript, wire.event(data))
        self._read = len(self.frames)
        return self._transcript

    async def more(self, after: int) -> list[Frame]:
        """The frames above `after`, waiting for one if there is none yet; empty once the run is over."""
        while len(self.frames) <= after and not self.over:
            await self._changed.wait()
        return [Frame(seq, self.frames[seq - 1]) for seq in range(after + 1, len(self.frames) + 1)]

    def stop(self, reason: StopReason) -> None:
        """Ask the run to end; the first reason counts."""
        if self.stopping is None and not self.over:
            self.stopping = reason
            if self.task is not None:
                self.task.cancel()

    def retract(self) -> None:
        """Take back everything that the agent said in this run: a guardrail refused it."""
        for item_id in list(self.item_ids):
            self.emit(ThreadItemRemovedEvent(item_id=item_id))

    def _log(self, data: bytes) -> None:
        self.frames.append(data)
        self.journal.log(self.id, self.epoch, len(self.frames), data)
        self.wake()

    def _place(self, item_id: str, *, own: bool = True) -> int:
        """An item's position. One that is not the answer's `own` stays when that is taken back."""
        if item_id not in self.positions:
            self.position += 1
            self.positions[item_id] = self.position
            self.item_ids += [item_id] if own else []
        return self.positions[item_id]

    def _row(self, item: ThreadItem, model_input: Sequence[Any] | None, *, own: bool = True) -> ItemRow:
        replay = list(model_input) if model_input and not isinstance(model_input, str) else None
        return ItemRow(
            id=item.id,
            thread_id=self.order.thread_id,
            branch_id=self.branch_id,
            position=self._place(item.id, own=own),
            type=item.type,
            payload=wire.payload(item),
            model_input=wire.clean(replay) if replay else None,
            run_id=self.id,
            created_at=item.created_at,
        )


def facts(run: LiveRun, ending: Ending) -> dict[str, Any]:
    """What is logged of a run's end."""
    return {
        "run_id": run.id,
        "visitor": run.order.visitor_id,
        "model": run.order.model,
        "agent": run.order.agent,
        "status": ending.status,
        "input_tokens": ending.usage.get("input_tokens", 0),
        "output_tokens": ending.usage.get("output_tokens", 0),
        "first_token_ms": ending.first_token_ms,
        "duration_ms": ending.duration_ms,
    }
