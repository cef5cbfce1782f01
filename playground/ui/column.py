"""What a page last saw of one lane: its thread, and the run that is being followed."""

import asyncio
import logging
from dataclasses import replace

from chatkit.types import NoticeEvent

from playground.client import Client, ThreadView
from playground.compare.drawing.entries import Drawn, Entries, Tells
from playground.errors import PlaygroundError
from playground.transcript import Transcript
from playground.ui.following import Following
from playground.ui.state import Effect

MOST_EFFECTS = 20
UNSEEN = "This lane cannot be shown for the moment. It is looked at again."
UNFOLLOWED = "This lane's answer cannot be followed for the moment. It goes on."

logger = logging.getLogger(__name__)


class Column:
    """One lane of a tab. Its troubles are told in `error`, and are nobody else's."""

    def __init__(self, client: Client, woken: asyncio.Event) -> None:
        self._client = client
        self._woken = woken
        self._following: Following | None = None
        self._mark: object = None
        self._entries = Entries()
        self.limit = 0
        self.view: ThreadView | None = None
        self.drawn = Drawn()
        self.trouble: Exception | None = None
        self._known: set[str] | None = None
        self._effects: list[Effect] = []
        self._notices: tuple[NoticeEvent, ...] = ()

    @property
    def transcript(self) -> Transcript:
        """What can be read by now. What a run said beside its items stays until the next one begins."""
        if self._following is not None:
            return self._following.transcript
        return replace(self.view.transcript, notices=self._notices) if self.view else Transcript()

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The last things that runs had the visitor's UI do, since the page looks on."""
        now = self._following.effects if self._following is not None else []
        return tuple([*self._effects, *now][-MOST_EFFECTS:])

    @property
    def ended(self) -> bool:
        """Whether what was followed is over, so that the store has news. Of what failed it may not."""
        return self._following is not None and self._following.over and not self._following.failed

    @property
    def error(self) -> str | None:
        """What is wrong here, for the visitor."""
        if self.trouble is not None:
            return self.trouble.message if isinstance(self.trouble, PlaygroundError) else UNSEEN
        return UNFOLLOWED if self._following is not None and self._following.failed else None

    async def read(self, thread_id: str | None, limit: int) -> None:
        """Looks at the store. What goes wrong is kept in `trouble`."""
        try:
            await self._read(thread_id, limit)
        except Exception as error:  # the other lanes go on
            self._note(error)
        else:
            self.trouble = None

    async def _read(self, thread_id: str | None, limit: int) -> None:
        if thread_id is None:
            self.view = self._mark = None
            await self.aclose()
            return
        mark = (thread_id, limit, _mark(await self._client.view(thread_id, limit=1)))
        if mark == self._mark and not (self._following and self._following.over):
            return
        # The window only grows while a page looks on: a fold that was opened stays where it is.
        shown = len(self.view.transcript.items) if self.view and self.view.thread_id == thread_id else 0
        view = await self._client.view(thread_id, limit=max(limit, shown))
        self.view, self._mark, self.limit = view, mark, limit
        await self._follow(view)
        await self._catch_up(view)

    async def _catch_up(self, view: ThreadView) -> None:
        """Hears what was said beside the items by a run that was over before it could be followed."""
        missed = [run_id for run_id in view.over if self._known is not None and run_id not in self._known]
        self._known = {*view.over, *([view.live.id] if view.live else [])}
        for run_id in missed:
            brief = Following(run_id, self._client.follow(run_id), Transcript(), asyncio.Event())
            try:
                await brief.end()
            finally:
                await brief.aclose()
            self._keep(brief)

    def _keep(self, following: Following) -> None:
        self._effects = [*self._effects, *following.effects][-MOST_EFFECTS:]
        self._notices = following.transcript.notices

    async def _follow(self, view: ThreadView) -> None:
        live = view.live
        if live and self._following and self._following.run_id == live.id and not self._following.over:
            return
        await self.aclose()
        if live is not None:
            self._notices = ()
            # From the first event: items that the store already has are replaced by themselves.
            events = self._client.follow(live.id)
            self._following = Following(live.id, events, view.transcript, self._woken, known=live.last_seq)

    def draw(self, tells: Tells) -> Drawn:
        """The lane's lines; the last ones if they cannot be drawn."""
        try:
            self.drawn = self._entries.draw(self.view, self.transcript, tells) if self.view else Drawn()
        except Exception as error:  # the other lanes go on
            self._note(error)
        return self.drawn

    def _note(self, error: Exception) -> None:
        if not isinstance(error, PlaygroundError) and self.trouble is None:
            logger.error("a lane cannot be shown", exc_info=error)
        self.trouble = error

    async def aclose(self) -> None:
        """Follows nothing any more."""
        following, self._following = self._following, None
        if following is not None:
            await following.aclose()
            self._keep(following)


def _mark(view: ThreadView) -> object:
    """Differs when something about the thread did, apart from what its live run streams."""
    items = view.transcript.items
    live = (view.live.id, view.live.asks) if view.live else None
    status = (view.updated_at, *sorted(view.status.items()))
    last = None if live else (items[-1].id if items else None)
    head = next((branch.id for branch in view.branches if branch.head), None)
    queued = tuple(run.id for run in view.queued)
    ended = (view.over, None if live else tuple((run.id, run.status) for run in view.runs.values()))
    return (live, last, status, head, len(view.branches), queued, ended, tuple(sorted(view.feedback.items())))
