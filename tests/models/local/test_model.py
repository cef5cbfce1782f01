"""The real models answer here. What they say is theirs; what is asserted is what holds for any answer."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

import pytest
from agents import (
    Agent,
    AgentOutputSchema,
    ModelSettings,
    ModelTracing,
    RunConfig,
    RunItemStreamEvent,
    Runner,
    UserError,
    WebSearchTool,
)
from agents import function_tool as tool
from agents.items import TResponseStreamEvent
from openai.types.responses import ResponseCompletedEvent, ResponseTextDeltaEvent
from pydantic import BaseModel

from playground.errors import ProviderError
from playground.models.failures import explain
from playground.models.local.model import LocalModel
from playground.models.local.process import loopback_client
from playground.models.local.server import LocalServers

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.local_model]
QWEN, SMOLLM2 = "qwen2.5-coder-0.5b", "smollm2-135m"
ENDLESS = "Write down all numbers from one to one thousand, in words."


@tool
def get_weather(city: str) -> str:
    """Tells the current weather of a city."""
    return f"{city}: light rain, 14 degrees"


class Capital(BaseModel):
    city: str


@pytest.fixture
def small(servers: LocalServers) -> LocalModel:
    return LocalModel(SMOLLM2, servers)


@pytest.fixture
def large(servers: LocalServers) -> LocalModel:
    return LocalModel(QWEN, servers)


def stream(
    model: LocalModel, text: Any, *, tools: Sequence[Any] = (), schema: Any = None, **settings: Any
) -> AsyncGenerator[TResponseStreamEvent]:
    chosen = ModelSettings(temperature=0, **settings)
    return model.stream_response(None, text, chosen, list(tools), schema, [], ModelTracing.DISABLED)


def kinds(events: Sequence[TResponseStreamEvent]) -> list[str]:
    """The events' types, repeated ones once."""
    types = [event.type.removeprefix("response.") for event in events]
    return [kind for before, kind in zip(["", *types], types, strict=False) if kind != before]


def text_of(events: Sequence[TResponseStreamEvent]) -> str:
    return "".join(event.delta for event in events if isinstance(event, ResponseTextDeltaEvent))


async def busy_slots(servers: LocalServers, name: str) -> int:
    endpoint = await servers.endpoint(name)
    headers = {"Authorization": f"Bearer {endpoint.api_key}"}
    async with loopback_client() as client:
        slots = (await client.get(endpoint.base_url.replace("/v1", "/slots"), headers=headers)).json()
    return sum(slot["is_processing"] for slot in slots)


async def until_slots(servers: LocalServers, name: str, *, busy: int) -> None:
    for _ in range(1000):
        if await busy_slots(servers, name) == busy:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"There never were {busy} busy slots")


async def said(events: AsyncGenerator[TResponseStreamEvent]) -> str:
    return text_of([event async for event in events])


async def run(agent: Agent[Any], model: LocalModel, text: str) -> tuple[list[str], Any]:
    """What happened in a run, as the names of its items' events, and its result."""
    result = Runner.run_streamed(agent, text, run_config=RunConfig(model=model, tracing_disabled=True))
    names: list[str] = [event.name async for event in result.stream_events() if isinstance(event, RunItemStreamEvent)]
    return names, result


@pytest.mark.parametrize("name", [SMOLLM2, QWEN])
async def test_an_answer_streams_in_the_order_of_responses(servers: LocalServers, name: str) -> None:
    events = [event async for event in stream(LocalModel(name, servers), "What is the capital of France?")]
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert "Paris" in text_of(events)


async def test_the_tokens_are_counted(small: LocalModel) -> None:
    events = [event async for event in stream(small, "Hello")]
    final = events[-1]
    assert isinstance(final, ResponseCompletedEvent)
    assert final.response.usage is not None
    assert final.response.usage.input_tokens > 0
    assert final.response.usage.output_tokens > 0


async def test_a_whole_answer_is_the_streamed_one(small: LocalModel) -> None:
    settings = ModelSettings(temperature=0, max_tokens=20)
    streamed = await said(stream(small, "Hello", max_tokens=20))
    whole = await small.get_response(None, "Hello", settings, [], None, [], ModelTracing.DISABLED)
    assert cast("Any", whole.output[0]).content[0].text == streamed


async def test_an_answer_that_reaches_its_limit_is_incomplete(small: LocalModel) -> None:
    events = [event async for event in stream(small, ENDLESS, max_tokens=5)]
    final = events[-1]
    assert isinstance(final, ResponseCompletedEvent)
    assert final.response.status == "incomplete"


async def test_two_answers_stream_at_once(small: LocalModel) -> None:
    async def answer(text: str) -> str:
        return await said(stream(small, text, max_tokens=20))

    assert all(await asyncio.gather(answer("Hello"), answer("Name a colour.")))


async def test_a_stopped_answer_frees_its_slot(small: LocalModel, servers: LocalServers) -> None:
    async with aclosing(stream(small, ENDLESS)) as events:
        async for event in events:
            if isinstance(event, ResponseTextDeltaEvent):
                break
        assert await busy_slots(servers, SMOLLM2) == 1
    await until_slots(servers, SMOLLM2, busy=0)


async def test_a_stopped_decision_frees_its_slot(large: LocalModel, servers: LocalServers) -> None:
    @tool
    def note(text: str) -> str:
        """Takes a note of a long text."""
        return text

    deciding = asyncio.create_task(anext(stream(large, ENDLESS, tools=[note], tool_choice="required")))
    await until_slots(servers, QWEN, busy=1)
    deciding.cancel()
    await asyncio.gather(deciding, return_exceptions=True)
    await until_slots(servers, QWEN, busy=0)


async def test_a_child_killed_while_it_answers_is_told_and_comes_back(small: LocalModel, servers: LocalServers) -> None:
    endpoint = await servers.endpoint(SMOLLM2)

    async def kill_while_it_answers() -> None:
        async for event in stream(small, ENDLESS):
            if isinstance(event, ResponseTextDeltaEvent):
                os.kill(endpoint.pid, signal.SIGKILL)

    with pytest.raises(ProviderError, match="stopped while it was answering") as caught:
        await kill_while_it_answers()
    assert caught.value.allow_retry
    assert await said(stream(small, "Hello", max_tokens=5))
    assert (await servers.endpoint(SMOLLM2)).pid != endpoint.pid


async def test_a_child_that_died_unnoticed_is_replaced_before_anybody_sees(
    small: LocalModel, servers: LocalServers
) -> None:
    os.kill((await servers.endpoint(SMOLLM2)).pid, signal.SIGKILL)
    assert await said(stream(small, "Hello", max_tokens=5))


async def test_a_tool_is_called_and_its_result_told(large: LocalModel) -> None:
    agent = Agent(name="Concierge", instructions="You are a friendly concierge.", tools=[get_weather])
    names, result = await run(agent, large, "What's the weather in Paris?")
    assert names == ["tool_called", "tool_output", "message_output_created"]
    assert result.new_items[0].raw_item.arguments == '{"city": "Paris"}'
    assert "rain" in result.final_output


async def test_no_tool_is_called_without_need(large: LocalModel) -> None:
    agent = Agent(name="Concierge", instructions="You are a friendly concierge.", tools=[get_weather])
    names, _ = await run(agent, large, "Hello!")
    assert names == ["message_output_created"]


async def test_a_conversation_is_handed_over_once(large: LocalModel) -> None:
    travel = Agent[None](
        name="Travel agent", instructions="You book flights.", handoff_description="Books flights and hotels."
    )
    concierge = Agent[None](name="Concierge", instructions="You are a friendly concierge.", handoffs=[travel])
    travel.handoffs = [concierge]
    names, result = await run(concierge, large, "I want to book a flight to Rome.")
    assert names == ["handoff_requested", "handoff_occured", "message_output_created"]
    assert result.last_agent is travel


async def test_a_call_has_the_events_of_a_call(large: LocalModel) -> None:
    events = [event async for event in stream(large, "Oslo", tools=[get_weather], tool_choice="required")]
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]


async def test_tools_may_be_ruled_out(large: LocalModel) -> None:
    asked = stream(large, "What's the weather in Paris?", tools=[get_weather], tool_choice="none", max_tokens=10)
    assert await said(asked)


async def test_the_decision_counts_among_the_tokens(large: LocalModel) -> None:
    alone = [event async for event in stream(large, "Hello!", max_tokens=5)][-1]
    decided = [event async for event in stream(large, "Hello!", tools=[get_weather], max_tokens=5)][-1]
    assert isinstance(alone, ResponseCompletedEvent)
    assert isinstance(decided, ResponseCompletedEvent)
    assert alone.response.usage
    assert decided.response.usage
    assert decided.response.usage.input_tokens > alone.response.usage.input_tokens + 50


async def test_an_answer_takes_the_asked_form(large: LocalModel) -> None:
    schema = AgentOutputSchema(Capital)
    events = [event async for event in stream(large, "What is the capital of France?", schema=schema)]
    assert schema.validate_json(text_of(events)) == Capital(city="Paris")


async def test_a_conversation_longer_than_the_window_still_gets_an_answer(small: LocalModel) -> None:
    turns = [("user", "Tell me about ships. " * 200), ("assistant", "Ships sail. " * 200)]
    history = [{"role": role, "content": content} for _ in range(3) for role, content in turns]
    asked = stream(small, [*history, {"role": "user", "content": "Thank you!"}], max_tokens=5)
    assert await said(asked)


async def test_a_message_longer_than_the_window_is_an_error_that_says_so(small: LocalModel) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, the words are what counts
        await said(stream(small, "ships " * 6000))
    told = explain(caught.value, f"local/{SMOLLM2}")
    assert isinstance(told, ProviderError)
    assert told.kind == "context_length"


async def test_a_tool_that_only_a_provider_runs_is_refused(small: LocalModel) -> None:
    with pytest.raises(UserError, match="runs at a provider"):
        await anext(stream(small, "Hi", tools=[WebSearchTool()]))


async def test_a_closed_model_connects_again(small: LocalModel) -> None:
    await small.close()
    assert await said(stream(small, "Hello", max_tokens=3))
    await small.close()
