"""A run is read from any cursor, by anybody who may, as often as wanted: always the same list."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from chatkit.types import ProgressUpdateEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.errors import NotFound
from playground.runs.engine import Engine
from playground.runs.journal import Journal
from playground.runs.live import Frame, LiveRun
from playground.store import runs
from tests.runs.conftest import Lab

MODEL = "words-60@120"


def seqs(frames: list[Frame]) -> list[int]:
    return [frame.seq for frame in frames]


async def test_frames_are_numbered_from_one_without_a_gap(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order(MODEL))
    assert seqs(played.frames) == list(range(1, played.run.last_seq + 1))


async def test_every_reader_gets_the_same_list_live_late_or_after_the_end(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL))
    early = [asyncio.create_task(lab.played(engine, run.id)) for _ in range(3)]
    await (await lab.wire.seen(1)).reached(30)
    late = asyncio.create_task(lab.played(engine, run.id))
    lists = [(await reading).frames for reading in (*early, late)]
    lists.append((await lab.played(engine, run.id)).frames)
    assert all(one == lists[0] for one in lists)


async def test_any_cursor_continues_where_it_stands_live_and_from_the_store(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL))
    await (await lab.wire.seen(1)).reached(30)
    cursors = [-3, 0, 1, 5]
    live = await asyncio.gather(*(lab.played(engine, run.id, after=after) for after in cursors))
    last = live[0].run.last_seq
    for after, played in zip(cursors, live, strict=True):
        assert seqs(played.frames) == list(range(max(after, 0) + 1, last + 1))
    for after in (*cursors, last - 1, last, last + 1, 10**9):
        kept = await lab.played(engine, run.id, after=after)
        assert seqs(kept.frames) == list(range(max(after, 0) + 1, last + 1))


async def test_a_cursor_beyond_the_end_of_a_live_run_waits_for_it_and_ends(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(MODEL))
    assert (await lab.played(engine, run.id, after=10**9)).frames == []


async def test_a_slow_reader_misses_nothing_and_holds_nobody_up(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order("words-40@400"))
    seen: list[Frame] = []
    async with aclosing(engine.attach(lab.visitor, run.id)) as reading:
        async for frame in reading:
            seen.append(frame)
            if len(seen) == 5:
                assert (await lab.played(engine, run.id)).run.status == "completed"
    assert seen == (await lab.played(engine, run.id)).frames


async def test_an_unknown_run_is_not_found(lab: Lab, engine: Engine) -> None:
    with pytest.raises(NotFound):
        await anext(engine.attach(lab.visitor, "run_none"))


async def test_events_that_are_no_longer_kept_are_not_found_and_the_thread_still_is(lab: Lab, engine: Engine) -> None:
    played = await lab.finish(engine, lab.order())
    later = datetime.now(UTC) + timedelta(hours=1)
    await lab.database.write(lambda s: runs.prune(s, ended_before=later, keys_before=later))
    with pytest.raises(NotFound, match="no longer kept"):
        await anext(engine.attach(lab.visitor, played.run.id))
    assert (await lab.played(engine, played.run.id, after=played.run.last_seq)).frames == []
    assert len(await lab.rows(played.run.thread_id)) == 2


async def test_what_is_being_written_can_be_read_before_it_is_stored(lab: Lab) -> None:
    engine = await lab.start(flush_interval=60)
    run = await engine.submit(lab.order("words-5000@50", "hello"))
    await (await lab.wire.seen(1)).reached(10)
    said, answer = engine.open_items(lab.visitor, run.thread_id)
    assert said["content"][0]["text"] == "hello"
    assert answer["content"][0]["text"].startswith("w0")
    more = engine.open_items(lab.visitor, run.thread_id)[1]
    assert more["content"][0]["text"].startswith(answer["content"][0]["text"])
    assert engine.open_items(lab.visitor, "thr_none") == []
    await engine.stop(lab.visitor, run.id)
    assert engine.open_items(lab.visitor, run.thread_id) == []


@given(steps=st.lists(st.one_of(st.integers(0, 3), st.just(-1)), max_size=40))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_reader_who_leaves_and_comes_back_sees_each_frame_once(lab: Lab, steps: list[int]) -> None:
    """A step is frames that are written, or a reader who goes and comes back."""

    async def play() -> None:
        journal = Journal(lab.database, interval=60, fenced=lambda _: None)
        run = LiveRun(id="run_1", order=lab.order(), branch_id="brn_1", journal=journal)
        seen: list[Frame] = []
        written = 0
        for step in (*steps, -1):
            if step < 0:
                run.over = len(run.frames) == len(seen)
                seen += await run.more(seen[-1].seq if seen else 0)
                run.over = False
            for _ in range(max(step, 0)):
                written += 1
                run.announce(ProgressUpdateEvent(text=str(written)))
        assert [frame.seq for frame in seen] == list(range(1, written + 1))
        texts = [orjson.loads(frame.data)["text"] for frame in seen]
        assert texts == [str(seq) for seq in range(1, written + 1)]

    asyncio.run(play())
