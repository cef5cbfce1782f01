"""The lanes of a tab: which there are, who answers in them, and under which rules they are compared."""

import asyncio
from typing import Literal

from pydantic import Field

from playground.catalog import PROVIDERS, split_model
from playground.compare.presets import Preset, proposed
from playground.errors import Conflict
from playground.records import MOST_LANES, Effort, Lane, Tab
from playground.ui.choices import full_name, provider_of
from playground.ui.handlers.caller import Acts, Caller, Id, OfLane, Said
from playground.ui.handlers.lane import first_model
from playground.ui.handlers.seen import sight
from playground.ui.state import WINDOW, Note, Shown


class Add(Said):
    """A further lane, like another one."""

    like: Id | None = None


class Arrange(Said):
    """A set of lanes; `lane` is the one whose model it is about."""

    preset: Preset
    lane: Id | None = None


class Move(OfLane):
    """Another place: 0 is the left end."""

    to: int = Field(ge=0, lt=MOST_LANES)


class Switch(Said):
    """Something on or off."""

    on: bool


class Mute(OfLane, Switch):
    """A lane that is left out when all are asked."""


class Pick(OfLane):
    """Who answers next. No effort is the provider's default."""

    agent: str | None = Field(default=None, min_length=1, max_length=400)
    provider: str | None = Field(default=None, max_length=40)
    model: str | None = Field(default=None, max_length=400)
    effort: Effort | Literal[""] | None = None


class Version(OfLane):
    """Another branch of a lane's thread."""

    branch: Id


async def add(caller: Caller, said: Add) -> Shown:
    """A further lane."""
    await caller.client.add_lane(said.tab, like=said.like)
    return Shown()


async def remove(caller: Caller, said: OfLane) -> Shown:
    """A lane less. What was said in it stays in the history; the one that is left gets the pickers."""
    tab = await caller.client.remove_lane(said.tab, said.lane)
    return Shown(lane=await caller.desk.lane(tab)) if len(tab.lanes) == 1 else Shown()


async def duplicate(caller: Caller, said: OfLane) -> Shown:
    """Another lane beside this one, with the same model and settings."""
    tab = await caller.client.add_lane(said.tab, like=said.lane)
    beside = [lane.id for lane in tab.lanes].index(said.lane) + 1
    await caller.client.move_lane(said.tab, tab.lanes[-1].id, beside)
    return Shown()


async def move(caller: Caller, said: Move) -> Shown:
    """A lane in another place."""
    tab = await caller.client.move_lane(said.tab, said.lane, said.to)
    return Shown(note=Note("Lanes are shuffled until the vote.")) if tab.blind else Shown()


async def mute(caller: Caller, said: Mute) -> Shown:
    """A lane that is not asked, or is again."""
    await caller.client.set_lane(said.tab, said.lane, muted=said.on)
    return Shown()


async def pick(caller: Caller, said: Pick) -> Shown:
    """Another agent, provider, model or effort, from the lane's next message on."""
    lane = (await caller.client.tab(said.tab)).find(said.lane)
    model = await _model(caller, lane, said)
    settings = lane.settings.model_copy(update={"effort": said.effort or None}) if said.effort is not None else None
    if said.agent is not None:
        caller.desk.parts.roster.get(said.agent)  # raises for one that is not here
    await caller.client.set_lane(said.tab, said.lane, agent=said.agent, model=model, settings=settings)
    return Shown()


async def _model(caller: Caller, lane: Lane, said: Pick) -> str | None:
    """The model that was picked. A listed one comes with its provider, a typed one may come without."""
    if said.provider is not None and provider_of(lane.model) != said.provider:
        return await first_model(caller.desk, said.provider)
    if said.model is None or not said.model.strip():
        return None
    typed = said.model.strip()
    name = typed if provider_of(typed) in PROVIDERS else full_name(typed, provider_of(lane.model))
    split_model(name)  # raises for one that cannot be
    return name


async def settings(caller: Caller, said: OfLane) -> Shown:
    """The drawer shows the settings of one lane. They would tell who answers in it."""
    tab = await caller.client.tab(said.tab)
    tab.find(said.lane)
    if (await sight(caller.client, tab)).board.curtain.down:
        raise Conflict("The settings would tell who answers here. Vote first, or switch blind off.")
    return Shown(lane=await caller.desk.lane(tab, said.lane), drawer={"tab": tab.id, "lane": said.lane})


async def preset(caller: Caller, said: Arrange) -> Shown:
    """Lanes for a set of models. Those in which something was said stay."""
    tab = await caller.client.tab(said.tab)
    offers = await caller.desk.parts.offers()
    plan = await asyncio.to_thread(proposed, said.preset, tab, offers, tab.find(said.lane))  # reads the price list
    choice = await caller.desk.parts.offered.now()
    for lane in plan.added:  # before any lane goes
        choice.check(caller.client.visitor, agent=lane.agent, model=lane.model)
    # A session keeps a lane at any time: if all go, the last one goes when the others have come.
    last = plan.dropped[-1:] if len(plan.dropped) == len(tab.lanes) else ()
    for lane in plan.dropped[: len(plan.dropped) - len(last)]:
        await caller.client.remove_lane(tab.id, lane.id)
    for lane in plan.added:
        await caller.client.add_lane(tab.id, agent=lane.agent, model=lane.model, settings=lane.settings)
    for lane in last:
        await caller.client.remove_lane(tab.id, lane.id)
    left = await caller.client.tab(tab.id)
    lane_panel = await caller.desk.lane(left) if len(left.lanes) == 1 else None
    return Shown(lane=lane_panel, note=Note(plan.note) if plan.note else None)


async def same_world(caller: Caller, said: Switch) -> Shown:
    """Whether a call that several lanes make is made once."""
    await caller.client.set_tab(said.tab, same_world=said.on)
    return Shown()


async def blind(caller: Caller, said: Switch) -> Shown:
    """Whether it is told who answers only after the vote. What is in the drawer would tell it."""
    tab = await caller.client.set_tab(said.tab, blind=said.on)
    return Shown(lane=await caller.desk.lane(tab))


async def version(caller: Caller, said: Version) -> Shown:
    """Another version of what was said in a lane."""
    thread_id = thread_of(await caller.client.tab(said.tab), said.lane)
    await caller.client.switch_branch(thread_id, said.branch)
    return Shown()


async def earlier(caller: Caller, said: OfLane) -> Shown:
    """More of what was said in a lane before."""
    (await caller.client.tab(said.tab)).find(said.lane)
    caller.desk.bell.look_back(caller.page, said.lane, WINDOW)
    return Shown()


def thread_of(tab: Tab, lane_id: str) -> str:
    """The thread of a lane. Raises Conflict where nothing was said yet."""
    thread_id = tab.find(lane_id).thread_id
    if thread_id is None:
        raise Conflict("Nothing was said in this lane yet.")
    return thread_id


ACTS: Acts = {
    "add": (Add, add),
    "remove": (OfLane, remove),
    "duplicate": (OfLane, duplicate),
    "move": (Move, move),
    "mute": (Mute, mute),
    "pick": (Pick, pick),
    "settings": (OfLane, settings),
    "preset": (Arrange, preset),
    "same_world": (Switch, same_world),
    "blind": (Switch, blind),
    "version": (Version, version),
    "earlier": (OfLane, earlier),
}
