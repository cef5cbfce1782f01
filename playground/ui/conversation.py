"""A thread, drawn: its items, what each run took, what is being written, what waits. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from chatkit.types import ThreadItem, UserMessageItem

from playground.client import ThreadView
from playground.compare.drawing.metrics import escaped, failure, metric_line
from playground.records import RunRecord
from playground.transcript import Transcript
from playground.ui.asked import legible
from playground.ui.mounts import mounts, placeholder, progress_id
from playground.ui.render import (
    WAITING,
    Entry,
    Message,
    item_messages,
    note_message,
    notice,
    text_message,
    text_part,
)
from playground.ui.state import Feed

VOTES = {"positive": "Like", "negative": "Dislike"}


def draw(view: ThreadView, transcript: Transcript) -> Feed:
    """The feed of a thread. `transcript` is the view's own, or a newer one while a run is live."""
    entries = _numbered(view, transcript)
    return Feed(
        messages=tuple(entry.message for entry in entries),
        ids=tuple(entry.item_id for entry in entries),
        feedback=tuple(_votes(view, entries)),
        thread_id=view.thread_id,
        run_id=view.live.id if view.live else None,
        queued=tuple(run.id for run in view.queued),
        more=view.has_more,
        settled=_settled(view, transcript, entries),
        asks=tuple(legible(ask) for ask in view.live.asks if ask.kind == "approval") if view.live else (),
        mounts=mounts(view, transcript),
    )


def _settled(view: ThreadView, transcript: Transcript, entries: list[Entry]) -> int:
    """How many messages, from the first, belong to items that are finished."""
    if view.live is None:
        return len(entries)
    being_written = (
        index for index, entry in enumerate(entries) if entry.item_id is None or entry.item_id in transcript.open_ids
    )
    return next(being_written, len(entries))


def _numbered(view: ThreadView, transcript: Transcript) -> list[Entry]:
    entries = list(_items(view, transcript))
    entries += _beside(view, transcript)
    if not view.live and not view.queued:
        _offer_again(view, transcript, entries)
    for run in view.queued:
        entries.append(Entry(text_message("user", run.input_text)))
        entries.append(Entry(note_message("info", "Waiting: this is sent when the answer above is finished.")))
    return entries


def _items(view: ThreadView, transcript: Transcript) -> Iterator[Entry]:
    items = transcript.items
    for item, after in zip_longest(items, items[1:]):
        messages = item_messages(item, is_open=item.id in transcript.open_ids)
        run = view.runs.get(item.id)
        if run is not None and not _superseded(item, after):
            messages = _with_outcome(messages, run)
        yield from (Entry(message, item.id) for message in messages)


def _superseded(item: ThreadItem, after: ThreadItem | None) -> bool:
    """A run that left nothing but its question is told of, unless the question was answered in a later try."""
    return isinstance(item, UserMessageItem) and after is not None and not isinstance(after, UserMessageItem)


def _with_outcome(messages: list[Message], run: RunRecord) -> list[Message]:
    """The metric line goes below the last answer; below a fold or a question it stands alone."""
    line = metric_line(run)
    trouble = failure(run)
    messages = [*messages, note_message("danger", trouble)] if trouble else messages
    last = messages[-1] if messages else None
    if last is None or last["metadata"] or last["role"] == "user":
        return [*messages, text_message("assistant", line)]
    return [*messages[:-1], {**last, "content": [*last["content"], text_part(line)]}]


def _beside(view: ThreadView, transcript: Transcript) -> list[Entry]:
    """What the stream said beside the items; and a sign of life while there is nothing to read yet."""
    entries = [Entry(notice(event)) for event in transcript.notices]
    if transcript.error is not None and view.live:
        entries.append(Entry(note_message("danger", transcript.error.message or "The answer could not be finished.")))
    elif view.live and transcript.progress:
        shown = f'<p class="progress">{escaped(transcript.progress)}</p>'
        entries.append(Entry(text_message("assistant", placeholder(progress_id(view.live.id), shown))))
    elif view.live and not view.live.asks and not transcript.open_ids:
        entries.append(Entry(text_message("assistant", WAITING)))
    return entries


def _offer_again(view: ThreadView, transcript: Transcript, entries: list[Entry]) -> None:
    run = view.runs.get(transcript.items[-1].id) if transcript.items else None
    asked = next((entry.item_id for entry in reversed(entries) if entry.message["role"] == "user"), None)
    if run is None or asked is None or entries[-1].message["role"] == "user":
        return
    if run.status == "interrupted" or (run.status == "failed" and run.allow_retry):
        again = {"label": "Try again", "value": asked}
        entries[-1] = replace(entries[-1], message={**entries[-1].message, "options": [again]})


def _votes(view: ThreadView, entries: list[Entry]) -> Iterator[str | None]:
    """One vote per drawn block of the assistant, as the chat component counts them."""
    for entry in entries:
        if entry.message["role"] != "assistant":
            continue
        vote = VOTES.get(view.feedback.get(entry.item_id or "", ""))
        yield from (vote for _ in entry.message["content"])
