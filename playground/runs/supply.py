"""What a visitor's UI answers to a run that asks it: saved, and the run goes on. Of two answers the store takes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chatkit.types import (
    ClientToolCallItem,
    StreamOptions,
    StreamOptionsEvent,
    StructuredInputItem,
    StructuredInputSubmission,
    ThreadItem,
    ThreadItemDoneEvent,
)
from sqlmodel import Session

from playground import wire
from playground.budget.admission import Admission
from playground.errors import Conflict, KeyReused, Malformed
from playground.records import Ask, LaneSettings, RunRecord
from playground.runs.admit import row_of
from playground.runs.paused import Paused
from playground.runs.pending import answered, completed, presented, told
from playground.runs.resend import is_guess
from playground.runs.resumed import Resumed, log, replace_item, taken_over
from playground.store import items, runs, threads
from playground.store.tables import RunRow, ThreadRow

NOTHING_WAITS = "Nothing is waited for here any more. It may have been answered or given up already."


@dataclass(frozen=True, slots=True)
class Supply:
    """An answer: a form's `submission`, or else the `output` of a call.

    `item_id` is what it answers, None for the call that is waited for. The run goes on with the `model` and `settings`
    if they are given. `key` and `key_hash` make it idempotent.
    """

    thread_id: str
    item_id: str | None
    output: Any = None
    submission: StructuredInputSubmission | None = None
    model: str | None = None
    settings: LaneSettings | None = None
    key: str | None = None
    key_hash: str = ""


@dataclass(frozen=True, slots=True)
class Supplied:
    """The run that was answered, where the answer's frames begin, and the run to go on with if it waits no more."""

    run: RunRecord
    after: int
    resumed: Resumed | None = None


class Unsettled(Conflict):
    """Nothing is waited for, but the thread's run is under way: it may be about to wait."""


def supply(
    session: Session, *, visitor_id: str, given: Supply, owner: str, admission: Admission | None = None
) -> Supplied:
    """Take an answer; once nothing is left to answer the run is `owner`'s, to go on. What it asks next is shown.

    Raises NotFound, Conflict for what is not waited for, Malformed for an answer that does not fit, KeyReused, and
    TooMany while too many answers are under way; then nothing has changed.
    """
    thread = threads.find(session, visitor_id=visitor_id, thread_id=given.thread_id, lock=True)
    row = runs.waiting_of(session, thread.id)
    ask = presented(runs.asks(row)) if row is not None else None
    known = _known(session, thread, given, asked=ask is not None)
    if known is not None:
        return known
    threads.refuse_locked(thread)
    item_id = _named(session, thread, given)
    if row is None or ask is None:
        raise _refused(session, thread)
    if item_id not in {None, ask.item_id} or (ask.kind == "form") != (given.submission is not None):
        raise Conflict(NOTHING_WAITS)
    item, output = _filled(wire.item(items.locate(session, thread, ask.item_id or "").payload), given)
    supplied = _kept(session, row, replace(ask, approved=True, output=output), item, given)
    if any(one.approved is None for one in runs.asks(row)):
        return supplied
    if admission is not None:
        admission.check_runs(session, visitor_id, datetime.now(UTC))
    resumed = taken_over(session, row, owner)
    return replace(supplied, run=resumed.record, resumed=resumed)


def _kept(session: Session, row: RunRow, ask: Ask, item: ThreadItem, given: Supply) -> Supplied:
    """The answer, saved. What is to be asked next is shown."""
    after = row.last_seq
    replace_item(session, row, item)
    log(session, row, [StreamOptionsEvent(stream_options=StreamOptions(allow_cancel=True))])
    paused, upcoming = Paused.of(row).decided(ask).next()
    if upcoming is not None:
        session.add(row_of(upcoming, row, items.last_position(session, row.branch_id) + 1))
        log(session, row, [ThreadItemDoneEvent(item=upcoming)])
    row.paused, row.heartbeat_at = paused.stored(), datetime.now(UTC)
    row.model = given.model or row.model
    row.order = {**row.order, **_noted(row, given, after)}
    session.add(row)
    session.flush()
    return Supplied(runs.record(row), after)


def _refused(session: Session, thread: ThreadRow) -> Conflict:
    working = any(row.status == "running" for row in runs.live_of(session, thread.id))
    return Unsettled(NOTHING_WAITS) if working else Conflict(NOTHING_WAITS)


def _named(session: Session, thread: ThreadRow, given: Supply) -> str | None:
    """The item that the answer names. Raises NotFound, Malformed for another kind of item, Conflict for an old one."""
    if given.item_id is None:
        return None
    payload = items.locate(session, thread, given.item_id).payload
    wanted = "client_tool_call" if given.submission is None else "structured_input"
    if payload["type"] != wanted:
        raise Malformed("This item is not of the kind {wanted}.", wanted=wanted)
    if payload["status"] != "pending":
        raise Conflict(NOTHING_WAITS)
    return given.item_id


def _filled(item: ThreadItem, given: Supply) -> tuple[ThreadItem, Any]:
    """The item with the answer, and what the model is told of it."""
    match item:
        case StructuredInputItem() if given.submission is not None:
            filled = answered(item, given.submission)
            return filled, told(filled)
        case ClientToolCallItem():
            return completed(item, given.output), given.output
        case _:
            raise Conflict(NOTHING_WAITS)


def _noted(row: RunRow, given: Supply, after: int) -> Mapping[str, Any]:
    """What the run's row keeps of an answer beside its output."""
    changed: dict[str, Any] = {}
    if given.settings is not None:
        changed["settings"] = given.settings.model_dump(exclude_none=True)
    if given.key is not None:
        changed["given"] = [*_given(row), {"key": given.key, "hash": given.key_hash, "after": after}]
    return changed


def _known(session: Session, thread: ThreadRow, given: Supply, *, asked: bool) -> Supplied | None:
    """The run that took this answer before. Raises KeyReused.

    That it is the same answer is only a guess where there was no key; not one while something else is `asked`.
    """
    if given.key is None or (asked and is_guess(given.key)):
        return None
    for row in runs.of_thread(session, thread.id):
        for one in _given(row):
            if one["key"] == given.key and one["hash"] == given.key_hash:
                return Supplied(runs.record(row), one["after"])
            if one["key"] == given.key:
                raise KeyReused("This Idempotency-Key was already used for another request.")
    if runs.by_key(session, visitor_id=thread.visitor_id, key=given.key) is not None:
        raise KeyReused("This Idempotency-Key was already used for another request.")
    return None


def _given(row: RunRow) -> Sequence[Mapping[str, Any]]:
    given: Sequence[Mapping[str, Any]] = row.order.get("given", ())
    return given
