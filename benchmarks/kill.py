"""`python -m benchmarks.kill`: `kill -9` at a random moment of several answers, a restart, and what is left of them.

Exits with 1 if anything was lost that had to be kept, or more text than it may be.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import httpx2
import orjson

from benchmarks.processes import Running, playground_variables, provider, start
from tests.wire.plans import words

MAY_LOSE_MS = 250
MAY_TAKE_SECONDS = 5.0
"""From when the server says that it is ready to when no run seems to go on."""
WORDS = 2000
RATES = (50, 200)
"""Words per second of the slowest and the fastest answer."""
MOMENTS = (0.1, 2.0)
"""Seconds from the first words to the kill."""


@dataclass(slots=True)
class Answer:
    """An answer under way: what its reader asked and has seen."""

    rate: int
    question: str
    thread_id: str = ""
    text: str = ""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with its first words."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one answer.

    `sent`, `seen` and `kept` are in words; `settled` and `restarted` in seconds. `wrong` says what is not as it has to
    be on any machine; `late` what is not as it has to be on one that does nothing else.
    """

    rate: int
    sent: int
    seen: int
    kept: int
    settled: float
    restarted: float
    wrong: tuple[str, ...]

    @property
    def lost_ms(self) -> float:
        """How much of what the provider had sent is gone, in the time it took to send."""
        return (self.sent - self.kept) / self.rate * 1000

    @property
    def late(self) -> bool:
        """Whether too much is lost, or its run seemed to go on for too long."""
        return self.lost_ms > MAY_LOSE_MS or self.settled > MAY_TAKE_SECONDS


class Crash:
    """Kills a server again and again. `command` starts it; it keeps its data in `folder`."""

    def __init__(self, command: Sequence[str], wire: Running, folder: Path, client: httpx2.AsyncClient) -> None:
        self._command = command
        self._wire = wire
        self._folder = folder
        self._client = client
        self._server: Running | None = None

    async def begin(self) -> None:
        """Starts the server."""
        variables = playground_variables(self._wire.url)
        self._server = await start(*self._command, folder=self._folder, **variables)

    async def end(self) -> None:
        """Ends it."""
        if self._server is not None:
            await self._server.kill()

    async def greet(self) -> None:
        """Becomes one visitor: the cookie is set on first contact."""
        await self._client.post(self._url("/chatkit"), json={"type": "threads.list", "params": {}})

    async def once(self, chance: Random, streams: int) -> list[Outcome]:
        """One kill in the middle of so many answers, one restart, and a look at each of them."""
        rates = chance.sample(range(RATES[0], RATES[1] + 1), streams)
        answers = [Answer(rate, f"Question {chance.random()}") for rate in rates]
        readers = [asyncio.create_task(self._read(answer)) for answer in answers]
        await asyncio.gather(*(answer.begun.wait() for answer in answers))
        await asyncio.sleep(chance.uniform(*MOMENTS))
        await self.end()
        await asyncio.gather(*readers)
        sent = await self._sent()
        began = time.perf_counter()
        await self.begin()
        ready = time.perf_counter()
        await self._settled(answers)
        settled = time.perf_counter() - ready
        faults = _of_the_file(self._folder / "data" / "playground.db")
        return [
            await self._look(answer, sent[answer.rate], (settled, ready - began), tuple(faults)) for answer in answers
        ]

    async def _read(self, answer: Answer) -> None:
        request = {
            "type": "threads.create",
            "params": {"input": _message(answer.question, f"words-{WORDS}@{answer.rate}")},
        }
        try:
            async with self._client.stream("POST", self._url("/chatkit"), json=request) as response:
                answer.thread_id = response.headers["x-thread-id"]
                async for event in _events(response):
                    answer.text += _delta(event)
                    if answer.text:
                        answer.begun.set()
        except httpx2.HTTPError:
            return  # the server is gone

    async def _sent(self) -> dict[int, int]:
        """Words that the provider has sent for the last answers: rate → words."""
        calls = (await self._client.get(self._wire.url.removesuffix("/v1") + "/calls")).json()
        return {int(call["model"].partition("@")[2]): call["sent"] for call in calls if "@" in call["model"]}

    async def _settled(self, answers: Sequence[Answer]) -> None:
        async with asyncio.timeout(30):
            for answer in answers:
                while (await self._run(answer))["status"] in {"queued", "running"}:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)

    async def _run(self, answer: Answer) -> dict[str, Any]:
        found = await self._client.get(self._url(f"/chatkit/threads/{answer.thread_id}/run"))
        run: dict[str, Any] = found.raise_for_status().json()
        return run

    async def _look(self, answer: Answer, sent: int, times: tuple[float, float], faults: tuple[str, ...]) -> Outcome:
        items = await self._items(answer)
        said = "".join(_text(item) for item in items if item["type"] == "assistant_message")
        kept = len(said.split())
        status = (await self._run(answer))["status"]
        checks = {
            f"the run is {status}": status == "interrupted",
            "the question is gone": [answer.question] == [_text(one) for one in items if one["type"] == "user_message"],
            "the kept text is not what was sent": said == "".join(words(kept)),
            "the thread cannot be used": await self._usable(answer),
        }
        wrong = (*faults, *(name for name, well in checks.items() if not well))
        return Outcome(answer.rate, sent, len(answer.text.split()), kept, *times, wrong)

    async def _items(self, answer: Answer) -> list[dict[str, Any]]:
        request = {"type": "items.list", "params": {"thread_id": answer.thread_id, "order": "asc"}}
        page = (await self._client.post(self._url("/chatkit"), json=request)).raise_for_status().json()
        items: list[dict[str, Any]] = page["data"]
        return items

    async def _usable(self, answer: Answer) -> bool:
        params = {"thread_id": answer.thread_id, "input": _message("Are you there?", "echo")}
        request = {"type": "threads.add_user_message", "params": params}
        async with self._client.stream("POST", self._url("/chatkit"), json=request) as response:
            text = "".join([_delta(event) async for event in _events(response)])
        return text == "Are you there?" and (await self._run(answer))["status"] == "completed"

    def _url(self, path: str) -> str:
        assert self._server is not None  # noqa: S101 - begun
        return self._server.url + path


async def crashes(kills: int, *, streams: int, seed: int, page: bool, folder: Path) -> AsyncIterator[list[Outcome]]:
    """The outcomes of each of so many kills."""
    chance = Random(seed)  # noqa: S311 - chance, not secrecy
    command = ("-m", "playground", "serve") if page else ("-m", "benchmarks.pageless")
    home = folder / "playground"
    await asyncio.to_thread(home.mkdir)
    async with provider(folder) as wire, httpx2.AsyncClient(timeout=30, trust_env=False) as client:
        crash = Crash(command, wire, home, client)
        await crash.begin()
        try:
            await crash.greet()
            for _ in range(kills):
                yield await crash.once(chance, streams)
        finally:
            await crash.end()


def _message(text: str, model: str) -> dict[str, Any]:
    return {
        "content": [{"type": "input_text", "text": text}],
        "attachments": [],
        "inference_options": {"model": f"openai/{model}"},
    }


async def _events(response: httpx2.Response) -> AsyncIterator[dict[str, Any]]:
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield orjson.loads(line[6:])


def _delta(event: dict[str, Any]) -> str:
    update = event.get("update", {})
    return str(update["delta"]) if update.get("type", "").endswith(".text_delta") else ""


def _text(item: dict[str, Any]) -> str:
    return "".join(part["text"] for part in item["content"])


def _of_the_file(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        [(integrity,)] = database.execute("PRAGMA integrity_check").fetchall()
        [(live,)] = database.execute("SELECT count(*) FROM run WHERE status IN ('queued', 'running')").fetchall()
    return [fault for fault, wrong in ((integrity, integrity != "ok"), (f"{live} runs live", live)) if wrong]


async def main(options: argparse.Namespace) -> int:
    """Runs everything; answers the exit code."""
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        async for some in crashes(
            options.kills, streams=options.streams, seed=options.seed, page=options.page, folder=Path(folder)
        ):
            outcomes += some
            for one in some:
                if one.wrong or one.late:
                    print(f"kill {len(outcomes) // options.streams}: {one}", flush=True)
    print(f"{options.kills} kills of {options.streams} answers each, {RATES[0]} to {RATES[1]} words a second")
    print(f"  {'':<38}{'min':>8}{'median':>8}{'max':>8}")
    for name, values in (
        ("text lost, ms", [one.lost_ms for one in outcomes]),
        ("text lost, words", [one.sent - one.kept for one in outcomes]),
        ("text seen by the reader but lost, words", [max(0, one.seen - one.kept) for one in outcomes]),
        ("start, s", [one.restarted for one in outcomes]),
        ("from ready to no run live, s", [one.settled for one in outcomes]),
    ):
        print(f"  {name:<38}{min(values):>8.1f}{median(values):>8.1f}{max(values):>8.1f}")
    wrong = sum(bool(one.wrong or one.late) for one in outcomes)
    print(f"{wrong} of {len(outcomes)} answers were not kept as they must be" if wrong else "all kept")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--streams", type=int, default=2, help="answers under way at each kill (default 2)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", action="store_true", help="serve with the page mounted, which starts slowly")
    sys.exit(asyncio.run(main(parser.parse_args())))
