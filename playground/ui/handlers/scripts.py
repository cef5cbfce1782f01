"""What grows out of a lane: forks, replays and repeats; and results that a visitor puts in place of a tool's."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from playground import wire
from playground.catalog import split_model
from playground.client import Client
from playground.records import MOST_LANES, StandIn
from playground.ui.handlers.caller import Acts, Caller, Id, OfItem, OfLane, Said
from playground.ui.handlers.tabs import moved_to
from playground.ui.state import Note, Shown

Model = str
"""A model's name as it was picked; `split_model` says whether it can be one."""


class Fork(OfItem):
    """A copy of a lane up to an item, or to a step of it, that goes on by itself."""

    step: int | None = Field(default=None, ge=0, le=10_000)
    model: Model | None = Field(default=None, max_length=400)
    to: Literal["lane", "tab"] = "lane"


class Replay(OfLane):
    """All messages of a lane again, on other models."""

    models: list[Model] = Field(min_length=1, max_length=MOST_LANES - 1)


class Repeat(OfLane):
    """The last message of a lane, so many times in all."""

    times: int = Field(ge=2, le=10)


class Instead(Said):
    """A result in place of a tool's, in one lane or in all."""

    lane: Id | None = None
    tool: str = Field(min_length=1, max_length=200)
    arguments: str = Field(default="", max_length=65_536)
    output: str = Field(max_length=65_536)
    failed: bool = False


class OfLanes(Said):
    """An act on one lane, or on all."""

    lane: Id | None = None


async def fork(caller: Caller, said: Fork) -> Shown:
    """A lane or a tab that goes on from here. What could not be taken along is said."""
    if said.model is not None:
        split_model(said.model)
    forked = await caller.client.fork(said.tab, said.lane, said.item, step=said.step, model=said.model, to=said.to)
    note = Note(" ".join(forked.notes)) if forked.notes else None
    if said.to == "lane":
        return Shown(note=note)
    return Shown(strip=await moved_to(caller.client, forked.tab.id), note=note)


async def go_on_in_all(caller: Caller, said: OfItem) -> Shown:
    """Every other lane goes on from this answer."""
    await caller.client.continue_all(said.tab, said.lane, said.item)
    return Shown(note=Note("All lanes go on from this answer. What they had before is in the history."))


async def replay(caller: Caller, said: Replay) -> Shown:
    """New lanes, in which everything that was asked here is asked again."""
    for model in said.models:
        split_model(model)
    await caller.desk.conductor.replay(caller.client, said.tab, said.lane, said.models)
    return Shown()


async def repeat(caller: Caller, said: Repeat) -> Shown:
    """The same message again and again."""
    await caller.desk.conductor.repeat(caller.client, said.tab, said.lane, said.times)
    return Shown()


async def pause(caller: Caller, said: OfLane) -> Shown:
    """A replay or a repeat waits."""
    await caller.desk.conductor.pause(caller.client, said.tab, said.lane)
    return Shown()


async def go_on(caller: Caller, said: OfLane) -> Shown:
    """It goes on."""
    await caller.desk.conductor.go_on(caller.client, said.tab, said.lane)
    return Shown()


async def drop_script(caller: Caller, said: OfLane) -> Shown:
    """It is given up; what was answered stays."""
    await caller.desk.conductor.drop(caller.client, said.tab, said.lane)
    return Shown()


async def stand_in(caller: Caller, said: Instead) -> Shown:
    """A result that a tool's call gets in the next run, instead of the tool being run."""
    arguments = wire.canonical(said.arguments) if said.arguments.strip() else ""
    made = StandIn(tool=said.tool, arguments=arguments, output=said.output, failed=said.failed)
    await caller.client.stand_in(said.tab, await _meant(caller.client, said.tab, said.lane), made)
    return Shown(note=Note(f"{said.tool} answers with this in the next run."))


async def clear_stand_ins(caller: Caller, said: OfLanes) -> Shown:
    """The tools answer for themselves again."""
    await caller.client.set_stand_ins(said.tab, await _meant(caller.client, said.tab, said.lane), ())
    return Shown()


async def _meant(client: Client, tab_id: str, lane_id: str | None) -> Sequence[str]:
    tab = await client.tab(tab_id)
    return [tab.find(lane_id).id] if lane_id else [lane.id for lane in tab.lanes]


ACTS: Acts = {
    "fork": (Fork, fork),
    "continue": (OfItem, go_on_in_all),
    "replay": (Replay, replay),
    "repeat": (Repeat, repeat),
    "pause": (OfLane, pause),
    "go_on": (OfLane, go_on),
    "drop_script": (OfLane, drop_script),
    "stand_in": (Instead, stand_in),
    "clear_stand_ins": (OfLanes, clear_stand_ins),
}
