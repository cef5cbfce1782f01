"""A real model answers through every model of ours whose wire the embedded llama.cpp speaks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from agents import Agent, Model, ModelBehaviorError, ModelSettings, RunConfig, Runner
from agents import function_tool as tool
from agents.items import TResponseInputItem
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from openai.types.responses import ResponseFunctionCallArgumentsDoneEvent
from pydantic import BaseModel

from playground.errors import ProviderError
from playground.models.anthropic.model import AnthropicModel
from playground.models.compatible import CompatibleModel
from playground.models.failures import explain
from playground.models.local.process import loopback_client
from playground.models.local.weights import QWEN, Cache
from playground.models.openai import ResponsesModel
from tests.models.independent.process import serving
from tests.models.reading_along import Read, answers, check_grammar, read

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.local_model]
KEY = "sk-test"
BEARER = {"Authorization": f"Bearer {KEY}"}
WIRES = ("chat", "responses", "messages")
ENDLESS = "Write down all numbers from one to one thousand, in words."


@tool
def get_weather(city: str) -> str:
    """Tells the current weather of a city."""
    return f"{city}: light rain, 14 degrees"


class Capital(BaseModel):
    city: str


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    path = Cache().find(QWEN)
    assert path, "scripts/test fetches the weights"
    with serving("tests.models.independent.llama", str(path), KEY) as url:
        yield url


class Llama:
    """The server, and our models on each of its wires."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._http = loopback_client(timeout=100)  # keeps no connection: the server closes those when it likes

    def model(self, wire: str, key: str = KEY) -> Model:
        """One of ours, with its maker's client."""
        if wire == "messages":
            client = AsyncAnthropic(base_url=self._address, api_key=key, max_retries=0, http_client=self._http)
            return AnthropicModel("qwen", client)
        api = AsyncOpenAI(base_url=f"{self._address}/v1", api_key=key, max_retries=0, http_client=self._http)
        return CompatibleModel("qwen", api) if wire == "chat" else ResponsesModel("qwen", api)

    async def post(self, path: str, **body: Any) -> Any:
        """Its reply to a request of our own."""
        reply = await self._http.post(self._address + path, json=body, headers=BEARER)
        return reply.raise_for_status().json()

    async def until_it_works(self, *, on: int) -> None:
        """Returns once it works on so many answers."""
        while True:
            slots = (await self._http.get(f"{self._address}/slots", headers=BEARER)).json()
            if sum(slot["is_processing"] for slot in slots) == on:
                return
            await asyncio.sleep(0.02)

    async def aclose(self) -> None:
        """Closes the clients' connections."""
        await self._http.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def llama(address: str) -> AsyncIterator[Llama]:
    made = Llama(address)
    yield made
    await made.aclose()


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    """All wires that both it and we speak, one after the other."""
    return str(request.param)


@pytest.fixture
def model(llama: Llama, wire: str) -> Model:
    return llama.model(wire)


def agent(*tools: Any, most: int = 60) -> Agent[Any]:
    """Asks for the likeliest words. Claude's wire has no temperature of ours, so it goes beside the settings."""
    return Agent(
        name="tester",
        tools=list(tools),
        model_settings=ModelSettings(max_tokens=most, extra_body={"temperature": 0}),
    )


async def test_a_real_answer_streams(model: Model) -> None:
    told = await read(model, "What is the capital of France?", agent=agent())
    check_grammar(told.events)
    assert len([event for event in told.events if event.type == "response.output_text.delta"]) > 1
    assert told.deltas() == told.result.final_output
    assert "Paris" in told.deltas()
    usage = told.result.context_wrapper.usage
    assert 0 <= usage.input_tokens_details.cached_tokens <= usage.input_tokens
    assert usage.input_tokens > 0
    assert 0 < usage.output_tokens <= 60
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


async def test_a_tool_is_called_and_the_conversation_goes_on(model: Model, wire: str) -> None:
    told = await read(model, "What's the weather in Paris?", agent=agent(get_weather))
    called, said = answers(told.events)
    check_grammar(with_arguments_told(called) if wire == "responses" else called)
    check_grammar(said)
    first: Any = called[-1]
    [call] = [item for item in first.response.output if item.type == "function_call"]
    assert (call.name, call.arguments) == ("get_weather", '{"city": "Paris"}')
    assert "rain" in told.result.final_output
    assert told.result.context_wrapper.usage.requests == 2
    history: list[TResponseInputItem] = [
        *told.result.to_input_list(),
        {"role": "user", "content": "Which city was that?"},
    ]
    assert "Paris" in (await read(model, history, agent=agent())).deltas()


def with_arguments_told(events: list[Any]) -> list[Any]:
    """On Responses it tells the end of a call, but not the end of its arguments."""
    told: list[Any] = []
    for event in events:
        if event.type == "response.output_item.done" and event.item.type == "function_call":
            assert told[-1].type == "response.function_call_arguments.delta"
            done = ResponseFunctionCallArgumentsDoneEvent(
                type="response.function_call_arguments.done",
                arguments=event.item.arguments,
                item_id=event.item.id,
                output_index=event.output_index,
                sequence_number=0,
            )
            told.append(done)
        told.append(event)
    return [event.model_copy(update={"sequence_number": number}) for number, event in enumerate(told)]


async def test_a_stop_ends_its_work(model: Model, llama: Llama) -> None:
    result = Runner.run_streamed(agent(most=1000), ENDLESS, run_config=RunConfig(model=model))
    async for event in result.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            await llama.until_it_works(on=1)
            result.cancel()
    await llama.until_it_works(on=0)


@pytest.mark.parametrize("wire", ["chat", "messages"], indirect=True)
async def test_an_answer_that_reaches_its_limit_is_incomplete(model: Model) -> None:
    told = await read(model, ENDLESS, agent=agent(most=5))
    assert (told.final.status, told.final.usage.output_tokens) == ("incomplete", 5)


def explained(told: Read) -> ProviderError:
    """What the visitor is told."""
    assert told.error
    error = explain(told.error, "compatible/qwen")
    assert isinstance(error, ProviderError)
    return error


async def test_a_conversation_that_is_too_long_is_an_error_that_says_so(model: Model) -> None:
    assert explained(await read(model, "ships " * 6000, agent=agent())).kind == "context_length"


async def test_a_wrong_key_is_an_error_that_says_so(llama: Llama, wire: str) -> None:
    assert explained(await read(llama.model(wire, "sk-wrong"), agent=agent())).kind == "auth"


@pytest.mark.parametrize("wire", ["chat"], indirect=True)
async def test_an_output_has_its_shape(model: Model) -> None:
    told = await read(model, "What is the capital of France?", agent=agent().clone(output_type=Capital))
    assert told.result.final_output == Capital(city="Paris")


async def cut(llama: Llama) -> None:
    told = await read(llama.model("responses"), ENDLESS, agent=agent(most=5))
    assert (told.final.status, told.final.usage.output_tokens) == ("completed", 5)


async def shape(llama: Llama) -> None:
    for wire in ("responses", "messages"):
        told = await read(llama.model(wire), "What is the capital of France?", agent=agent().clone(output_type=Capital))
        assert isinstance(told.error, ModelBehaviorError)


async def demand(llama: Llama) -> None:
    called = {"id": "call_1", "type": "function", "function": {"name": "ask", "arguments": "{}"}}
    reply = await llama.post(
        "/v1/chat/completions",
        messages=[
            {"role": "user", "content": "Where?"},
            {"role": "assistant", "tool_calls": [called]},
            {"role": "tool", "tool_call_id": "call_1", "content": "Paris"},
        ],
        tools=[{"type": "function", "function": {"name": "ask", "parameters": {"type": "object"}}}],
        tool_choice="required",
        temperature=0,
        max_tokens=4,
    )
    words: str = reply["choices"][0]["message"]["content"]
    assert words.strip()
    assert "[CALL]" not in words


async def google(llama: Llama) -> None:
    for path in ("interactions", "models/qwen:generateContent", "models/qwen:streamGenerateContent"):
        with pytest.raises(httpx2.HTTPStatusError, match="404"):
            await llama.post(f"/v1beta/{path}")


NOT_COVERED: Mapping[str, Callable[[Llama], Awaitable[None]]] = {
    "On Responses it calls an answer complete that was cut at its limit.": cut,
    "On Responses and Messages it does not hold the model to an output's schema.": shape,
    "It cannot be made to call a tool: `required` is a wish.": demand,
    "It does not speak Google's wires.": google,
}
"""Besides thoughts, pictures and searches, which are nothing for a model this small."""


@pytest.mark.parametrize("reason", NOT_COVERED)
async def test_it_cannot_vouch_for(llama: Llama, reason: str) -> None:
    await NOT_COVERED[reason](llama)
