"""Runs that ended badly: their partial answers are kept, and nothing is run again by itself."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import reduce
from itertools import count

from chatkit.types import (
    AssistantMessageItem,
    ErrorEvent,
    Task,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadStreamEvent,
    UserMessageItem,
    WorkflowItem,
)
from sqlmodel import Session

from playground import wire
from playground.languages.say import say, speaking
from playground.runs.activity import UNFINISHED, WAITS
from playground.runs.admit import row_of
from playground.runs.live import LiveRun
from playground.runs.order import language_of
from playground.runs.pending import given_up
from playground.runs.stage import still
from playground.store import items, runs
from playground.store.runs import Ending
from playground.store.tables import ItemRow, RunRow, ThreadRow
from playground.transcript import Transcript, apply

logger = logging.getLogger(__name__)

MESSAGE = "The server stopped in the middle of this answer. What had come is kept; you can try again."
BROKEN = "The answer broke off through a mistake of the playground's own. It has been written to the log; try again."
PAGE = 100_000
"""More frames than a run can write within its time."""


def broken(run: LiveRun) -> Ending:
    """The end of a run whose answer broke in a way that nobody foresaw. What it took is not known any more."""
    for event in _ends(run.transcript()):
        run.emit(event)
    with speaking(run.order.language):
        message = say(BROKEN)
    run.emit(ErrorEvent(code="custom", message=message, allow_retry=True))
    usage = dict(run.paused.usage) if run.paused else {}
    return Ending(status="failed", last_seq=len(run.frames), usage=usage, error=message, allow_retry=True)


def bury(session: Session, run: RunRow) -> list[bytes]:
    """Turn a dead owner's run into an interrupted one; answers its last frames. The caller has taken it over."""
    ends = _kept(session, run)
    with speaking(language_of(run.order)):
        message = say(MESSAGE)
    ends.append(ErrorEvent(code="custom", message=message, allow_retry=True))
    frames = [wire.dump(event) for event in ends]
    runs.append(session, [(run.id, seq, data) for seq, data in enumerate(frames, run.last_seq + 1)])
    ending = Ending(
        status="interrupted",
        last_seq=run.last_seq + len(frames),
        usage=run.usage,
        error=message,
        allow_retry=True,
        notes=run.notes,  # but not the cost: of what it took before it died nobody told
    )
    session.flush()
    runs.finish(session, run_id=run.id, epoch=run.epoch, ending=ending, at=datetime.now(UTC))
    return frames


def _kept(session: Session, run: RunRow) -> list[ThreadStreamEvent]:
    """What can be kept of it; nothing of a log that cannot be read, which must not keep the others from burial."""
    try:
        with session.begin_nested():
            return _keep_message(session, run) if run.status == "queued" else _keep_answer(session, run)
    except Exception:
        logger.exception("nothing could be kept of a dead run", extra={"run_id": run.id})
        return []


def _keep_message(session: Session, run: RunRow) -> list[ThreadStreamEvent]:
    thread = session.get(ThreadRow, run.thread_id)
    payload = run.order.get("item")
    if thread is None or payload is None or thread.status["type"] != "active":
        return []
    item = UserMessageItem.model_validate(payload)
    run.branch_id = thread.head_branch
    session.add(row_of(item, run, items.last_position(session, run.branch_id) + 1))
    return [ThreadItemDoneEvent(item=item)]


def _keep_answer(session: Session, run: RunRow) -> list[ThreadStreamEvent]:
    """Save the items that the log opened and never ended, as far as they had come; they keep their places."""
    logged = [wire.event(data) for _, data in runs.events(session, run.id, after=0, limit=PAGE)]
    run.last_seq = len(logged)
    transcript = reduce(apply, logged, Transcript())
    opened = [event.item.id for event in logged if isinstance(event, ThreadItemAddedEvent)]
    places = _places(session, run, opened)
    ends = list(_ends(transcript))
    for event in ends:
        if isinstance(event, ThreadItemDoneEvent):
            session.merge(row_of(event.item, run, places[event.item.id]))
        elif isinstance(event, ThreadItemReplacedEvent) and (row := session.get(ItemRow, event.item.id)) is not None:
            row.payload = wire.payload(event.item)
    return ends


def _places(session: Session, run: RunRow, opened: Sequence[str]) -> dict[str, int]:
    """Where the items that the log opened are: each that is not stored is in the first gap behind the one before."""
    made = items.made_by(session, run.id, hidden=True)
    taken, places = set(made.values()), dict[str, int]()
    at = items.last_position(session, run.branch_id, without=list(made))
    for item_id in opened:
        at = made[item_id] if item_id in made else next(filter(lambda place: place not in taken, count(at + 1)))
        places[item_id] = at
    return places


def _ends(transcript: Transcript) -> Iterator[ThreadStreamEvent]:
    """What ends the items that are still open, and those that were ended while they waited for the visitor."""
    for before in transcript.items:
        item = settled(before)
        if item.id in transcript.open_ids:
            yield ThreadItemRemovedEvent(item_id=item.id) if _empty(item) else ThreadItemDoneEvent(item=still(item))
        elif item != before:
            yield ThreadItemReplacedEvent(item=item)


def settled(item: ThreadItem) -> ThreadItem:
    """The item with nothing left that seems to go on."""
    if not isinstance(item, WorkflowItem):
        return given_up(item)
    tasks = [_still(task) for task in item.workflow.tasks]
    return item.model_copy(update={"workflow": item.workflow.model_copy(update={"tasks": tasks})})


def _still(task: Task) -> Task:
    """The task, which neither goes on nor waits; whether a call was made before the end nobody knows."""
    name, _, note = (task.title or "").rpartition(" · ")
    if note in WAITS.values():
        return task.model_copy(update={"title": f"{name} · {UNFINISHED}"})
    return task.model_copy(update={"status_indicator": "none"}) if task.status_indicator == "loading" else task


def _empty(item: ThreadItem) -> bool:
    match item:
        case AssistantMessageItem(content=content):
            return not any(part.text for part in content)
        case WorkflowItem(workflow=workflow):
            return not workflow.tasks
        case _:
            return False
