"""An engine on a real database and the loopback provider, and short words for what tests do with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce
from typing import Any, TypeVar

import pytest
from chatkit.types import InferenceOptions, ThreadItem, ThreadStreamEvent, UserMessageItem, UserMessageTextContent
from openai import AsyncOpenAI
from sqlmodel import Session, select

from playground import wire as json_wire
from playground.access.standing import Standing
from playground.ids import new_id
from playground.models.local.server import LocalServers
from playground.models.provider import Models
from playground.records import LaneSettings, RunRecord
from playground.roster.roster import Roster
from playground.runs.answer import Answerer
from playground.runs.engine import Engine
from playground.runs.keeper import Pace
from playground.runs.live import Frame
from playground.runs.order import Order
from playground.settings import Settings
from playground.store import items, threads
from playground.store.database import Database
from playground.store.tables import ItemRow
from playground.transcript import Transcript, apply, replay
from playground.visitor import Visitor
from tests.wire import Wire, serve

T = TypeVar("T")

NAMES = ("worker", "desk", "guarded", "censored", "fragile", "payer", "strict")
QUICK = Pace(beat=0.05, silence=1.5)
"""Soon enough to be waited for, and longer than a busy machine keeps a live one from its beat."""


async def until(holds: Callable[[], object], seconds: float = 10) -> None:
    """Waits until `holds` answers something true, or something to await that is."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.02)


@dataclass
class Lab:
    """A database, a provider, and as many engines on them as a test wants."""

    settings: Settings
    database: Database
    wire: Wire
    visitor: Visitor = Visitor("vis_1")  # noqa: RUF009 - frozen
    engines: list[Engine] = field(default_factory=list[Engine])
    models: list[Models] = field(default_factory=list[Models])

    async def start(
        self, *, pace: Pace = QUICK, database: Database | None = None, standing: Standing | None = None, **changes: Any
    ) -> Engine:
        """One more engine: another replica."""
        settings = self.settings.model_copy(update=changes)
        models = Models(settings, LocalServers(settings))
        self.models.append(models)
        database = database or self.database
        answerer = Answerer(settings, models, Roster(settings.agent), database)
        engine = Engine(settings, database, answerer, standing=standing, pace=pace)
        await engine.start()
        self.engines.append(engine)
        return engine

    def order(
        self,
        model: str = "echo",
        text: str = "hello",
        *,
        agent: str = "assistant",
        thread_id: str | None = None,
        settings: LaneSettings | None = None,
        **others: Any,
    ) -> Order:
        """A message to `compatible/model`, in a new thread unless one is named."""
        known = thread_id or new_id("thr")
        item = UserMessageItem(
            id=new_id("msg"),
            thread_id=known,
            created_at=datetime.now(UTC),
            content=[UserMessageTextContent(text=text)],
            inference_options=InferenceOptions(),
            quoted_text=others.pop("quoted_text", None),
        )
        order = Order(
            visitor_id=self.visitor.id,
            thread_id=known,
            agent=f"tests.runs.agents:{agent}" if agent in NAMES else agent,
            model=model if "/" in model.split(":", maxsplit=1)[0] else f"compatible/{model}",
            item=item,
            settings=settings or LaneSettings(),
            new_thread=thread_id is None,
            detached=True,
        )
        return replace(order, **others)

    async def finish(self, engine: Engine, order: Order) -> "Played":
        """Submit an order and read it to its end."""
        run = await engine.submit(order)
        return await self.played(engine, run.id)

    async def played(self, engine: Engine, run_id: str, *, after: int = 0) -> "Played":
        """A run read to its end."""
        async with asyncio.timeout(20):
            frames = [frame async for frame in engine.attach(self.visitor, run_id, after=after)]
            live = engine._live.get(run_id)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            if live is not None:
                await live.done.wait()
        return Played(await engine.run(self.visitor, run_id), frames)

    async def rows(self, thread_id: str) -> Sequence[ItemRow]:
        """The items of a thread's head branch, oldest first."""

        def work(session: Session) -> Sequence[ItemRow]:
            thread = threads.find(session, visitor_id=self.visitor.id, thread_id=thread_id)
            return items.history(session, thread.head_branch)

        return await self.database.read(work)

    async def show(self, thread_id: str, branch_id: str) -> None:
        """Make another branch the one that is read."""

        def work(session: Session) -> None:
            threads.switch(session, visitor_id=self.visitor.id, thread_id=thread_id, branch_id=branch_id)

        await self.database.write(work)

    async def every_row(self) -> Sequence[ItemRow]:
        """All items there are."""
        return await self.database.read(lambda session: session.exec(select(ItemRow)).all())

    async def stored(self, thread_id: str) -> Transcript:
        """What a reader sees of a thread after a reload."""
        return replay(json_wire.ITEM.validate_python(row.payload) for row in await self.rows(thread_id))

    async def said(self, thread_id: str) -> list[tuple[str, str]]:
        """The messages of a thread, as (who, text)."""
        return [
            ("user" if row.type == "user_message" else "assistant", "".join(p["text"] for p in row.payload["content"]))
            for row in await self.rows(thread_id)
            if row.type in {"user_message", "assistant_message"}
        ]


@dataclass(frozen=True)
class Played:
    """A run and what its readers got."""

    run: RunRecord
    frames: list[Frame]

    @property
    def events(self) -> list[ThreadStreamEvent]:
        return [json_wire.EVENT.validate_json(frame.data) for frame in self.frames]

    @property
    def live(self) -> Transcript:
        return reduce(apply, self.events, Transcript())

    @property
    def items(self) -> tuple[ThreadItem, ...]:
        return self.live.items

    @property
    def text(self) -> str:
        """What the agent said."""
        said = [item for item in self.items if item.type == "assistant_message"]
        return "".join(part.text for item in said for part in item.content)


@pytest.fixture(scope="session", autouse=True)
def first_client() -> None:
    """The first one reads files, once in the life of a process."""
    AsyncOpenAI(api_key="none")


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with serve() as running:
        yield running


@pytest.fixture
def settings(wire: Wire, sqlite_url: str) -> Settings:
    return Settings(
        openai_api_key="sk-test",  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        openai_base_url=wire.base_url,
        compatible_base_url=wire.base_url,
        local_model="off",
        database_url=sqlite_url,
        agent=tuple(f"tests.runs.agents:{name}" for name in NAMES),
        flush_interval=0.02,
        drain_timeout=0,
    )


@pytest.fixture
async def lab(settings: Settings, wire: Wire) -> AsyncIterator[Lab]:
    database = Database(settings.resolved_database_url)
    await database.open()
    lab = Lab(settings, database, wire)
    yield lab
    await asyncio.gather(*(engine.close() for engine in lab.engines))
    for models in lab.models:
        await models.aclose()
    await database.close()


@pytest.fixture
async def engine(lab: Lab) -> Engine:
    return await lab.start()
