"""Talking in one lane alone: sending, stopping, answering again, deciding what an agent asks."""

import asyncio
from collections.abc import Iterable

from pydantic import Field

from playground.client import Client
from playground.errors import Conflict, PlaygroundError
from playground.records import Decision, Lane
from playground.ui.handlers.caller import Acts, Caller, Id, OfItem, OfLane, Said, Text
from playground.ui.handlers.lanes import thread_of
from playground.ui.state import Note, Shown


class Send(OfLane):
    """A message to one lane."""

    text: Text


class Edit(OfItem):
    """A message in other words."""

    text: Text


class Decide(OfLane):
    """What the visitor decided about the calls that a run waits for."""

    run: Id
    decisions: list[Decision] = Field(max_length=1_000)


async def send(caller: Caller, said: Send) -> Shown:
    """Asks one lane alone."""
    if said.text.strip():
        await caller.client.send(said.tab, said.text, lane_id=said.lane)
    return Shown()


async def stop(caller: Caller, said: OfLane) -> Shown:
    """Stops one lane: its answer, what waits behind it, and what it does by itself."""
    lane = (await caller.client.tab(said.tab)).find(said.lane)
    await _stop(caller, said.tab, lane)
    return Shown()


async def stop_all(caller: Caller, said: Said) -> Shown:
    """Stops every lane. One that cannot be stopped leaves none of the others running."""
    return await stop_lanes(caller, said.tab)


async def stop_lanes(caller: Caller, tab_id: str) -> Shown:
    """Stops every lane of a tab."""
    lanes = (await caller.client.tab(tab_id)).lanes
    ends = await asyncio.gather(*(_stop(caller, tab_id, lane) for lane in lanes), return_exceptions=True)
    trouble = [end for end in ends if end is not None]
    for one in trouble:
        if not isinstance(one, PlaygroundError):
            raise one
    return Shown(note=_problem(trouble))


def _problem(trouble: Iterable[BaseException]) -> Note | None:
    said = " ".join(dict.fromkeys(map(str, trouble)))
    return Note(said, problem=True) if said else None


async def _stop(caller: Caller, tab_id: str, lane: Lane) -> None:
    if lane.script is not None and not lane.script.paused:
        await caller.desk.conductor.pause(caller.client, tab_id, lane.id)
    for run_id in await _going_on(caller.client, lane):
        await caller.client.stop(run_id)


async def _going_on(client: Client, lane: Lane) -> list[str]:
    """The runs of a lane that are not over; those that wait come first, lest one begins when another ends."""
    if lane.thread_id is None:
        return []
    view = await client.view(lane.thread_id, limit=1)
    return [run.id for run in view.queued[::-1]] + ([view.live.id] if view.live else [])


async def retry(caller: Caller, said: OfItem) -> Shown:
    """Answers a message again, by whoever is picked in the lane now."""
    await caller.client.retry(said.tab, said.item, lane_id=said.lane)
    return Shown()


async def edit(caller: Caller, said: Edit) -> Shown:
    """Sends a message in other words, in one lane."""
    thread_of(await caller.client.tab(said.tab), said.lane)
    if said.text.strip():
        await caller.client.send(said.tab, said.text, lane_id=said.lane, edit_item_id=said.item)
    return Shown()


async def decide(caller: Caller, said: Decide) -> Shown:
    """Approves or rejects what a lane's agent asks for. That it was decided before is no trouble."""
    try:
        await caller.client.decide(said.tab, said.run, said.decisions, lane_id=said.lane)
    except Conflict as late:
        return Shown(note=Note(late.message))
    return Shown()


ACTS: Acts = {
    "send": (Send, send),
    "stop": (OfLane, stop),
    "stop_all": (Said, stop_all),
    "retry": (OfItem, retry),
    "edit": (Edit, edit),
    "decide": (Decide, decide),
}
