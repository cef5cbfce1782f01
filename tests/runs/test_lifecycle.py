"""What is not used comes to its end by itself, once, whoever looks; what is in use stays."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import Session, select

from playground.errors import Conflict, NotFound
from playground.records import Decision, Lane, RunRecord
from playground.runs.approvals import Verdict
from playground.runs.engine import Engine
from playground.runs.lifecycle import BATCH
from playground.settings import Settings
from playground.store import tabs, threads
from playground.store.tables import LaneRow, RunRow, TabRow, ThreadRow
from tests.runs.agents import FIRED, PAID
from tests.runs.conftest import Lab, Played, until

PAY = 'tools:{"pay":{"amount":5}}'
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def accounts() -> Iterator[None]:
    """Nothing is paid yet."""
    PAID.clear()
    yield
    FIRED.clear()


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    """On each database: which of two is quicker, that decides."""
    return settings.model_copy(update={"database_url": database_url})


async def waiting(lab: Lab, engine: Engine) -> RunRecord:
    """A run that waits for an approval."""
    run = await engine.submit(lab.order(PAY, "pay", agent="payer"))

    async def waits() -> bool:
        return (await engine.run(lab.visitor, run.id)).status == "awaiting_approval"

    await until(waits)
    return await engine.run(lab.visitor, run.id)


async def aged(lab: Lab, thread_id: str, by: timedelta) -> None:
    """As if all had happened so much earlier."""

    def work(session: Session) -> None:
        thread = session.get_one(ThreadRow, thread_id)
        thread.updated_at -= by
        for run in session.exec(select(RunRow).where(RunRow.thread_id == thread_id)):
            run.heartbeat_at -= by

    await lab.database.write(work)


async def done(engine: Engine) -> None:
    """All that is done now and then, once."""
    for chore in engine.chores:
        await chore()


async def kept(lab: Lab, thread_id: str) -> bool:
    """Whether a thread is there."""
    try:
        await lab.rows(thread_id)
    except NotFound:
        return False
    return True


async def test_a_run_that_waited_too_long_is_given_up_and_says_so(lab: Lab) -> None:
    engine = await lab.start(idle_timeout=3600)
    run = await waiting(lab, engine)
    await aged(lab, run.thread_id, timedelta(hours=2))
    await done(engine)
    played = await lab.played(engine, run.id)
    assert (played.run.status, played.run.allow_retry) == ("cancelled", True)
    assert "waited too long" in (played.run.error or "")
    assert [event.level for event in played.events if event.type == "notice"] == ["warning"]
    assert not PAID


async def test_one_that_waits_no_longer_than_it_may_goes_on_waiting(lab: Lab) -> None:
    engine = await lab.start(idle_timeout=3600)
    run = await waiting(lab, engine)
    await done(engine)
    assert (await engine.run(lab.visitor, run.id)).status == "awaiting_approval"
    await engine.decide(lab.visitor, run.id, Verdict([Decision(run.asks[0].call_id, approve=True)]))
    assert (await lab.played(engine, run.id)).run.status == "completed"


async def test_a_thread_can_be_written_to_after_its_run_was_given_up(lab: Lab) -> None:
    engine = await lab.start(idle_timeout=3600)
    run = await waiting(lab, engine)
    await aged(lab, run.thread_id, timedelta(hours=2))
    await done(engine)
    assert (await lab.finish(engine, lab.order("echo", "on", thread_id=run.thread_id))).text == "on"


async def test_of_two_replicas_that_look_at_once_one_gives_up(lab: Lab) -> None:
    one, two = [await lab.start(idle_timeout=3600) for _ in range(2)]
    run = await waiting(lab, one)
    await aged(lab, run.thread_id, timedelta(hours=2))
    await asyncio.gather(done(one), done(two))
    played = await lab.played(one, run.id)
    assert played.run.status == "cancelled"
    assert [event.type for event in played.events].count("notice") == 1


async def test_a_thread_that_is_not_used_is_deleted_with_its_tab(lab: Lab) -> None:
    engine = await lab.start(retention_days=7)
    old, new = [await lab.finish(engine, lab.order()) for _ in range(2)]
    for played in (old, new):
        lane = Lane("worker", "compatible/echo", thread_id=played.run.thread_id)
        opened = partial(tabs.create, visitor_id=lab.visitor.id, lane=lane, at=datetime.now(UTC))
        await lab.database.write(opened)
    await aged(lab, old.run.thread_id, 8 * DAY)
    await done(engine)
    assert [await kept(lab, played.run.thread_id) for played in (old, new)] == [False, True]
    left = await lab.database.read(lambda s: [lane.thread_id for lane in s.exec(select(LaneRow))])
    assert left == [new.run.thread_id]
    assert len(await lab.database.read(lambda s: s.exec(select(TabRow)).all())) == 1


async def test_without_a_time_nothing_is_deleted(lab: Lab) -> None:
    engine = await lab.start()
    played = await lab.finish(engine, lab.order())
    await aged(lab, played.run.thread_id, 10_000 * DAY)
    await done(engine)
    assert await kept(lab, played.run.thread_id)


async def test_a_thread_with_a_live_run_is_never_deleted(lab: Lab) -> None:
    engine = await lab.start(retention_days=7, idle_timeout=100 * 86_400)
    answering = await engine.submit(lab.order("hang-open"))
    asking = await waiting(lab, engine)
    for run in (answering, asking):
        await aged(lab, run.thread_id, 8 * DAY)
    await done(engine)
    assert await kept(lab, answering.thread_id)
    assert await kept(lab, asking.thread_id)


async def test_a_further_message_is_a_use(lab: Lab) -> None:
    engine = await lab.start()
    played = await lab.finish(engine, lab.order())
    await aged(lab, played.run.thread_id, 8 * DAY)
    await lab.finish(engine, lab.order(thread_id=played.run.thread_id))
    await done(await lab.start(retention_days=7))
    assert await kept(lab, played.run.thread_id)


async def test_more_than_a_batch_is_deleted_by_two_replicas_at_once(lab: Lab) -> None:
    long_ago = datetime.now(UTC) - 8 * DAY

    def fill(session: Session) -> None:
        for number in range(BATCH * 2 + 5):
            threads.create(session, thread_id=f"thr_{number}", visitor_id="vis_1", title=None, meta={}, at=long_ago)

    await lab.database.write(fill)
    one, two = [await lab.start(retention_days=7) for _ in range(2)]
    await asyncio.gather(done(one), done(two))
    await done(one)  # what the other one had locked at that moment
    assert not await lab.database.read(lambda session: session.exec(select(ThreadRow)).all())


async def test_who_begins_a_thread_is_told_how_long_it_is_kept(lab: Lab) -> None:
    engine = await lab.start(retention_days=7)
    first = await lab.finish(engine, lab.order())
    second = await lab.finish(engine, lab.order(thread_id=first.run.thread_id))
    assert [notices(played) for played in (first, second)] == [
        ["This conversation is deleted when it has not been used for 7 days."],
        [],
    ]
    assert first.events[0].type == "thread.created"


def notices(played: Played) -> list[str]:
    """What was told beside the answer."""
    return [event.message for event in played.events if event.type == "notice"]


async def test_what_waits_behind_an_answer_that_locks_the_thread_is_refused(lab: Lab) -> None:
    engine = await lab.start()
    first = await engine.submit(lab.order("hang-open"))
    second = await engine.submit(lab.order("echo", "two", thread_id=first.thread_id))
    await lab.database.write(
        lambda session: threads.set_status(session, thread_id=first.thread_id, kind="locked", reason="Sold out.")
    )
    await engine.stop(lab.visitor, first.id)
    played = await lab.played(engine, second.id)
    assert (played.run.status, played.run.error) == ("failed", "Sold out.")
    assert played.events[-1].type == "error"
    assert "two" not in str([row.payload for row in await lab.rows(first.thread_id)])


async def test_a_locked_thread_takes_no_decision(lab: Lab) -> None:
    engine = await lab.start()
    run = await waiting(lab, engine)
    await lab.database.write(lambda session: threads.set_status(session, thread_id=run.thread_id, kind="closed"))
    with pytest.raises(Conflict, match="closed"):
        await engine.decide(lab.visitor, run.id, Verdict([Decision(run.asks[0].call_id, approve=True)]))
    assert (await engine.run(lab.visitor, run.id)).status == "awaiting_approval"
