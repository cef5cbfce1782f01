"""Sets of lanes that are asked for at once. Pure; the first price that is looked up reads the price list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from playground.capabilities import EFFORTS, capabilities_of
from playground.catalog import Offer
from playground.prices import is_free, price
from playground.records import MOST_LANES, Lane, Tab

Preset = Literal["defaults", "cheap", "efforts"]

PRESETS: Sequence[tuple[Preset, str, str]] = (
    ("defaults", "All providers' defaults", "Each provider's default model that can be used here."),
    ("cheap", "Cheap ones", "Each provider's cheapest model with a known price."),
    ("efforts", "Three efforts", "The same model at its lowest, middle and highest reasoning effort."),
)
"""Id, label and hint of each."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Lanes to add, and lanes to take away; `note` says what could not be done."""

    added: tuple[Lane, ...] = ()
    dropped: tuple[Lane, ...] = ()
    note: str = ""


def proposed(preset: Preset, tab: Tab, offers: Sequence[Offer], like: Lane) -> Plan:
    """What makes these lanes of a tab's. Lanes in which something was said stay; no lane is there twice.

    `like` gives the model whose efforts are compared, and everything of a lane that a set does not say.
    """
    wanted, trouble = _wanted(preset, offers, like)
    if not wanted:
        return Plan(note=trouble)
    silent = [lane for lane in tab.lanes if lane.thread_id is None]
    missing = [lane for lane in wanted if not any(_same(lane, other) for other in tab.lanes)]
    dropped = [lane for lane in silent if not any(_same(lane, other) for other in wanted)]
    room = MOST_LANES - (len(tab.lanes) - len(dropped))
    added = missing[:room]
    note = ""
    if len(added) < len(missing):
        note = f"There is room for {MOST_LANES} lanes only; {len(missing) - len(added)} could not be added."
    return Plan(tuple(added), tuple(dropped), note)


def _same(lane: Lane, other: Lane) -> bool:
    return (lane.model, lane.settings.effort) == (other.model, other.settings.effort)


def _wanted(preset: Preset, offers: Sequence[Offer], like: Lane) -> tuple[list[Lane], str]:
    """The lanes of a set, and what to say if there are none."""
    usable = [offer for offer in offers if offer.available and offer.models]
    match preset:
        case "defaults":
            return [_on(like, offer.models[0]) for offer in usable], "No provider can be used here yet."
        case "cheap":
            cheapest = [model for offer in usable if (model := _cheapest(offer.models))]
            return [_on(like, model) for model in cheapest], "No model with a known price can be used here yet."
        case "efforts":
            return _at_efforts(like)


def _on(like: Lane, model: str) -> Lane:
    """A lane on another model, whose efforts may be others."""
    return replace(like, model=model, settings=like.settings.model_copy(update={"effort": None}))


def _cheapest(models: Sequence[str]) -> str | None:
    priced = [(cost, model) for model in models if (cost := _cost(model)) is not None]
    return min(priced, key=lambda each: each[0])[1] if priced else None


def _cost(model: str) -> Decimal | None:
    """Of a million tokens in and a million out. What writes for nothing elsewhere writes no answers."""
    known = price(model)
    if known is None or not (known.output or is_free(model)):
        return None
    return known.input + known.output


def _at_efforts(like: Lane) -> tuple[list[Lane], str]:
    efforts = sorted(capabilities_of(like.model).efforts, key=EFFORTS.index)
    if len(efforts) < 2:
        return [], f"{like.model} takes no reasoning effort. Pick another model first."
    chosen = dict.fromkeys((efforts[0], efforts[(len(efforts) - 1) // 2], efforts[-1]))
    return [replace(like, settings=like.settings.model_copy(update={"effort": effort})) for effort in chosen], ""
