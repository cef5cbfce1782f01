"""What every handler works with."""

import asyncio
from dataclasses import dataclass, field

from playground.parts import Playground
from playground.records import Tab
from playground.ui.bell import Bell
from playground.ui.choices import lane_panel
from playground.ui.state import LanePanel


@dataclass(frozen=True, slots=True)
class Desk:
    """The playground's parts, and the bell that wakes open pages."""

    parts: Playground
    bell: Bell = field(default_factory=Bell)

    async def lane(self, tab: Tab) -> LanePanel:
        """The pickers of a tab."""
        agents, offers = self.parts.roster.offers(), await self.parts.offers()
        return await asyncio.to_thread(lane_panel, tab.lane, agents, offers)  # the first one reads the price list
