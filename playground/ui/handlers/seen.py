"""What is in a tab's lanes, looked at once."""

from playground.client import Client, ThreadView
from playground.records import Tab
from playground.ui.board import Board, Seen, board

FAR_BACK = 1_000
"""Items of a lane in which a round is looked for."""


async def seen_views(client: Client, tab: Tab) -> dict[str, ThreadView]:
    """Lane → its thread, of those in which something was said. Raises NotFound."""
    threads = {lane.id: lane.thread_id for lane in tab.lanes if lane.thread_id}
    return {lane_id: await client.view(thread_id, limit=FAR_BACK) for lane_id, thread_id in threads.items()}


async def seen_board(client: Client, tab: Tab) -> Board:
    """The board as it stands."""
    views = await seen_views(client, tab)
    return board(tab, {lane_id: Seen(view) for lane_id, view in views.items()}, await client.votes(tab.id))
