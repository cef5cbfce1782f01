"""Threads copied up to one of their items."""

import orjson
import pytest
from sqlmodel import Session

from playground.errors import NotFound
from playground.store import forks, items, runs, threads
from playground.store.database import Database
from playground.store.tables import BranchRow, ItemRow, ThreadRow
from tests.store.conftest import ANN, AT, add, new_item, new_run


async def past(database: Database, thread: ThreadRow, item_id: str) -> tuple[list[str], bool]:
    """The items up to one of them, and whether that one is being written."""
    found = await database.read(lambda session: forks.past(session, session.get_one(ThreadRow, thread.id), item_id))
    return [row.id for row in found.rows], found.unfinished


async def test_a_past_follows_the_shown_branch_and_keeps_what_is_hidden(database: Database, thread: ThreadRow) -> None:
    rows = [new_item(thread, 1), new_item(thread, 2, type="hidden_context_item"), new_item(thread, 3)]
    await add(database, *rows)

    def branch(session: Session) -> str:
        found = session.get_one(ThreadRow, thread.id)
        made: BranchRow = threads.fork(session, found, parent=found.head_branch, position=2, label="", at=AT)
        return made.id

    other = new_item(thread, 3, branch_id=await database.write(branch))
    await add(database, other)
    assert await past(database, thread, other.id) == ([rows[0].id, rows[1].id, other.id], False)
    assert await past(database, thread, rows[0].id) == ([rows[0].id], False)
    for unknown in (rows[1].id, rows[2].id, "msg_none"):
        with pytest.raises(NotFound):
            await past(database, thread, unknown)


async def test_of_what_is_being_written_only_what_was_finished_before_it_is_past(
    database: Database, thread: ThreadRow
) -> None:
    run = new_run(thread)
    asked, before, after = (new_item(thread, place, run_id=run.id) for place in (1, 2, 4))
    await add(database, asked, before, after, run)
    opened = [{"type": "thread.item.added", "item": {"id": name}} for name in (before.id, "wfl_open", after.id)]
    frames = [(run.id, seq, orjson.dumps(event)) for seq, event in enumerate(opened, 1)]
    await database.write(lambda session: runs.append(session, frames))
    assert await past(database, thread, "wfl_open") == ([asked.id, before.id], True)
    with pytest.raises(NotFound):
        await past(database, thread, "wfl_other")


async def test_copies_have_ids_of_their_own_and_no_run(database: Database, thread: ThreadRow) -> None:
    told = [{"type": "reasoning", "id": "rs_1"}]
    rows = [
        new_item(thread, 3, run_id="run_1", payload={"id": "x", "thread_id": thread.id, "widget": {"a": 1}}),
        new_item(thread, 7, type="workflow", model_input=told),
        new_item(thread, 9, type="hidden_context_item"),
    ]
    await add(database, *rows)

    def copy(session: Session) -> list[ItemRow]:
        found = items.history(session, thread.head_branch)
        made = forks.copy(session, found, visitor_id=ANN, title="again", meta={"agent": "a"}, at=AT)
        assert (made.title, made.meta, made.visitor_id, made.created_at) == ("again", {"agent": "a"}, ANN, AT)
        return [*items.history(session, made.head_branch)]

    made = await database.write(copy)
    assert [row.position for row in made] == [1, 2, 3]
    assert [(row.type, row.model_input, row.created_at) for row in made] == [
        (row.type, row.model_input, row.created_at) for row in rows
    ]
    assert [row.id.split("_")[0] for row in made] == ["msg", "wfl", "msg"]
    assert not {row.id for row in made} & {row.id for row in rows}
    assert {row.run_id for row in made} == {None}
    assert made[0].payload == {"id": made[0].id, "thread_id": made[0].thread_id, "widget": {"a": 1}}
    assert await past(database, thread, rows[1].id) == ([rows[0].id, rows[1].id], False)
