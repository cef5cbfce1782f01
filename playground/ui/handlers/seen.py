"""What is in a tab's lanes, looked at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from playground.client import Client, ThreadView
from playground.records import Tab
from playground.ui.board import Board, Seen, board

FAR_BACK = 1_000
"""Items of a lane in which a round is looked for."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The threads of those lanes in which something was said, by lane, and the board as it stands."""

    views: Mapping[str, ThreadView]
    board: Board


async def sight(client: Client, tab: Tab) -> Sight:
    """A look at a tab. Raises NotFound."""
    threads = {lane.id: lane.thread_id for lane in tab.lanes if lane.thread_id}
    found = await asyncio.gather(*(client.view(thread_id, limit=FAR_BACK) for thread_id in threads.values()))
    views = dict(zip(threads, found, strict=True))
    votes = await client.votes(tab.id)
    return Sight(views, board(tab, {lane_id: Seen(view) for lane_id, view in views.items()}, votes))
