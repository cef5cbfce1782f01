"""A link that opens a comparison filled in. It sends nothing: a link must not spend money."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from playground.access.offered import Choice
from playground.catalog import split_model
from playground.client import Client
from playground.errors import Malformed, NotFound
from playground.records import MOST_LANES, LaneSettings
from playground.roster.roster import Roster
from playground.ui.handlers.desk import Desk
from playground.ui.handlers.tabs import pick
from playground.ui.state import Note, Shown
from playground.visitor import Visitor

LONGEST_PROMPT = 32_000
"""Characters; servers in front of this one take no longer addresses."""

_ON = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a link asks for, as far as there is such a thing; `notes` say what there is not."""

    models: tuple[str, ...] = ()
    agent: str | None = None
    prompt: str = ""
    same_world: bool = False
    blind: bool = False
    notes: tuple[str, ...] = ()


def wanted(address: Mapping[str, str], roster: Roster) -> Wanted | None:
    """What the page's address asks for; None if it asks for no comparison. Pure."""
    if "compare" not in address:
        return None
    named = [name.strip() for name in address["compare"][:4_000].split(",")]
    models, notes = _models(name for name in named if name)
    agent = address.get("agent") or None
    if agent is not None and not _is_here(roster, agent):
        notes.append(f"There is no agent {agent[:80]} here.")
        agent = None
    return Wanted(
        models=models,
        agent=agent,
        prompt=address.get("prompt", "")[:LONGEST_PROMPT],
        same_world=address.get("same_world", "").lower() in _ON,
        blind=address.get("blind", "").lower() in _ON,
        notes=tuple(notes),
    )


def _models(names: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    found: list[str] = []
    notes: list[str] = []
    for name in names:
        try:
            split_model(name)
        except Malformed:
            notes.append(f"{name[:80]} names no model here.")
        else:
            found.append(name)
    if len(found) > MOST_LANES:
        notes.append(f"A session has {MOST_LANES} lanes at most; the first {MOST_LANES} models are here.")
    return tuple(found[:MOST_LANES]), notes


def _is_here(roster: Roster, agent: str) -> bool:
    try:
        roster.get(agent)
    except NotFound:
        return False
    return True


def _narrowed(link: Wanted, choice: Choice, visitor: Visitor) -> Wanted:
    """The link without what the visitor is not offered."""
    models = tuple(model for model in link.models if choice.fits(visitor, model=model))
    agent = link.agent if choice.fits(visitor, agent=link.agent) else None
    refused = [name for name in (*link.models, link.agent) if name and name not in (*models, agent)]
    notes = tuple(f"{name[:80]} is not on offer here." for name in refused)
    return replace(link, models=models, agent=agent, notes=(*link.notes, *notes))


async def follow_link(desk: Desk, client: Client, link: Wanted) -> Shown:
    """A new tab with what the link asks for; the prompt is put into the box, and not sent."""
    link = _narrowed(link, await desk.parts.offered.now(), client.visitor)
    tab = await client.open_tab()
    plain = LaneSettings()
    tab = await client.set_lane(
        tab.id, tab.lane.id, agent=link.agent, model=link.models[0] if link.models else None, settings=plain
    )
    for model in link.models[1:]:
        tab = await client.add_lane(tab.id, agent=link.agent, model=model, settings=plain)
    if link.same_world or link.blind:
        await client.set_tab(tab.id, same_world=link.same_world, blind=link.blind)
    shown = await pick(desk, client, tab_id=tab.id)
    note = Note(" ".join(link.notes), problem=True) if link.notes else None
    return replace(shown, box=link.prompt or None, note=note)
