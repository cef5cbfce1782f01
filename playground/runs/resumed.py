"""A run that waited, taken out of the store by who goes on with it, or ends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chatkit.types import ThreadItem, ThreadItemReplacedEvent, ThreadStreamEvent
from sqlmodel import Session

from playground import wire
from playground.records import LaneSettings, RunRecord, StandIn
from playground.runs.order import Order, language_of
from playground.runs.paused import Paused
from playground.runs.pending import given_up, presented
from playground.store import items, runs
from playground.store.tables import ItemRow, RunRow


@dataclass(frozen=True, slots=True)
class Resumed:
    """A run that was taken over. `frames` are its log, `positions` the places of the items that it has made."""

    record: RunRecord
    order: Order
    epoch: int
    paused: Paused
    frames: Sequence[bytes]
    position: int
    positions: Mapping[str, int]


def taken_over(session: Session, row: RunRow, owner: str, *, give_up: bool = False) -> Resumed:
    """Make a run that waits `owner`'s, under a new epoch; to `give_up` is to end what it asks of the visitor's UI."""
    paused = Paused.of(row)
    if give_up and (ask := presented(paused.asks)) is not None:
        item = given_up(wire.item(session.get_one(ItemRow, ask.item_id).payload))
        replace_item(session, row, item)
    row.status, row.owner, row.epoch, row.heartbeat_at = "running", owner, row.epoch + 1, datetime.now(UTC)
    row.paused = None
    session.add(row)
    session.flush()
    return Resumed(
        record=runs.record(row),
        order=_order(row),
        epoch=row.epoch,
        paused=paused,
        frames=[data for _, data in runs.events(session, row.id, after=0, limit=row.last_seq)],
        position=items.last_position(session, row.branch_id),
        positions=items.made_by(session, row.id),
    )


def replace_item(session: Session, row: RunRow, item: ThreadItem) -> None:
    """Save an item anew, and say so in the run's log."""
    session.get_one(ItemRow, item.id).payload = wire.payload(item)
    log(session, row, [ThreadItemReplacedEvent(item=item)])


def log(session: Session, row: RunRow, events: Sequence[ThreadStreamEvent]) -> None:
    """Go on with the log of a run that nobody works on."""
    frames = [wire.dump(event) for event in events]
    runs.append(session, [(row.id, seq, data) for seq, data in enumerate(frames, row.last_seq + 1)])
    row.last_seq += len(frames)


def _order(row: RunRow) -> Order:
    """What the run is still to do: its message is told, and the tool that it was to begin with called."""
    return Order(
        visitor_id=row.visitor_id,
        thread_id=row.thread_id,
        agent=row.agent,
        model=row.model,
        item=None,
        link_id=row.order.get("link"),
        token_id=row.order.get("token"),
        settings=LaneSettings.model_validate(row.order.get("settings", {})),
        detached=row.order.get("detached", False),
        round=row.order.get("round"),
        world=row.order.get("world"),
        stand_ins=tuple(map(StandIn.model_validate, row.order.get("stand_ins", ()))),
        language=language_of(row.order),
    )
