"""Google's own client reads the answers, in both of its dialects."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from google import genai
from google.genai import errors, types

from tests.wire import CANARY, Wire, serve

TOOLS = 'think-3-tools:{"a": {"x": 1}, "b": {}}'


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with serve() as running:
        yield running


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[Any]:
    async with httpx2.AsyncClient() as http:
        made = genai.Client(
            api_key="k",
            vertexai=False,
            http_options=types.HttpOptions(base_url=wire.root, httpx_async_client=http),
        )
        yield made
        await made.aio.aclose()


async def events(client: Any, model: str) -> list[Any]:
    stream = await client.aio.interactions.create(model=model, input="hello there", stream=True, store=False)
    return [event async for event in stream]


async def chunks(client: Any, model: str) -> list[Any]:
    stream = await client.aio.models.generate_content_stream(model=model, contents="hello there")
    return [chunk async for chunk in stream]


@pytest.mark.parametrize(
    ("model", "kinds", "status"),
    [
        ("echo", ["model_output"], "completed"),
        ("think-3-words-2", ["thought", "model_output"], "completed"),
        ("sealed-words-2", ["thought", "model_output"], "completed"),
        (TOOLS, ["thought", "function_call", "function_call"], "requires_action"),
        ("search", ["google_search_call", "google_search_result", "model_output"], "completed"),
        ("length-5", ["model_output"], "incomplete"),
    ],
)
async def test_an_interaction_has_its_steps(client: Any, model: str, kinds: list[str], status: str) -> None:
    seen = await events(client, model)
    assert [event.step.type for event in seen if event.event_type == "step.start"] == kinds
    assert (seen[-1].event_type, seen[-1].interaction.status) == ("interaction.completed", status)
    assert not any(getattr(part, "is_unknown", False) for event in seen for part in (event, getattr(event, "delta", 0)))


async def test_an_interaction_comes_whole(client: Any) -> None:
    made = await client.aio.interactions.create(model=TOOLS, input="hello there", store=False)
    assert [step.type for step in made.steps] == ["thought", "function_call", "function_call"]
    assert made.steps[1].arguments == {"x": 1}


async def test_a_piece_of_an_interaction_is_of_its_kind(client: Any) -> None:
    deltas = [event.delta for event in await events(client, TOOLS) if event.event_type == "step.delta"]
    thoughts = [delta.content.text for delta in deltas if delta.type == "thought_summary"]
    assert thoughts == ["t0", " t1", " t2"]
    assert [delta.type for delta in deltas if delta.type == "thought_signature"]
    assert "".join(delta.arguments for delta in deltas if delta.type == "arguments_delta") == '{"x": 1}{}'


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("inerror-5", "api_error"),
        ("overloaded-0", "service_unavailable"),
        ("filter-5", "safety"),
        ("refusal", "safety"),
    ],
)
async def test_an_interaction_may_end_in_an_error(client: Any, model: str, code: str) -> None:
    told, last = (await events(client, model))[-2:]
    assert told.error.code == code
    assert last.interaction.status == "failed"


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("status-401", "authentication"),
        ("generate-only:echo", "model_not_found"),
        ("status-429-retry-after-2", "rate_limit_exceeded"),
        ("status-500", "api_error"),
        ("too-long", "invalid_request"),
    ],
)
async def test_an_interaction_may_be_refused(client: Any, model: str, code: str) -> None:
    with pytest.raises(Exception, match=CANARY) as raised:
        await events(client, model)
    body: Any = getattr(raised.value, "body", None)
    assert body["error"]["code"] == code


@pytest.mark.parametrize(
    ("model", "finish"),
    [("echo", "STOP"), ("length-5", "MAX_TOKENS"), ("filter-5", "SAFETY"), ("generate-only:words-2", "STOP")],
)
async def test_content_is_generated(client: Any, model: str, finish: str) -> None:
    seen = await chunks(client, model)
    assert seen[-1].candidates[0].finish_reason == finish
    assert (await client.aio.models.generate_content(model=model, contents="hello there")).text == "".join(
        chunk.text or "" for chunk in seen
    )


async def test_content_has_thoughts_calls_and_a_signature(client: Any) -> None:
    parts = [part for chunk in await chunks(client, TOOLS) for part in chunk.candidates[0].content.parts]
    assert "".join(part.text for part in parts if part.thought) == "t0 t1 t2"
    assert [part.function_call.name for part in parts if part.function_call] == ["a", "b"]
    assert [bool(part.thought_signature) for part in parts if part.function_call] == [True, False]


async def test_content_has_sources(client: Any) -> None:
    told = (await chunks(client, "search"))[-1].candidates[0].grounding_metadata
    assert told.web_search_queries == ["hello there"]


async def test_tokens_are_told_apart(client: Any) -> None:
    usage = (await chunks(client, "think-20-words-30"))[-1].usage_metadata
    assert (usage.candidates_token_count, usage.thoughts_token_count) == (30, 20)
    usage = (await events(client, "think-20-words-30"))[-1].interaction.usage
    assert (usage.total_output_tokens, usage.total_thought_tokens) == (30, 20)
    assert usage.total_cached_tokens


async def test_a_prompt_may_be_blocked(client: Any) -> None:
    assert (await chunks(client, "refusal"))[-1].prompt_feedback.block_reason == "PROHIBITED_CONTENT"


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("status-401", "UNAUTHENTICATED"),
        ("no-such-model", "NOT_FOUND"),
        ("status-429-retry-after-2", "RESOURCE_EXHAUSTED"),
        ("overloaded-5", "UNAVAILABLE"),
        ("inerror-0", "INTERNAL"),
    ],
)
async def test_content_may_be_refused(client: Any, model: str, status: str) -> None:
    with pytest.raises(errors.APIError, match=CANARY) as raised:
        await chunks(client, model)
    assert raised.value.status == status
