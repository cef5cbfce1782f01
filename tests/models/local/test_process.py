import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import pytest

from playground.models.local.process import Child, ChildError, loopback_client
from playground.models.local.weights import SMOLLM2, Cache
from tests.models.local.waiting import until

HOLDER = """
import asyncio, sys
from pathlib import Path
from playground.models.local.process import Child

async def main():
    child = await Child.start(Path(sys.argv[1]), "smollm2-135m")
    print(child.endpoint.base_url, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
ROOT = Path(__file__).parents[3]


@pytest.fixture
def small() -> Path:
    path = Cache().find(SMOLLM2)
    assert path, "scripts/test fetches the weights"
    return path


def replace_runtime(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Lets the child find another runtime than the real one."""
    (folder / "xllamacpp.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder))


async def nobody_answers(host: str, port: int) -> None:
    """Returns once the connection to a server ends and no new one is taken."""
    for _ in range(200):
        with contextlib.suppress(ConnectionResetError):
            try:
                reader, writer = await asyncio.open_connection(host, port)
            except ConnectionRefusedError:
                return
            with contextlib.closing(writer):
                await reader.read()
    pytest.fail("The child still answers")


@pytest.mark.local_model
async def test_a_child_answers_until_it_is_stopped(small: Path) -> None:
    child = await Child.start(small, "smollm2-135m")
    async with loopback_client() as client:
        assert (await client.get(child.endpoint.base_url.replace("/v1", "/health"))).is_success
    await child.stop()
    assert not child.alive
    assert await child.wait() == 0


@pytest.mark.local_model
async def test_a_child_does_not_outlive_its_parent(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(small), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    address = (await parent.stdout.readline()).decode().strip()
    host, port = address.removeprefix("http://").removesuffix("/v1").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(10):
        await nobody_answers(host, int(port))


async def test_a_machine_without_the_runtime_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_runtime(monkeypatch, tmp_path, "raise ImportError")
    with pytest.raises(ChildError, match="not installed, or not built for this system") as caught:
        await Child.start(tmp_path / "any.gguf", "any")
    assert caught.value.final


async def test_an_illegal_instruction_means_a_cpu_without_avx2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace_runtime(monkeypatch, tmp_path, f"import os; os.kill(os.getpid(), {signal.SIGILL.value})")
    with pytest.raises(ChildError, match="lacks AVX2") as caught:
        await Child.start(tmp_path / "any.gguf", "any")
    assert caught.value.final


async def test_a_runtime_that_is_killed_while_loading_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_runtime(monkeypatch, tmp_path, f"import os; os.kill(os.getpid(), {signal.SIGKILL.value})")
    with pytest.raises(ChildError, match="enough memory") as caught:
        await Child.start(tmp_path / "any.gguf", "any")
    assert not caught.value.final


async def test_the_child_does_not_get_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "environment"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", "postgresql://user:word@host/db")
    code = f"import os, pathlib; pathlib.Path({str(told)!r}).write_text(str(dict(os.environ))); raise ImportError"
    replace_runtime(monkeypatch, tmp_path, code)
    with pytest.raises(ChildError):
        await Child.start(tmp_path / "any.gguf", "any")
    environment = told.read_text()
    assert "'OMP_WAIT_POLICY': 'passive'" in environment
    assert "sk-test" not in environment
    assert "word@host" not in environment


async def test_a_child_that_does_not_listen_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = tmp_path / "begun"
    code = f"import pathlib, time; pathlib.Path({str(begun)!r}).touch(); time.sleep(600)"
    replace_runtime(monkeypatch, tmp_path, code)
    starting = asyncio.create_task(Child.start(tmp_path / "any.gguf", "any"))
    await until(begun.exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
