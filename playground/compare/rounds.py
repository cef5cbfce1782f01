"""Which lanes answered a message that was put to several of them, and what they were then. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from playground.client import ThreadView
from playground.compare.names import contenders
from playground.records import LaneSettings, RunRecord, Tab


def runs_of(view: ThreadView) -> Iterable[RunRecord]:
    """The runs of a thread's shown branch: those that ended, the live one, and those that wait."""
    return (*view.runs.values(), *([view.live] if view.live else ()), *view.queued)


def rounds(views: Iterable[ThreadView]) -> Mapping[str, int]:
    """The rounds that are seen in these lanes, oldest first, each with the number of lanes that it was put to."""
    began: dict[str, list[float]] = {}
    for view in views:
        own: dict[str, float] = {}
        for run in runs_of(view):
            if run.round is not None:
                own[run.round] = min(run.created_at.timestamp(), own.get(run.round, float("inf")))
        for round_id, at in own.items():
            began.setdefault(round_id, []).append(at)
    return {round_id: len(times) for round_id, times in sorted(began.items(), key=lambda each: min(each[1]))}


def answers(tab: Tab, views: Mapping[str, ThreadView], round_id: str) -> dict[str, RunRecord]:
    """Lane → its run in a round, from left to right, of the lanes that it was put to. `views` are by lane."""
    seen = {lane.id: runs_of(views[lane.id]) for lane in tab.lanes if lane.id in views}
    return {lane_id: run for lane_id, runs in seen.items() for run in runs if run.round == round_id}


def round_names(tab: Tab, answered: Mapping[str, RunRecord]) -> dict[str, str]:
    """Lane → the contender that it was in a round: another model may have been picked since."""
    lanes = [
        replace(tab.find(lane_id), model=run.model, settings=LaneSettings(effort=run.settings.get("effort")))
        for lane_id, run in answered.items()
    ]
    return dict(zip(answered, contenders(lanes), strict=True))
