"""Everything there is, over real connections: a playground served on a free port, and the fake provider behind it."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
from pydantic import SecretStr

from playground.parts import Playground, open_playground
from playground.settings import Settings
from playground.web.server import create_api, uvicorn_config
from tests.wire import Wire, serve

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame as it came: its `id` and its `data`."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class Stack:
    """`client` keeps its cookies: it is one visitor."""

    parts: Playground
    wire: Wire
    client: httpx2.AsyncClient

    @asynccontextmanager
    async def ask(self, model: str) -> AsyncGenerator[httpx2.Response]:
        """The answer to a first message, as it streams; leaving the block closes the connection."""
        content = [{"type": "input_text", "text": "Go on."}]
        message = {"content": content, "attachments": [], "inference_options": {"model": model}}
        request = {"type": "threads.create", "params": {"input": message}}
        async with self.client.stream("POST", "/chatkit", json=request) as answer:
            assert answer.status_code == 200, await answer.aread()
            yield answer

    async def run_of(self, thread_id: str) -> Event:
        """The thread's live or last run."""
        run: Event = (await self.client.get(f"/chatkit/threads/{thread_id}/run")).raise_for_status().json()
        return run

    async def ended(self, thread_id: str) -> Event:
        """The thread's run, once it is over."""
        async with asyncio.timeout(20):
            while (run := await self.run_of(thread_id))["status"] in {"queued", "running"}:
                await asyncio.sleep(0.02)
        return run

    async def stored(self, thread_id: str) -> str:
        """The text of the answer as it is kept."""
        request = {"type": "items.list", "params": {"thread_id": thread_id, "order": "asc"}}
        page = (await self.client.post("/chatkit", json=request)).raise_for_status().json()
        items = [item for item in page["data"] if item["type"] == "assistant_message"]
        return "".join(part["text"] for item in items for part in item["content"])


@asynccontextmanager
async def stack(database_url: str, **changes: Any) -> AsyncGenerator[Stack]:
    """A running stack; `changes` are settings."""
    async with serve() as wire:
        settings = Settings(
            database_url=database_url,
            openai_base_url=wire.base_url,
            openai_api_key=SecretStr("sk-test"),
            compatible_base_url=wire.base_url,
            local_model="off",
            secret=SecretStr("s" * 32),
            **changes,
        )
        async with open_playground(settings) as parts, _serving(parts) as client:
            yield Stack(parts, wire, client)


@asynccontextmanager
async def _serving(parts: Playground) -> AsyncGenerator[httpx2.AsyncClient]:
    config = uvicorn_config(await asyncio.to_thread(create_api, parts))  # it reads the client's files
    config.port = 0
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        await task


async def frames(answer: httpx2.Response) -> AsyncIterator[Sent]:
    """The frames of a stream; one that is cut is not given."""
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            yield Sent(int(fields["id"]), json.loads(fields["data"]))
            fields = {}


def delta(event: Mapping[str, Any]) -> str:
    """The text that an event adds to the answer."""
    update = event.get("update", {})
    return str(update["delta"]) if update.get("type", "").endswith(".text_delta") else ""
