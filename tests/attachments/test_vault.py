"""Where bytes lie."""

import io
from pathlib import Path

import pytest

from playground.attachments.vault import Vault
from playground.ids import new_id


@pytest.fixture(params=["folder", "file://", "memory://"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    kinds = {
        "folder": str(tmp_path / "a" / "b"),
        "file://": f"file://{tmp_path}/c",
        "memory://": f"memory://{tmp_path}",
    }
    return Vault(kinds[request.param])


def test_what_is_kept_can_be_read_until_it_is_dropped(vault: Vault) -> None:
    name = new_id("atc")
    vault.keep(name, io.BytesIO(b"abc"))
    assert vault.read(name) == b"abc"
    with vault.open(name) as file:
        assert file.read(2) == b"ab"
    vault.drop(name)
    with pytest.raises(FileNotFoundError):
        vault.read(name)
    with pytest.raises(FileNotFoundError):
        vault.open(name)


def test_dropping_what_is_not_there_is_no_error(vault: Vault) -> None:
    vault.drop("atc_none")


def test_all_of_it_is_kept_wherever_it_was_read_to(vault: Vault) -> None:
    source = io.BytesIO(b"abc")
    source.seek(3)
    vault.keep("atc_1", source)
    assert vault.read("atc_1") == b"abc"


class Broken(io.BytesIO):
    """A file whose disk fails."""

    def read(self, *_: object) -> bytes:
        raise OSError("the disk fails")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    vault = Vault(str(tmp_path / "files"))
    with pytest.raises(OSError, match="disk"):
        vault.keep("atc_1", Broken())
    assert list((tmp_path / "files").iterdir()) == []


def test_a_disk_is_never_filled_up(tmp_path: Path) -> None:
    vault = Vault(str(tmp_path / "files"), reserve=1 << 62)
    with pytest.raises(OSError, match="nearly full"):
        vault.keep("atc_1", io.BytesIO(b"abc"))
    assert list((tmp_path / "files").iterdir()) == []
