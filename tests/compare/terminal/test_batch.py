"""Many prompts on several models: who is asked how often, how many at once, and what is asked again."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from playground.compare.terminal.asking import NOBODY, Asker, Setup, command_line_visitor
from playground.compare.terminal.batch import Batch, Job, Watch, jobs_of
from playground.compare.terminal.pace import Pace
from playground.compare.terminal.prompts import Prompt
from playground.compare.terminal.results import Result, Results
from playground.compare.terminal.summary import failures, summed
from playground.parts import Playground, open_playground
from playground.records import AskKind, LaneSettings
from playground.settings import Settings
from tests.wire import Wire, serve

PROMPTS = (Prompt("one", 1), Prompt("two", 2), Prompt("three", 5))


class Counting(Watch):
    """Waits for results."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._news = asyncio.Condition()

    def ended(self, job: Job, result: Result) -> None:
        """One more."""
        self.results.append(result)
        self._tell = asyncio.ensure_future(self._told())

    async def _told(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def reach(self, count: int) -> None:
        """Returns when there are so many."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.results) >= count)


@dataclass(frozen=True)
class Room:
    """A playground on the fake provider."""

    parts: Playground
    wire: Wire

    def batch(self, setup: Setup, results: Results, **more: Any) -> Batch:
        """A batch like that of a new process."""
        return Batch(Asker(self.parts, command_line_visitor()), setup, results, **more)

    def asked(self) -> Counter[tuple[str, str]]:
        """How often each model got each message."""
        return Counter((call.model, _message(call.body)) for call in self.wire.calls if call.method == "POST")

    async def seen(self, count: int) -> None:
        """Returns when models were asked so often."""
        while self.asked().total() < count:
            await self.wire.seen(len(self.wire.calls) + 1)


def _message(body: dict[str, Any]) -> str:
    last = (body.get("messages") or body["input"])[-1]["content"]
    return last if isinstance(last, str) else str(last[-1]["text"])


@pytest.fixture
async def room(sqlite_url: str) -> AsyncIterator[Room]:
    async with serve() as wire:
        settings = Settings(
            database_url=sqlite_url,
            openai_base_url=wire.base_url,
            openai_api_key=SecretStr("sk-test"),
            compatible_base_url=wire.base_url,
            local_model="off",
            model_retries=0,
        )
        async with open_playground(settings) as parts:
            yield Room(parts, wire)


@pytest.fixture
async def results() -> AsyncIterator[Results]:
    held = await asyncio.to_thread(Results.open, Path("out.jsonl"))
    yield held
    await asyncio.to_thread(held.close)


def _setup(*models: str, agent: str = "assistant", **more: Any) -> Setup:
    return Setup(agent, models, **more)


def _lines() -> Sequence[Result]:
    return [Result.model_validate_json(line) for line in Path("out.jsonl").read_bytes().splitlines()]


async def test_each_prompt_is_asked_once_on_each_model_and_each_answer_is_a_line(room: Room, results: Results) -> None:
    setup = _setup("compatible/echo", "openai/echo", settings=LaneSettings(instructions="Repeat."))
    prompts = (Prompt("one", 1, {"id": "7"}), *PROMPTS[1:])
    await room.batch(setup, results).run(jobs_of(prompts, setup))
    assert room.asked() == {("echo", "one"): 2, ("echo", "two"): 2, ("echo", "three"): 2}
    lines = await asyncio.to_thread(_lines)
    assert sorted((line.line, line.model, line.answer, line.status) for line in lines) == [
        (prompt.line, model, prompt.text, "completed") for prompt in PROMPTS for model in setup.models
    ]
    assert {line.fields.get("id") for line in lines if line.line == 1} == {"7"}
    assert all(line.usage.output_tokens and line.duration_ms is not None and line.thread_id for line in lines)


async def test_the_conversations_are_kept_and_no_tab_is_left_on_the_strip(room: Room, results: Results) -> None:
    setup = _setup("compatible/echo")
    await room.batch(setup, results).run(jobs_of(PROMPTS, setup))
    client = Asker(room.parts, command_line_visitor()).client
    assert sorted(thread.title or "" for thread in await client.threads()) == ["one", "three", "two"]
    assert [tab.lane.thread_id for tab in await client.tabs()] == [None]


async def test_what_failed_is_asked_again_and_what_was_answered_is_not(room: Room, results: Results) -> None:
    setup = _setup("compatible/echo", "openai/flaky-2")
    jobs = jobs_of(PROMPTS[:2], setup)
    await room.batch(setup, results).run(jobs)
    assert [result.failed for result in failures(jobs, results.last)] == [True, True]
    assert summed(jobs, results.last)[-1].answered == 2
    await room.batch(setup, results).run(jobs)
    assert failures(jobs, results.last)
    await room.batch(setup, results).run(jobs)
    await room.batch(setup, results).run(jobs)
    assert not failures(jobs, results.last)
    asked = room.asked()
    assert asked["echo", "one"] == asked["echo", "two"] == 1
    lines = await asyncio.to_thread(_lines)
    assert asked.total() == len(lines)
    assert sum(line.answered for line in lines) == len(jobs)


async def test_no_more_are_asked_at_a_time_than_was_said(room: Room, results: Results) -> None:
    setup = _setup("compatible/hang-open", "openai/hang-open")
    batch = room.batch(setup, results, concurrency=3)
    running = asyncio.create_task(batch.run(jobs_of(PROMPTS, setup)))
    await room.seen(3)
    await batch.stop()
    await running
    assert room.asked().total() == 3
    assert [line.status for line in await asyncio.to_thread(_lines)] == ["cancelled"] * 3
    assert len(room.wire.disconnects) == 3


async def test_who_may_be_asked_seldom_takes_no_slot_from_the_others(room: Room, results: Results) -> None:
    setup, watch = _setup("openai/echo", "compatible/words-3"), Counting()
    batch = room.batch(setup, results, concurrency=1, rates={"openai": 1}, watch=watch)
    running = asyncio.create_task(batch.run(jobs_of(PROMPTS, setup)))
    await watch.reach(4)
    await batch.stop()
    await running
    assert Counter(result.model for result in watch.results) == {"openai/echo": 1, "compatible/words-3": 3}
    assert room.asked().total() == 4


async def test_requests_of_one_run_count_against_the_rate_too() -> None:
    pace, clock = Pace(6_000), time.monotonic
    await pace.wait()
    began = clock()
    pace.took(4)
    await pace.wait()
    assert clock() - began > 0.035  # three that were made, and this one, 10 ms each


async def test_a_rate_spreads_requests_evenly() -> None:
    pace = Pace(60)
    await pace.wait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pace.wait(), 0)


@pytest.mark.parametrize(
    ("agent", "call", "kind"),
    [
        ("clerk", 'add_line:{"text": "milk"}', "approval"),
        ("scout", "browser_facts:{}", "client"),
        ("interviewer", 'ask_user:{"questions": [{"question": "Why?", "options": [], "multiple": false}]}', "form"),
    ],
)
async def test_an_agent_that_needs_its_visitor_is_told_of_and_stopped(
    room: Room, results: Results, agent: str, call: str, kind: AskKind
) -> None:
    setup = _setup(f"compatible/tool:{call}", agent=agent)
    jobs = jobs_of(PROMPTS[:1], setup)
    await room.batch(setup, results).run(jobs)
    assert [(one.status, one.error) for one in failures(jobs, results.last)] == [("cancelled", NOBODY[kind])]


async def test_what_is_too_long_or_unknown_is_a_failure_of_that_job_only(room: Room, results: Results) -> None:
    setup = _setup("compatible/echo", "compatible/nothing")
    jobs = jobs_of((Prompt("x" * 100_001, 1), Prompt("fine", 2)), setup)
    await room.batch(setup, results).run(jobs)
    assert [(one.line, one.model) for one in failures(jobs, results.last)] == [
        (1, "compatible/echo"), (1, "compatible/nothing"), (2, "compatible/nothing"),
    ]  # fmt: skip
    client = Asker(room.parts, command_line_visitor()).client
    assert [tab.lane.thread_id for tab in await client.tabs()] == [None]


async def test_in_the_same_world_models_share_a_round_also_when_one_is_asked_again(
    room: Room, results: Results
) -> None:
    setup = _setup("compatible/echo", "openai/flaky-1", same_world=True)
    jobs = jobs_of(PROMPTS[:1], setup)
    await room.batch(setup, results).run(jobs)
    await room.batch(setup, results).run(jobs)
    lines = await asyncio.to_thread(_lines)
    assert len(lines) == 3
    assert len({line.round for line in lines}) == 1


def test_a_fingerprint_is_of_all_that_an_answer_depends_on() -> None:
    setup = _setup("openai/a", "openai/b", repeat=2)
    jobs = jobs_of(PROMPTS, setup)
    changed = [
        replace(setup, agent="toolbox"),
        replace(setup, settings=LaneSettings(temperature=0.5)),
        replace(setup, same_world=True),
        replace(setup, models=("openai/c",)),
    ]
    found = [job.fingerprint for one in (setup, *changed) for job in jobs_of(PROMPTS, one)]
    assert len(set(found)) == len(found) == 4 * len(jobs) + len(jobs) // 2


def test_a_fingerprint_is_not_of_where_a_prompt_stands() -> None:
    setup = _setup("openai/a")
    moved = (Prompt("zero", 1), *(Prompt(prompt.text, prompt.line + 1, {"id": 1}) for prompt in reversed(PROMPTS)))
    before, after = ({job.fingerprint for job in jobs_of(prompts, setup)} for prompts in (PROMPTS, moved))
    assert before < after


def test_a_prompt_that_stands_there_twice_is_asked_twice() -> None:
    setup = _setup("openai/a")
    assert len({job.fingerprint for job in jobs_of((PROMPTS[0], PROMPTS[0]), setup)}) == 2
