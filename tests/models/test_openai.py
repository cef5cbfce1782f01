import asyncio
import json
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.types.responses import ResponseReasoningItem

from playground.models.openai import ResponsesModel
from playground.models.reasons import StreamFailure
from tests.models.conftest import MakeModel
from tests.models.reading_along import read
from tests.wire import Wire


async def test_nothing_is_stored_at_openai(responses: MakeModel, wire: Wire) -> None:
    await read(responses("echo"))
    assert wire.calls[0].body["store"] is False


async def test_a_reasoning_model_is_asked_for_thoughts_that_can_be_replayed(wire: Wire, client: AsyncOpenAI) -> None:
    await read(ResponsesModel("gpt-6-luna", client))
    body = wire.calls[0].body
    assert body["reasoning"] == {"summary": "auto"}
    assert body["include"] == ["reasoning.encrypted_content"]


async def test_another_model_is_not(responses: MakeModel, wire: Wire) -> None:
    await read(responses("echo"))
    assert "reasoning" not in wire.calls[0].body
    assert not wire.calls[0].body.get("include")


async def test_thoughts_are_signed_with_their_model(responses: MakeModel) -> None:
    told = await read(responses("think-2-words-2"))
    thought: Any = told.final.output[0]
    assert isinstance(thought, ResponseReasoningItem)
    assert thought.to_dict()["provider_data"] == {"model": "openai/think-2-words-2"}


async def test_an_account_without_summaries_is_asked_without(responses: MakeModel, wire: Wire) -> None:
    model = responses("gpt-6-without:reasoning.summary")
    for _ in range(2):
        assert (await read(model, "hi")).result.final_output == "hi"
    assert ["summary" in call.body["reasoning"] for call in wire.calls] == [True, False, False]


async def test_such_an_account_may_be_found_out_by_several_at_once(responses: MakeModel) -> None:
    model = responses("gpt-6-without:reasoning.summary")
    told = await asyncio.gather(*(read(model, "hi") for _ in range(4)))
    assert [one.error for one in told] == [None] * 4


async def test_another_refused_field_is_not_hidden(responses: MakeModel, wire: Wire) -> None:
    assert (await read(responses("gpt-6-without:reasoning"))).error
    assert len(wire.calls) == 1


DELTA: dict[str, Any] = {"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0}
DONE: dict[str, Any] = {"type": "response.completed", "response": {"id": "r", "output": []}}


async def test_a_server_may_name_only_the_item_of_an_event(responses: MakeModel) -> None:
    message: Any = {"type": "message", "id": "m", "role": "assistant", "content": []}
    frames: list[Any] = [
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.output_item.added", "item": {"type": "reasoning", "id": "t", "summary": []}},
        {"type": "response.reasoning_summary_text.delta", "item_id": "t", "delta": "hm"},
        {"type": "response.output_item.added", "item": message},
        {"type": "response.output_text.delta", "item_id": "m", "delta": "a"},
        {"type": "response.output_item.done", "item": message},
        DONE,
    ]
    events: list[Any] = (await read(responses("raw:" + json.dumps(frames)))).events
    assert [event.sequence_number for event in events] == list(range(len(frames)))
    assert [event.output_index for event in events[1:-1]] == [0, 0, 1, 1, 1]
    assert (events[2].summary_index, events[4].content_index) == (0, 0)


async def test_a_gateway_may_leave_fields_out(responses: MakeModel) -> None:
    frames = [{**DELTA, "delta": "a"}, {**DELTA, "delta": "b"}, DONE]
    told = await read(responses("raw:" + json.dumps(frames)))
    assert told.deltas() == "ab"


async def test_a_gateway_may_say_null_for_what_it_told_before(responses: MakeModel) -> None:
    message = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]}
    done = {"type": "response.output_item.done", "output_index": 0, "item": message}
    frames = [{**DELTA, "delta": "a"}, done, {**DONE, "response": {"id": "r", "output": None}}]
    assert (await read(responses("raw:" + json.dumps(frames)))).result.final_output == "a"


async def test_deltas_of_different_items_stay_apart(responses: MakeModel) -> None:
    frames = [{**DELTA, "delta": "a"}, {**DELTA, "item_id": "n", "delta": "b"}, DONE]
    told = await read(responses("raw:" + json.dumps(frames)))
    assert [event.delta for event in told.events if event.type == "response.output_text.delta"] == ["a", "b"]


@pytest.mark.parametrize("odd", ["[]", "3", "null", "{}", "{", '{"type":7}', '{"type":"response.completed"}'])
async def test_what_cannot_be_read_fails_after_what_could(responses: MakeModel, odd: str) -> None:
    told = await read(responses("raw:" + json.dumps([{**DELTA, "delta": "a"}, odd])))
    assert told.deltas() == "a"
    assert isinstance(told.error, StreamFailure)
    assert told.error.reason in {"malformed", "cut"}


async def test_a_cut_answer_loses_its_half_written_tool_call(responses: MakeModel) -> None:
    message = {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]}
    call = {"type": "function_call", "id": "f", "call_id": "c", "name": "now", "arguments": '{"a'}
    details = {"reason": "max_output_tokens"}
    response = {"id": "r", "status": "incomplete", "incomplete_details": details, "output": [message, call]}
    told = await read(responses("raw:" + json.dumps([{"type": "response.incomplete", "response": response}])))
    assert told.result.final_output == "a"


async def test_the_request_id_is_kept(responses: MakeModel) -> None:
    told = await read(responses("echo"))
    assert told.result.raw_responses[0].request_id == "req_wire"
