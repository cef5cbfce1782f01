"""`python -m benchmarks.plain`: what the SDKs' own documentation builds, to compare with.

A ChatKitServer that keeps its threads in memory, the SDK's bridge from agents to ChatKit, the SDK's own models,
FastAPI's StreamingResponse. Only a thread's first turn is asked of it.
"""

import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from agents import Agent, Model, OpenAIChatCompletionsModel, OpenAIResponsesModel, RunConfig, Runner
from chatkit.agents import (
    AgentContext,
    simple_to_agent_input,
    stream_agent_response,  # pyright: ignore[reportUnknownVariableType]
)
from chatkit.server import ChatKitServer, StreamingResult
from chatkit.store import NotFoundError, Store
from chatkit.types import Attachment, Page, ThreadItem, ThreadMetadata, ThreadStreamEvent, UserMessageItem
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from openai import AsyncOpenAI
from typing_extensions import override

Context = dict[str, Any]


class MemoryStore(Store[Context]):
    """Threads and items in two dictionaries."""

    def __init__(self) -> None:
        self._threads: dict[str, ThreadMetadata] = {}
        self._items: dict[str, dict[str, ThreadItem]] = {}

    @override
    async def load_thread(self, thread_id: str, context: Context) -> ThreadMetadata:
        if thread_id not in self._threads:
            raise NotFoundError(thread_id)
        return self._threads[thread_id]

    @override
    async def save_thread(self, thread: ThreadMetadata, context: Context) -> None:
        self._threads[thread.id] = thread

    @override
    async def load_threads(self, limit: int, after: str | None, order: str, context: Context) -> Page[ThreadMetadata]:
        return Page(data=list(self._threads.values())[:limit])

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: Context
    ) -> Page[ThreadItem]:
        return Page(data=list(self._items.get(thread_id, {}).values())[:limit])

    @override
    async def add_thread_item(self, thread_id: str, item: ThreadItem, context: Context) -> None:
        self._items.setdefault(thread_id, {})[item.id] = item

    @override
    async def save_item(self, thread_id: str, item: ThreadItem, context: Context) -> None:
        self._items.setdefault(thread_id, {})[item.id] = item

    @override
    async def load_item(self, thread_id: str, item_id: str, context: Context) -> ThreadItem:
        return self._items[thread_id][item_id]

    @override
    async def delete_thread(self, thread_id: str, context: Context) -> None:
        del self._threads[thread_id]

    @override
    async def delete_thread_item(self, thread_id: str, item_id: str, context: Context) -> None:
        del self._items[thread_id][item_id]

    @override
    async def save_attachment(self, attachment: Attachment, context: Context) -> None:
        raise NotFoundError

    @override
    async def load_attachment(self, attachment_id: str, context: Context) -> Attachment:
        raise NotFoundError

    @override
    async def delete_attachment(self, attachment_id: str, context: Context) -> None:
        raise NotFoundError


class PlainServer(ChatKitServer[Context]):
    """Answers on the model that the message names."""

    def __init__(self, client: AsyncOpenAI) -> None:
        super().__init__(MemoryStore())
        self._client = client
        self._agent = Agent[Any](name="Assistant", instructions="You are a helpful assistant.")

    @override
    async def respond(
        self, thread: ThreadMetadata, input_user_message: UserMessageItem | None, context: Context
    ) -> AsyncIterator[ThreadStreamEvent]:
        items = await self.store.load_thread_items(thread.id, None, 100, "asc", context)
        agent_context = AgentContext(thread=thread, store=self.store, request_context=context)
        name = (input_user_message.inference_options.model if input_user_message else None) or ""
        result = Runner.run_streamed(
            self._agent,
            await simple_to_agent_input(items.data),
            context=agent_context,
            run_config=RunConfig(model=self._model(name), tracing_disabled=True),
        )
        async for event in stream_agent_response(agent_context, result):
            yield event

    def _model(self, name: str) -> Model:
        provider, _, model = name.partition("/")
        kind = OpenAIResponsesModel if provider == "openai" else OpenAIChatCompletionsModel
        return kind(model, self._client)


def create_app() -> FastAPI:
    """The quickstart's application. The client reads OPENAI_API_KEY and OPENAI_BASE_URL."""
    app = FastAPI()
    server = PlainServer(AsyncOpenAI())

    @app.post("/chatkit")
    async def chatkit(request: Request) -> Response:
        result = await server.process(await request.body(), {})
        if isinstance(result, StreamingResult):
            return StreamingResponse(result, media_type="text/event-stream")
        return Response(result.json, media_type="application/json")

    return app


def main() -> None:
    """Serves until it is ended."""
    os.environ["OPENAI_AGENTS_DISABLE_TRACING"] = "1"
    bound = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(create_app(), log_level="warning")
    print(f"http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run([bound])


if __name__ == "__main__":
    main()
