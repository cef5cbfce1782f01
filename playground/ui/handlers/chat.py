"""Talking: send, stop, try again, edit, rate, switch versions, and watching it all happen."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from playground.client import Client
from playground.errors import Conflict, Malformed, NotFound
from playground.records import Decision
from playground.ui.choices import providers_value
from playground.ui.handlers.desk import Desk
from playground.ui.handlers.tabs import first_of
from playground.ui.state import WINDOW, Index, Note, Shown
from playground.ui.watch import Watch


async def attach(desk: Desk, client: Client, *, page: str, tab_id: str, limit: int = WINDOW) -> AsyncIterator[Shown]:
    """What the tab shows, from now until the page looks at another one. The page may leave at any yield."""
    offers = await desk.parts.offers()
    with desk.bell.listen(tab_id, page) as ear:
        async with Watch(client, tab_id, ear, limit=limit) as watch:
            while True:
                try:
                    shown = await watch.look()
                except NotFound:
                    yield Shown(strip=await first_of(client))
                    break
                if ear.closed:
                    break
                # A local model that is being fetched says how far it is.
                before, offers = offers, await desk.parts.offers()
                yield replace(
                    shown,
                    strip={**shown.strip, "watched": True} if shown.strip else None,
                    providers=providers_value(offers) if offers != before else None,
                )
                await watch.pause()
    # Gradio repeats the last picture when a stream ends, when another tab may already be shown.
    yield Shown()


def leave(desk: Desk, *, page: str) -> Shown:
    """The page is not looked at; it gives its connection back."""
    desk.bell.leave(page)
    return Shown()


async def send(desk: Desk, client: Client, *, tab_id: str, text: str) -> Shown:
    """Sends what is in the box, and empties it."""
    if not text.strip():
        return Shown()
    await client.send(tab_id, text)
    desk.bell.ring(tab_id)
    return Shown(box="")


async def stop(desk: Desk, client: Client, *, index: Index) -> Shown:
    """Stops the answer that is being written; what is there stays. Messages that wait are taken back."""
    for run_id in (*index.queued[::-1], *([index.run] if index.run else [])):
        await client.stop(run_id)
    desk.bell.ring(index.tab)
    return Shown()


async def decide(desk: Desk, client: Client, *, index: Index, run_id: str, decisions: Sequence[Decision]) -> Shown:
    """Approves or rejects what the agent asks for. That it was decided before, here or elsewhere, is no trouble."""
    note = None
    if decisions:
        try:
            await client.decide(index.tab, run_id, decisions)
        except Conflict as late:
            note = Note(late.message)
    desk.bell.ring(index.tab)
    return Shown(note=note)


async def again(desk: Desk, client: Client, *, index: Index, item_id: str | None) -> Shown:
    """Answers a message again, in a new version."""
    if item_id is None:
        raise Malformed("There is no message here to answer again.")
    await client.retry(index.tab, item_id)
    desk.bell.ring(index.tab)
    return Shown()


async def edit(desk: Desk, client: Client, *, index: Index, item_id: str | None, text: str) -> Shown:
    """Sends a message in other words, in a new version."""
    if item_id is None:
        raise Malformed("This message is still waiting to be sent. Edit it when its answer has begun.")
    if text.strip():
        await client.send(index.tab, text, edit_item_id=item_id)
    desk.bell.ring(index.tab)
    return Shown()


async def rate(client: Client, *, index: Index, item_id: str | None, liked: bool) -> Shown:
    """A thumb up or down."""
    if item_id is not None and index.thread is not None:
        await client.feedback(index.thread, item_id, "positive" if liked else "negative")
    return Shown()


async def switch(desk: Desk, client: Client, *, index: Index, branch_id: str | None) -> Shown:
    """Shows another version of the conversation."""
    if index.thread is not None and branch_id:
        await client.switch_branch(index.thread, branch_id)
        desk.bell.ring(index.tab)
    return Shown()
