"""What every handler works with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from playground.catalog import Offer
from playground.compare.conductor import Conductor
from playground.errors import NotFound
from playground.parts import Playground
from playground.records import Lane, Tab
from playground.ui.bell import Bell
from playground.ui.choices import choices_value, lane_panel
from playground.ui.state import LanePanel

WRITTEN_ANEW = "This agent's instructions are written anew for each answer."


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
        choice, policy = await self.parts.offered.now(), self.parts.policy
        lane = tab.find(lane_id)
        if tab.blind and len(tab.lanes) > 1 and lane_id is None:
            lane = Lane(agent=choice.default_agent(), model=choice.default_model())
        # The first one reads the price list.
        panel = await asyncio.to_thread(lane_panel, lane, choice.agents(), choice.offers())
        return replace(
            panel,
            free=policy.models is None,
            instructions=policy.instructions,
            told=await self._told(lane.agent),
            most_tokens=policy.max_output_tokens,
        )

    async def _told(self, agent: str) -> str:
        """What an agent is told, where visitors are shown that."""
        if self.parts.policy.instructions != "shown":
            return ""
        try:
            told = await asyncio.to_thread(self.parts.roster.instructions, agent)
        except NotFound:
            return ""
        return told if told is not None else WRITTEN_ANEW

    async def choices(self, offers: Sequence[Offer]) -> dict[str, Any]:
        """What can be picked on the board."""
        free = self.parts.policy.models is None
        agents = (await self.parts.offered.now()).agents()
        return await asyncio.to_thread(choices_value, agents, offers, free=free)
