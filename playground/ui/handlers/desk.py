"""What every handler works with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playground import catalog
from playground.catalog import Offer
from playground.compare.conductor import Conductor
from playground.parts import Playground
from playground.records import Lane, Tab
from playground.ui.bell import Bell
from playground.ui.choices import choices_value, lane_panel
from playground.ui.state import LanePanel


@dataclass(frozen=True, slots=True)
class Desk:
    """The playground's parts, the bell that wakes open pages, and who drives the lanes that ask by themselves."""

    parts: Playground
    bell: Bell = field(default_factory=Bell)
    conductor: Conductor = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "conductor", Conductor(self.parts, self.bell.ring))

    async def lane(self, tab: Tab, lane_id: str | None = None) -> LanePanel:
        """The pickers and settings of one lane of a tab, the first one unless named.

        Of the lanes of a blind tab nobody is told about unless he asks for one: then it was found that he may know.
        """
        agents, offers = self.parts.roster.offers(), await self.parts.offers()
        lane = tab.find(lane_id)
        if tab.blind and len(tab.lanes) > 1 and lane_id is None:
            lane = Lane(agent=self.parts.roster.default, model=catalog.default_model(offers))
        return await asyncio.to_thread(lane_panel, lane, agents, offers)  # the first one reads the price list

    async def choices(self, offers: Sequence[Offer]) -> dict[str, Any]:
        """What can be picked on the board."""
        return await asyncio.to_thread(choices_value, self.parts.roster.offers(), offers)
