import json
from itertools import pairwise
from typing import Any

import anthropic
import pytest
from agents import (
    Agent,
    AgentOutputSchema,
    ModelRefusalError,
    ModelSettings,
    RunConfig,
    Runner,
    UserError,
    WebSearchTool,
)
from agents.items import TResponseInputItem
from pydantic import BaseModel

from playground.models.failures import explain
from playground.models.reasons import StreamFailure
from tests.models.anthropic.frames import (
    FOUND,
    USE,
    block,
    ended,
    found,
    raw,
    search,
    started,
    text,
    thought,
    tool,
)
from tests.models.anthropic.scripted import scripted
from tests.models.conftest import MakeModel
from tests.models.reading_along import add, answers, now, read, request
from tests.wire import Wire


async def told(make: MakeModel, *frames: Any) -> list[Any]:
    """The events of an answer of these frames."""
    events: list[Any] = [event async for event in make(raw(*frames)).stream_response(**request())]
    return events


async def output(make: MakeModel, *frames: Any) -> list[Any]:
    return list((await told(make, *frames))[-1].response.output)


def kinds(events: list[Any], kind: str) -> list[Any]:
    return [event for event in events if event.type == f"response.{kind}"]


def user(text: str) -> list[TResponseInputItem]:
    return [{"role": "user", "content": text}]


async def test_a_thought_keeps_its_signature_and_its_block(claude: MakeModel) -> None:
    [item, _] = await output(claude, started(), *thought(0, "hm"), *text(1, "hi"), *ended())
    assert (item.summary[0].text, item.encrypted_content) == ("hm", "signed")
    assert item.provider_data["blocks"] == [{"type": "thinking", "thinking": "hm", "signature": "signed"}]


async def test_a_thought_without_words_keeps_its_data(claude: MakeModel) -> None:
    sealed = {"type": "redacted_thinking", "data": "c2VhbA=="}
    [item, other, _] = await output(claude, started(), *block(0, sealed), *thought(1, ""), *text(2, "hi"), *ended())
    assert (item.summary, item.encrypted_content, item.provider_data["blocks"]) == ([], "c2VhbA==", [sealed])
    assert (other.summary, other.encrypted_content) == ([], "signed")


async def test_a_thought_that_was_never_signed_keeps_no_block(claude: MakeModel) -> None:
    [item, _] = await output(claude, started(), *thought(0, "hm", ""), *text(1, "hi"), *ended())
    assert "blocks" not in item.provider_data


async def test_thoughts_between_calls_stay_apart_and_in_order(claude: MakeModel) -> None:
    items = await output(
        claude,
        started(),
        *thought(0, "a"),
        *tool(1, "now", call_id="toolu_1"),
        *thought(2, "b"),
        *thought(3, "c"),
        *tool(4, "add", '{"a":1,', '"b":2}', call_id="toolu_2"),
        *ended("tool_use"),
    )
    assert [item.type for item in items] == ["reasoning", "function_call", "reasoning", "reasoning", "function_call"]
    calls = [(item.call_id, item.arguments) for item in items if item.type == "function_call"]
    assert calls == [("toolu_1", "{}"), ("toolu_2", '{"a":1,"b":2}')]


async def test_arguments_may_come_with_the_call(claude: MakeModel) -> None:
    opened = {"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1}}
    [item] = await output(claude, started(), *block(0, opened), *ended("tool_use"))
    assert item.arguments == '{"a":1}'


async def test_texts_in_a_row_are_parts_of_one_message(claude: MakeModel) -> None:
    [item] = await output(claude, started(), *text(0, "a", "b"), *text(1), *text(2, "c"), *ended())
    assert [part.text for part in item.content] == ["ab", "c"]


async def test_texts_around_a_thought_are_two_messages(claude: MakeModel) -> None:
    items = await output(claude, started(), *text(0, "a"), *thought(1, "hm"), *text(2, "b"), *ended())
    assert [item.type for item in items] == ["message", "reasoning", "message"]


async def test_deltas_that_come_together_are_told_as_one(claude: MakeModel) -> None:
    events = await told(claude, started(), *thought(0, "hm"), *text(1, *"abc"), *text(2, *"de"), *ended())
    assert [event.delta for event in kinds(events, "output_text.delta")] == ["abc", "de"]


CITED = {"type": "web_search_result_location", "url": "https://a.test/", "title": "A", "cited_text": "x"}


async def test_sources_cover_the_text_they_came_with_even_if_they_came_first(claude: MakeModel) -> None:
    source = {"type": "citations_delta", "citation": {**CITED, "encrypted_index": "i"}}
    page = {"type": "citations_delta", "citation": {"type": "page_location", "document_index": 0}}
    cited = block(1, {"type": "text", "text": "", "citations": []}, source, {"type": "text_delta", "text": "bcd"}, page)
    events = await told(claude, started(), *text(0, "a"), *cited, *ended())
    [item] = events[-1].response.output
    [note] = item.content[1].annotations
    assert (note.url, note.title, note.start_index, note.end_index) == ("https://a.test/", "A", 0, 3)
    [added] = kinds(events, "output_text.annotation.added")
    assert (added.item_id, added.content_index) == (item.id, 1)


async def test_a_search_is_told_with_its_query_and_keeps_its_blocks(claude: MakeModel) -> None:
    items = await output(claude, started(), *search(0, "cats"), *found(1), *text(2, "hi"), *ended())
    assert [item.type for item in items] == ["web_search_call", "message"]
    assert (items[0].status, items[0].action.query) == ("completed", "cats")
    assert [source.url for source in items[0].action.sources] == ["https://a.test/"]
    assert items[0].provider_data["blocks"] == [{**USE, "input": {"query": "cats"}}, FOUND]


async def test_a_search_may_fail(claude: MakeModel) -> None:
    failed = {**FOUND, "content": {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}}
    [item, _] = await output(claude, started(), *search(0, "cats"), *block(1, failed), *text(2, "hi"), *ended())
    assert item.status == "failed"


async def test_what_other_tools_of_the_provider_do_is_passed_over(claude: MakeModel) -> None:
    other = block(0, {**USE, "name": "code_execution"})
    result = block(1, {"type": "code_execution_tool_result", "tool_use_id": "srvtoolu_1", "content": {}})
    items = await output(claude, started(), *other, *result, *text(2, "hi"), {"type": "new_kind"}, *ended())
    assert [item.type for item in items] == ["message"]


async def test_a_search_and_its_sources_go_back_as_they_came(claude: MakeModel, wire: Wire) -> None:
    agent = Agent(name="tester", tools=[WebSearchTool()])
    model = claude("search")
    first = await Runner.run(agent, "cats", run_config=RunConfig(model=model))
    await Runner.run(agent, [*first.to_input_list(), *user("and?")], run_config=RunConfig(model=model))
    sent = wire.calls[-1].body["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert [part["type"] for part in sent[1]["content"]] == ["server_tool_use", "web_search_tool_result", "text"]
    assert sent[1]["content"][0]["input"] == {"query": "cats"}


async def test_an_explained_refusal_is_told_in_those_words(claude: MakeModel) -> None:
    why = {"type": "refusal", "category": "cyber", "explanation": "No attacks."}
    [item] = await output(claude, started(), *ended("refusal", stop_details=why))
    assert item.content[0].refusal == "No attacks."


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"type": "refusal", "category": "general_harms", "explanation": None}, "(general harms)."),
        (None, "declined to answer."),
    ],
)
async def test_any_other_refusal_is_told_in_ours(claude: MakeModel, details: Any, words: str) -> None:
    [item] = await output(claude, started(), *ended("refusal", stop_details=details))
    assert item.content[0].refusal.endswith(words)


async def test_a_refusal_calls_no_tool(claude: MakeModel) -> None:
    result = await read(claude(raw(started(), *tool(0, "now"), *ended("refusal"))), "go", now)
    assert isinstance(result.error, ModelRefusalError)
    assert [item.type for item in result.final.output] == ["message"]


async def test_a_refusal_on_the_way_keeps_what_was_said(claude: MakeModel) -> None:
    events = await told(claude, started(), *text(0, "well"), *ended("refusal"))
    response = events[-1].response
    assert (response.output[0].content[0].text, response.incomplete_details.reason) == ("well", "content_filter")


async def test_a_cut_answer_loses_its_half_written_tool_call(claude: MakeModel) -> None:
    frames = [started(), *text(0, "a"), *tool(1, "add", '{"a'), *ended("max_tokens")]
    result = await read(claude(raw(*frames)), "go", add)
    assert result.result.final_output == "a"
    assert result.final.incomplete_details.reason == "max_output_tokens"


async def test_a_full_context_cuts_an_answer_and_fails_where_nothing_was_said(claude: MakeModel) -> None:
    full = ended("model_context_window_exceeded")
    events = await told(claude, started(), *text(0, "a"), *full)
    assert events[-1].response.incomplete_details.reason == "max_output_tokens"
    with pytest.raises(StreamFailure, match="context_length"):
        await told(claude, started(), *full)


async def test_usage_counts_the_cache_as_input_and_the_last_numbers_win(claude: MakeModel) -> None:
    begun = started(cache_read_input_tokens=100, cache_creation_input_tokens=7, output_tokens=1)
    late = {
        "input_tokens": None,
        "cache_read_input_tokens": None,
        "cache_creation_input_tokens": 8,
        "output_tokens": 30,
        "output_tokens_details": {"thinking_tokens": 20},
    }
    usage = (await told(claude, begun, *text(0, "a"), *ended(usage=late)))[-1].response.usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (118, 30, 148)
    assert (usage.input_tokens_details.cached_tokens, usage.input_tokens_details.cache_write_tokens) == (100, 8)
    assert usage.output_tokens_details.reasoning_tokens == 20


async def test_usage_may_be_missing(claude: MakeModel) -> None:
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": None}
    usage = (await told(claude, *text(0, "a"), stop))[-1].response.usage
    assert usage.total_tokens == 0


async def test_an_answer_without_anything_in_it_is_a_failure(claude: MakeModel) -> None:
    with pytest.raises(StreamFailure, match="empty"):
        await told(claude, started(), *text(0), *ended())


async def test_a_stream_that_ends_before_the_answer_does_is_cut(claude: MakeModel) -> None:
    result = await read(claude(raw(started(), *text(0, "a"))))
    assert result.deltas() == "a"
    assert isinstance(result.error, StreamFailure)
    assert result.error.reason == "cut"


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


@pytest.mark.parametrize("before", [[], [started()], [started(), *text(0, "a")]])
async def test_an_overload_within_the_stream_is_told_as_one(claude: MakeModel, before: list[Any]) -> None:
    result = await read(claude(raw(*before, OVERLOADED)))
    assert isinstance(result.error, StreamFailure)
    assert result.error.reason == "overloaded"
    assert bool(result.events) == (len(before) > 1)


ODD = (
    "[]",
    "3",
    "null",
    "{",
    '{"type":"content_block_start","index":1}',
    '{"type":"content_block_delta","index":7,"delta":{"type":"text_delta","text":"x"}}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta"}}',
    '{"type":"content_block_delta","index":0}',
)


@pytest.mark.parametrize("odd", ODD)
async def test_what_cannot_be_read_fails_after_what_could(claude: MakeModel, odd: str) -> None:
    result = await read(claude(raw(started(), *text(0, "a"), odd)))
    assert result.deltas() == "a"
    assert isinstance(result.error, StreamFailure)
    assert result.error.reason == "malformed"


async def test_pings_and_what_is_not_known_are_passed_over(claude: MakeModel) -> None:
    begun, delta, *rest = text(0, "a")
    odd = {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta"}}
    [item] = await output(claude, started(), {"type": "ping"}, begun, odd, delta, *rest, *ended())
    assert item.content[0].text == "a"


async def test_thoughts_and_calls_go_back_byte_for_byte_over_three_turns(claude: MakeModel, wire: Wire) -> None:
    model, history = claude('sealed-think-3-tools:{"add": {"a": 1, "b": 2}, "now": {}}'), list[TResponseInputItem]()
    for said in ("one", "two", "three"):
        result = await read(model, [*history, *user(said)], add, now)
        assert result.result.final_output == "The tool said: 3 | noon"
        history = result.result.to_input_list()
    bodies = [call.body["messages"] for call in wire.calls]
    assert len(bodies) == 6
    for before, after in pairwise(bodies):
        assert json.dumps(after).startswith(json.dumps(before)[:-1])
    *_, asked, results = bodies[1]
    assert [part["type"] for part in asked["content"]] == ["redacted_thinking", "thinking", "tool_use", "tool_use"]
    assert asked["content"][1]["thinking"] == "t0 t1 t2"
    assert [part["type"] for part in results["content"]] == ["tool_result", "tool_result"]
    assert [part["tool_use_id"] for part in results["content"]] == [part["id"] for part in asked["content"][2:]]


async def test_another_models_thoughts_are_not_sent(claude: MakeModel, wire: Wire) -> None:
    first = await read(claude("think-3-words-2"))
    await read(claude("words-2"), [*first.result.to_input_list(), *user("and?")])
    assert "thinking" not in json.dumps(wire.calls[-1].body["messages"])


async def test_a_request_that_cannot_be_made_never_leaves(claude: MakeModel, wire: Wire) -> None:
    with pytest.raises(UserError, match="whole history"):
        await claude("echo").get_response(**request(previous_response_id="resp_1"))
    assert not wire.calls


async def test_the_request_id_is_kept(claude: MakeModel) -> None:
    result = await read(claude("echo"))
    assert result.result.raw_responses[0].request_id == "req_wire"


class Answer(BaseModel):
    said: str


async def test_an_output_of_a_type_comes_beside_tools(claude: MakeModel, wire: Wire) -> None:
    agent = Agent(name="tester", tools=[now], output_type=Answer)
    result = await Runner.run(agent, "go", run_config=RunConfig(model=claude("json:now:{}")))
    assert result.final_output == Answer(said="noon")
    assert wire.calls[0].body["output_config"]["format"]["type"] == "json_schema"


async def test_a_failed_request_is_an_error_of_the_sdks(claude: MakeModel) -> None:
    result = await read(claude("status-401"))
    assert isinstance(result.error, anthropic.AuthenticationError)
    assert explain(result.error, "anthropic/x").message.startswith("Anthropic")


async def test_no_setting_that_anthropic_lacks_makes_a_request_fail(claude: MakeModel, wire: Wire) -> None:
    settings = ModelSettings(temperature=0.5, top_p=0.5, verbosity="low", max_tokens=99, parallel_tool_calls=False)
    await claude("echo").get_response(**request(settings, tools=[now], output_schema=AgentOutputSchema(Answer)))
    body = wire.calls[0].body
    assert (body["max_tokens"], body["stream"]) == (99, True)
    assert not {"temperature", "top_p", "verbosity"} & set(body)


PAUSED = [started(), *text(0, "a"), *ended("pause_turn")]


async def test_a_pause_is_not_seen() -> None:
    paused = [started(), *thought(0, "hm"), *text(1, "a"), *text(2), *search(3, "cats"), *ended("pause_turn")]
    rest = [started(output_tokens=2), *found(0), *text(1, "b"), *ended()]
    async with scripted(paused, rest) as (model, script):
        events: list[Any] = [event async for event in model.stream_response(**request())]
    assert len(answers(events)) == 1
    response = events[-1].response
    assert [item.type for item in response.output] == ["reasoning", "message", "web_search_call", "message"]
    assert (response.usage.input_tokens, response.usage.output_tokens) == (20, 10)
    asked, so_far = script.bodies[1]["messages"]
    assert (asked["role"], so_far["role"]) == ("user", "assistant")
    assert [part["type"] for part in so_far["content"]] == ["thinking", "text", "server_tool_use"]
    assert so_far["content"][2]["input"] == {"query": "cats"}


async def test_text_on_both_sides_of_a_pause_is_one_message() -> None:
    async with scripted(PAUSED, [started(), *text(0, "b"), *ended()]) as (model, _):
        items: list[Any] = (await model.get_response(**request())).output
    assert [part.text for item in items for part in item.content] == ["a", "b"]
    assert len(items) == 1


async def test_what_a_pause_sends_back_is_as_it_came_and_whole() -> None:
    source = {"type": "citations_delta", "citation": CITED}
    cited = block(0, {"type": "text", "text": "", "citations": []}, {"type": "text_delta", "text": "a"}, source)
    half = block(2, USE, {"type": "input_json_delta", "partial_json": '{"que'})
    paused = [started(), *cited, *thought(1, "hm", ""), *half, *ended("pause_turn")]
    async with scripted(paused, [started(), *text(0, "b"), *ended()]) as (model, script):
        await model.get_response(**request())
    sent = script.bodies[1]["messages"][-1]["content"]
    assert sent == [{"type": "text", "text": "a", "citations": [CITED]}, USE]


async def test_calls_on_both_sides_of_a_pause_stay_apart() -> None:
    before = [started(), *tool(0, "now", call_id="toolu_1"), *ended("pause_turn")]
    after = [started(), *tool(0, "add", call_id="toolu_2"), *ended("tool_use")]
    async with scripted(before, after) as (model, _):
        items: list[Any] = (await model.get_response(**request())).output
    assert [item.call_id for item in items] == ["toolu_1", "toolu_2"]


async def test_a_turn_that_pauses_for_ever_is_cut() -> None:
    async with scripted(*[PAUSED] * 6) as (model, script):
        result = await read(model)
    assert result.deltas() == "aaaaaa"
    assert isinstance(result.error, StreamFailure)
    assert (result.error.reason, len(script.bodies)) == ("cut", 6)


@pytest.mark.parametrize("then", ["No.", [started(), OVERLOADED]])
async def test_a_failure_after_a_pause_takes_nothing_back(then: Any) -> None:
    async with scripted(PAUSED, then) as (model, _):
        result = await read(model)
    assert result.deltas() == "a"
    assert result.error


async def test_schemas_that_are_too_much_are_asked_for_in_words_from_then_on() -> None:
    answer = [started(), *text(0, "a"), *ended()]
    asking = request(tools=[now], output_schema=AgentOutputSchema(Answer))
    async with scripted("The compiled grammar is too large.", answer, answer, answer) as (model, script):
        for _ in range(2):
            await model.get_response(**asking)
        await model.get_response(**request(tools=[add]))
    assert [[tool.get("strict") for tool in body["tools"]] for body in script.bodies] == [
        [True],
        [None],
        [None],
        [True],
    ]
    assert ["output_config" in body for body in script.bodies] == [True, False, False, False]


async def test_another_bad_request_is_not_made_twice() -> None:
    async with scripted("No.") as (model, script):
        result = await read(model, "go", now)
    assert isinstance(result.error, anthropic.BadRequestError)
    assert len(script.bodies) == 1
