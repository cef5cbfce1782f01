"""The parts of a playground, put together and taken apart in order."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from playground import catalog, folder, prices
from playground.access.links import Links
from playground.access.offered import ANYBODY, Offered
from playground.access.rates import Rates
from playground.access.standing import Standing
from playground.access.tokens import Tokens
from playground.attachments.attachments import Attachments
from playground.budget.admission import Admission
from playground.budget.keys import OwnKeys
from playground.budget.purse import Purse
from playground.catalog import Offer
from playground.models.listing import listed
from playground.models.local.server import LocalServers
from playground.models.provider import Models
from playground.policy import Policy, policy_of
from playground.protocol.acting import Acting
from playground.protocol.dispatcher import Dispatcher, Room
from playground.protocol.orders import Orders
from playground.protocol.rating import Rating
from playground.protocol.uploads import Uploads
from playground.protocol.waiting import Waiting
from playground.roster.roster import Roster
from playground.runs.answer import Answerer
from playground.runs.engine import Engine
from playground.secret import load_secret
from playground.settings import Settings
from playground.store.database import Database
from playground.visitor import Visitor

Ending = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Playground:
    """Everything that serves visitors, running. What starts runs by itself is to end before they do: `ending`."""

    settings: Settings
    database: Database
    local: LocalServers
    models: Models
    roster: Roster
    engine: Engine
    dispatcher: Dispatcher
    attachments: Attachments
    policy: Policy
    standing: Standing
    purse: Purse
    keys: OwnKeys
    tokens: Tokens
    links: Links
    offered: Offered
    rates: Rates = field(default_factory=Rates, compare=False)
    ending: list[Ending] = field(default_factory=list[Ending], compare=False)

    def refuse(self) -> None:
        """Take no new message from now on."""
        self.engine.closing = True

    async def drain(self) -> None:
        """Start nothing more, and let the answers finish."""
        self.refuse()  # also for what is still being ended
        for end in self.ending:
            await end()
        await self.engine.close()

    async def offers(self, visitor: Visitor = ANYBODY) -> tuple[Offer, ...]:
        """The providers and models to pick from, as they stand right now."""
        return (await self.offered.now()).offers(visitor)

    async def default_model(self, visitor: Visitor = ANYBODY) -> str:
        """The model that a new conversation is asked on."""
        return (await self.offered.now()).default_model(visitor)


async def offers(settings: Settings, models: Models, local: LocalServers) -> tuple[Offer, ...]:
    """All providers and models that there are, as they stand right now."""
    known = await asyncio.to_thread(listed)  # the first call reads files
    return catalog.offers(settings, local.statuses(), await models.compatible_ids(), known)


@asynccontextmanager
async def open_playground(settings: Settings) -> AsyncGenerator[Playground]:
    """A running playground; leaving it drains the runs, then closes what they used.

    Raises RosterError for an agent that cannot be loaded, and the database's error if it cannot be opened.
    """
    policy = policy_of(settings)
    roster = Roster(settings.agent, telling=policy.instructions != "hidden")
    async with AsyncExitStack() as stack:
        database = await _database(stack, settings)
        secret = await asyncio.to_thread(load_secret, settings)
        tokens = Tokens(settings, secret, database)
        local = await _local(stack, settings)
        models, keys = _models(stack, settings, local, policy)
        await asyncio.to_thread(_read_lists)
        offered = Offered(policy, roster, lambda: offers(settings, models, local))
        rates = Rates(on=policy.strict)
        standing = Standing(database)
        purse = Purse(database, policy)
        stack.push_async_callback(purse.close)
        attachments = Attachments(settings, database, secret)
        answerer = Answerer(
            settings, models, roster, database, attachments=attachments, keys=keys, purse=purse, offered=offered
        )
        admission = Admission(policy, own_key=keys.pays)
        engine = Engine(settings, database, answerer, standing=standing, admission=admission)
        engine.chores += [attachments.tidy, tokens.tidy, keys.tidy, purse.tidy]
        orders = Orders(roster, offered)
        rooms: list[Room] = [
            Rating(database),
            Waiting(engine),
            Acting(engine, answerer.presses, orders),
            Uploads(engine, attachments, models=models, rates=rates, purse=purse),
        ]
        dispatcher = Dispatcher(settings, database, engine, orders, attachments=attachments, rooms=rooms, rates=rates)
        parts = Playground(
            settings,
            database,
            local,
            models,
            roster,
            engine,
            dispatcher,
            attachments,
            policy,
            standing,
            purse,
            keys,
            tokens,
            Links(database),
            offered,
            rates,
        )
        stack.push_async_callback(parts.drain)
        await standing.refresh()
        await engine.start()
        looking = asyncio.create_task(standing.run())
        stack.callback(looking.cancel)
        yield parts


async def _database(stack: AsyncExitStack, settings: Settings) -> Database:
    await asyncio.to_thread(folder.shut, settings.data_dir)
    database = Database(settings.resolved_database_url)
    stack.push_async_callback(database.close)
    await database.open()
    return database


async def _local(stack: AsyncExitStack, settings: Settings) -> LocalServers:
    local = LocalServers(settings)
    stack.push_async_callback(local.aclose)
    await local.start()
    return local


def _models(stack: AsyncExitStack, settings: Settings, local: LocalServers, policy: Policy) -> tuple[Models, OwnKeys]:
    models = Models(settings, local)
    stack.push_async_callback(models.aclose)
    keys = OwnKeys(policy, models)
    stack.push_async_callback(keys.aclose)
    return models, keys


def _read_lists() -> None:
    """The models and their prices: read from files, so not on an event loop."""
    listed()
    prices.prepare()
