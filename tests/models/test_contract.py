"""What every model owes the runner and the visitor, on every wire: answers. See also `…_history` and `…_failures`."""

import asyncio
import re
from typing import Any

import pytest
from agents import Agent, ModelRefusalError, RunConfig, Runner, handoff
from pydantic import BaseModel

from playground.errors import ProviderError
from playground.models.failures import explain
from tests.models.conftest import NATIVE, MakeModel
from tests.models.reading_along import add, answers, check_grammar, now, read, request
from tests.wire import Wire

TOOLS = 'tools:{"add": {"a": 1, "b": 2}, "now": {}}'
OUTPUT = "The tool said: 3 | noon"


def numbered(count: int) -> str:
    return " ".join(f"w{i}" for i in range(count))


@pytest.mark.parametrize(
    "name",
    [
        "echo",
        "words-200",
        "words-5@200",
        "think-20-words-20",
        "sealed-words-3",
        "parts-3",
        "search",
        "tool:now:{}",
        f"think-3-{TOOLS}",
        f"sealed-{TOOLS}",
        "length-5",
    ],
)
async def test_events_come_in_order(make_model: MakeModel, name: str) -> None:
    told = await read(make_model(name), "hello", add, now)
    assert told.error is None
    for turn in answers(told.events):
        check_grammar(turn)


@pytest.mark.parametrize("name", ["echo", "think-20-words-20", "tool:now:{}", "length-5"])
async def test_events_come_in_order_from_every_model(every_model: MakeModel, name: str) -> None:
    told = await read(every_model(name), "hello", add, now)
    assert told.error is None
    for turn in answers(told.events):
        check_grammar(turn)


async def test_every_word_arrives_once(every_model: MakeModel) -> None:
    told = await read(every_model("words-2000"))
    assert told.deltas() == numbered(2000) == told.result.final_output


async def test_thoughts_arrive_as_summaries(every_model: MakeModel) -> None:
    told = await read(every_model("think-20-words-20"))
    assert told.deltas("reasoning_summary_text") == " ".join(f"t{i}" for i in range(20))
    assert told.deltas() == numbered(20)


async def test_what_is_said_in_several_parts_is_one_output(make_model: MakeModel) -> None:
    told = await read(make_model("parts-3"))
    assert told.deltas() == numbered(5) * 3
    assert told.result.final_output in {numbered(5) * 3, numbered(5)}  # a wire may have messages of its own


@pytest.mark.parametrize("make_model", NATIVE, indirect=True)
async def test_a_search_and_its_sources_are_told(make_model: MakeModel) -> None:
    told = await read(make_model("search"))
    output: list[Any] = told.final.output
    assert "web_search_call" in [item.type for item in output]
    [source] = [note for item in output if item.type == "message" for part in item.content for note in part.annotations]
    assert (source.type, source.url, source.title) == ("url_citation", "https://example.com/source", "A source")
    assert 0 <= source.start_index < source.end_index <= len(told.result.final_output)


async def test_two_tools_of_one_turn_are_both_answered(make_model: MakeModel) -> None:
    told = await read(make_model(TOOLS), "go", add, now)
    assert told.result.final_output == OUTPUT


async def test_a_tool_is_called_and_answered(every_model: MakeModel) -> None:
    told = await read(every_model("tool:now:{}"), "go", add, now)
    assert told.result.final_output == "The tool said: noon"


async def test_a_tool_can_be_called_in_every_turn(make_model: MakeModel, wire: Wire) -> None:
    agent = Agent(name="tester", tools=[now])
    result = Runner.run_streamed(agent, "go", max_turns=3, run_config=RunConfig(model=make_model("loop:now:{}")))
    with pytest.raises(Exception, match="Max turns"):
        async for _ in result.stream_events():
            pass
    assert len(wire.calls) == 3


async def test_another_agent_can_take_over(every_model: MakeModel) -> None:
    other = Agent[Any](name="other")
    agent = Agent[Any](name="tester", handoffs=[handoff(other)], tools=[now])
    result = Runner.run_streamed(agent, "go", run_config=RunConfig(model=every_model("hand-off")))
    async for _ in result.stream_events():
        pass
    assert (result.last_agent, result.final_output) == (other, numbered(5))


class Said(BaseModel):
    said: str


async def test_an_output_has_its_shape_although_there_are_tools(every_model: MakeModel, wire: Wire) -> None:
    agent = Agent(name="tester", tools=[now], output_type=Said)
    result = Runner.run_streamed(agent, "go", run_config=RunConfig(model=every_model("json:now:{}")))
    async for _ in result.stream_events():
        pass
    assert result.final_output == Said(said="noon")
    asked = {
        name: value for name, value in wire.calls[-1].body.items() if name not in {"messages", "input", "contents"}
    }
    assert "'said'" in str(asked)


@pytest.mark.parametrize("name", ["echo", "think-5-words-5", f"think-3-{TOOLS}", "sealed-words-3", "search"])
async def test_without_streaming_the_answer_is_the_same(make_model: MakeModel, name: str) -> None:
    model = make_model(name)
    events: list[Any] = [event async for event in model.stream_response(**request())]
    streamed = events[-1].response
    whole = await model.get_response(**request())
    assert list(map(bare, whole.output)) == list(map(bare, streamed.output))
    assert whole.usage.total_tokens == streamed.usage.total_tokens
    assert whole.usage.requests == 1


def bare(item: Any) -> Any:
    """An item without the ids that no two answers share."""
    return re.sub(r"\b(?:[a-z]+_)?[0-9a-f]{8,}\b", "", str(item.model_dump(exclude={"id", "call_id"})))


async def test_without_streaming_a_run_is_the_same(every_model: MakeModel) -> None:
    agent = Agent(name="tester", tools=[now])
    result = await Runner.run(agent, "go", run_config=RunConfig(model=every_model("tool:now:{}")))
    assert result.final_output == "The tool said: noon"
    assert result.context_wrapper.usage.requests == 2


async def test_usage_is_counted(every_model: MakeModel) -> None:
    usage = (await read(every_model("think-20-words-30"))).result.context_wrapper.usage
    given, made = usage.input_tokens_details, usage.output_tokens_details
    assert (usage.requests, usage.output_tokens, made.reasoning_tokens) == (1, 50, 20)
    assert 0 < given.cached_tokens + given.cache_write_tokens <= usage.input_tokens
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


async def test_usage_adds_up_over_turns(make_model: MakeModel, wire: Wire) -> None:
    told = await read(make_model(f"think-3-{TOOLS}"), "go", add, now)
    usage = told.result.context_wrapper.usage
    single: list[Any] = [event.response.usage for event in told.events if event.type == "response.completed"]
    assert usage.requests == len(single) == len(wire.calls) == 2
    assert usage.input_tokens == sum(one.input_tokens for one in single)
    assert usage.output_tokens_details.reasoning_tokens == 6


@pytest.mark.parametrize(("name", "reason"), [("length-5", "max_output_tokens"), ("filter-5", "content_filter")])
async def test_a_cut_answer_survives_and_says_so(every_model: MakeModel, name: str, reason: str) -> None:
    told = await read(every_model(name))
    assert told.error is None
    assert told.result.final_output == numbered(5)
    assert (told.final.status, told.final.incomplete_details.reason) == ("incomplete", reason)
    assert told.final.output[-1].status == "incomplete"


async def test_a_refusal_is_no_answer(every_model: MakeModel) -> None:
    told = await read(every_model("refusal"))
    assert told.error
    error = explain(told.error, "openai/x")
    assert isinstance(error, ProviderError)
    assert error.kind == "safety"
    assert told.deltas() == ""


@pytest.mark.parametrize("every_model", ["responses", "compatible", "claude", "local"], indirect=True)
async def test_a_refusal_is_the_runners_to_raise(every_model: MakeModel) -> None:
    told = await read(every_model("refusal"))
    assert isinstance(told.error, ModelRefusalError)
    assert told.deltas("refusal") == "I will not do that."


async def stop(make: MakeModel, name: str, wire: Wire, after: int) -> None:
    """Cancels a run after so many words; the provider has to see its socket close."""
    result = Runner.run_streamed(Agent(name="tester"), "go", run_config=RunConfig(model=make(name)))

    async def listen() -> None:
        async for _ in result.stream_events():
            pass

    reading = asyncio.create_task(listen())
    call = await wire.seen(1)
    await call.reached(after)
    result.cancel()
    await reading
    await asyncio.wait_for(call.over.wait(), 5)
    assert call.disconnected


@pytest.mark.parametrize(("name", "after"), [("hang", 0), ("hang-open", 0), ("stall-5", 5), ("words-1000@100", 5)])
async def test_a_stop_closes_the_providers_connection(
    every_model: MakeModel, wire: Wire, name: str, after: int
) -> None:
    await stop(every_model, name, wire, after)


async def test_a_connection_serves_one_answer_after_another(make_model: MakeModel, wire: Wire) -> None:
    for _ in range(3):
        await read(make_model("echo"))
    assert len({call.peer for call in wire.calls}) == 1


async def test_a_stream_that_is_left_closes_the_connection(every_model: MakeModel, wire: Wire) -> None:
    events: Any = every_model("stall-5").stream_response(**request())
    async for event in events:
        if re.search(r"output_text\.delta", event.type):
            break
    await events.aclose()
    await asyncio.wait_for(wire.calls[0].over.wait(), 5)
    assert wire.disconnects == [wire.calls[0]]
