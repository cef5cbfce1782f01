"""What every model owes the runner and the visitor, on both wires."""

import asyncio
import re
import time
from typing import Any

import openai
import pytest
from agents import Agent, ModelRefusalError, RunConfig, Runner
from agents.items import TResponseInputItem
from openai import AsyncOpenAI

from playground.errors import FailureKind, ProviderError
from playground.models.failures import StreamFailure, explain
from tests.models.conftest import MakeModel
from tests.models.reading_along import add, answers, check_grammar, now, read, request
from tests.wire import CANARY, Wire

TOOLS = 'tools:{"add": {"a": 1, "b": 2}, "now": {}}'


def numbered(count: int) -> str:
    return " ".join(f"w{i}" for i in range(count))


@pytest.mark.parametrize("name", ["echo", "words-200", "words-5@200", "think-20-words-20", "tool:now:{}", TOOLS])
async def test_events_come_in_order(make_model: MakeModel, name: str) -> None:
    told = await read(make_model(name), "hello", add, now)
    assert told.error is None
    for turn in answers(told.events):
        check_grammar(turn)


async def test_every_word_arrives_once(make_model: MakeModel) -> None:
    told = await read(make_model("words-2000"))
    assert told.deltas() == numbered(2000) == told.result.final_output


async def test_thoughts_arrive_as_summaries(make_model: MakeModel) -> None:
    told = await read(make_model("think-20-words-20"))
    assert told.deltas("reasoning_summary_text") == " ".join(f"t{i}" for i in range(20))
    assert told.deltas() == numbered(20)


async def test_two_tools_of_one_turn_are_both_answered(make_model: MakeModel) -> None:
    told = await read(make_model(TOOLS), "go", add, now)
    assert told.result.final_output == "The tool said: 3 | noon"


async def test_a_tool_can_be_called_in_every_turn(make_model: MakeModel, wire: Wire) -> None:
    agent = Agent(name="tester", tools=[now])
    result = Runner.run_streamed(agent, "go", max_turns=3, run_config=RunConfig(model=make_model("loop:now:{}")))
    with pytest.raises(Exception, match="Max turns"):
        async for _ in result.stream_events():
            pass
    assert len(wire.calls) == 3


async def test_ids_are_unique_over_a_conversation(make_model: MakeModel) -> None:
    model, ids, call_ids = make_model(TOOLS), list[str](), list[str]()
    history: list[TResponseInputItem] = []
    for _ in range(3):
        told = await read(model, [*history, {"role": "user", "content": "again"}], add, now)
        history = told.result.to_input_list()
        done: list[Any] = [event for event in told.events if event.type == "response.output_item.done"]
        ids += [event.item.id for event in done]
        call_ids += [event.item.call_id for event in done if event.item.type == "function_call"]
    assert len(ids) == len(set(ids)) == 9
    assert len(call_ids) == len(set(call_ids)) == 6
    assert "__fake_id__" not in ids


async def test_a_conversation_goes_on_for_three_turns(make_model: MakeModel, wire: Wire) -> None:
    history: list[TResponseInputItem] = []
    for said in ("one", "two", "three"):
        told = await read(make_model("echo"), [*history, {"role": "user", "content": said}])
        assert told.result.final_output == said
        history = told.result.to_input_list()
    sent = wire.calls[-1].body
    assert len(sent["messages" if "messages" in sent else "input"]) == 5


async def test_without_streaming_the_answer_is_the_same(make_model: MakeModel) -> None:
    agent = Agent(name="tester", tools=[add, now])
    result = await Runner.run(agent, "go", run_config=RunConfig(model=make_model(TOOLS)))
    assert result.final_output == "The tool said: 3 | noon"
    assert result.context_wrapper.usage.requests == 2


async def test_usage_is_counted(make_model: MakeModel) -> None:
    usage = (await read(make_model("think-20-words-30"))).result.context_wrapper.usage
    assert (usage.requests, usage.output_tokens, usage.output_tokens_details.reasoning_tokens) == (1, 50, 20)
    assert usage.input_tokens > 0
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


@pytest.mark.parametrize(("name", "reason"), [("length-5", "max_output_tokens"), ("filter-5", "content_filter")])
async def test_a_cut_answer_survives_and_says_so(make_model: MakeModel, name: str, reason: str) -> None:
    told = await read(make_model(name))
    assert told.error is None
    assert told.result.final_output == numbered(5)
    assert (told.final.status, told.final.incomplete_details.reason) == ("incomplete", reason)


@pytest.mark.parametrize(("name", "kind"), [("length-0", "cut"), ("filter-0", "safety")])
async def test_a_cut_answer_that_says_nothing_is_a_failure(make_model: MakeModel, name: str, kind: str) -> None:
    error = (await read(make_model(name))).error
    assert error
    assert isinstance(told := explain(error, "openai/x"), ProviderError)
    assert told.kind == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cut-50", "cut"),
        ("drop-50", "network"),
        ("badjson-50", "malformed"),
        ("inerror-50", "server"),
        ("failed-50", "server"),
    ],
)
async def test_a_broken_stream_hands_out_every_word_before_it_fails(
    make_model: MakeModel, wire: Wire, name: str, kind: FailureKind
) -> None:
    told = await read(make_model(name))
    assert told.deltas() == numbered(50)
    assert told.error
    assert isinstance(error := explain(told.error, "openai/x"), ProviderError)
    assert (error.kind, error.allow_retry) == (kind, True)
    assert CANARY not in str(told.error)
    assert len(wire.calls) == 1


async def test_a_refusal_is_the_runners_to_raise(make_model: MakeModel) -> None:
    told = await read(make_model("refusal"))
    assert isinstance(told.error, ModelRefusalError)
    assert told.deltas("refusal") == "I will not do that."


async def test_a_refused_request_is_not_made_twice(make_model: MakeModel, wire: Wire) -> None:
    told = await read(make_model("status-401"))
    assert isinstance(told.error, openai.AuthenticationError)
    assert len(wire.calls) == 1


async def test_a_failure_before_the_first_token_is_tried_again(
    make_model: MakeModel, wire: Wire, client: AsyncOpenAI
) -> None:
    client.max_retries = 2
    told = await read(make_model("flaky-2"))
    assert told.result.final_output == numbered(5)
    assert len(wire.calls) == 3


async def stop(model_name: str, make_model: MakeModel, wire: Wire, after: int) -> float:
    """Cancels a run after so many words; seconds until the provider saw its socket close."""
    result = Runner.run_streamed(Agent(name="tester"), "go", run_config=RunConfig(model=make_model(model_name)))

    async def listen() -> None:
        async for _ in result.stream_events():
            pass

    reading = asyncio.create_task(listen())
    call = await wire.seen(1)
    await call.reached(after)
    began = time.monotonic()
    result.cancel()
    await reading
    await asyncio.wait_for(call.over.wait(), 5)
    assert call.disconnected
    return call.disconnected - began


@pytest.mark.parametrize(("name", "after"), [("hang", 0), ("hang-open", 0), ("stall-5", 5), ("words-1000@100", 5)])
async def test_a_stop_closes_the_providers_connection(make_model: MakeModel, wire: Wire, name: str, after: int) -> None:
    assert await stop(name, make_model, wire, after) < 5


async def test_a_connection_serves_one_answer_after_another(make_model: MakeModel, wire: Wire) -> None:
    for _ in range(3):
        await read(make_model("echo"))
    assert len({call.peer for call in wire.calls}) == 1


async def test_a_stream_that_is_left_closes_the_connection(make_model: MakeModel, wire: Wire) -> None:
    events: Any = make_model("stall-5").stream_response(**request())
    async for event in events:
        if re.search(r"output_text\.delta", event.type):
            break
    await events.aclose()
    await asyncio.wait_for(wire.calls[0].over.wait(), 5)
    assert wire.disconnects == [wire.calls[0]]


async def test_an_unanswered_collection_fails(make_model: MakeModel) -> None:
    with pytest.raises(StreamFailure, match="cut"):
        await make_model("cut-5").get_response(**request())
