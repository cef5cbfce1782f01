"""What a run left behind."""

import pytest

from playground.errors import NotFound
from playground.store import traces
from playground.store.database import Database
from playground.store.tables import RunEventRow, ThreadRow
from playground.store.traces import GuardVerdict
from tests.store.conftest import ANN, BOB, add, new_item, new_run

GUARDED = {"turns": 1, "guardrails": [{"name": "manners", "stage": "input", "outcome": "passed"}]}


async def test_a_run_left_its_own_items_oldest_first(database: Database, thread: ThreadRow) -> None:
    await add(database, new_run(thread, id="run_1", status="completed", usage=GUARDED))
    await add(database, new_run(thread, id="run_2", status="completed"))
    made = [
        new_item(thread, position, id=item_id, run_id=run_id, type=kind)
        for position, item_id, run_id, kind in (
            (1, "asked", "run_1", "user_message"),
            (3, "said", "run_1", "assistant_message"),
            (2, "did", "run_1", "workflow"),
            (4, "other", "run_2", "assistant_message"),
        )
    ]
    await add(database, *made, RunEventRow(run_id="run_1", seq=1, payload=b"{}"))
    found = await database.read(lambda session: traces.rows(session, visitor_id=ANN, run_id="run_1"))
    assert [row.id for row in found.items] == ["did", "said"]
    assert (found.run.id, found.verdicts) == ("run_1", (GuardVerdict("manners", "input", "passed"),))
    assert list(found.frames) == []


@pytest.mark.parametrize(("visitor_id", "run_id"), [(BOB, "run_1"), (ANN, "run_2")])
async def test_a_run_of_somebody_else_is_unknown(
    database: Database, thread: ThreadRow, visitor_id: str, run_id: str
) -> None:
    await add(database, new_run(thread, id="run_1"))
    with pytest.raises(NotFound):
        await database.read(lambda session: traces.rows(session, visitor_id=visitor_id, run_id=run_id))


async def test_of_a_run_under_way_the_log_is_read_too(database: Database, thread: ThreadRow) -> None:
    await add(database, new_run(thread, id="run_1"))
    await add(
        database, *(RunEventRow(run_id="run_1", seq=seq, payload=data) for seq, data in ((2, b"two"), (1, b"one")))
    )
    found = await database.read(lambda session: traces.rows(session, visitor_id=ANN, run_id="run_1"))
    assert (list(found.frames), list(found.items), found.verdicts) == ([b"one", b"two"], [], ())
