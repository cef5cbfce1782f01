"""Several lanes, or several processes, make the same call at once: it is made once, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
from sqlmodel import Session

from playground.records import RunRecord
from playground.runs.engine import Engine
from playground.settings import Settings
from playground.store.database import Database
from playground.visitor import Visitor
from tests.runs.conftest import Lab, Played, until
from tests.runs.lanes import GATES, MADE
from tests.runs.replica import Replica
from tests.wire import Wire

AGENT = "tests.runs.lanes:laned"
COUNT = 'tool:count:{"a": 1, "b": 2}'


@pytest.fixture(autouse=True)
def nothing_made() -> Iterator[None]:
    yield
    MADE.clear()
    GATES.clear()


@pytest.fixture
def gate() -> asyncio.Event:
    """Closed until it is set; tools wait at it."""
    GATES.append(asyncio.Event())
    return GATES[0]


@pytest.fixture
async def lab(settings: Settings, wire: Wire, database_url: str) -> AsyncIterator[Lab]:
    """On both databases, each engine with connections of its own."""
    changed = settings.model_copy(update={"database_url": database_url, "agent": (AGENT,)})
    lab = Lab(changed, Database(database_url), wire)
    await lab.database.open()
    yield lab
    await asyncio.gather(*(engine.close() for engine in lab.engines))
    for models in lab.models:
        await models.aclose()
    await lab.database.close()


@pytest.fixture
async def other(lab: Lab) -> AsyncIterator[Replica]:
    replica = await Replica.start(lab)
    yield replica
    if replica.engine in lab.engines:
        await replica.close()


async def ask(lab: Lab, engine: Engine, model: str = COUNT, world: str | None = "w") -> RunRecord:
    """A lane, asked."""
    return await engine.submit(lab.order(model, agent=AGENT, world=world))


async def asked(lab: Lab, engine: Engine, number: int) -> RunRecord:
    """The lane of that number, whose model has called its tool."""
    run = await ask(lab, engine)
    await (await lab.wire.seen(number)).over.wait()
    return run


def titles(played: Played) -> list[str]:
    """What the steps are called, without their times."""
    tasks = [task for item in played.items if item.type == "workflow" for task in item.workflow.tasks]
    return [
        " · ".join(part for part in str(task.title).split(" · ") if not part.endswith((" ms", " s"))) for task in tasks
    ]


async def test_four_lanes_make_a_call_once_and_all_get_its_result(
    lab: Lab, engine: Engine, gate: asyncio.Event
) -> None:
    runs = await asyncio.gather(*(ask(lab, engine) for _ in range(4)))
    await asyncio.gather(*[(await lab.wire.seen(number)).over.wait() for number in range(1, 5)])
    gate.set()
    played = [await lab.played(engine, run.id) for run in runs]
    assert MADE == ["count 1 2"]
    assert [one.text for one in played] == ["The tool said: 3 by call 1"] * 4
    assert sorted(titles(one)[0] for one in played) == ["count", *["count · shared"] * 3]
    for one in played:
        assert (await lab.stored(one.run.thread_id)).items == one.items
        assert (one.run.status, one.run.tool_calls) == ("completed", 1)


async def test_lanes_in_two_processes_make_a_call_once(
    lab: Lab, engine: Engine, other: Replica, gate: asyncio.Event
) -> None:
    engines = [engine, other.engine] * 2
    runs = await asyncio.gather(*(ask(lab, one) for one in engines))
    await asyncio.gather(*[(await lab.wire.seen(number)).over.wait() for number in range(1, 5)])
    gate.set()
    played = [await lab.played(one, run.id) for one, run in zip(engines, runs, strict=True)]
    assert MADE == ["count 1 2"]
    assert [one.text for one in played] == ["The tool said: 3 by call 1"] * 4


async def test_a_later_run_of_the_world_gets_what_was_kept(lab: Lab, engine: Engine, other: Replica) -> None:
    await lab.played(engine, (await ask(lab, engine)).id)
    later = await lab.played(other.engine, (await ask(lab, other.engine)).id)
    assert (later.text, titles(later), MADE) == ("The tool said: 3 by call 1", ["count · shared"], ["count 1 2"])


async def test_another_world_another_visitor_and_no_world_share_nothing(lab: Lab, engine: Engine) -> None:
    foreign = replace(lab, visitor=Visitor("vis_2"))
    for one, world in ((lab, "w"), (lab, "v"), (foreign, "w"), (lab, None), (lab, None)):
        played = await one.played(engine, (await ask(one, engine, world=world)).id)
        assert titles(played) == ["count"]
    assert MADE == ["count 1 2"] * 5


async def test_when_the_first_lane_is_stopped_another_takes_over(lab: Lab, engine: Engine, gate: asyncio.Event) -> None:
    first = await asked(lab, engine, 1)
    await until(lambda: MADE)
    second = await asked(lab, engine, 2)
    await engine.stop(lab.visitor, first.id)
    await until(lambda: len(MADE) == 2)
    gate.set()
    played = await lab.played(engine, second.id)
    assert (played.text, titles(played)) == ("The tool said: 3 by call 2", ["count"])


async def test_a_lane_that_waits_for_another_stops_at_once_and_alone(
    lab: Lab, engine: Engine, other: Replica, gate: asyncio.Event
) -> None:
    first = await asked(lab, engine, 1)
    await until(lambda: MADE)
    for number, one in enumerate((engine, other.engine), 2):
        waiting = await asked(lab, one, number)
        assert (await one.stop(lab.visitor, waiting.id)).status == "cancelled"
    gate.set()
    played = await lab.played(engine, first.id)
    assert (played.text, MADE) == ("The tool said: 3 by call 1", ["count 1 2"])
    assert titles(await lab.played(engine, (await ask(lab, engine)).id)) == ["count · shared"]


async def test_when_the_first_lanes_process_dies_another_takes_over(
    lab: Lab, engine: Engine, other: Replica, gate: asyncio.Event
) -> None:
    first = await asked(lab, other.engine, 1)
    await until(lambda: MADE)
    second = await asked(lab, engine, 2)
    await other.kill()
    await until(lambda: len(MADE) == 2)
    gate.set()
    played = await lab.played(engine, second.id)
    assert (played.text, titles(played)) == ("The tool said: 3 by call 2", ["count"])
    assert (await engine.run(lab.visitor, first.id)).status == "interrupted"


async def test_an_owner_that_was_taken_for_dead_shares_nothing_more(
    lab: Lab, engine: Engine, other: Replica, gate: asyncio.Event
) -> None:
    await asked(lab, other.engine, 1)
    await until(lambda: MADE)
    second = await asked(lab, engine, 2)
    await other.freeze()
    await until(lambda: len(MADE) == 2)
    gate.set()
    assert (await lab.played(engine, second.id)).text == "The tool said: 3 by call 2"
    assert (await lab.played(engine, (await ask(lab, engine)).id)).text == "The tool said: 3 by call 2"


async def test_a_call_that_is_late_is_given_back(lab: Lab, gate: asyncio.Event) -> None:
    engine = await lab.start(tool_timeout=0.2)
    late = await lab.played(engine, (await ask(lab, engine)).id)
    assert "timed out after 0.2 seconds" in late.text
    gate.set()
    played = await lab.played(engine, (await ask(lab, engine)).id)
    assert (played.text, titles(played), titles(late)) == ("The tool said: 3 by call 2", ["count"], ["count · failed"])


async def test_waiting_for_another_lane_counts_as_the_tools_time(lab: Lab, engine: Engine, gate: asyncio.Event) -> None:
    first = await asked(lab, engine, 1)
    await until(lambda: MADE)
    hasty = await lab.start(tool_timeout=0.2)
    played = await lab.played(hasty, (await ask(lab, hasty)).id)
    assert ("timed out" in played.text, titles(played), MADE) == (True, ["count · failed"], ["count 1 2"])
    gate.set()
    assert (await lab.played(engine, first.id)).text == "The tool said: 3 by call 1"


async def test_a_store_that_takes_no_claims_leaves_every_lane_to_itself(lab: Lab, engine: Engine) -> None:
    await lab.database.write(_drop)
    played = [await lab.played(engine, (await ask(lab, engine)).id) for _ in range(2)]
    assert [(one.text, one.run.status) for one in played] == [
        (f"The tool said: 3 by call {number}", "completed") for number in (1, 2)
    ]
    assert ["could not be shared" in str(one.run.notes) for one in played] == [True, True]


def _drop(session: Session) -> None:
    session.connection().exec_driver_sql("ALTER TABLE tool_result RENAME TO gone")
