"""The schema comes up by itself, whoever starts it and however often."""

import asyncio
import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from playground.store.database import Database
from playground.store.tables import ThreadRow
from playground.store.upgrade import upgrade

ROOT = Path(__file__).parents[2]
OPEN = "import asyncio, sys; from playground.store.database import Database; asyncio.run(Database(sys.argv[1]).open())"


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, ThreadRow.metadata))


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
        connection.execute(text("INSERT INTO tab VALUES ('t','v',NULL,1,'a','m','{}',NULL,NULL,'2026-01-01 00:00:00')"))
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
