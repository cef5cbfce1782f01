"""Runs whose process died: their partial answers are kept, and nothing is run again by itself."""

from collections.abc import Iterable
from datetime import UTC, datetime

from chatkit.types import AssistantMessageItem, ErrorEvent, ThreadItem, UserMessageItem, WorkflowItem
from sqlmodel import Session

from playground import wire
from playground.runs.admit import user_row
from playground.store import items, runs
from playground.store.runs import Ending
from playground.store.tables import ItemRow, RunRow, ThreadRow
from playground.transcript import Transcript, apply

MESSAGE = "The server stopped in the middle of this answer. What had come is kept; you can try again."
PAGE = 100_000
"""More frames than a run can write within its time."""


def bury(session: Session, run: RunRow) -> None:
    """Turn a dead owner's run into an interrupted one. The caller has taken it over."""
    if run.status == "queued":
        _keep_message(session, run)
    else:
        _keep_answer(session, run)
    seq = run.last_seq + 1
    frame = wire.dump(ErrorEvent(code="custom", message=MESSAGE, allow_retry=True))
    runs.append(session, [(run.id, seq, frame)])
    ending = Ending(status="interrupted", last_seq=seq, usage=run.usage, error=MESSAGE, allow_retry=True)
    runs.finish(session, run_id=run.id, epoch=run.epoch, ending=ending, at=datetime.now(UTC))


def _keep_message(session: Session, run: RunRow) -> None:
    thread = session.get(ThreadRow, run.thread_id)
    payload = run.order.get("item")
    if thread is None or payload is None:
        return
    item = UserMessageItem.model_validate(payload)
    run.branch_id = thread.head_branch
    session.add(user_row(item, run, items.last_position(session, run.branch_id) + 1))
    session.flush()


def _keep_answer(session: Session, run: RunRow) -> None:
    logged = [data for _, data in runs.events(session, run.id, after=0, limit=PAGE)]
    run.last_seq = max(run.last_seq, len(logged))
    position = items.last_position(session, run.branch_id)
    for item in map(settled, unfinished(logged)):
        position += 1
        session.merge(
            ItemRow(
                id=item.id,
                thread_id=run.thread_id,
                branch_id=run.branch_id,
                position=position,
                type=item.type,
                payload=wire.payload(item),
                run_id=run.id,
                created_at=item.created_at,
            )
        )
    session.flush()


def unfinished(frames: Iterable[bytes]) -> list[ThreadItem]:
    """The items that a log opened and never ended, as far as they had come; empty ones are left out."""
    transcript = Transcript()
    for data in frames:
        event = wire.EVENT.validate_json(data)
        transcript = apply(transcript, event)
    return [item for item in transcript.items if item.id in transcript.open_ids and not _empty(item)]


def settled(item: ThreadItem) -> ThreadItem:
    """The item with nothing left that seems to go on."""
    if not isinstance(item, WorkflowItem):
        return item
    tasks = [
        task.model_copy(update={"status_indicator": "none"}) if task.status_indicator == "loading" else task
        for task in item.workflow.tasks
    ]
    return item.model_copy(update={"workflow": item.workflow.model_copy(update={"tasks": tasks})})


def _empty(item: ThreadItem) -> bool:
    match item:
        case AssistantMessageItem(content=content):
            return not any(part.text for part in content)
        case WorkflowItem(workflow=workflow):
            return not workflow.tasks
        case _:
            return False
