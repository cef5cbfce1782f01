"""A closer look at the lanes, made as HTML by the rooms that know how."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from playground import wire
from playground.client import ThreadView
from playground.compare.blind import Curtain
from playground.compare.differences.steps import aligned, steps_html
from playground.compare.differences.trace import Trace, traced
from playground.compare.differences.words import compared, words_html
from playground.compare.measures.figures import figures_html, table
from playground.compare.measures.plots import plots
from playground.compare.measures.ranking import ranking, ranking_html
from playground.compare.measures.spread import attempt, attempts, spread, spread_html
from playground.compare.names import blind_names
from playground.compare.rounds import answers, round_names, runs_of
from playground.compare.saving.sharing import Sharing, shares_html
from playground.errors import Conflict, Malformed, PlaygroundError
from playground.records import RunRecord, Tab
from playground.ui.board import lane_names
from playground.ui.handlers.caller import Caller, Id
from playground.ui.handlers.seen import Sight, sight
from playground.ui.state import Shown

View = Literal["figures", "words", "steps", "spread", "ranking", "share", "shares", "unshare"]

TITLES: Mapping[View, str] = {
    "figures": "Figures",
    "words": "Text diff",
    "steps": "Step diff",
    "spread": "Spread",
    "ranking": "Ranking",
    "share": "Share",
    "shares": "Shared comparisons",
    "unshare": "Shared comparisons",
}


class Asked(BaseModel):
    """What is to be looked at. `n` numbers the browser's questions."""

    model_config = ConfigDict(frozen=True, strict=True)

    view: View
    tab: Id
    lanes: tuple[Id | None, Id | None] = (None, None)
    round: Id | None = None
    item: Id | None = None
    id: Id | None = None
    n: int = Field(default=0, ge=0)


@dataclass(frozen=True, slots=True)
class Look:
    """A tab as it is looked at: what is in its lanes, and what of it is told."""

    caller: Caller
    asked: Asked
    tab: Tab
    sight: Sight

    @property
    def curtain(self) -> Curtain:
        """What is kept back."""
        return self.sight.board.curtain

    @property
    def pair(self) -> tuple[str, str]:
        """The two lanes. Raises Malformed, NotFound."""
        one, other = self.asked.lanes
        if one is None or other is None or one == other:
            raise Malformed("Two lanes are compared. Pick another one.")
        return self.tab.find(one).id, self.tab.find(other).id

    def round_with(self, *lane_ids: str) -> tuple[str, dict[str, RunRecord]]:
        """The round that is meant, or else the newest that these lanes answered, and its runs by lane."""
        rounds = [self.asked.round] if self.asked.round else self.sight.board.value["rounds"][::-1]
        for round_id in rounds:
            answered = answers(self.tab, self.sight.views, round_id)
            if all(lane_id in answered for lane_id in lane_ids):
                return round_id, answered
        raise Conflict("There is nothing to compare yet: these lanes did not both answer the same message.")

    def names(self, round_id: str, answered: Mapping[str, RunRecord]) -> dict[str, str]:
        """Lane → its name in a round."""
        if self.curtain.tells(round_id):
            return round_names(self.tab, answered)
        if self.curtain.down:
            return lane_names(self.tab, self.curtain)
        return blind_names(list(answered), tab_id=self.tab.id, round_id=round_id)


async def analyse(caller: Caller, said: Mapping[str, object]) -> Shown:
    """The answer to what was asked, with the question; what went wrong is said in it."""
    try:
        asked = Asked.model_validate_json(orjson.dumps(wire.clean(dict(said))))
    except (ValidationError, TypeError):
        return Shown(analysis={"title": "", "html": "", "error": "That cannot be shown here.", "asked": dict(said)})
    value = {"view": asked.view, "title": TITLES[asked.view], "asked": dict(said)}
    try:
        return Shown(analysis={**value, "html": await _made(caller, asked)})
    except PlaygroundError as error:
        return Shown(analysis={**value, "html": "", "error": error.message})


async def _made(caller: Caller, asked: Asked) -> str:
    tab = await caller.client.tab(asked.tab)
    if (own := _OWN.get(asked.view)) is not None:
        return await own(caller, asked)
    return await _OF_LANES[asked.view](Look(caller, asked, tab, await sight(caller.client, tab)))


async def _figures(look: Look) -> str:
    look.curtain.check(look.asked.round)
    if look.asked.round is not None:
        answered = answers(look.tab, look.sight.views, look.asked.round)
        names = round_names(look.tab, answered)
        lanes = [[run] for run in answered.values()]
        return await asyncio.to_thread(_measured, "This round", list(names.values()), lanes)
    shown, views = lane_names(look.tab, look.curtain), look.sight.views
    whole = {lane_id: _told_runs(look, views[lane_id]) for lane_id in shown if lane_id in views}
    return await asyncio.to_thread(_measured, "All rounds", [shown[lane_id] for lane_id in whole], list(whole.values()))


def _told_runs(look: Look, view: ThreadView) -> list[RunRecord]:
    runs = [run for run in runs_of(view) if look.curtain.tells(run.round) and run.status != "queued"]
    return sorted(runs, key=lambda run: run.created_at)


def _measured(caption: str, names: list[str], lanes: list[list[RunRecord]]) -> str:
    return figures_html([table(caption, names, lanes)], plots(names, lanes)) if any(lanes) else ""


async def _words(look: Look) -> str:
    names, (first, second) = await _pair(look)
    said = [attempt(trace).answer for trace in (first, second)]
    return await asyncio.to_thread(lambda: words_html(compared(*said), names))


async def _steps(look: Look) -> str:
    names, (first, second) = await _pair(look, told=True)
    return await asyncio.to_thread(lambda: steps_html(aligned(first, second), names))


async def _pair(look: Look, *, told: bool = False) -> tuple[tuple[str, str], tuple[Trace, Trace]]:
    """The names and the runs of two lanes in a round."""
    one, other = look.pair
    round_id, answered = look.round_with(one, other)
    if told:
        look.curtain.check(round_id)
    names = look.names(round_id, answered)
    first, second = await asyncio.gather(*(traced(look.caller.client, answered[lane].id) for lane in (one, other)))
    return (names[one], names[other]), (first, second)


async def _spread(look: Look) -> str:
    lane = look.tab.find(look.asked.lanes[0])
    if lane.thread_id is None:
        raise Conflict("Nothing was said in this lane yet.")
    item_id = look.asked.item
    if item_id is None:
        _, answered = look.round_with(lane.id)
        item_id = answered[lane.id].answers or ""
    tried = await attempts(look.caller.client, lane.thread_id, item_id)
    look.curtain.check(*(one.run.round for one in tried))
    return await asyncio.to_thread(lambda: spread_html(spread(tried)))


# -- what is the visitor's, whatever is in the lanes ------------------------------------------------------------


async def _ranking(caller: Caller, _asked: Asked) -> str:
    votes = await caller.client.votes()
    return await asyncio.to_thread(lambda: ranking_html(ranking(votes))) if votes else ""


async def _share(caller: Caller, asked: Asked) -> str:
    sharing = _sharing(caller)
    made = await sharing.share(asked.tab)
    return shares_html(await sharing.shared(), made)


async def _shares(caller: Caller, _asked: Asked) -> str:
    return shares_html(await _sharing(caller).shared())


async def _unshare(caller: Caller, asked: Asked) -> str:
    if asked.id is None:
        raise Malformed("Which link is to end was not said.")
    await _sharing(caller).revoke(asked.id)
    return await _shares(caller, asked)


def _sharing(caller: Caller) -> Sharing:
    return Sharing(caller.client.visitor, caller.desk.parts)


_OF_LANES: Mapping[View, Callable[[Look], Awaitable[str]]] = {
    "figures": _figures,
    "words": _words,
    "steps": _steps,
    "spread": _spread,
}
_OWN: Mapping[View, Callable[[Caller, Asked], Awaitable[str]]] = {
    "ranking": _ranking,
    "share": _share,
    "shares": _shares,
    "unshare": _unshare,
}
