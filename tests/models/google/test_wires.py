"""Which wire is asked, what goes on with an answer, and how it stops."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from agents import Agent, RunConfig, Runner
from google.genai import Client, types

from playground.errors import ProviderError
from playground.models.failures import explain
from playground.models.google.model import GeminiModel
from playground.models.google.transport import lacks_interactions
from tests.models.conftest import MakeModel
from tests.models.reading_along import add, now, read
from tests.wire import Wire

MODEL = 'gemini-3.8-flash-think-3-tools:{"add": {"a": 1, "b": 2}, "now": {}}'
INTERACTIONS = "/v1/interactions"


def is_generate(path: str) -> bool:
    return path.endswith(":streamGenerateContent")


# ---- The choice of the wire


async def test_interactions_are_asked_first(gemini: MakeModel, wire: Wire) -> None:
    await read(gemini("echo"))
    assert [call.path for call in wire.calls] == [INTERACTIONS]
    assert wire.calls[0].body["store"] is False


async def test_a_server_without_interactions_is_asked_on_the_older_wire_from_then_on(
    gemini: MakeModel, wire: Wire, api: Client
) -> None:
    wire.lacks = frozenset({INTERACTIONS})
    told = await read(gemini("echo"), "hello")
    assert told.result.final_output == "hello"
    assert lacks_interactions(api)
    await read(gemini("words-5"))
    assert [is_generate(call.path) for call in wire.calls] == [False, True, True]


async def test_a_model_that_neither_wire_knows_says_nothing_about_the_server(
    gemini: MakeModel, wire: Wire, api: Client
) -> None:
    told = await read(gemini("no-such-model"))
    assert told.error
    error = explain(told.error, "google/no-such-model")
    assert isinstance(error, ProviderError)
    assert error.kind == "unknown_model"
    assert not lacks_interactions(api)
    assert len(wire.calls) == 2


async def test_other_refusals_are_not_asked_again_on_the_older_wire(gemini: MakeModel, wire: Wire) -> None:
    for name in ("status-400", "status-401", "status-429", "status-500"):
        assert (await read(gemini(name))).error
    assert not any(is_generate(call.path) for call in wire.calls)


async def test_a_conversation_can_change_its_wire(wire: Wire, api: Client) -> None:
    first = await read(GeminiModel(MODEL, api), "go", add, now)
    second = await read(
        GeminiModel(MODEL, api, interactions=False),
        [*first.result.to_input_list(), {"role": "user", "content": "again"}],
        add,
        now,
    )
    third = await read(
        GeminiModel(MODEL, api), [*second.result.to_input_list(), {"role": "user", "content": "again"}], add, now
    )
    assert third.result.final_output == "The tool said: 3 | noon"
    assert wire.complaints == []


# ---- Going on, and stopping


def hop(status: str, text: str, **fields: Any) -> list[Any]:
    return [
        {"event_type": "step.start", "index": 0, "step": {"type": "model_output"}},
        {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": text}},
        {"event_type": "interaction.completed", "interaction": {"status": status, **fields}},
    ]


async def test_another_request_goes_on_with_an_interaction(gemini: MakeModel, wire: Wire) -> None:
    name = "raw:" + json.dumps(hop("requires_continuation", "a", continuation_token="go"))
    told = await read(gemini(name), "hi")
    assert [call.body.get("continuation_token") for call in wire.calls] == [None, "go"]  # the same reply once more
    assert wire.calls[0].body["input"] == wire.calls[1].body["input"]
    assert told.result.final_output == "aa"
    assert told.final.status == "incomplete"


async def test_another_request_goes_on_with_generated_content(gemini_generate: MakeModel, wire: Wire) -> None:
    part = {"content": {"parts": [{"text": "a"}]}, "finishReason": "CONTINUATION", "continuationToken": "go"}
    told = await read(gemini_generate("raw:" + json.dumps([{"candidates": [part]}])))
    assert [call.body.get("continuationToken") for call in wire.calls] == [None, "go"]
    assert told.result.final_output == "aa"


@pytest.mark.parametrize("name", ["hang", "hang-open", "stall-5", "words-1000@100"])
async def test_a_stop_closes_the_connection(google: MakeModel, wire: Wire, name: str) -> None:
    result = Runner.run_streamed(Agent(name="tester"), "go", run_config=RunConfig(model=google(name)))

    async def listen() -> None:
        async for _ in result.stream_events():
            pass

    reading = asyncio.create_task(listen())
    call = await wire.seen(1)
    await call.reached(0 if name.startswith("hang") else 5)
    result.cancel()
    await reading
    await asyncio.wait_for(call.over.wait(), 5)
    assert wire.disconnects == [call]


async def test_the_connections_own_patience_holds_on_both_wires(wire: Wire) -> None:
    async with httpx2.AsyncClient(timeout=0.3) as http:
        options = types.HttpOptions(
            base_url=wire.root, httpx_async_client=http, retry_options=types.HttpRetryOptions(attempts=1)
        )
        api = Client(api_key="k", vertexai=False, http_options=options)
        for interactions in (True, False):
            told = await read(GeminiModel("hang", api, interactions=interactions))
            assert told.error
            error = explain(told.error, "google/hang")
            assert isinstance(error, ProviderError)
            assert error.kind == "timeout"
        await api.aio.aclose()
        api.close()


async def test_a_connection_serves_one_answer_after_another(google: MakeModel, wire: Wire) -> None:
    for _ in range(3):
        await read(google("echo"))
    assert len({call.peer for call in wire.calls}) == 1
