"""What others on the machine may do with what is kept here."""

from pathlib import Path

from playground import folder
from playground.attachments.vault import Vault
from playground.secret import load_secret
from playground.settings import Settings
from playground.store.database import Database


def others(path: Path) -> int:
    """What is theirs to do, in the bits of a mode."""
    return path.stat().st_mode & 0o077


async def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/data/playground.db")
    await database.open()
    try:
        files = sorted(path.name for path in (tmp_path / "data").iterdir())
        assert files[0] == "playground.db"
        assert [name for name in files if others(tmp_path / "data" / name)] == []
        assert not others(tmp_path / "data")
    finally:
        await database.close()


def test_so_are_the_secret_and_the_files(tmp_path: Path) -> None:
    load_secret(Settings(data_dir=tmp_path / "one"))
    assert not others(tmp_path / "one")
    assert not others(tmp_path / "one" / "secret")
    source = tmp_path / "source"
    source.write_bytes(b"words")
    with source.open("rb") as file:
        Vault(str(tmp_path / "two" / "attachments"), reserve=0).keep("atc_1", file)
    assert not others(tmp_path / "two" / "attachments")


def test_what_was_left_open_is_shut_and_nothing_else_is_touched(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "attachments").mkdir()
    (tmp_path / "attachments").chmod(0o755)
    for name in ("playground.db", "playground.db-wal", "mine.txt"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    folder.shut(tmp_path)
    shut = {path.name for path in tmp_path.iterdir() if not others(path)}
    assert shut == {"attachments", "playground.db", "playground.db-wal"}
    assert others(tmp_path)


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    folder.shut(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
