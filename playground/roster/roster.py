"""The agents on offer: the owner's first, then those that ship."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from playground.errors import NotFound
from playground.roster import assistant, board, clerk, desk, interviewer, reader, scout, toolbox
from playground.roster.owner import RosterError, load
from playground.toolkit.offer import AgentOffer

__all__ = ["AgentOffer", "Roster", "RosterError"]

SHIPPED = (
    assistant.OFFER,
    toolbox.OFFER,
    desk.OFFER,
    clerk.OFFER,
    board.OFFER,
    scout.OFFER,
    interviewer.OFFER,
    reader.OFFER,
)


class Roster:
    """Loaded once, at the start. A spec is `package.module:attribute`; the same one twice counts once."""

    def __init__(self, specs: Sequence[str] = (), *, telling: bool = True) -> None:
        """Raises RosterError for the first spec that cannot be loaded; see `load` for `telling`."""
        named = dict.fromkeys(spec.strip() for spec in specs)
        loaded = (*(load(spec, telling=telling) for spec in named), *SHIPPED)
        labels = Counter(offer.label for offer in loaded)
        self._offers = {offer.name: _told_apart(offer, labels) for offer in loaded}

    def offers(self) -> tuple[AgentOffer, ...]:
        """In the order in which they are shown."""
        return tuple(self._offers.values())

    def get(self, name: str) -> AgentOffer:
        """The offer of that name. Raises NotFound: it may have been offered before a restart."""
        if name not in self._offers:
            raise NotFound("There is no agent named '{name}' here. Pick another one.", name=name[:100])
        return self._offers[name]

    def instructions(self, name: str) -> str | None:
        """What the agent of that name is told, if that is the same each time. Builds it: not for an event loop."""
        told = self.get(name).build().instructions
        return told if isinstance(told, str) else None

    @property
    def default(self) -> str:
        """The name of the agent that a new tab starts with."""
        return next(iter(self._offers))


def _told_apart(offer: AgentOffer, labels: Counter[str]) -> AgentOffer:
    if offer in SHIPPED or labels[offer.label] == 1:
        return offer
    return replace(offer, label=f"{offer.label} ({offer.name})")
