"""A run that asks the visitor's page, and processes that die."""

from playground.records import RunRecord
from playground.runs.engine import Engine
from playground.runs.supply import Supply
from tests.askers import NAME
from tests.runs.conftest import Lab, until
from tests.runs.replica import Replica

LOOK = 'tool:look:{"corner":"left"}'


async def waiting(lab: Lab, engine: Engine) -> RunRecord:
    run = await engine.submit(lab.order(LOOK, agent=NAME))
    await until(lambda: _waits(lab, engine, run.id))
    return await engine.run(lab.visitor, run.id)


async def _waits(lab: Lab, engine: Engine, run_id: str) -> bool:
    return (await engine.run(lab.visitor, run_id)).status == "awaiting_approval"


async def test_a_killed_process_loses_nothing_that_waits(lab: Lab) -> None:
    await lab.start(agent=(NAME,))
    lab.settings = lab.settings.model_copy(update={"agent": (NAME,)})
    first = await Replica.start(lab)
    run = await waiting(lab, first.engine)
    await first.kill()
    second = await Replica.start(lab)
    supplied = await second.engine.supply(lab.visitor, Supply(run.thread_id, None, output="cat"))
    played = await lab.played(second.engine, supplied.run.id)
    assert (played.run.status, played.text) == ("completed", "The tool said: cat")
    assert (await lab.stored(run.thread_id)).items == played.items
    await second.close()


async def test_an_answer_is_kept_with_the_run_that_took_it_though_its_process_dies_then(lab: Lab) -> None:
    lab.settings = lab.settings.model_copy(update={"agent": (NAME,)})
    engine = await lab.start()
    first = await Replica.start(lab)
    run = await waiting(lab, first.engine)
    await first.engine.supply(lab.visitor, Supply(run.thread_id, None, output="cat", model="compatible/words-5000@50"))
    await until(lambda: len(lab.wire.calls) == 2)
    await first.kill()
    await until(lambda: _is_over(lab, engine, run.id))
    played = await lab.played(engine, run.id)
    assert played.run.status == "interrupted"
    kept = {item.type: item for item in (await lab.stored(run.thread_id)).items}
    assert kept["client_tool_call"].model_dump()["output"] == "cat"
    assert kept["client_tool_call"].model_dump()["status"] == "completed"
    assert (await lab.finish(engine, lab.order("echo", "next", thread_id=run.thread_id))).text == "next"


async def _is_over(lab: Lab, engine: Engine, run_id: str) -> bool:
    return not (await engine.run(lab.visitor, run_id)).live
