"""The schema comes up by itself, whoever starts it and however often."""

import asyncio
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from playground.runs.recovery import bury
from playground.store import runs, tabs
from playground.store.access_tables import VisitorRow
from playground.store.database import Database
from playground.store.money_tables import BudgetRow
from playground.store.tables import RunRow, ThreadRow
from playground.store.upgrade import configuration, upgrade

ROOT = Path(__file__).parents[2]
METADATA = next(table.metadata for table in (ThreadRow, VisitorRow, BudgetRow))
"""Of all tables, whichever module they are in."""
OPEN = "import asyncio, sys; from playground.store.database import Database; asyncio.run(Database(sys.argv[1]).open())"


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def _rows(url: str, query: str) -> list[object]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: list[object] = list(connection.execute(text(query)).scalars())
    engine.dispose()
    return found


def test_a_fresh_database_gets_the_schema_of_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    upgrade(engine)
    assert _differences(engine) == []
    engine.dispose()


def test_an_upgrade_of_an_upgraded_database_changes_nothing(database_url: str) -> None:
    engine = create_engine(database_url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO tab (id, visitor_id, position, created_at) VALUES ('t', 'v', 1, '2026-01-01 00:00:00')")
        )
    upgrade(engine)
    engine.dispose()
    assert _rows(database_url, "SELECT id FROM tab") == ["t"]


def test_the_one_live_run_index_is_partial_in_the_database_itself(database_url: str) -> None:
    engine = create_engine(database_url)
    upgrade(engine)
    [index] = [found for found in inspect(engine).get_indexes("run") if found["name"] == "one_live_run_per_thread"]
    assert index["unique"]
    engine.dispose()


async def test_stores_that_open_at_once_in_one_process_share_one_schema(database_url: str) -> None:
    stores = [Database(database_url) for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    await asyncio.gather(*(store.close() for store in stores))
    assert len(_rows(database_url, "SELECT version_num FROM alembic_version")) == 1


def test_processes_that_open_a_new_database_at_once_all_succeed(database_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", OPEN, database_url], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    errors = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], errors
    assert len(_rows(database_url, "SELECT version_num FROM alembic_version")) == 1


async def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    store = Database(f"sqlite:///{tmp_path}/a/b/playground.db")
    await store.open()
    await store.close()
    assert (tmp_path / "a" / "b" / "playground.db").is_file()


OLD = """
INSERT INTO thread VALUES ('thr', 'vis', 'Title', true, '{"type": "active"}', '{}', 'brn', :at, :at);
INSERT INTO branch VALUES ('brn', 'thr', NULL, 0, '', :at);
INSERT INTO run VALUES ('run_1', 'thr', 'brn', 'vis', 'assistant', 'openai/m', 'completed', '{"settings": {}}', 'me', 1,
  :at, false, 7, '{"turns": 2, "input_tokens": 9}', 12, 34, NULL, false, 'key', 'hash', :at, :at);
INSERT INTO run VALUES ('run_2', 'thr', 'brn', 'vis', 'assistant', 'openai/m', 'running', '{}', 'me', 1,
  :at, false, 0, '{}', NULL, NULL, NULL, false, NULL, NULL, :at, NULL);
INSERT INTO tab VALUES ('tab_1', 'vis', NULL, 1, 'assistant', 'openai/m', '{"effort": "low"}', 'thr', NULL, :at)
"""


def _first(database_url: str) -> None:
    """A database of the first release, with a run that is over and one whose process died."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0001")
        for statement in OLD.split(";"):
            connection.execute(text(statement), {"at": "2026-01-01 00:00:00"})
    engine.dispose()


async def test_a_tab_of_the_first_schema_is_its_one_lane_under_the_newest(database_url: str) -> None:
    await asyncio.to_thread(_first, database_url)
    store = Database(database_url)
    await store.open()
    tab = await store.read(lambda session: tabs.tab(session, tabs.find(session, visitor_id="vis", tab_id="tab_1")))
    await store.close()
    [lane] = tab.lanes
    assert (tab.title, lane.agent, lane.model, lane.thread_id) == ("Title", "assistant", "openai/m", "thr")
    assert (lane.settings.effort, lane.muted, tab.same_world, tab.blind) == ("low", False, False, False)


async def test_runs_of_the_first_schema_are_read_and_ended_under_the_newest(database_url: str) -> None:
    await asyncio.to_thread(_first, database_url)
    store = Database(database_url)
    await store.open()
    done, died = await store.read(lambda session: [runs.record(row) for row in runs.of_thread(session, "thr")])
    assert (done.usage.turns, done.usage.input_tokens, done.first_token_ms) == (2, 9, 12)
    assert (done.cost, done.turns, done.notes, done.asks) == (None, (), (), ())
    await store.write(lambda session: bury(session, session.get_one(RunRow, died.id)))
    buried = await store.read(lambda session: runs.record(session.get_one(RunRow, died.id)))
    await store.close()
    assert buried.status == "interrupted"
