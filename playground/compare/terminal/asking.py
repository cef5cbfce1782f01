"""Asks for a visitor at the command line: starts runs, follows them to their end, and stops them all at once."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from chatkit.types import AssistantMessageItem, CustomTask, WorkflowItem

from playground.client import Client
from playground.errors import PlaygroundError
from playground.parts import Playground
from playground.protocol.dispatcher import StreamReply
from playground.records import AskKind, LaneSettings, RunRecord
from playground.runs.activity import WAITS
from playground.transcript import Transcript, apply
from playground.visitor import Visitor

NOBODY: Mapping[AskKind, str] = {
    "approval": "A tool waits for an approval, which nobody can give here. Ask this agent in the page.",
    "owner": "A tool waits for the owner of the playground. Ask this agent in the page.",
    "client": "A tool waits for a browser to run it, and there is none here. Ask this agent in the page.",
    "form": "The agent waits for a form, which nobody can fill in here. Ask this agent in the page.",
}
"""Why a run that waits for its visitor is stopped."""

Heard = Callable[[int], None]
"""Told how many characters of the answer are there."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Who is asked, and how. Every one of the `models` is asked `repeat` times."""

    agent: str
    models: tuple[str, ...]
    settings: LaneSettings = LaneSettings()  # noqa: RUF009 - frozen
    same_world: bool = False
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message: the run and what it said, or why there is none."""

    run: RunRecord | None = None
    answer: str = ""
    error: str | None = None

    @property
    def answered(self) -> bool:
        """Whether there is an answer that asking again would not better: whole, or as long as it may be."""
        return self.run is not None and self.run.status in {"completed", "incomplete"}

    @property
    def stopped(self) -> bool:
        """Whether somebody ended it, and nothing went wrong."""
        return self.error is None and (self.run is None or self.run.status == "cancelled")


def command_line_visitor() -> Visitor:
    """Whose the conversations of the command line are: always the same for an account of this machine."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        account = ""
    told = f"command line of {account}".encode()
    return Visitor(f"vis_{sha256(told).hexdigest()[:32]}")


class Asker:
    """Asks in a visitor's name. After `stop` nothing new is asked: what would be is over at once, and stopped."""

    def __init__(self, parts: Playground, visitor: Visitor) -> None:
        self.client = Client(visitor, parts)
        self.stopping = False
        self._visitor = visitor
        self._engine = parts.engine
        self._live: set[str] = set()

    async def ask(self, send: Callable[[], Awaitable[StreamReply]], heard: Heard) -> Outcome:
        """Sends a message and follows its run to the end."""
        if self.stopping:
            return Outcome()
        try:
            return await self.follow(await send(), heard)
        except PlaygroundError as error:
            return Outcome(error=error.message)

    async def follow(self, reply: StreamReply, heard: Heard) -> Outcome:
        """What comes of a run. One that waits for its visitor is stopped: there is none."""
        self._live.add(reply.run_id)
        if self.stopping:  # it was sent a moment before
            await self.client.stop(reply.run_id)
        transcript, waits = await self._read(reply, heard)
        await self._engine.settled(reply.thread_id)
        run = await self._engine.run(self._visitor, reply.run_id)
        self._live.discard(reply.run_id)  # not if this is cancelled: it still has to be stopped then
        return Outcome(run, answer_of(transcript), NOBODY[waits] if waits else run.error)

    async def stop(self) -> None:
        """Stops every run; what they have said is kept."""
        self.stopping = True
        await asyncio.gather(*(self.client.stop(run_id) for run_id in self._live), return_exceptions=True)

    async def _read(self, reply: StreamReply, heard: Heard) -> tuple[Transcript, AskKind | None]:
        transcript, waits = Transcript(), None
        async for numbered in self.client.follow(reply.run_id):
            transcript = apply(transcript, numbered.event)
            heard(len(answer_of(transcript)))
            if waits is None and (waits := _waits(transcript)) is not None:
                await self.client.stop(reply.run_id)
        return transcript, waits


def answer_of(transcript: Transcript) -> str:
    """What the agent said, all of it."""
    said = [item for item in transcript.items if isinstance(item, AssistantMessageItem)]
    texts = ["".join(part.text for part in item.content) for item in said]
    return "\n\n".join(text for text in texts if text)


def _waits(transcript: Transcript) -> AskKind | None:
    """What a tool waits for, if one does."""
    flows = [item for item in transcript.items if isinstance(item, WorkflowItem)]
    tasks = [task for flow in flows for task in flow.workflow.tasks if isinstance(task, CustomTask)]
    notes = {(task.title or "").rpartition(" · ")[2] for task in tasks}
    return next((kind for kind, words in WAITS.items() if words in notes), None)
