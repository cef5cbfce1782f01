"""The tab strip and the history: opening, closing, renaming, deleting."""

import time
from dataclasses import replace
from typing import Any

from playground.client import Client
from playground.records import Tab
from playground.ui.bell import Ear
from playground.ui.choices import strip_value
from playground.ui.handlers.desk import Desk
from playground.ui.state import Note, Shown
from playground.ui.watch import Watch

TITLE_CHARS = 80


async def load(desk: Desk, client: Client, *, wanted: str | None) -> Shown:
    """The page as it opens: the tab that the address names, else the newest one."""
    return await _present(desk, client, wanted)


async def pick(desk: Desk, client: Client, *, tab_id: str) -> Shown:
    """Another tab."""
    return await _present(desk, client, tab_id)


async def add(desk: Desk, client: Client) -> Shown:
    """A new tab, shown at once."""
    tab = await client.open_tab()
    return await _present(desk, client, tab.id)


async def close(desk: Desk, client: Client, *, tab_id: str, chosen: str) -> Shown:
    """Closes a tab. If it was the one that is shown, its neighbour takes its place."""
    before = [tab.id for tab in await client.tabs()]
    await client.close_tab(tab_id)
    desk.bell.ring(tab_id)
    if tab_id == chosen and tab_id in before:
        position = before.index(tab_id)
        neighbours = before[position + 1 :] + before[:position][::-1]
        chosen = neighbours[0] if neighbours else ""
    return await _present(desk, client, chosen)


async def reopen(desk: Desk, client: Client) -> Shown:
    """The tab that was closed last."""
    tab = await client.reopen_tab()
    if tab is None:
        return Shown(note=Note("No closed session to open again."))
    return await _present(desk, client, tab.id)


async def rename(desk: Desk, client: Client, *, tab_id: str, title: str) -> Shown:
    """Another title. An empty one changes nothing. Which tab is shown is not for the answer to say."""
    title = " ".join(title.split())[:TITLE_CHARS]
    if title:
        await client.rename_tab(tab_id, title)
        desk.bell.ring(tab_id)
    at = time.time()
    return Shown(strip={**strip_value(await client.tabs(), tab_id, at), "watched": True})


async def history(client: Client, *, thread_id: str | None) -> Shown:
    """The visitor's threads, newest first."""
    threads = await client.threads()
    rows = [{"id": one.id, "title": one.title or "Untitled", "at": one.created_at.isoformat()} for one in threads]
    return Shown(history={"threads": rows, "chosen": thread_id})


async def open_thread(desk: Desk, client: Client, *, thread_id: str) -> Shown:
    """A thread out of the history, in its tab."""
    tab = await client.open_tab(thread_id=thread_id)
    return await _present(desk, client, tab.id)


async def delete_thread(desk: Desk, client: Client, *, thread_id: str, chosen: str) -> Shown:
    """Deletes a thread for good, with the tab that showed it."""
    await client.delete_thread(thread_id)
    desk.bell.ring(chosen)
    listed = await history(client, thread_id=None)
    shown = await _present(desk, client, chosen)
    return replace(shown, history=listed.history)


async def _present(desk: Desk, client: Client, wanted: str | None) -> Shown:
    at = time.time()
    tabs = await client.tabs()
    tab = _find(tabs, wanted) or tabs[-1]
    async with Watch(client, tab.id, Ear()) as watch:
        seen = await watch.look()
    # Strip, pickers and conversation change together: one tab's answer is never read under another's title.
    return replace(seen, strip=strip_value(tabs, tab.id, at), lane=await desk.lane(tab))


def _find(tabs: tuple[Tab, ...], wanted: str | None) -> Tab | None:
    return next((tab for tab in tabs if tab.id == wanted), None)


async def first_of(client: Client) -> dict[str, Any]:
    """The strip after the shown tab vanished: the page is asked to pick the last one."""
    return await moved_to(client, None)


async def moved_to(client: Client, tab_id: str | None) -> dict[str, Any]:
    """The strip that asks the page to pick a tab; the last one if none is named."""
    at = time.time()
    tabs = await client.tabs()
    return {**strip_value(tabs, tab_id or tabs[-1].id, at), "moved": True}
