"""One run's answer: the agent built, the model picked, the run driven. It always comes back with an Ending."""

import asyncio
from dataclasses import replace
from typing import Any

from agents import Agent, Model, RunConfig
from chatkit.types import Thread

from playground import prices
from playground.access.offered import Offered
from playground.attachments.attachments import Attachments
from playground.attachments.reading import Reader
from playground.budget.keys import OwnKeys
from playground.budget.payer import Payer
from playground.budget.purse import Purse
from playground.errors import AgentError, VisitorError
from playground.languages.say import speaking
from playground.models.provider import Models
from playground.models.tuning import own_settings, tuned
from playground.policy import policy_of
from playground.records import LaneSettings, RunRecord
from playground.roster.roster import Roster
from playground.runs.approvals import Verdict
from playground.runs.bounded import bounded
from playground.runs.drive import Drive, Task
from playground.runs.history import Told
from playground.runs.hooks import Fill
from playground.runs.live import LiveRun
from playground.runs.nested import Pay, around, unpaid
from playground.runs.order import Order
from playground.runs.paused import restored
from playground.runs.presses import Press, Presses
from playground.runs.stage import Shutter
from playground.runs.supply import Supply
from playground.runs.world import World
from playground.runs.worlds import Worlds
from playground.settings import Settings
from playground.store import threads
from playground.store.database import Database
from playground.store.runs import Ending
from playground.telemetry import work
from playground.toolkit.actions import Pressed
from playground.toolkit.stage import Shut, on
from playground.toolkit.unsafe import allowing, guarded
from playground.visitor import Visitor


class Answerer:
    """Answers orders with this process's agents and models, on the visitor's own key if `keys` has one.

    Without `attachments` they read no files.
    """

    def __init__(
        self,
        settings: Settings,
        models: Models,
        roster: Roster,
        database: Database,
        *,
        attachments: Attachments | None = None,
        keys: OwnKeys | None = None,
        purse: Purse | None = None,
        offered: Offered | None = None,
    ) -> None:
        self._settings = settings
        self._models = models
        self._roster = roster
        self._database = database
        self._worlds = Worlds(database)
        self._offered = offered
        self._policy = policy = offered.policy if offered else policy_of(settings)
        self.presses = Presses(roster, database, seconds=settings.tool_timeout, policy=policy)
        self._attachments = attachments
        self._keys = keys
        self._purse = purse

    async def allow(self, order: Order) -> None:
        """Raise VisitorError for an order that cannot be answered, or asks for what its visitor is not offered."""
        await self._allow(order.visitor, order.agent, order.model, order.settings)
        self.check(order.agent, order.model)

    async def allow_on(self, visitor: Visitor, run: RunRecord | None, given: Verdict | Supply) -> None:
        """The same for a run that waits, with what it is given; where the run is not known, for that alone."""
        model = given.model or (run.model if run else None)
        await self._allow(visitor, run.agent if run else None, model, given.settings)
        if model is not None:
            self.check_model(model)

    async def _allow(
        self, visitor: Visitor, agent: str | None, model: str | None, settings: LaneSettings | None
    ) -> None:
        if settings is not None:
            self._policy.check_settings(settings)
        if self._offered is not None:
            await self._offered.check(visitor, agent, model)

    def check(self, agent: str, model: str) -> None:
        """Raise VisitorError if there is no such agent, or the model cannot be asked."""
        self._roster.get(agent)
        self.check_model(model)

    def check_model(self, model: str) -> None:
        """Raise VisitorError if the model cannot be asked."""
        self._models.check(model)

    async def answer(self, run: LiveRun, told: Told) -> Ending:
        """Answer, in the language of who asked; cancelling the surrounding task stops the run."""
        order = run.order = replace(run.order, settings=self._policy.kept(run.order.settings))
        mode = allowing(self._policy.unsafe_tools)
        with speaking(order.language), mode, work.run(order.agent, order.model, order.thread_id) as span:
            drive = Drive(run, self._settings, self._shutter(run))
            with self.presses.heard_by(run):
                ending = drive.stopped() if run.stopping is not None else await self._answer(run, drive, told)
            span.ended(ending.status)
            return ending

    async def _answer(self, run: LiveRun, drive: Drive, told: Told) -> Ending:
        order = run.order
        try:
            built, model = await asyncio.to_thread(self._cast, order)
            own = await self._keys.model(order.visitor_id, order.model) if self._keys else None
            model, pay = self._paid(run, own or model, own_key=own is not None)
            if order.pressed is not None and run.paused is None:
                with around(RunConfig(model=model, tracing_disabled=not self._settings.tracing), pay):
                    now = await self._press(run, drive, order.pressed)
                if now is None:
                    return await drive.go(None)
                told = now
            placed = World(self._worlds, run, drive.calls, drive.note).around(guarded(built))
            agent = choosing(bounded(placed, self._settings.tool_timeout), order.tool_choice)
            state = await restored(agent, run.paused) if run.paused else None
            fit = tuned(order.model, order.settings, own_settings(agent))
        except asyncio.CancelledError:
            return drive.stopped()
        except Exception as error:
            return drive.failed(error)
        drive.note_refused(fit.refused, fit.changed)
        fill = self._reading(order, drive)
        return await drive.go(Task(agent, model, fit.settings, told=state or told, fill=fill, pay=pay))

    def _paid(self, run: LiveRun, model: Model, *, own_key: bool) -> tuple[Model, Pay]:
        """The model, whose calls are paid for, and what makes another one that its agent brings such a model."""
        order, purse = run.order, self._purse
        if purse is None:
            return model, unpaid
        payer = Payer(order.visitor_id, order.link_id, run.id, order.model, own_key=own_key)

        def pay(other: Model) -> Model:
            return purse.metered(other, replace(payer, model=f"own/{type(other).__name__}", own_key=False))

        return purse.metered(model, payer), pay

    def _reading(self, order: Order, drive: Drive) -> Fill | None:
        """How the run's files are read. What is left out of the newest message the visitor is told at once."""

        def note(sentence: str, newest: bool) -> None:  # noqa: FBT001 - the reader's own word
            if newest:
                drive.note_refused((), [sentence])
            else:
                drive.note(sentence)

        if self._attachments is None:
            return None
        return Reader(self._attachments, order.visitor_id, order.model, note).fill

    async def _press(self, run: LiveRun, drive: Drive, pressed: Pressed) -> Told | None:
        """Serve an action; what the agent is told then, None if nothing."""
        order = run.order
        try:
            with on(drive.stage):
                served = await self.presses.serve(Press(order.visitor, order.thread_id, pressed, order.agent))
        except VisitorError as error:  # it could be done when it was asked for
            raise AgentError("{reason}", reason=error.message, allow_retry=False) from error
        return await self.presses.tell(run, served.tell) if served.tell else None

    def _shutter(self, run: LiveRun) -> Shutter:
        """Locks or closes the run's thread."""
        thread_id = run.order.thread_id

        async def shut(kind: Shut, reason: str) -> Thread:
            return await self._database.write(
                lambda session: threads.as_thread(
                    threads.set_status(session, thread_id=thread_id, kind=kind, reason=reason)
                )
            )

        return shut

    def _cast(self, order: Order) -> tuple[Agent[Any], Model]:
        """Who answers. The first of them may import a package: not for an event loop."""
        prices.price(order.model)  # the first reads the price list, which is asked again when the run ends
        return self._roster.get(order.agent).build(), self._models.get_model(order.model)


def choosing(agent: Agent[Any], tool: str | None) -> Agent[Any]:
    """The agent, made to call a tool first. No setting of the run: whom it hands over to may not have that tool."""
    if tool is None:
        return agent
    return agent.clone(model_settings=replace(own_settings(agent), tool_choice=tool))
