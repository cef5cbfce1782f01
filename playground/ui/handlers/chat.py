"""Talking: send, stop, try again, edit, rate, switch versions, and watching it all happen."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from playground.client import Client, Sent
from playground.errors import Conflict, Malformed, NotFound
from playground.records import Decision
from playground.ui.board import lane_names
from playground.ui.choices import providers_value
from playground.ui.handlers.caller import Caller
from playground.ui.handlers.desk import Desk
from playground.ui.handlers.seen import sight
from playground.ui.handlers.tabs import first_of
from playground.ui.handlers.talking import stop_lanes
from playground.ui.state import WINDOW, Index, Note, Shown
from playground.ui.watch import Watch


async def attach(desk: Desk, client: Client, *, page: str, tab_id: str, limit: int = WINDOW) -> AsyncIterator[Shown]:
    """What the tab shows, from now until the page looks at another one. The page may leave at any yield."""
    offers = await desk.parts.offers()
    choices: dict[str, Any] | None = await desk.choices(offers)
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
                if offers != before:
                    choices = await desk.choices(offers)
                yield replace(
                    shown,
                    strip={**shown.strip, "watched": True} if shown.strip else None,
                    providers=providers_value(offers) if offers != before else None,
                    choices=choices,
                )
                choices = None
                await watch.pause()
    # Gradio repeats the last picture when a stream ends, when another tab may already be shown.
    yield Shown()


def leave(desk: Desk, *, page: str) -> Shown:
    """The page is not looked at; it gives its connection back."""
    desk.bell.leave(page)
    return Shown()


async def send(desk: Desk, client: Client, *, tab_id: str, text: str, files: Sequence[str] = ()) -> Shown:
    """Sends what is in the box, with the files beside it, and empties it."""
    if not text.strip() and not files:
        return Shown()
    gone = Shown(box="", files={"sent": list(files)})
    along: dict[str, Any] = {"attachments": files} if files else {}
    if len((await client.tab(tab_id)).lanes) == 1:
        await client.send(tab_id, text, **along)
        desk.bell.ring(tab_id)
        return gone
    sent = await client.send_all(tab_id, text, **along)
    desk.bell.ring(tab_id)
    refused = [one for one in sent if one.error]
    if not refused:
        return gone
    # What no lane took is still in the box.
    kept = Shown() if len(refused) == len(sent) else gone
    return replace(kept, note=Note(await _refusals(client, tab_id, refused), problem=True))


UNTOLD = "it cannot be asked at the moment. Switch blind off to see why."


async def _refusals(client: Client, tab_id: str, refused: Sequence[Sent]) -> str:
    tab = await client.tab(tab_id)
    curtain = (await sight(client, tab)).board.curtain
    names = lane_names(tab, curtain)
    by_reason: dict[str, list[str]] = {}
    for one in refused:
        # A reason may name the provider, whom a vote is to be cast without knowing.
        reason = (one.error or "") if curtain.tells(None) else UNTOLD
        by_reason.setdefault(reason, []).append(names.get(one.lane_id, "A lane"))
    return " ".join(f"{', '.join(lanes)}: {reason}" for reason, lanes in by_reason.items())


async def stop(desk: Desk, client: Client, *, index: Index) -> Shown:
    """Stops what is being written, in every lane; what is there stays. Messages that wait are taken back."""
    if not index.tab:
        return Shown()
    shown = await stop_lanes(Caller(desk, client), index.tab)
    desk.bell.ring(index.tab)
    return shown


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
