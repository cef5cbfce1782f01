"""What the board and the bar above it show of a tab and its lanes, apart from what is said in them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.capabilities import capabilities_of
from playground.client import ThreadView
from playground.compare.blind import Curtain, curtain
from playground.compare.names import blind_names, blind_order, contenders
from playground.compare.rounds import answers, round_names, rounds
from playground.records import Ask, Lane, RunRecord, Script, Tab, Vote
from playground.ui.asked import legible
from playground.ui.choices import versions


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a lane's thread; `error` says why it is not known any better."""

    view: ThreadView | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a tab: its `value`, the lanes in the order in which they are shown, and what is kept back."""

    value: dict[str, Any]
    order: tuple[str, ...]
    curtain: Curtain


def board(tab: Tab, seen: Mapping[str, Seen], votes: Sequence[Vote] = ()) -> Board:
    """The board as it stands. `seen` is by the lanes' ids. A tab with one lane hides nothing."""
    views = {lane_id: one.view for lane_id, one in seen.items() if one.view}
    found = rounds(views.values())
    hidden = curtain(blind=tab.blind and len(tab.lanes) > 1, rounds=found, voted={vote.round_id for vote in votes})
    names = lane_names(tab, hidden)
    order = _order(tab, hidden)
    lanes = [_lane(tab.find(lane_id), names[lane_id], seen.get(lane_id, Seen()), hidden) for lane_id in order]
    value = {
        "tab": tab.id,
        "same_world": tab.same_world,
        "blind": tab.blind,
        "revealed": not hidden.down,
        "lanes": lanes,
        "rounds": list(found),
        "votes": {} if hidden.down else _votes(tab, views, votes),
    }
    return Board(value, order, hidden)


def lane_names(tab: Tab, hidden: Curtain) -> dict[str, str]:
    """Lane → the name that it is shown by."""
    ids = [lane.id for lane in tab.lanes]
    if hidden.down:
        return blind_names(ids, tab_id=tab.id, round_id=hidden.round)
    return dict(zip(ids, contenders(tab.lanes), strict=True))


def _order(tab: Tab, hidden: Curtain) -> tuple[str, ...]:
    ids = [lane.id for lane in tab.lanes]
    # Shuffled after the vote as well: who is who is told where they stand.
    return blind_order(ids, tab_id=tab.id, round_id=hidden.round) if hidden.blind else tuple(ids)


def _votes(tab: Tab, views: Mapping[str, ThreadView], votes: Sequence[Vote]) -> dict[str, str]:
    """Round → "tie", "bad", or the lane that was found better; nothing where it is gone by now."""
    chosen = {vote.round_id: _winner(tab, views, vote) if vote.choice == "lane" else vote.choice for vote in votes}
    return {round_id: choice for round_id, choice in chosen.items() if choice}


def _winner(tab: Tab, views: Mapping[str, ThreadView], vote: Vote) -> str | None:
    names = round_names(tab, answers(tab, views, vote.round_id))
    return next((lane_id for lane_id, name in names.items() if name == vote.winner), None)


def _lane(lane: Lane, name: str, seen: Seen, hidden: Curtain) -> dict[str, Any]:
    view = seen.view
    live = view.live if view else None
    return {
        "id": lane.id,
        "name": name,
        **_who(lane, hidden),
        "thread": lane.thread_id,
        "unheard": lane.thread_id is None,
        "run": live.id if live else None,
        "live": live is not None,
        "queued": len(view.queued) if view else 0,
        "muted": lane.muted,
        "waits": bool(live and live.asks),
        "asks": _asks(live, name if hidden.down else None) if live else (),
        "error": seen.error,
        "failed": _failed(view) if view and not live else False,
        "script": _script(lane.script, hidden) if lane.script else None,
        "stand_ins": len(lane.stand_ins),
        "status": _status(view),
        "more": bool(view and view.has_more),
        "versions": _versions(view),
    }


def _status(view: ThreadView | None) -> Mapping[str, Any] | None:
    """Why nothing can be said in a lane; nothing if it can."""
    return view.status if view and view.status.get("type", "active") != "active" else None


def _failed(view: ThreadView) -> bool:
    """Whether the newest answer could not be finished."""
    newest = max(view.runs.values(), key=lambda run: run.created_at, default=None)
    return newest is not None and newest.status in {"failed", "interrupted"}


def _who(lane: Lane, hidden: Curtain) -> dict[str, Any]:
    if hidden.down:
        return {"agent": None, "model": None, "effort": None, "efforts": ()}
    efforts = capabilities_of(lane.model).efforts
    return {"agent": lane.agent, "model": lane.model, "effort": lane.settings.effort, "efforts": efforts}


def _asks(live: RunRecord, name: str | None) -> tuple[Ask, ...]:
    asks = (legible(ask) for ask in live.asks if ask.kind == "approval")
    return tuple(replace(ask, agent=name) if name else ask for ask in asks)


def _script(script: Script, hidden: Curtain) -> dict[str, Any]:
    """How far a lane's own work is. Its note may name a model."""
    shown = script.model_dump(include={"kind", "total", "paused", "note"})
    return {**shown, "done": script.total - len(script.steps), **({"note": None} if hidden.down else {})}


def _versions(view: ThreadView | None) -> list[dict[str, Any]]:
    found = versions(view)
    return [{"id": branch, "label": label, "head": branch == found.head} for label, branch in found.choices]
