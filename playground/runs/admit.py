"""A run's way in: one transaction that checks, forks, saves the visitor's message and opens the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chatkit.types import (
    NoticeEvent,
    ProgressUpdateEvent,
    StreamOptions,
    StreamOptionsEvent,
    ThreadCreatedEvent,
    ThreadItem,
    ThreadItemDoneEvent,
    ThreadStreamEvent,
    ThreadUpdatedEvent,
    UserMessageItem,
)
from sqlmodel import Session

from playground import wire
from playground.budget.admission import Admission, Entrant
from playground.errors import Conflict, KeyReused, Malformed, TooMany
from playground.ids import new_id
from playground.languages.say import say
from playground.records import RunRecord
from playground.runs.history import Told, model_input
from playground.runs.order import Order
from playground.runs.pending import presented
from playground.runs.resend import is_guess, is_over
from playground.settings import DoubleText
from playground.store import attachments, items, runs, threads
from playground.store.tables import ItemRow, RunRow, ThreadRow

KEY_LIFE = timedelta(hours=24)
TITLE_LENGTH = 60
MOST_WAITING = 20
"""Messages that wait in one thread. Each is held in memory and looked at with every beat."""


class Busy(Exception):
    """The thread is answering, and the policy says to interrupt these runs."""

    def __init__(self, run_ids: list[str]) -> None:
        super().__init__(run_ids)
        self.run_ids = run_ids


@dataclass(frozen=True, slots=True)
class Admitted:
    """A run that was let in. `told` is empty while it is queued; an `existing` run was let in before."""

    run: RunRecord
    frames: tuple[bytes, ...] = ()
    position: int = 0
    told: Told = ()
    queued: bool = False
    existing: bool = False


def admit(
    session: Session,
    order: Order,
    *,
    owner: str,
    policy: DoubleText,
    notice: str | None = None,
    admission: Admission | None = None,
) -> Admitted:
    """Let a run in; who begins a thread is told the `notice`. Raises Busy or a VisitorError, and changes nothing."""
    at = datetime.now(UTC)
    if order.key is not None:
        known = _known(session, order, order.key, at)
        if known is not None:
            return Admitted(run=known, existing=True)
    if admission is not None:
        admission.let_in(session, Entrant(order.visitor_id, order.link_id, order.model, len(order.text)), at)
    thread = _thread(session, order, at)
    _attach(session, order)
    queued = _must_wait(session, order, policy)
    if admission is not None:  # only now: the run that this one interrupts is not counted
        admission.check_runs(session, order.visitor_id, at)
    _fork(session, thread, order, at)
    run = _insert(session, thread, order, owner=owner, queued=queued, at=at)
    if queued:
        events: list[ThreadStreamEvent] = [ProgressUpdateEvent(text=say("Waiting for the answer before this one…"))]
        return _opened(session, run, events, position=0, told=(), queued=True)
    past = () if order.new_thread else items.history(session, run.branch_id)
    position, told, events = take_in(session, thread, run, order.item, past)
    if order.new_thread:
        events.insert(0, ThreadCreatedEvent(thread=threads.as_thread(thread).model_copy(update={"title": None})))
        events += [NoticeEvent(level="info", message=notice)] if notice else []
    return _opened(session, run, events, position=position, told=told, queued=False)


def take_in(
    session: Session, thread: ThreadRow, run: RunRow, item: UserMessageItem | None, past: Sequence[ItemRow]
) -> tuple[int, Told, list[ThreadStreamEvent]]:
    """Put the message behind the `past` of the run's branch; answers its position, the history, what to announce."""
    position = past[-1].position if past else 0
    events: list[ThreadStreamEvent] = []
    if item is not None:
        position += 1
        row = row_of(item, run, position)
        session.add(row)
        past = [*past, row]
        events.append(ThreadItemDoneEvent(item=item))
        if threads.suggest_title(session, thread_id=thread.id, title=title_of(item)):
            events.append(ThreadUpdatedEvent(thread=threads.as_thread(thread)))
    events.append(StreamOptionsEvent(stream_options=StreamOptions(allow_cancel=True)))
    return position, model_input(past), events


def row_of(item: ThreadItem, run: RunRow, position: int) -> ItemRow:
    """The row of an item of a run."""
    return ItemRow(
        id=item.id,
        thread_id=run.thread_id,
        branch_id=run.branch_id,
        position=position,
        type=item.type,
        payload=wire.payload(item),
        run_id=run.id,
        created_at=item.created_at,
    )


def title_of(item: UserMessageItem) -> str:
    """A short title from a message: its first line, cut at a word."""
    said = " ".join(part.text for part in item.content).strip() or " ".join(file.name for file in item.attachments)
    text = said.splitlines() or [""]
    line = " ".join(text[0].split())
    if len(line) <= TITLE_LENGTH:
        return line or "Conversation"
    return line[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def _known(session: Session, order: Order, key: str, at: datetime) -> RunRecord | None:
    row = runs.by_key(session, visitor_id=order.visitor_id, key=key)
    if row is None:
        return None
    if row.created_at < at - KEY_LIFE or (is_guess(order.key) and is_over(row, at)):
        row.idempotency_key = row.request_hash = None
        session.add(row)
        session.flush()
        return None
    if row.request_hash != order.key_hash:
        raise KeyReused("This Idempotency-Key was already used for another request.")
    return runs.record(row)


def _thread(session: Session, order: Order, at: datetime) -> ThreadRow:
    if order.new_thread:
        return threads.create(
            session,
            thread_id=order.thread_id,
            visitor_id=order.visitor_id,
            title=None,
            meta={"agent": order.agent, "model": order.model},
            at=at,
        )
    thread = threads.find(session, visitor_id=order.visitor_id, thread_id=order.thread_id, lock=True)
    threads.refuse_locked(thread)
    thread.updated_at = at
    thread.meta = {**thread.meta, "agent": order.agent, "model": order.model}
    session.add(thread)
    return thread


def _attach(session: Session, order: Order) -> None:
    """The message's files belong to its thread, one that has to wait too. Raises if one is gone since it was found."""
    if order.item is not None and order.item.attachments:
        ids = [file.id for file in order.item.attachments]
        attachments.use(session, visitor_id=order.visitor_id, ids=ids, thread_id=order.thread_id)


def _must_wait(session: Session, order: Order, policy: DoubleText) -> bool:
    live: Sequence[RunRow] = () if order.new_thread else runs.live_of(session, order.thread_id)
    if not live:
        return False
    # Whoever says something new does not want what he is asked for, and that in other words not even an approval.
    if order.pressed is not None and any(row.status == "awaiting_approval" for row in live):
        raise Conflict("This conversation waits for your word. Give it first, or stop the answer.")
    asking = [row.id for row in live if presented(runs.asks(row)) is not None]
    if asking and order.fork == "none":
        raise Busy(asking)
    given_up = order.fork != "none" and all(row.status == "awaiting_approval" for row in live)
    if policy == "interrupt" or given_up:
        raise Busy([row.id for row in live])
    if policy == "reject" or order.fork != "none":
        raise Conflict("This conversation is still answering. Wait for it, or stop it first.")
    if len(live) > MOST_WAITING:
        raise TooMany(
            "Many messages wait in this conversation already. Wait for an answer, or stop it.", retry_after=10
        )
    return True


def _fork(session: Session, thread: ThreadRow, order: Order, at: datetime) -> None:
    if order.fork_at is None:
        return
    item = items.locate(session, thread, order.fork_at)
    if item.type != "user_message":
        raise Malformed("Only a message of your own can be answered again or edited.")
    position = item.position if order.fork == "retry" else item.position - 1
    label = order.text or "".join(part["text"] for part in item.payload["content"])
    threads.fork(session, thread, parent=item.branch_id, position=position, label=label[:TITLE_LENGTH], at=at)


def _insert(session: Session, thread: ThreadRow, order: Order, *, owner: str, queued: bool, at: datetime) -> RunRow:
    stored = order.stored()
    if order.fork == "retry" and order.round is None and order.fork_at is not None:
        round_id = runs.round_of(session, thread.id, order.fork_at)
        stored |= {"round": round_id} if round_id else {}
    if queued and order.item is not None:
        stored |= {"text": order.text, "item": wire.payload(order.item)}
    row = RunRow(
        id=new_id("run"),
        thread_id=thread.id,
        branch_id=thread.head_branch,
        visitor_id=order.visitor_id,
        agent=order.agent,
        model=order.model,
        status="queued" if queued else "running",
        order=wire.clean(stored),
        owner=owner,
        heartbeat_at=at,
        usage={},
        idempotency_key=order.key,
        request_hash=order.key_hash,
        created_at=at,
    )
    session.add(row)
    return row


def _opened(
    session: Session,
    run: RunRow,
    events: list[ThreadStreamEvent],
    *,
    position: int,
    told: Told,
    queued: bool,
) -> Admitted:
    frames = tuple(wire.dump(event) for event in events)
    run.last_seq = len(frames)
    session.flush()
    runs.append(session, [(run.id, seq, data) for seq, data in enumerate(frames, 1)])
    return Admitted(run=runs.record(run), frames=frames, position=position, told=told, queued=queued)
