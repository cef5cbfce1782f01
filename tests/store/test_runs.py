"""Runs in the store: fenced by epoch, taken over when silent, pruned when old."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlmodel import Session, select

from playground.errors import NotFound
from playground.records import Ask, TurnUsage
from playground.runs.journal import Entry, write
from playground.store import runs
from playground.store.database import Database
from playground.store.runs import Ending
from playground.store.spend import stored
from playground.store.tables import ItemRow, RunEventRow, RunRow, ThreadRow
from tests.store.conftest import ANN, AT, add, new_item, new_run, new_thread

SILENCE = timedelta(seconds=5)
LATE = AT + timedelta(seconds=6)
DONE = Ending(status="completed", last_seq=3, usage={"input_tokens": 7, "tool_calls": 2}, duration_ms=12)


async def _run(database: Database, run_id: str) -> RunRow:
    return await database.read(lambda s: s.exec(select(RunRow).where(RunRow.id == run_id)).one())


def _take(session: Session, at: datetime = LATE) -> list[str]:
    return [row.id for row in runs.take_stale(session, owner="other", at=at, silence=SILENCE)]


async def test_an_end_is_recorded_with_its_numbers(database: Database, thread: ThreadRow) -> None:
    run = new_run(thread, order={"settings": {"temperature": 1.0}})
    await add(database, run)
    assert await database.write(lambda s: runs.finish(s, run_id=run.id, epoch=1, ending=DONE, at=LATE))
    found = runs.record(await _run(database, run.id))
    assert (found.status, found.last_seq, found.duration_ms, found.tool_calls) == ("completed", 3, 12, 2)
    assert (found.usage.input_tokens, found.usage.output_tokens) == (7, 0)
    assert found.settings == {"temperature": 1.0}
    assert (await database.read(lambda s: s.exec(select(ThreadRow)).one())).updated_at == LATE


async def test_an_end_is_recorded_with_its_turns_its_cost_and_its_notes(database: Database, thread: ThreadRow) -> None:
    turns = (TurnUsage("openai/a", 7, 2, cost=Decimal("0.000000015")), TurnUsage("openai/b", 1, 1))
    notes = ["Temperature is not supported by openai/b; it was left out."]
    ending = Ending("completed", 3, {"turns": 2, **stored(turns)}, cost_nano_usd=15, notes=notes)
    run, before = new_run(thread), new_run(await database.write(new_thread))
    await add(database, run, before)
    await database.write(lambda s: runs.finish(s, run_id=run.id, epoch=1, ending=ending, at=LATE))
    found = runs.record(await _run(database, run.id))
    assert (found.turns, found.cost, found.notes) == (turns, Decimal("0.000000015"), tuple(notes))
    assert found.usage.turns == 2
    old = runs.record(await _run(database, before.id))
    assert (old.turns, old.cost, old.notes) == ((), None, ())


async def test_an_owner_that_was_taken_for_dead_changes_nothing_more(database: Database, thread: ThreadRow) -> None:
    run, item = new_run(thread), new_item(thread, 1)
    await add(database, run)
    assert await database.write(_take) == [run.id]
    late = Entry(1, frames=[(1, b"{}")], saves={item.id: item}, ending=DONE)
    assert await database.write(lambda s: write(s, {run.id: late})) == [run.id]
    assert not await database.write(lambda s: runs.finish(s, run_id=run.id, epoch=1, ending=DONE, at=LATE))
    found = await _run(database, run.id)
    assert (found.status, found.owner, found.epoch, found.last_seq) == ("running", "other", 2, 0)
    assert await database.read(lambda s: [*s.exec(select(RunEventRow)), *s.exec(select(ItemRow))]) == []
    assert (await database.read(lambda s: s.exec(select(ThreadRow)).one())).updated_at == AT


async def test_of_many_runs_in_one_flush_only_the_fenced_one_is_refused(database: Database, thread: ThreadRow) -> None:
    other = await database.write(new_thread)
    mine, fenced = new_run(thread), new_run(other, epoch=2)
    await add(database, mine, fenced)
    entries = {run.id: Entry(1, frames=[(1, b"1"), (2, b"2")]) for run in (mine, fenced)}
    assert await database.write(lambda s: write(s, entries)) == [fenced.id]
    assert ((await _run(database, mine.id)).last_seq, (await _run(database, fenced.id)).last_seq) == (2, 0)


async def test_a_flush_that_is_tried_twice_writes_each_frame_once(database: Database, thread: ThreadRow) -> None:
    run, item = new_run(thread), new_item(thread, 1)
    await add(database, run)
    for _ in range(2):
        entry = Entry(1, frames=[(1, b"1"), (2, b"2")], saves={item.id: item})
        await database.write(partial(write, entries={run.id: entry}))
    assert await database.read(lambda s: runs.events(s, run.id, after=0, limit=9)) == [(1, b"1"), (2, b"2")]
    assert await database.read(lambda s: runs.events(s, run.id, after=1, limit=9)) == [(2, b"2")]
    assert await database.read(lambda s: runs.events(s, run.id, after=0, limit=1)) == [(1, b"1")]


async def test_a_run_that_was_heard_of_is_not_taken_over(database: Database, thread: ThreadRow) -> None:
    run = new_run(thread)
    await add(database, run)
    beats = await database.write(lambda s: runs.beat(s, owner="me", run_ids=[run.id], at=LATE))
    assert beats == {run.id: (1, None)}
    assert await database.write(_take) == []


async def test_a_run_of_the_owners_that_it_does_not_know_falls_silent(database: Database, thread: ThreadRow) -> None:
    run = new_run(thread)
    await add(database, run)
    assert await database.write(lambda s: runs.beat(s, owner="me", run_ids=[], at=LATE)) == {}
    assert await database.write(_take) == [run.id]


async def test_a_beat_tells_of_a_stop_that_was_asked_for(database: Database, thread: ThreadRow) -> None:
    run = new_run(thread)
    await add(database, run)
    await database.write(lambda s: runs.request_cancel(s, run.id, "visitor"))
    beats = await database.write(lambda s: runs.beat(s, owner="me", run_ids=[run.id], at=AT))
    assert beats == {run.id: (1, "visitor")}


async def test_a_beat_is_silent_about_runs_that_another_took(database: Database, thread: ThreadRow) -> None:
    run = new_run(thread, owner="other", epoch=2)
    await add(database, run)
    assert await database.write(lambda s: runs.beat(s, owner="me", run_ids=[run.id], at=AT)) == {}


async def test_a_run_is_taken_over_once(database: Database, thread: ThreadRow) -> None:
    await add(database, new_run(thread))
    assert len(await database.write(_take)) == 1
    assert await database.write(_take) == []


async def test_runs_that_are_over_are_not_taken_over(database: Database, thread: ThreadRow) -> None:
    await add(database, *(new_run(thread, status=status) for status in ("completed", "failed", "cancelled")))
    assert await database.write(_take) == []


async def test_a_run_that_waits_for_an_approval_keeps_what_it_needs_and_needs_no_owner(
    database: Database, thread: ThreadRow
) -> None:
    run = new_run(thread)
    await add(database, run)
    ask = {"call_id": "call_1", "tool": "stamp", "arguments": "{}", "agent": "Clerk"}
    waits = Ending(status="awaiting_approval", last_seq=3, usage={}, paused={"state": "{}", "asks": [ask]})
    assert await database.write(lambda s: runs.finish(s, run_id=run.id, epoch=1, ending=waits, at=LATE))
    assert await database.write(lambda s: _take(s, at=LATE + timedelta(days=400))) == []
    found = await _run(database, run.id)
    assert found.ended_at is None
    assert runs.record(found).live
    assert runs.record(found).asks == (Ask(call_id="call_1", tool="stamp", arguments="{}", agent="Clerk"),)


async def test_a_silent_queued_run_is_taken_only_once_its_thread_is_free(database: Database, thread: ThreadRow) -> None:
    working = new_run(thread, heartbeat_at=LATE)
    queued = new_run(thread, status="queued", created_at=AT + timedelta(seconds=1))
    await add(database, working, queued)
    assert await database.write(_take) == []
    await database.write(lambda s: runs.finish(s, run_id=working.id, epoch=1, ending=DONE, at=LATE))
    assert await database.write(_take) == [queued.id]


async def test_the_last_run_of_a_thread_is_the_live_one_or_the_newest(database: Database, thread: ThreadRow) -> None:
    assert await database.read(lambda s: runs.last_of(s, thread.id)) is None
    old, new = (new_run(thread, status="completed", created_at=AT + timedelta(seconds=n)) for n in range(2))
    await add(database, old, new)
    assert (await database.read(lambda s: runs.last_of(s, thread.id))) == new
    live = new_run(thread, created_at=AT - timedelta(seconds=1))
    await add(database, live)
    assert (await database.read(lambda s: runs.last_of(s, thread.id))) == live


async def test_old_logs_and_keys_are_pruned_and_nothing_else(database: Database, thread: ThreadRow) -> None:
    keyed = {"status": "completed", "request_hash": "h"}
    old = new_run(thread, **keyed, idempotency_key="old", ended_at=AT)
    new = new_run(thread, **keyed, idempotency_key="new", ended_at=LATE, created_at=LATE)
    live = new_run(thread)
    await add(database, old, new, live)
    await database.write(lambda s: runs.append(s, [(run.id, 1, b"{}") for run in (old, new, live)]))
    mark = AT + timedelta(seconds=1)
    await database.write(lambda s: runs.prune(s, ended_before=mark, keys_before=mark))
    left = await database.read(lambda s: set(s.exec(select(RunEventRow.run_id)).all()))
    assert left == {new.id, live.id}
    assert await database.read(lambda s: runs.by_key(s, visitor_id=ANN, key="old")) is None
    assert await database.read(lambda s: runs.by_key(s, visitor_id=ANN, key="new")) == new


async def test_an_unknown_run_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.read(lambda s: runs.find(s, visitor_id=ANN, run_id="run_none"))


async def test_whether_anybody_should_be_heard_of_is_known(database: Database, thread: ThreadRow) -> None:
    await add(database, new_run(thread, status="completed"))
    await add(database, new_run(thread, status="awaiting_approval"))
    assert not await database.read(runs.any_beating)
    await add(database, new_run(thread, status="queued"))
    assert await database.read(runs.any_beating)
