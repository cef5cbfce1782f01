"""Lanes that go on by themselves: a thread's messages asked again on other models, a message answered again.

Each lane has a task of its own, so that none waits for another. How far it has come is in the store, and nobody but the
script's owner goes on with it; the conductor of another process that is told to go on becomes the owner.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from playground.client import Client
from playground.client.scripts import Part, Scripts
from playground.errors import NotFound, VisitorError
from playground.parts import Playground
from playground.records import AskKind, RunRecord, RunStatus, Script, Tab
from playground.store.scripts import RESTARTED, key
from playground.visitor import Visitor

logger = logging.getLogger(__name__)

WELL: frozenset[RunStatus] = frozenset({"completed", "incomplete"})
"""How a run ends that needs nobody's attention. One that was cut at a limit of tokens has said what it could."""
NOTES: dict[RunStatus, str] = {
    "cancelled": "You stopped the answer.",
    "interrupted": RESTARTED,
}
WAITS: Mapping[AskKind, str] = {
    "approval": "The agent waits for your approval. Decide, then go on.",
    "owner": "The agent waits for the owner of this playground, who has to allow a step. Go on after that.",
    "client": "The agent waits for your browser. When it has answered, go on.",
    "form": "The agent waits for your answer. Give it, then go on.",
}
"""What the visitor has to do first, by what he is asked for."""
GONE = "The message to answer is not in what this lane shows any more."
BROKEN = "This went wrong through a mistake of the playground's own. It has been written to the log."


@dataclass(frozen=True, slots=True)
class _Player:
    """Who plays a part."""

    client: Client
    scripts: Scripts
    visitor: Visitor


class Conductor:
    """The lanes of this process that go on by themselves. `ring` is told of each tab in which something has changed."""

    def __init__(self, parts: Playground, ring: Callable[[str], None] = lambda _tab_id: None) -> None:
        self._parts = parts
        self._ring = ring
        self._playing: dict[asyncio.Task[None], tuple[Scripts, Part]] = {}
        self._closed = False

    async def replay(self, client: Client, tab_id: str, lane_id: str, models: Sequence[str]) -> Tab:
        """Ask each model, in a lane of its own, all that a lane was asked, one message after the other.

        Raises VisitorError, and then nothing has changed: see `Scripts.replay`.
        """
        player = self._player(client)
        tab, parts = await player.scripts.replay(tab_id, lane_id, models)
        return self._begin(player, tab, parts)

    async def repeat(self, client: Client, tab_id: str, lane_id: str, times: int) -> Tab:
        """Have a lane's newest message answered `times` in all (2 to 10), each time on a new branch.

        Raises VisitorError, and then nothing has changed: see `Scripts.repeat`.
        """
        player = self._player(client)
        tab, parts = await player.scripts.repeat(tab_id, lane_id, times)
        return self._begin(player, tab, parts)

    async def pause(self, client: Client, tab_id: str, lane_id: str) -> Tab:
        """Let a lane finish its answer, and then wait. Raises NotFound."""
        return self._rung(await self._player(client).scripts.pause(tab_id, lane_id))

    async def go_on(self, client: Client, tab_id: str, lane_id: str) -> Tab:
        """Go on with a lane that waits, wherever it was begun; what went wrong is tried again. Raises VisitorError."""
        player = self._player(client)
        tab, parts = await player.scripts.claim(tab_id, lane_id)
        return self._begin(player, tab, parts)

    async def drop(self, client: Client, tab_id: str, lane_id: str) -> Tab:
        """Let a lane finish its answer and do nothing more by itself. Raises NotFound."""
        return self._rung(await self._player(client).scripts.drop(tab_id, lane_id))

    async def close(self) -> None:
        """Begin nothing more; what is not done waits for the visitor's word."""
        self._closed = True
        left = dict(self._playing)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        for scripts, part in left.values():
            try:
                await scripts.put_off(part, RESTARTED)
            except Exception:  # one that cannot be written is soon seen to have no owner
                logger.exception("a script could not be put off")

    def _player(self, client: Client) -> _Player:
        return _Player(client, Scripts(client.visitor, self._parts), client.visitor)

    def _begin(self, player: _Player, tab: Tab, parts: Sequence[Part]) -> Tab:
        if self.close not in self._parts.ending:
            self._parts.ending.append(self.close)
        for part in parts if not self._closed else ():
            task = asyncio.create_task(self._play(player, part))
            self._playing[task] = (player.scripts, part)
            task.add_done_callback(self._over)
        return self._rung(tab)

    def _over(self, task: asyncio.Task[None]) -> None:
        del self._playing[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a script could not be put off", exc_info=error)

    def _rung(self, tab: Tab) -> Tab:
        self._ring(tab.id)
        return tab

    async def _play(self, player: _Player, part: Part) -> None:
        """Do one step after the other until there is none, or something is in the way."""
        try:
            while (script := await player.scripts.next(part)) is not None:
                note = await self._step(player, part, script)
                await (player.scripts.done(part) if note is None else player.scripts.put_off(part, note))
                self._ring(part.tab_id)
        except Exception:  # whatever it is: the visitor has to see that nothing goes on
            logger.exception("a lane could not go on by itself")
            await player.scripts.put_off(part, BROKEN)
            self._ring(part.tab_id)

    async def _step(self, player: _Player, part: Part, script: Script) -> str | None:
        """Do the first step to its end; what is in the way, if anything."""
        try:
            run_id = script.run
            if run_id is None:
                await self._free(player, part)
                run_id = await self._start(player, part, script)
                await player.scripts.begun(part, run_id)
                self._ring(part.tab_id)
            return in_the_way(await self._parts.engine.rest(player.visitor, run_id))
        except NotFound:  # the lane, and then nobody reads this; or the message
            return GONE
        except _Waits as waits:
            return in_the_way(waits.run)
        except VisitorError as error:
            return error.message

    async def _start(self, player: _Player, part: Part, script: Script) -> str:
        step, client = script.steps[0], player.client
        if step.again is not None:
            reply = await client.retry(part.tab_id, step.again, lane_id=part.lane_id, key=key(script))
        else:
            reply = await client.send(
                part.tab_id,
                step.text or "",
                lane_id=part.lane_id,
                attachments=step.attachments,
                round_id=step.round,
                key=key(script),
            )
        return reply.run_id

    async def _free(self, player: _Player, part: Part) -> None:
        """Wait for what the visitor asks in the lane beside the script. Raises _Waits if that in turn asks him."""
        thread_id = (await player.client.tab(part.tab_id)).find(part.lane_id).thread_id
        while thread_id is not None:
            view = await player.client.view(thread_id, limit=1)
            live = [run for run in (view.live, *view.queued) if run is not None]
            if not live:
                return
            record = await self._parts.engine.rest(player.visitor, live[0].id)
            if record.status == "awaiting_approval":
                raise _Waits(record)


class _Waits(Exception):
    """A run of the lane's thread waits for the visitor; another question would give it up."""

    def __init__(self, run: RunRecord) -> None:
        super().__init__(run.id)
        self.run = run


def in_the_way(run: RunRecord) -> str | None:
    """Why nothing comes after this run; None if it ended well."""
    if run.status in WELL:
        return None
    if run.status == "awaiting_approval":
        return next((WAITS[ask.kind] for ask in run.asks if ask.approved is None), WAITS["approval"])
    return NOTES.get(run.status) or run.error or "The answer failed."
