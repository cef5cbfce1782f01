"""A lane's thread as lines for the board, drawn again and again while it is being answered.

The rule: what was drawn is kept for as long as what it was drawn from stays equal, and of an answer that grows only the
end is drawn again. Nothing here depends on a clock, a store or a component.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from chatkit.types import AssistantMessageItem, TaskItem, ThreadItem, UserMessageItem, WorkflowItem

from playground.client import ThreadView
from playground.compare.answers import answer
from playground.compare.drawing.blocks import (
    Block,
    Turn,
    answer_block,
    note_block,
    other_blocks,
    progress_block,
    source_block,
    step_blocks,
    waiting_block,
    waits,
)
from playground.compare.drawing.citations import marked
from playground.compare.drawing.markdown import Growing
from playground.compare.drawing.messages import message_block, queued_blocks
from playground.compare.drawing.metrics import failure, metric_line
from playground.compare.rounds import runs_of
from playground.records import RunRecord
from playground.transcript import Transcript

STILL_OPEN = 3
"""Blocks at the end of a growing answer that more text may change: two, and what is too long to be read."""
UNTOLD = "The answer could not be finished."
"""Instead of a reason that would say who was asked."""

State = Literal["open", "live", "over"]
"""An item: being written, written by a run that goes on, or of a run that is over."""
Tells = Callable[[str | None], bool]
"""Whether it may be known who answered in a round (None: in no round)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A lane as it stands: `lines`, each a block's JSON, that are only added to; and `tail`, a JSON list."""

    lines: str = ""
    tail: str = "[]"


@dataclass(slots=True)
class _Piece:
    """One item, drawn. The first `fixed` of its lines stay; all of them if it is `done`."""

    item: ThreadItem
    key: object
    lines: list[str]
    fixed: int
    done: bool


@dataclass(slots=True)
class _Answer:
    """An answer in the making: its Markdown, and the lines of blocks that were drawn before."""

    growing: Growing = field(default_factory=Growing)
    turn: Turn | None = None
    htmls: list[str] = field(default_factory=list[str])
    lines: list[str] = field(default_factory=list[str])

    def update(self, item: AssistantMessageItem, turn: Turn) -> list[str]:
        """A line for each block of the item's text."""
        shown = self.growing.update(marked(answer(item)))
        if turn != self.turn:
            self.turn, self.htmls, self.lines = turn, [], []
        known = len(self.htmls)
        lines = [
            self.lines[at] if at < known and self.htmls[at] == html else answer_block(item.id, at, html, turn).json
            for at, html in enumerate(shown)
        ]
        self.htmls, self.lines = shown, lines
        return lines


def tell_all(_round: str | None) -> bool:
    """Nothing is hidden."""
    return True


class Entries:
    """One lane's lines."""

    def __init__(self) -> None:
        self._pieces: dict[str, _Piece] = {}
        self._answers: dict[str, _Answer] = {}
        self._drawn = Drawn()

    def draw(self, view: ThreadView, transcript: Transcript, tells: Tells = tell_all) -> Drawn:
        """The lane. `transcript` is the view's own, or a newer one while a run is live."""
        fixed: list[str] = []
        tail: list[str] = []
        pieces: dict[str, _Piece] = {}
        live = {view.live.id} if view.live else set[str]()
        for item, turn, ended in _told(view, transcript, tells):
            state: State = "open" if item.id in transcript.open_ids else "live" if turn.run in live else "over"
            piece = pieces[item.id] = self._piece(item, state, turn, ended)
            if tail:
                tail += piece.lines
                continue
            fixed += piece.lines[: piece.fixed]
            if not piece.done:
                tail += piece.lines[piece.fixed :] or [""]
        self._pieces = pieces
        self._answers = {item_id: self._answers[item_id] for item_id in transcript.open_ids if item_id in self._answers}
        tail += [block.json for block in _beside(view, transcript, tells)]
        self._drawn = self._same(Drawn("".join(fixed), f"[{','.join(filter(None, map(str.rstrip, tail)))}]"))
        return self._drawn

    def _same(self, drawn: Drawn) -> Drawn:
        """The last one if nothing changed: then nobody has to compare its text again."""
        return self._drawn if drawn == self._drawn else drawn

    def _piece(self, item: ThreadItem, state: State, turn: Turn, ended: RunRecord | None) -> _Piece:
        key = (state, turn, ended)
        known = self._pieces.get(item.id)
        if known is not None and known.key == key and (known.item is item or known.item == item):
            known.item = item  # told from the next one by its identity, which is quicker
            return known
        lines, fixed, done = self._lines(item, state, turn)
        outcome = [block.of(turn).json for block in _outcome(item.id, ended, turn)] if ended else []
        shown = [f"{line}\n" for line in (*lines, *outcome)]
        return _Piece(item, key, shown, len(shown) if done else fixed, done)

    def _lines(self, item: ThreadItem, state: State, turn: Turn) -> tuple[list[str], int, bool]:
        """An item's lines, how many of them stay, and whether that is all of them."""
        match item:
            case UserMessageItem():
                return [message_block(item, turn).json], 1, True
            case AssistantMessageItem():
                lines = self._answers.setdefault(item.id, _Answer()).update(item, turn)
                if state == "open":
                    return lines, max(0, len(lines) - STILL_OPEN), False
                sources = source_block(item, turn)
                return [*lines, *([sources.json] if sources else [])], 0, True
            case WorkflowItem() | TaskItem():
                steps = step_blocks(item, turn)
                ready = next((at for at, (_, finished) in enumerate(steps) if not finished), len(steps))
                # A step that waits is stored as it is, and goes on in the same item.
                done = state == "over" or (state == "live" and ready == len(steps))
                return [block.json for block, _ in steps], ready, done
            case _:
                lines = [block.json for block in other_blocks(item, turn)]
                return lines, 0, state != "open" and not waits(item)


# -- who belongs to whom ----------------------------------------------------------------------------------------


def _told(
    view: ThreadView, transcript: Transcript, tells: Tells
) -> Iterator[tuple[ThreadItem, Turn, RunRecord | None]]:
    """Each item, its turn, and the run that ended with it."""
    answering = {run.answers: run for run in runs_of(view) if run.answers}
    for items in _turns(transcript.items):
        asked = items[0] if isinstance(items[0], UserMessageItem) else None
        ended = next((view.runs[item.id] for item in items if item.id in view.runs), None)
        run = (answering.get(asked.id) if asked else None) or ended
        turn = _turn(run, view.tries.get(asked.id, 0) if asked else 0, tells)
        for item in items:
            # A run that left nothing but its question is told of, unless the question was answered in a later try.
            yield item, turn, None if item is asked and len(items) > 1 else view.runs.get(item.id)


def _turns(items: Iterable[ThreadItem]) -> Iterator[list[ThreadItem]]:
    """The items from one message of the visitor's up to the next."""
    turn: list[ThreadItem] = []
    for item in items:
        if turn and isinstance(item, UserMessageItem):
            yield turn
            turn = []
        turn.append(item)
    if turn:
        yield turn


def _turn(run: RunRecord | None, versions: int, tells: Tells) -> Turn:
    round_id = run.round if run else None
    return Turn(run.id if run else None, round_id, versions, tells(round_id))


# -- what is no item --------------------------------------------------------------------------------------------


def _outcome(item_id: str, run: RunRecord, turn: Turn) -> Iterator[Block]:
    """How a run ended, below its last item."""
    reason = failure(run)
    if reason is not None:
        yield note_block(f"{item_id}.failure", "danger", reason if turn.told else UNTOLD)
    if turn.told:
        yield Block(f"{item_id}.metrics", "metrics", metric_line(run))


def _beside(view: ThreadView, transcript: Transcript, tells: Tells) -> Iterator[Block]:
    """What the stream said beside the items, a sign of life while there is nothing to read yet, and what waits."""
    live = view.live
    if live is not None:
        turn = _turn(live, 0, tells)
        yield from (block.of(turn) for block in _said(live, transcript, told=turn.told))
    for run in view.queued:
        yield from queued_blocks(run)


def _said(live: RunRecord, transcript: Transcript, *, told: bool) -> Iterator[Block]:
    if told:
        for number, notice in enumerate(transcript.notices):
            title = f"{notice.title}: " if notice.title else ""
            yield note_block(f"{live.id}.{number}", notice.level, title + notice.message)
    if transcript.error is not None:
        reason = transcript.error.message if told else None
        yield note_block(f"{live.id}.error", "danger", reason or UNTOLD)
    elif transcript.progress and told:
        yield progress_block(f"{live.id}.progress", transcript.progress, transcript.progress_icon)
    elif not live.asks and not _writes(transcript):
        yield waiting_block(f"{live.id}.waits")


def _writes(transcript: Transcript) -> bool:
    """Whether there is something of what is being written to be seen."""
    being = [item for item in transcript.items if item.id in transcript.open_ids]
    return any(not isinstance(item, AssistantMessageItem) or any(part.text for part in item.content) for item in being)
