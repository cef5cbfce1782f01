"""From a tab to a comparison that can be saved."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chatkit.types import UserMessageItem

from playground.client import Client, ThreadView
from playground.compare.blind import curtain
from playground.compare.drawing.markdown import plain
from playground.compare.names import contenders
from playground.compare.parts import Part, parts
from playground.compare.rounds import rounds, runs_of
from playground.compare.saving.comparison import Comparison, Reply, Round, SavedLane, SavedRun
from playground.records import RunRecord, Tab

NEWEST = 2_000
"""Items of a lane that are saved."""


async def comparison(client: Client, tab_id: str) -> Comparison:
    """What is in a tab now. Raises NotFound, and Conflict while a blind tab still has to be voted on."""
    tab = await client.tab(tab_id)
    threads = {lane.id: lane.thread_id for lane in tab.lanes if lane.thread_id}
    views = {lane_id: await client.view(thread_id, limit=NEWEST) for lane_id, thread_id in threads.items()}
    voted = {vote.round_id for vote in await client.votes(tab.id)}
    hidden = curtain(blind=tab.blind and len(tab.lanes) > 1, rounds=rounds(views.values()), voted=voted)
    hidden.check(None, *hidden.kept)
    return await asyncio.to_thread(saved, tab, views, at=datetime.now(UTC))


def saved(tab: Tab, views: Mapping[str, ThreadView], *, at: datetime) -> Comparison:
    """A tab with its lanes' threads, by the lanes' ids; a lane in which nothing was said has none."""
    names = contenders(tab.lanes)
    return Comparison(
        title=tab.title,
        made_at=at,
        same_world=tab.same_world,
        lanes=tuple(
            SavedLane(
                name=name,
                agent=lane.agent,
                model=lane.model,
                settings=lane.settings,
                shortened=lane.id in views and views[lane.id].has_more,
            )
            for name, lane in zip(names, tab.lanes, strict=True)
        ),
        rounds=tuple(_rounds([views.get(lane.id) for lane in tab.lanes])),
    )


# -- rounds -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Turn:
    """A message of the visitor's and what came of it; what came before any message has none."""

    lane: int
    asked: UserMessageItem | None
    at: datetime
    parts: list[Part] = field(default_factory=list[Part])
    run: RunRecord | None = None

    @property
    def round(self) -> str | None:
        """The same for what was sent to several lanes at once."""
        return self.run.round if self.run else None

    @property
    def said(self) -> object:
        """The same for a message and its copies in other lanes, which have no runs; nothing else was said just then."""
        return (_prompt(self.asked), self.asked.created_at) if self.asked else self.lane

    def reply(self) -> Reply:
        run = SavedRun.of(self.run) if self.run else None
        return Reply(lane=self.lane, parts=tuple(self.parts), run=run)


def _rounds(views: Iterable[ThreadView | None]) -> Iterator[Round]:
    turns = [turn for lane, view in enumerate(views) if view for turn in _turns(lane, view)]
    originals = {turn.said: turn.round for turn in turns if turn.round}
    found: dict[object, list[_Turn]] = {}
    for turn in sorted(turns, key=lambda turn: turn.at):
        found.setdefault(turn.round or originals.get(turn.said, turn.said), []).append(turn)
    for together in found.values():
        together.sort(key=lambda turn: turn.lane)
        yield Round(prompt=_prompt(together[0].asked), replies=tuple(turn.reply() for turn in together))


def _turns(lane: int, view: ThreadView) -> Iterator[_Turn]:
    answering = {run.answers: run for run in runs_of(view) if run.answers}
    turn: _Turn | None = None
    for item in view.transcript.items:
        if turn is None or isinstance(item, UserMessageItem):
            if turn is not None:
                yield turn
            turn = _Turn(lane, item if isinstance(item, UserMessageItem) else None, item.created_at)
        turn.parts += parts(item)
        turn.run = turn.run or answering.get(item.id) or view.runs.get(item.id)
    if turn is not None:
        yield turn


def _prompt(item: UserMessageItem | None) -> str:
    if item is None:
        return ""
    quoted = "".join(f"> {line}\n" for line in (item.quoted_text or "").splitlines())
    text = "".join(part.text for part in item.content)
    files = "".join(f"\n\n*{plain(one.name)}*" for one in item.attachments)
    return (f"{quoted}\n{text}" if quoted else text) + files
