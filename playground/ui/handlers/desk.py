"""What every handler works with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playground import catalog
from playground.catalog import Offer
from playground.client import Client
from playground.errors import NotConfigured
from playground.parts import Playground
from playground.records import Lane, Tab
from playground.ui.bell import Bell
from playground.ui.choices import choices_value, lane_panel
from playground.ui.state import LanePanel


class Conducts:
    """What drives lanes that ask by themselves."""

    async def replay(self, client: Client, tab_id: str, lane_id: str, models: Sequence[str]) -> object:
        """New lanes on `models`, in which all messages of a lane are asked again."""
        raise NotConfigured("Replays are not here yet.")

    async def repeat(self, client: Client, tab_id: str, lane_id: str, times: int) -> object:
        """A lane's last message, so many times."""
        raise NotConfigured("Repeats are not here yet.")

    async def pause(self, client: Client, tab_id: str, lane_id: str) -> object:
        """Let a lane wait."""
        raise NotConfigured("Nothing can be paused yet.")

    async def go_on(self, client: Client, tab_id: str, lane_id: str) -> object:
        """Let it go on."""
        raise NotConfigured("Nothing can be paused yet.")

    async def drop(self, client: Client, tab_id: str, lane_id: str) -> object:
        """Give up what it still has to do."""
        raise NotConfigured("Nothing can be given up yet.")


@dataclass(frozen=True, slots=True)
class Desk:
    """The playground's parts, and the bell that wakes open pages."""

    parts: Playground
    bell: Bell = field(default_factory=Bell)
    conductor: Conducts = field(default_factory=Conducts)

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
