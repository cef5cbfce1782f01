"""Stand-ins for the engine, the dispatcher and the database: runs whose frames a test writes by hand."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from playground.access.links import Links
from playground.access.rates import Rates
from playground.access.standing import Standing
from playground.access.tokens import Tokens
from playground.budget.keys import OwnKeys
from playground.errors import Malformed, NotFound, VisitorError
from playground.models.local.server import LocalServers
from playground.models.provider import Models
from playground.policy import Policy, policy_of
from playground.protocol.dispatcher import JsonReply, StreamReply
from playground.records import Ask, RunRecord, RunStatus
from playground.settings import Settings
from playground.store.database import Database as StoreDatabase
from playground.visitor import Visitor

EVENT = b'{"type":"progress_update","text":"on"}'


@dataclass(frozen=True, slots=True)
class Frame:
    """As the engine's."""

    seq: int
    data: bytes


@dataclass
class Run:
    """A log that grows as the test says; `readers` are attached now, `closed` have left, all in the right task."""

    id: str
    visitor_id: str
    frames: list[Frame] = field(default_factory=list[Frame])
    asks: tuple[Ask, ...] = ()
    over: bool = False
    broken: Exception | None = None
    readers: int = 0
    closed: int = 0
    lingering: bool = False
    after: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, *events: bytes) -> None:
        """Appends frames, all ready at once."""
        async with self.changed:
            self.frames += [Frame(len(self.frames) + number, data) for number, data in enumerate(events, start=1)]
            self.changed.notify_all()

    async def end(self, broken: Exception | None = None) -> None:
        """No more frames; `broken` is what readers meet instead of an end."""
        async with self.changed:
            self.over, self.broken = True, broken
            self.changed.notify_all()

    async def more(self, after: int) -> list[Frame]:
        """Waits for frames above a number, or the end."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.over or len(self.frames) > after)
            return self.frames[after:]

    async def until(self, **wanted: int) -> None:
        """Returns when so many readers came or left."""
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: all(getattr(self, name) == value for name, value in wanted.items()))

    @property
    def record(self) -> RunRecord:
        """As the engine would tell it."""
        status: RunStatus = "completed" if self.over else "awaiting_approval" if self.asks else "running"
        now = datetime.now(UTC)
        seq = len(self.frames)
        return RunRecord(
            self.id, "thr_1", "brn_1", self.visitor_id, "agent", "local/x", status, seq, created_at=now, asks=self.asks
        )


@dataclass
class Engine:
    """Runs by id; `refusal` is raised by everything."""

    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    refusal: Exception | None = None
    closed: int = 0

    async def attach(
        self, visitor: Visitor, run_id: str, *, after: int = 0, linger: bool = False
    ) -> AsyncGenerator[Frame]:
        """The frames after a number, to the end."""
        run = self._find(visitor, run_id)
        run.lingering, run.after = linger, after
        await self._count(run, +1)
        task = asyncio.current_task()
        try:
            while True:
                ready = await run.more(after)
                for frame in ready:
                    yield frame
                after += len(ready)
                if run.over and after >= len(run.frames):
                    break
            if run.broken:
                raise run.broken
        finally:
            assert asyncio.current_task() is task, "closed by another task than the one that ran it"
            await asyncio.shield(self._count(run, -1))

    async def run(self, visitor: Visitor, run_id: str) -> RunRecord:
        """The run's record."""
        return self._find(visitor, run_id).record

    async def stop(self, visitor: Visitor, run_id: str) -> RunRecord:
        """Ends the run."""
        run = self._find(visitor, run_id)
        await run.end()
        return replace(run.record, status="cancelled")

    async def close(self) -> None:
        """Ends every run."""
        self.closed += 1
        for run in self.runs.values():
            await run.end()

    def _find(self, visitor: Visitor, run_id: str) -> Run:
        if self.refusal:
            raise self.refusal
        run = self.runs.get(run_id)
        if run is None or run.visitor_id not in {visitor.id, "*"}:
            raise NotFound
        return run

    async def _count(self, run: Run, step: int) -> None:
        async with run.changed:
            run.readers += step
            run.closed += step < 0
            run.changed.notify_all()


@dataclass
class Dispatcher:
    """`{"run": id}` is answered with that run's stream, anything else with itself and who asked."""

    engine: Engine
    refusal: VisitorError | Exception | None = None
    keys: list[str | None] = field(default_factory=list[str | None])
    verdicts: list[bytes] = field(default_factory=list[bytes])

    async def handle(
        self, visitor: Visitor, body: bytes, *, idempotency_key: str | None = None, frame: str | None = None
    ) -> Any:
        """JSON or a stream."""
        self.keys.append(idempotency_key)
        if self.refusal:
            raise self.refusal
        try:
            request = json.loads(body)
        except ValueError:
            raise Malformed("This is not JSON.") from None
        if "run" in request:
            return StreamReply(request["run"], "thr_1")
        return JsonReply(json.dumps({"visitor": visitor.id, "request": request}).encode())

    async def decide(self, visitor: Visitor, run_id: str, body: bytes) -> RunRecord:
        """The run as it is, after it was told."""
        if self.refusal:
            raise self.refusal
        self.verdicts.append(body)
        return await self.engine.run(visitor, run_id)

    async def run_of(self, visitor: Visitor, thread_id: str) -> RunRecord:
        """The only thread there is."""
        if thread_id != "thr_1":
            raise NotFound
        return await self.engine.run(visitor, "run_1")


@dataclass
class Database:
    """Answers, unless `down`."""

    down: bool = False

    async def read(self, _work: Any) -> None:
        """Nothing is read."""
        if self.down:
            raise ConnectionError("secret-host refused")


@dataclass
class Parts:
    """What the web room asks of a Playground."""

    settings: Settings
    engine: Engine = field(default_factory=Engine)
    database: Database = field(default_factory=Database)
    dispatcher: Dispatcher = field(init=False)
    policy: Policy = field(init=False)
    standing: Standing = field(init=False)
    tokens: Tokens = field(init=False)
    links: Links = field(init=False)
    keys: OwnKeys = field(init=False)
    rates: Rates = field(default_factory=Rates)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(self.engine)
        self.policy = policy_of(self.settings)
        database = cast("StoreDatabase", self.database)
        self.standing = Standing(database)
        self.tokens = Tokens(self.settings, b"s" * 32, database)
        self.links = Links(database)
        self.keys = OwnKeys(self.policy, Models(self.settings, LocalServers(self.settings)))

    def begin(self, run_id: str = "run_1", visitor_id: str = "*") -> Run:
        """A run without frames; anybody's unless it is said whose."""
        run = self.engine.runs[run_id] = Run(run_id, visitor_id)
        return run
