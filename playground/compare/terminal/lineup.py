"""One prompt on several models at once, as a tab with a lane for each: what came of it, every time it was asked."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from playground.client import Client, Sent, ThreadView
from playground.compare.measures.spread import Spread, attempts, spread
from playground.compare.names import contenders
from playground.compare.saving.comparison import Comparison
from playground.compare.saving.gather import NEWEST, saved
from playground.compare.terminal.asking import Asker, Outcome, Setup
from playground.records import Lane, RunRecord, Tab


class Watch:
    """Told what becomes of lanes, by their places. This one does not care."""

    def begun(self, lane: int) -> None:
        """A lane was asked."""

    def heard(self, lane: int, characters: int) -> None:
        """So much of its answer is there."""

    def ended(self, lane: int, outcome: Outcome) -> None:
        """Its answer is over."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """What came of a prompt: each lane's outcomes in the order in which it was asked again.

    `spreads` tell how far they lie apart; a lane that was asked once, or could not be, has none.
    """

    names: tuple[str, ...]
    outcomes: tuple[tuple[Outcome, ...], ...]
    comparison: Comparison
    spreads: tuple[Spread | None, ...]

    @property
    def runs(self) -> tuple[tuple[RunRecord, ...], ...]:
        """The runs of each lane."""
        return tuple(tuple(one.run for one in lane if one.run) for lane in self.outcomes)


@dataclass(slots=True)
class _Column:
    """A lane being asked: what came of it, and how its thread looked each time."""

    lane: Lane
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    views: list[ThreadView] = field(default_factory=list[ThreadView])


async def line_up(asker: Asker, setup: Setup, text: str, watch: Watch) -> Lineup:
    """Asks all models at once, and each again as often as the setup says, whenever it is done. Raises VisitorError."""
    client = asker.client
    tab = await _laid_out(client, setup)
    columns = [_Column(lane) for lane in tab.lanes]
    for place in range(len(columns)):
        watch.begun(place)
    sent = await client.send_all(tab.id, text)
    asked = [_Asked(asker, setup, tab.id, place, watch) for place in range(len(columns))]
    await asyncio.gather(*(one.go(column, first) for one, column, first in zip(asked, columns, sent, strict=True)))
    tab = await client.tab(tab.id)
    await client.close_tab(tab.id)  # nobody looks at the strip of the command line
    outcomes = tuple(tuple(column.outcomes) for column in columns)
    spreads = await asyncio.gather(*(_spread(client, column.outcomes) for column in columns))
    return Lineup(contenders(tab.lanes), outcomes, _compared(tab, columns), tuple(spreads))


async def _spread(client: Client, outcomes: Sequence[Outcome]) -> Spread | None:
    run = outcomes[0].run
    if run is None or run.answers is None or len(outcomes) == 1:
        return None
    return spread(await attempts(client, run.thread_id, run.answers))


async def _laid_out(client: Client, setup: Setup) -> Tab:
    tab = await client.open_tab()
    await client.set_tab(tab.id, same_world=setup.same_world, blind=False)
    first, *others = setup.models
    tab = await client.set_lane(tab.id, agent=setup.agent, model=first, settings=setup.settings)
    for model in others:
        tab = await client.add_lane(tab.id, model=model)
    return tab


@dataclass(frozen=True, slots=True)
class _Asked:
    asker: Asker
    setup: Setup
    tab_id: str
    place: int
    watch: Watch

    async def go(self, column: _Column, sent: Sent) -> None:
        """The first answer, and then the further versions of it, each on a branch of its own."""
        reply = sent.reply
        if reply is None:
            return self._note(column, Outcome(error=sent.error))
        outcome = await self.asker.follow(reply, self._heard)
        column.views.append(await self.asker.client.view(reply.thread_id, limit=NEWEST))
        self._note(column, outcome)
        while len(column.outcomes) < self.setup.repeat and not self.asker.stopping:
            message = outcome.run.answers if outcome.run else None
            if message is None:
                return
            self.watch.begun(self.place)
            again = await self._again(column.lane.id, message)
            column.views.append(await self.asker.client.view(reply.thread_id, limit=NEWEST))
            self._note(column, again)

    async def _again(self, lane_id: str, message: str) -> Outcome:
        client = self.asker.client
        return await self.asker.ask(lambda: client.retry(self.tab_id, message, lane_id=lane_id), self._heard)

    def _heard(self, characters: int) -> None:
        self.watch.heard(self.place, characters)

    def _note(self, column: _Column, outcome: Outcome) -> None:
        column.outcomes.append(outcome)
        self.watch.ended(self.place, outcome)


def _compared(tab: Tab, columns: Sequence[_Column]) -> Comparison:
    """A round for each time that the prompt was asked: a thread shows only the newest version of an answer."""
    at = datetime.now(UTC)
    rounds = max(len(column.views) for column in columns)
    whole = saved(tab, _views(columns, 0), at=at)
    more = [saved(tab, _views(columns, take), at=at).rounds for take in range(1, rounds)]
    return whole.model_copy(update={"rounds": (*whole.rounds, *(round_ for some in more for round_ in some))})


def _views(columns: Sequence[_Column], take: int) -> Mapping[str, ThreadView]:
    return {column.lane.id: column.views[take] for column in columns if take < len(column.views)}
