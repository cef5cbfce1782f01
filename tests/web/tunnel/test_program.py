"""No program is started but the one that Gradio publishes."""

from dataclasses import replace
from pathlib import Path

import pytest

from playground.web.tunnel.program import Program, TunnelError, gradios
from tests.web.tunnel.conftest import Installed


def test_the_right_program_passes(installed: Installed) -> None:
    installed.program.verify()


def test_one_that_was_changed_is_refused_for_good(installed: Installed) -> None:
    right = installed.program
    with installed.path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(TunnelError, match="is not the one that Gradio publishes, and was not started") as refusal:
        right.verify()
    assert refusal.value.final
    assert str(installed.path) in str(refusal.value)


def test_a_system_that_gradio_publishes_none_for_is_told_so(installed: Installed) -> None:
    with pytest.raises(TunnelError, match="no tunnel for this kind of machine"):
        replace(installed.program, checksum=None).verify()


def test_a_missing_one_is_fetched_and_looked_at(installed: Installed) -> None:
    right, bodies = installed.program, [b"another", installed.path.read_bytes()]

    def fetch() -> None:
        installed.path.write_bytes(bodies.pop())

    installed.path.unlink()
    replace(right, fetch=fetch).verify()
    installed.path.unlink()
    with pytest.raises(TunnelError, match="not the one"):
        replace(right, fetch=fetch).verify()


def test_half_a_download_is_not_kept(installed: Installed) -> None:
    def broken() -> None:
        installed.path.write_bytes(b"half")
        raise OSError("no network, says /srv/secret")

    right = installed.program
    installed.path.unlink()
    with pytest.raises(TunnelError) as failure:
        replace(right, fetch=broken).verify()
    assert str(failure.value) == "The tunnel's program could not be fetched: is there a network?"
    assert not failure.value.final
    assert not installed.path.exists()


def test_gradios_own_is_known_by_its_checksum(tmp_path: Path) -> None:
    program = gradios()
    assert isinstance(program, Program)
    assert program.checksum is not None
    assert len(program.checksum) == 64
    assert program.path.name.startswith("frpc_")
    assert tmp_path not in program.path.parents
