"""The same request twice is one run."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from playground.errors import KeyReused
from playground.runs.admit import KEY_LIFE
from playground.runs.engine import Engine
from playground.store.tables import RunRow
from tests.runs.conftest import Lab


async def test_fifty_duplicates_at_once_are_one_run_one_message_one_call(lab: Lab, engine: Engine) -> None:
    orders = [lab.order("words-20", key="k", key_hash="h") for _ in range(50)]
    runs = await asyncio.gather(*(engine.submit(order) for order in orders))
    assert len({run.id for run in runs}) == 1
    played = [await lab.played(engine, run.id) for run in runs[:3]]
    assert len({tuple(frame.data for frame in one.frames) for one in played}) == 1
    assert len(lab.wire.calls) == 1
    assert len(await lab.every_row()) == 2


async def test_a_duplicate_after_the_end_is_the_same_run(lab: Lab, engine: Engine) -> None:
    first = await lab.finish(engine, lab.order("echo", key="k", key_hash="h"))
    again = await lab.finish(engine, lab.order("echo", key="k", key_hash="h"))
    assert (again.run, again.frames) == (first.run, first.frames)
    assert len(lab.wire.calls) == 1


async def test_a_key_with_another_body_is_refused(lab: Lab, engine: Engine) -> None:
    await lab.finish(engine, lab.order(key="k", key_hash="h"))
    with pytest.raises(KeyReused):
        await engine.submit(lab.order(key="k", key_hash="other"))
    assert len(lab.wire.calls) == 1


async def test_keys_of_two_visitors_have_nothing_to_do_with_each_other(lab: Lab, engine: Engine) -> None:
    mine = await engine.submit(lab.order(key="k", key_hash="h"))
    theirs = await engine.submit(lab.order(key="k", key_hash="other", visitor_id="vis_2"))
    assert mine.id != theirs.id


async def test_a_key_is_forgotten_after_a_day(lab: Lab, engine: Engine) -> None:
    first = await lab.finish(engine, lab.order(key="k", key_hash="h"))

    def age(session: Session) -> None:
        row = session.exec(select(RunRow)).one()
        row.created_at -= KEY_LIFE + timedelta(seconds=1)

    await lab.database.write(age)
    again = await lab.finish(engine, lab.order(key="k", key_hash="other"))
    assert again.run.id != first.run.id
    assert len(lab.wire.calls) == 2


async def test_a_duplicate_of_a_queued_message_is_the_same_queued_run(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order("words-5000@50"))
    await (await lab.wire.seen(1)).reached(1)
    queued = [await engine.submit(lab.order("echo", thread_id=run.thread_id, key="k", key_hash="h")) for _ in range(3)]
    assert len({one.id for one in queued}) == 1
    await engine.stop(lab.visitor, run.id)
    assert (await lab.played(engine, queued[0].id)).run.status == "completed"
    assert len(lab.wire.calls) == 2
