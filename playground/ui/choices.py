"""What can be picked, as values for the pickers. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from playground.capabilities import capabilities_of
from playground.catalog import Offer
from playground.client import ThreadView
from playground.compare.drawing.markdown import plain
from playground.compare.presets import PRESETS
from playground.prices import price
from playground.records import Branch, Lane, Tab
from playground.roster.roster import AgentOffer
from playground.ui.state import LanePanel, Versions

BESIDE = " · "
"""Between a model's id and what is known of it."""


def strip_value(tabs: Iterable[Tab], chosen: str, at: float) -> dict[str, Any]:
    """The tab strip's value. Titles are drawn as text by `strip.js`.

    `at`, seconds, is taken before the tabs are read: of two answers that overtook each other the strip keeps the newer.
    """
    return {"tabs": [{"id": tab.id, "title": tab.title} for tab in tabs], "chosen": chosen, "at": at}


def provider_of(model: str) -> str:
    """The provider's part of a model's name."""
    return model.partition("/")[0]


def providers_value(offers: Sequence[Offer], chosen: str | None = None) -> dict[str, Any]:
    """The provider chips' value. Without `chosen` the page keeps the one it has."""
    shown = [{"id": one.provider, "label": one.label, "available": one.available, "note": one.note} for one in offers]
    return {"offers": shown, "chosen": chosen}


def model_choices(offers: Sequence[Offer], model: str) -> tuple[tuple[str, str], ...]:
    """The models of the picked provider, each with what is known of it; the picked one is always among them."""
    provider = provider_of(model)
    names = [name for one in offers if one.provider == provider for name in one.models]
    if model not in names:
        names.append(model)
    return tuple((model_label(name), name) for name in names)


def model_label(model: str) -> str:
    """A model without its provider, with its prices for a million tokens in and out, and its context."""
    provider, _, name = model.partition("/")
    known = None if provider == "local" else price(model)
    facts = [name]
    if known is not None:
        facts.append(f"${_short(known.input)} / ${_short(known.output)}" if known.output else "free")
    context = capabilities_of(model).context or (known.context if known else None)
    if context is not None:
        facts.append(f"{context / 1_000_000:.3g}M" if context >= 1_000_000 else f"{context // 1000}k")
    return BESIDE.join(facts)


def choices_value(agents: Sequence[AgentOffer], offers: Sequence[Offer], *, free: bool = True) -> dict[str, Any]:
    """All that can be picked for a lane, for `board.js` and `bar.js`; where `free`, models can be typed too."""
    return {
        "free": free,
        "agents": [{"name": one.name, "label": one.label, "prompts": one.prompts} for one in agents],
        "providers": [
            {
                "id": one.provider,
                "label": one.label,
                "available": one.available,
                "note": one.note,
                "models": [{"name": name, "label": model_label(name)} for name in one.models],
            }
            for one in offers
        ],
        "presets": [{"id": preset, "label": label, "hint": hint} for preset, label, hint in PRESETS],
    }


def _short(dollars: Decimal) -> str:
    return f"{dollars:.2f}".removesuffix(".00")


def full_name(typed: str, provider: str) -> str:
    """The model that was typed, with its provider in front. Ids may hold slashes of their own.

    What is known of a model stands beside its id in the picker, and may still be there when another is typed.
    """
    typed = typed.partition(BESIDE)[0].strip()
    return typed if typed.startswith(f"{provider}/") else f"{provider}/{typed}"


def lane_panel(lane: Lane, agents: Sequence[AgentOffer], offers: Sequence[Offer]) -> LanePanel:
    """All the pickers of a tab."""
    agent = next((one for one in agents if one.name == lane.agent), None)
    known = tuple((one.label, one.name) for one in agents)
    able = capabilities_of(lane.model)
    return LanePanel(
        agent=lane.agent,
        agents=known if agent else (*known, (f"{lane.agent} (gone)", lane.agent)),
        welcome=f"## {plain(agent.label)}\n\n{plain(agent.description)}" if agent else "## Pick an agent",
        prompts=agent.prompts if agent else (),
        model=lane.model,
        models=model_choices(offers, lane.model),
        providers=providers_value(offers, provider_of(lane.model)),
        settings=lane.settings,
        takes_temperature=able.temperature,
        efforts=able.efforts,
    )


def versions(view: ThreadView | None) -> Versions:
    """The branches to choose from; none where there is only one."""
    if view is None or len(view.branches) < 2:
        return Versions()
    branches = sorted(view.branches, key=lambda branch: branch.created_at)
    choices = tuple((_version(number, branch), branch.id) for number, branch in enumerate(branches, 1))
    head = next((branch.id for branch in branches if branch.head), None)
    return Versions(choices=choices[::-1], head=head)


def _version(number: int, branch: Branch) -> str:
    label = " ".join(branch.label.split()) or "The first"
    return f"{number} · {label[:40]}{'…' if len(label) > 40 else ''}"
