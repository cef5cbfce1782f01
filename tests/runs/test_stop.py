"""Stop closes the provider's connection, keeps what had come, and leaves the thread usable."""

import asyncio

import pytest

from playground.errors import NotFound
from playground.runs.engine import Engine
from playground.visitor import Visitor
from tests.runs.agents import WAITING
from tests.runs.conftest import Lab, until

PROVIDERS = ("compatible", "openai")
SLOW = "words-5000@50"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_stop_keeps_the_partial_answer_and_closes_the_socket(lab: Lab, engine: Engine, provider: str) -> None:
    run = await engine.submit(lab.order(f"{provider}/{SLOW}"))
    call = await lab.wire.seen(1)
    await call.reached(5)
    stopped = await engine.stop(lab.visitor, run.id)
    async with asyncio.timeout(5):
        await call.over.wait()
    assert call.disconnected
    assert (stopped.status, stopped.error) == ("cancelled", None)
    played = await lab.played(engine, run.id)
    assert (await lab.stored(run.thread_id)).items == played.items
    assert played.text
    assert " ".join(f"w{i}" for i in range(5000)).startswith(played.text)
    assert not played.live.open_ids


@pytest.mark.parametrize("mode", ["hang", "hang-open"])
async def test_a_stop_before_the_first_token_leaves_no_empty_message(lab: Lab, engine: Engine, mode: str) -> None:
    run = await engine.submit(lab.order(mode))
    await lab.wire.seen(1)
    stopped = await engine.stop(lab.visitor, run.id)
    assert stopped.status == "cancelled"
    assert await lab.said(run.thread_id) == [("user", "hello")]
    assert len(await lab.rows(run.thread_id)) == 1


async def test_a_stop_at_once_is_as_good_as_a_later_one(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(SLOW))
    assert (await engine.stop(lab.visitor, run.id)).status == "cancelled"
    played = await lab.played(engine, run.id)
    assert (await lab.stored(run.thread_id)).items == played.items
    assert not played.live.open_ids


async def test_a_stop_during_a_tool_leaves_nothing_that_seems_to_go_on(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order("tool:wait:{}", agent="worker"))
    await until(lambda: WAITING)
    stopped = await engine.stop(lab.visitor, run.id)
    assert stopped.status == "cancelled"
    await until(lambda: not WAITING)
    [_, workflow] = (await lab.stored(run.thread_id)).items
    assert workflow.type == "workflow"
    [task] = workflow.workflow.tasks
    assert (task.status_indicator, task.type) == ("complete", "custom")
    assert "not finished" in str(task.model_dump())
    second = await lab.finish(engine, lab.order("echo", "next", agent="worker", thread_id=run.thread_id))
    assert second.run.status == "completed"
    assert "call_" not in str(lab.wire.calls[-1].body)


async def test_the_next_turn_after_a_stop_is_answered(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(3)
    await engine.stop(lab.visitor, run.id)
    played = await lab.finish(engine, lab.order("echo", "next", thread_id=run.thread_id))
    assert played.run.status == "completed"
    said = await lab.said(run.thread_id)
    assert [who for who, _ in said] == ["user", "assistant", "user", "assistant"]
    assert said[-1] == ("assistant", "next")


async def test_a_stop_that_comes_twice_or_too_late_changes_nothing(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(SLOW))
    await (await lab.wire.seen(1)).reached(3)
    both = await asyncio.gather(*(engine.stop(lab.visitor, run.id) for _ in range(5)))
    assert {one.status for one in both} == {"cancelled"}
    done = await lab.finish(engine, lab.order())
    assert (await engine.stop(lab.visitor, done.run.id)).status == "completed"


async def test_a_foreign_run_cannot_be_stopped_or_seen(lab: Lab, engine: Engine) -> None:
    run = await engine.submit(lab.order(SLOW))
    stranger = Visitor("vis_2")
    for attempt in (
        engine.stop(stranger, run.id),
        engine.run(stranger, run.id),
        anext(engine.attach(stranger, run.id)),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await engine.run(lab.visitor, run.id)).status == "running"


async def test_a_hundred_aborted_runs_leave_no_task_behind(lab: Lab, engine: Engine) -> None:
    await lab.finish(engine, lab.order())
    before = asyncio.all_tasks()
    for _ in range(5):
        orders = [lab.order(mode) for mode in (SLOW, "hang", "stall-2", "hang-open") * 5]
        runs = await asyncio.gather(*(engine.submit(order) for order in orders))
        await asyncio.gather(*(engine.stop(lab.visitor, run.id) for run in runs))
    await until(lambda: _none_but(before))
    assert not engine._live  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert not engine._grace._readers  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def _none_but(before: set[asyncio.Task[object]]) -> bool:
    mine = [task for task in asyncio.all_tasks() - before if "wire/server.py" not in str(task.get_stack())]
    return not [task for task in mine if task is not asyncio.current_task()]
