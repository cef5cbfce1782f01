"""An agent's tool that needs an approval: the run waits for it, durably, and goes on as the visitor decides."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlmodel import Session

from playground.errors import Conflict, NotConfigured, NotFound
from playground.records import Decision, LaneSettings, RunRecord
from playground.runs.approvals import Verdict
from playground.runs.engine import Engine
from playground.runs.paused import CHANGED, UNKEPT
from playground.runs.recovery import BROKEN
from playground.store.tables import RunRow
from playground.transcript import Transcript
from playground.visitor import Visitor
from tests.runs.agents import FIRED, PAID
from tests.runs.conftest import QUICK, Lab, Played, until
from tests.runs.replica import Replica

PAY = 'tools:{"pay":{"amount":5}}'
TWO = 'tools:{"pay":{"amount":5},"hold":{},"now":{}}'


@pytest.fixture(autouse=True)
def accounts() -> Iterator[None]:
    """Nothing is paid yet, and all tools are there."""
    PAID.clear()  # other tests pay too
    yield
    FIRED.clear()


@pytest.fixture
async def two(lab: Lab, other: Replica) -> Lab:
    """A lab in which a second replica is at work."""
    assert other.engine in lab.engines
    return lab


@pytest.fixture
async def other(lab: Lab) -> AsyncIterator[Replica]:
    replica = await Replica.start(lab)
    yield replica
    if replica.engine in lab.engines:
        await replica.close()


async def waiting(lab: Lab, engine: Engine, model: str = PAY, **more: Any) -> RunRecord:
    """A run that waits for an approval."""
    run = await engine.submit(lab.order(model, "pay", agent="payer", **more))
    await until(lambda: _is(lab, run.id, "awaiting_approval"))
    return await engine.run(lab.visitor, run.id)


async def _is(lab: Lab, run_id: str, status: str) -> bool:
    return (await lab.database.read(lambda s: s.get_one(RunRow, run_id))).status == status


def yes(run: RunRecord, **more: Any) -> Verdict:
    return Verdict([Decision(ask.call_id, approve=True) for ask in run.asks], **more)


def no(run: RunRecord, message: str | None = None) -> Verdict:
    return Verdict([Decision(ask.call_id, approve=False, message=message) for ask in run.asks])


def steps(transcript: Transcript | Played) -> list[tuple[str, str]]:
    """The titles of the steps, without their times, and whether they seem to go on."""
    found = [item.workflow.tasks for item in transcript.items if item.type == "workflow"]
    titles = [(str(getattr(task, "title", "")), str(task.status_indicator)) for tasks in found for task in tasks]
    return [(" · ".join(part for part in title.split(" · ") if not part.endswith(" ms")), how) for title, how in titles]


async def test_a_run_waits_with_all_that_it_asks(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine, TWO)
    assert [(ask.tool, ask.arguments, ask.agent, ask.approved) for ask in run.asks] == [
        ("pay", '{"amount": 5}', "Payer", None),
        ("hold", "{}", "Payer", None),
    ]
    shown = await lab.stored(run.thread_id)
    assert steps(shown) == [
        ("pay · waits for your approval", "none"),
        ("hold · waits for your approval", "none"),
        ("now", "complete"),
    ]
    assert (PAID, run.live, len(lab.wire.calls)) == ([], True, 1)
    assert not engine._live  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    await lab.wire.calls[0].over.wait()


@pytest.mark.parametrize("provider", ["compatible", "openai"])
async def test_an_approved_call_is_made_and_the_answer_goes_on_in_the_same_log(
    lab: Lab, engine: Engine, provider: str
) -> None:
    run = await waiting(lab, engine, f"{provider}/{PAY}")
    reading = asyncio.create_task(lab.played(engine, run.id))
    decided = await engine.decide(lab.visitor, run.id, yes(run))
    assert (decided.id, decided.status) == (run.id, "running")
    played = await reading
    assert (played.run.status, played.run.asks, played.text) == ("completed", (), "The tool said: paid [5]")
    assert [frame.seq for frame in played.frames] == list(range(1, played.run.last_seq + 1))
    assert (await lab.stored(run.thread_id)).items == played.items
    assert steps(played) == [("pay", "complete")]
    assert played.live.open_ids == frozenset()
    assert (PAID, played.run.tool_calls, played.run.usage.turns) == ([5], 1, 2)


async def test_a_rejected_call_is_not_made_and_the_model_is_told_why(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    await engine.decide(lab.visitor, run.id, no(run, "Too dear."))
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.text, PAID) == ("completed", "The tool said: Too dear.", [])
    assert steps(played) == [("pay · rejected", "complete")]
    assert (await lab.stored(run.thread_id)).items == played.items


async def test_a_rejection_without_a_word_is_told_in_ours(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    await engine.decide(lab.visitor, run.id, no(run))
    played = await lab.played(engine, run.id)
    assert "did not allow" in played.text
    assert steps(played) == [("pay · rejected", "complete")]


async def test_the_run_goes_on_when_the_last_call_is_decided(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine, TWO)
    first, second = run.asks
    partly = await engine.decide(lab.visitor, run.id, Verdict([Decision(second.call_id, approve=False)]))
    assert (partly.status, [ask.approved for ask in partly.asks]) == ("awaiting_approval", [None, False])
    assert len(lab.wire.calls) == 1
    await engine.decide(lab.visitor, run.id, Verdict([Decision(first.call_id, approve=True)]))
    played = await lab.played(engine, run.id)
    assert steps(played) == [("pay", "complete"), ("hold · rejected", "complete"), ("now", "complete")]
    assert "noon | paid [5]" in played.text
    assert (await lab.stored(run.thread_id)).items == played.items


async def test_a_run_may_ask_again_and_its_context_stays(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine, 'loop:pay:{"amount": 2}')
    await engine.decide(lab.visitor, run.id, yes(run))
    await until(lambda: len(lab.wire.calls) == 2)
    await until(lambda: _is(lab, run.id, "awaiting_approval"))
    again = await engine.run(lab.visitor, run.id)
    await engine.decide(lab.visitor, run.id, yes(again, model='compatible/tool:pay:{"amount": 2}'))
    played = await lab.played(engine, run.id)
    assert (played.text, PAID) == ("The tool said: paid [2] | paid [2, 2]", [2, 2])
    assert steps(played) == [("pay", "complete"), ("pay", "complete")]
    assert (await lab.stored(run.thread_id)).items == played.items
    assert (played.run.tool_calls, played.run.usage.turns) == (2, 3)


@pytest.mark.parametrize(("first", "then"), [("compatible", "openai"), ("openai", "compatible")])
async def test_another_provider_goes_on(lab: Lab, engine: Engine, first: str, then: str) -> None:
    run = await waiting(lab, engine, f"{first}/{PAY}")
    verdict = yes(run, model=f"{then}/{PAY}", settings=LaneSettings(max_tokens=77))
    decided = await engine.decide(lab.visitor, run.id, verdict)
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.run.model) == ("completed", f"{then}/{PAY}")
    assert (decided.model, played.run.settings) == (f"{then}/{PAY}", {"max_tokens": 77})
    assert "77" in str(lab.wire.calls[-1].body)
    assert "paid [5]" in str(lab.wire.calls[-1].body)


async def test_the_time_that_it_waited_is_not_counted(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    before = run.duration_ms
    assert before is not None
    await lab.database.write(lambda s: _was_made(s, run.id, duration_ms=before + 3_600_000))
    await engine.decide(lab.visitor, run.id, yes(run))
    played = await lab.played(engine, run.id)
    assert played.run.duration_ms is not None
    assert 3_600_000 + before <= played.run.duration_ms < 3_700_000
    assert played.run.first_token_ms == run.first_token_ms


def _was_made(session: Session, run_id: str, **fields: Any) -> None:
    row = session.get_one(RunRow, run_id)
    for name, value in fields.items():
        setattr(row, name, value)
    session.add(row)


# -- nobody owns it ---------------------------------------------------------------------------------------------


async def test_a_restart_leaves_it_waiting_and_it_goes_on_afterwards(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    reading = asyncio.create_task(lab.played(engine, run.id))
    await engine.close()
    assert (await reading).run.status == "awaiting_approval"
    lab.engines.remove(engine)
    fresh = await lab.start()
    await asyncio.sleep(QUICK.silence)
    assert await _is(lab, run.id, "awaiting_approval")
    reading = asyncio.create_task(lab.played(fresh, run.id))
    await fresh.decide(lab.visitor, run.id, yes(run))
    played = await reading
    assert (played.run.status, played.text) == ("completed", "The tool said: paid [5]")
    assert (await lab.stored(run.thread_id)).items == played.items


async def test_a_kill_leaves_it_waiting_and_another_replica_takes_the_decision(
    two: Lab, engine: Engine, other: Replica
) -> None:
    run = await waiting(two, other.engine)
    near = asyncio.create_task(two.played(engine, run.id))
    await other.kill()
    await asyncio.sleep(QUICK.silence * 2)
    assert await _is(two, run.id, "awaiting_approval")
    await engine.decide(two.visitor, run.id, yes(run))
    played = await near
    assert (played.run.status, played.text) == ("completed", "The tool said: paid [5]")
    assert (await two.stored(run.thread_id)).items == played.items


async def test_readers_of_every_replica_see_it_go_on(two: Lab, engine: Engine, other: Replica) -> None:
    run = await waiting(two, engine)
    readers = [asyncio.create_task(two.played(one, run.id)) for one in (engine, other.engine)]
    await other.engine.decide(two.visitor, run.id, no(run))
    near, far = await asyncio.gather(*readers)
    assert near.frames == far.frames
    assert (near.run.status, PAID) == ("completed", [])


async def test_a_process_that_dies_after_the_decision_leaves_it_interrupted(
    two: Lab, engine: Engine, other: Replica
) -> None:
    run = await waiting(two, engine)
    await other.engine.decide(two.visitor, run.id, yes(run, model="compatible/hang"))
    await until(lambda: len(two.wire.calls) == 2)
    await other.kill()
    await until(lambda: _is(two, run.id, "interrupted"))
    played = await two.played(engine, run.id)
    assert (await two.stored(run.thread_id)).items == played.items
    assert "loading" not in str([item.model_dump() for item in played.items])


async def test_of_many_decisions_at_once_one_counts(two: Lab, engine: Engine, other: Replica) -> None:
    run = await waiting(two, engine)
    deciding = [one.decide(two.visitor, run.id, yes(run)) for one in (engine, other.engine) * 5]
    outcomes = await asyncio.gather(*deciding, return_exceptions=True)
    assert sum(isinstance(one, RunRecord) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 9
    played = await two.played(engine, run.id)
    assert (played.run.status, PAID) == ("completed", [5])


async def test_a_waiting_run_stops_for_no_silence_no_time_and_no_absence(lab: Lab) -> None:
    engine = await lab.start(run_timeout=0.3, first_token_timeout=0.3, disconnect_grace=0)
    run = await waiting(lab, engine, detached=False)
    reader = engine.attach(lab.visitor, run.id, linger=True)
    await anext(reader)
    await reader.aclose()
    await asyncio.sleep(0.5)
    assert await _is(lab, run.id, "awaiting_approval")
    await engine.decide(lab.visitor, run.id, yes(run))
    await until(lambda: _is(lab, run.id, "completed"))


# -- it does not go on ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("here", [True, False])
async def test_a_stop_ends_it_and_no_call_is_made(two: Lab, engine: Engine, other: Replica, here: bool) -> None:
    run = await waiting(two, engine)
    reading = asyncio.create_task(two.played(engine, run.id))
    stopped = await (engine if here else other.engine).stop(two.visitor, run.id)
    played = await reading
    assert (stopped.status, played.run.status, PAID) == ("cancelled", "cancelled", [])
    assert steps(played) == [("pay · not run", "complete")]
    assert (await two.stored(run.thread_id)).items == played.items
    assert (stopped.usage.turns, stopped.usage) == (1, run.usage)
    with pytest.raises(Conflict):
        await engine.decide(two.visitor, run.id, yes(run))
    after = await two.finish(engine, two.order("echo", "next", thread_id=run.thread_id))
    assert after.text == "next"


async def test_a_stop_that_races_with_a_decision_ends_it_either_way(two: Lab, engine: Engine, other: Replica) -> None:
    for _ in range(5):
        run = await waiting(two, engine)
        going_on = yes(run, model="compatible/words-5000@50")
        await asyncio.gather(
            engine.decide(two.visitor, run.id, going_on), other.engine.stop(two.visitor, run.id), return_exceptions=True
        )
        assert (await engine.run(two.visitor, run.id)).status == "cancelled"


async def test_a_message_that_comes_meanwhile_waits_for_the_answer(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    second = await engine.submit(lab.order("echo", "second", thread_id=run.thread_id))
    assert second.status == "queued"
    await engine.decide(lab.visitor, run.id, yes(run))
    assert (await lab.played(engine, second.id)).run.status == "completed"
    said = [text for _, text in await lab.said(run.thread_id)]
    assert said == ["pay", "The tool said: paid [5]", "second", "second"]


async def test_a_message_under_interrupt_ends_it(lab: Lab) -> None:
    engine = await lab.start(double_text="interrupt")
    run = await waiting(lab, engine)
    second = await lab.finish(engine, lab.order("echo", "second", thread_id=run.thread_id))
    assert second.run.status == "completed"
    assert (await engine.run(lab.visitor, run.id)).status == "cancelled"


async def test_a_message_under_reject_is_refused(lab: Lab) -> None:
    engine = await lab.start(double_text="reject")
    run = await waiting(lab, engine)
    with pytest.raises(Conflict):
        await engine.submit(lab.order("echo", "second", thread_id=run.thread_id))
    assert await _is(lab, run.id, "awaiting_approval")


async def test_asking_again_gives_it_up(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    question = (await lab.rows(run.thread_id))[0].id
    retry = lab.order("echo", thread_id=run.thread_id, item=None, fork="retry", fork_at=question)
    assert (await lab.finish(engine, retry)).text == "pay"
    assert (await engine.run(lab.visitor, run.id)).status == "cancelled"


async def test_an_agent_that_has_changed_cannot_go_on_and_says_so(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    FIRED.append("name")
    await engine.decide(lab.visitor, run.id, yes(run))
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.run.error, played.run.allow_retry) == ("failed", CHANGED, True)
    assert steps(played) == [("pay · not run", "complete")]
    assert (await lab.stored(run.thread_id)).items == played.items
    assert played.run.usage == run.usage


async def test_a_tool_that_is_gone_is_told_to_the_model_as_ever(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    FIRED.append("tools")
    await engine.decide(lab.visitor, run.id, yes(run))
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.text) == ("completed", "The tool said: Tool 'pay' not found.")
    assert steps(played) == [("pay · failed", "complete")]


async def test_an_agent_that_is_not_offered_any_more_cannot_go_on(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    other = await lab.start(agent=())
    await other.decide(lab.visitor, run.id, yes(run))
    played = await lab.played(other, run.id)
    assert played.run.status == "failed"
    assert "no agent named" in (played.run.error or "")


async def test_what_cannot_be_kept_ends_the_run_with_a_reason(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order('tools:{"clutch":{},"pay":{"amount":5}}', agent="payer"))
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.run.error) == ("failed", UNKEPT)
    assert PAID == []


async def test_a_decision_that_cannot_count_changes_nothing(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine, TWO)
    call = run.asks[0].call_id
    with pytest.raises(NotFound):
        await engine.decide(Visitor("vis_2"), run.id, yes(run))
    with pytest.raises(NotFound):
        await engine.decide(lab.visitor, "run_unknown", yes(run))
    with pytest.raises(NotFound, match="call of that name"):
        await engine.decide(
            lab.visitor, run.id, Verdict([Decision(call, approve=True), Decision("call_unknown", approve=True)])
        )
    with pytest.raises(NotConfigured):
        await engine.decide(lab.visitor, run.id, yes(run, model="anthropic/any"))
    assert await engine.run(lab.visitor, run.id) == run
    await engine.decide(lab.visitor, run.id, Verdict([Decision(call, approve=True)]))
    with pytest.raises(Conflict, match="decided already"):
        await engine.decide(lab.visitor, run.id, Verdict([Decision(call, approve=False)]))
    done = await lab.finish(engine, lab.order())
    with pytest.raises(Conflict, match="does not wait"):
        await engine.decide(lab.visitor, done.run.id, Verdict([Decision(call, approve=True)]))


async def test_a_guardrail_takes_back_what_was_done_before_the_pause_too(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(PAY, agent="strict"))
    await until(lambda: _is(lab, run.id, "awaiting_approval"))
    await engine.decide(lab.visitor, run.id, yes(await engine.run(lab.visitor, run.id)))
    played = await lab.played(engine, run.id)
    assert played.run.status == "failed"
    assert [item.type for item in played.items] == ["user_message"]
    assert (await lab.stored(run.thread_id)).items == played.items


async def test_what_was_kept_in_another_form_ends_the_run_and_not_the_thread(lab: Lab, engine: Engine) -> None:
    run = await waiting(lab, engine)
    kept = (await lab.database.read(lambda s: s.get_one(RunRow, run.id))).paused or {}
    older = {**kept, "activity": {**kept["activity"], "steps": [{"title": "pay", "word": "of another release"}]}}
    await lab.database.write(lambda s: _was_made(s, run.id, paused=older))
    await engine.decide(lab.visitor, run.id, yes(run))
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.run.error, played.run.allow_retry) == ("failed", BROKEN, True)
    assert (played.run.usage, steps(played)) == (run.usage, [("pay · not finished", "none")])
    assert [frame.seq for frame in played.frames] == list(range(1, played.run.last_seq + 1))
    assert (await lab.stored(run.thread_id)).items == played.items
    assert (await lab.finish(engine, lab.order("echo", "next", thread_id=run.thread_id))).text == "next"
