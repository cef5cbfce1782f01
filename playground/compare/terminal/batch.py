"""Many prompts on several models: bounded, paced by provider, and each answer kept as it comes."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import orjson

from playground.compare.terminal.asking import Asker, Outcome, Setup
from playground.compare.terminal.pace import Pace
from playground.compare.terminal.prompts import Prompt
from playground.compare.terminal.results import Result, Results
from playground.ids import new_id
from playground.protocol.dispatcher import StreamReply
from playground.records import Usage


@dataclass(frozen=True, slots=True)
class Job:
    """One prompt, to be asked on one model for the `take`th time. `place` is the same for all models and one take."""

    prompt: Prompt
    model: str
    take: int
    place: str
    fingerprint: str

    @property
    def provider(self) -> str:
        """Whose rate it counts against."""
        return self.model.partition("/")[0]


class Watch:
    """Told what becomes of jobs. This one does not care."""

    def begun(self, job: Job) -> None:
        """A job was begun."""

    def ended(self, job: Job, result: Result) -> None:
        """A job is over, and its result kept."""


def jobs_of(prompts: Sequence[Prompt], setup: Setup) -> tuple[Job, ...]:
    """Every job of a batch, in order.

    A fingerprint is of all that an answer depends on, and not of where the prompt stands: a file that grows at its
    front keeps what is answered. A prompt that stands there twice is asked twice.
    """
    seen = Counter[str]()
    found: list[Job] = []
    for prompt in prompts:
        seen[prompt.text] += 1
        for take in range(1, setup.repeat + 1):
            place = _digest([prompt.text, seen[prompt.text], take])
            found += [Job(prompt, model, take, place, _fingerprint(place, model, setup)) for model in setup.models]
    return tuple(found)


def _fingerprint(place: str, model: str, setup: Setup) -> str:
    settings = setup.settings.model_dump(exclude_none=True)
    return _digest([place, model, setup.agent, settings, setup.same_world])


def _digest(parts: Sequence[object]) -> str:
    return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


class Batch:
    """Asks `concurrency` jobs at a time. `rates` are runs a minute by provider; one that is not named has no bound."""

    def __init__(
        self,
        asker: Asker,
        setup: Setup,
        results: Results,
        *,
        concurrency: int = 4,
        rates: Mapping[str, float] | None = None,
        watch: Watch = Watch(),  # noqa: B008 - it does nothing
    ) -> None:
        self._asker = asker
        self._setup = setup
        self._results = results
        self._slots = asyncio.Semaphore(concurrency)
        self._rates = rates or {}
        self._watch = watch
        self._rounds: dict[str, str] = {}
        self._writing = asyncio.Lock()
        self._feeders: list[asyncio.Task[None]] = []

    async def run(self, jobs: Sequence[Job]) -> None:
        """Asks all jobs that have no answer yet. Raises the file's or the database's error, and then asks no more."""
        waiting: dict[str, list[Job]] = {}
        for job in jobs:
            known = self._results.last.get(job.fingerprint)
            if known and known.round:
                self._rounds.setdefault(job.place, known.round)
            if not (known and known.answered):
                waiting.setdefault(job.provider, []).append(job)
        async with asyncio.TaskGroup() as group:
            feeds = [self._feed(group, provider, some) for provider, some in waiting.items()]
            self._feeders = [group.create_task(feed) for feed in feeds]

    async def stop(self) -> None:
        """Begins no more, and stops what is asked; `run` returns once that is kept."""
        for feeder in self._feeders:
            feeder.cancel()
        await self._asker.stop()

    async def _feed(self, group: asyncio.TaskGroup, provider: str, jobs: Sequence[Job]) -> None:
        """One for each provider: those that may be asked seldom must not take the slots of the others."""
        pace = Pace(self._rates.get(provider))
        for job in jobs:
            await pace.wait()
            await self._slots.acquire()
            group.create_task(self._work(job, pace))

    async def _work(self, job: Job, pace: Pace) -> None:
        try:
            self._watch.begun(job)
            outcome = await self._asker.ask(lambda: self._send(job), _unheard)
            pace.took(outcome.run.usage.turns if outcome.run else 0)
            if outcome.run or outcome.error:  # else it was stopped before it was asked
                result = _result(job, self._setup, outcome)
                async with self._writing:
                    await asyncio.to_thread(self._results.add, result)
                self._watch.ended(job, result)
        finally:
            self._slots.release()

    async def _send(self, job: Job) -> StreamReply:
        """In a tab of its own, which is not left on the strip. Jobs that only differ in the model are one round."""
        client = self._asker.client
        tab = await client.open_tab()
        try:
            if self._setup.same_world:
                await client.set_tab(tab.id, same_world=True)
            await client.set_lane(tab.id, agent=self._setup.agent, model=job.model, settings=self._setup.settings)
            round_id = self._rounds.setdefault(job.place, new_id("rnd"))
            return await client.send(tab.id, job.prompt.text, round_id=round_id)
        finally:
            await client.close_tab(tab.id)


def _unheard(_characters: int) -> None:
    pass


def _result(job: Job, setup: Setup, outcome: Outcome) -> Result:
    run = outcome.run
    return Result(
        fingerprint=job.fingerprint,
        line=job.prompt.line,
        prompt=job.prompt.text,
        fields=dict(job.prompt.fields),
        agent=setup.agent,
        model=job.model,
        settings=setup.settings,
        take=job.take,
        status=run.status if run else None,
        answer=outcome.answer,
        error=outcome.error,
        first_token_ms=run.first_token_ms if run else None,
        duration_ms=run.duration_ms if run else None,
        usage=run.usage if run else Usage(),
        tool_calls=run.tool_calls if run else 0,
        cost=run.cost if run else None,
        notes=run.notes if run else (),
        run_id=run.id if run else None,
        thread_id=run.thread_id if run else None,
        round=run.round if run else None,
        at=datetime.now(UTC),
    )
