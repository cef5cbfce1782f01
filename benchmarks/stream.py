"""A reader that costs next to nothing: bytes are kept with their time, and looked at when all is over."""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.wire.plans import words


@dataclass
class Reading(asyncio.Protocol):
    """One request and the answer to it. Times are `time.perf_counter()` seconds."""

    request: bytes
    chunks: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])
    began: float = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the request."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection's
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Keeps what came."""
        self.chunks.append((time.perf_counter(), data))

    def connection_lost(self, exc: Exception | None) -> None:
        """The answer is over."""
        self.over.set()

    @property
    def first_text(self) -> float:
        """Seconds from the request to the first text; for ever if there was none."""
        return next((at - self.began for at, data in self.chunks if b"text_delta" in data), float("inf"))

    @property
    def events(self) -> list[dict[str, Any]]:
        """The answer's events. Raises ValueError for an answer that is not an event stream, whole."""
        head, _, rest = b"".join(data for _, data in self.chunks).partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise ValueError(f"{head[:80]!r} {rest[:200]!r}")
        body = _dechunked(rest)
        lines = (line for line in body.split(b"\n") if line.startswith(b"data: "))
        return [orjson.loads(line[6:]) for line in lines]

    @property
    def text(self) -> str:
        """The answer's text as it was streamed."""
        updates = (event.get("update", {}) for event in self.events)
        return "".join(one["delta"] for one in updates if one.get("type", "").endswith(".text_delta"))


@dataclass(frozen=True, slots=True)
class Faults:
    """Words that did not arrive as they were sent."""

    lost: int = 0
    doubled: int = 0
    misplaced: int = 0

    def __add__(self, other: "Faults") -> "Faults":
        """Both together."""
        return Faults(self.lost + other.lost, self.doubled + other.doubled, self.misplaced + other.misplaced)

    @property
    def count(self) -> int:
        """All of them."""
        return self.lost + self.doubled + self.misplaced


def faults(text: str, count: int) -> Faults:
    """What is wrong with the text of `words-COUNT`."""
    if text == "".join(words(count)):
        return Faults()
    came = text.split(" ")
    numbers = [int(word[1:]) for word in came if word[1:].isdigit()]
    lost = len(set(range(count)) - set(numbers))
    misplaced = sum(after < before for before, after in pairwise(numbers))
    return Faults(lost, len(numbers) - len(set(numbers)), misplaced + len(came) - len(numbers))


async def read(url: str, model: str) -> Reading:
    """Starts a thread on `model` and reads the answer to its end, as a visitor never seen before."""
    host, _, port = urlsplit(url).netloc.partition(":")
    message = {
        "content": [{"type": "input_text", "text": "Go on."}],
        "attachments": [],
        "inference_options": {"model": model},
    }
    body = orjson.dumps({"type": "threads.create", "params": {"input": message}, "metadata": {}})
    head = f"POST /chatkit HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    reading = Reading(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    reading.began = time.perf_counter()
    await asyncio.get_running_loop().create_connection(lambda: reading, host, int(port))
    await reading.over.wait()
    return reading


def _dechunked(data: bytes) -> bytes:
    parts: list[bytes] = []
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return b"".join(parts)
        parts.append(data[:length])
        data = data[length + 2 :]
    raise ValueError("the body was torn")
