import json
from typing import Any

import pytest
from agents import ModelSettings, UserError

from playground.models.reasons import StreamFailure
from tests.models.conftest import MakeModel
from tests.models.reading_along import add, check_grammar, now, read, request
from tests.wire import Wire

STOP: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": "stop"}]}


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields}]}


def call(**fields: Any) -> dict[str, Any]:
    function = {name: fields.pop(name) for name in ("name", "arguments") if name in fields}
    return delta(tool_calls=[{**fields, "function": function}])


def raw(*frames: Any) -> str:
    return "raw:" + json.dumps(frames)


async def calls_of(make: MakeModel, *frames: Any) -> list[tuple[str, str]]:
    """The tool calls that an answer of these frames makes."""
    events: list[Any] = [event async for event in make(raw(*frames, STOP)).stream_response(**request())]
    check_grammar(events)
    return [(item.name, item.arguments) for item in events[-1].response.output if item.type == "function_call"]


async def test_usage_is_asked_for(compatible: MakeModel, wire: Wire) -> None:
    await read(compatible("echo"))
    assert wire.calls[0].body["stream_options"] == {"include_usage": True}


async def test_a_server_that_counts_nothing_still_counts_a_turn(compatible: MakeModel) -> None:
    told = await read(compatible(raw(delta(content="a"), STOP)))
    assert told.result.context_wrapper.usage.requests == 1


async def test_a_tool_choice_is_passed_on(compatible: MakeModel, wire: Wire) -> None:
    settings = ModelSettings(tool_choice="now", temperature=0.5, max_tokens=9)
    await compatible("echo").get_response(**request(settings, system_instructions="Be kind.", tools=[now, add]))
    body = wire.calls[0].body
    assert body["tool_choice"] == {"type": "function", "function": {"name": "now"}}
    assert (body["temperature"], body["max_tokens"], len(body["tools"])) == (0.5, 9, 2)
    assert body["messages"][0] == {"role": "system", "content": "Be kind."}


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_thoughts_have_two_names(compatible: MakeModel, field: str) -> None:
    told = await read(compatible(raw(delta(**{field: "hm"}), delta(content="a"), STOP)))
    assert told.deltas("reasoning_summary_text") == "hm"


async def test_a_thought_under_both_names_is_told_once(compatible: MakeModel) -> None:
    told = await read(compatible(raw(delta(reasoning_content="hm", reasoning="hm"), delta(content="a"), STOP)))
    assert told.deltas("reasoning_summary_text") == "hm"


async def test_text_on_both_sides_of_a_thought_makes_two_messages(compatible: MakeModel) -> None:
    told = await read(compatible(raw(delta(content="a"), delta(reasoning="hm"), delta(content="b"), STOP)))
    check_grammar(told.events)
    assert [item.type for item in told.final.output] == ["message", "reasoning", "message"]


async def test_calls_may_be_interleaved(compatible: MakeModel) -> None:
    frames = [
        call(index=0, id="a", name="add", arguments='{"a"'),
        call(index=1, id="b", name="now", arguments="{"),
        call(index=0, arguments=":1}"),
        call(index=1, arguments="}"),
    ]
    assert await calls_of(compatible, *frames) == [("add", '{"a":1}'), ("now", "{}")]


async def test_calls_may_all_have_index_zero(compatible: MakeModel) -> None:
    frames = [call(index=0, id="a", name="add", arguments="{}"), call(index=0, id="b", name="now", arguments="{}")]
    assert await calls_of(compatible, *frames) == [("add", "{}"), ("now", "{}")]


async def test_calls_may_all_have_one_id(compatible: MakeModel) -> None:
    frames = [call(index=0, id="a", name="add", arguments="{}"), call(index=1, id="a", name="now", arguments="{}")]
    assert await calls_of(compatible, *frames) == [("add", "{}"), ("now", "{}")]


@pytest.mark.parametrize("place", [{}, {"index": 0}, {"index": 0, "id": ""}, {"index": None, "id": None}])
@pytest.mark.parametrize("other", ["add", "now"])
async def test_calls_may_have_nothing_that_tells_them_apart(
    compatible: MakeModel, place: dict[str, Any], other: str
) -> None:
    frames = [call(**place, name="now", arguments="{"), call(**place, name="now", arguments="}")]
    frames += [call(**place, name=other, arguments='{"a"'), call(**place, arguments=":1}")]
    assert await calls_of(compatible, *frames) == [("now", "{}"), (other, '{"a":1}')]


async def test_calls_without_arguments_may_have_nothing_but_their_names(compatible: MakeModel) -> None:
    assert await calls_of(compatible, call(name="now"), call(name="add")) == [("now", ""), ("add", "")]


@pytest.mark.parametrize("ids", [(None, "a"), ("a", "b")])
async def test_an_id_may_come_late_or_change(compatible: MakeModel, ids: tuple[str | None, str]) -> None:
    frames = [call(index=0, id=ids[0], name="add", arguments='{"a"'), call(index=0, id=ids[1], arguments=":1}")]
    assert await calls_of(compatible, *frames) == [("add", '{"a":1}')]


async def test_a_name_may_be_repeated(compatible: MakeModel) -> None:
    frames = [
        call(index=0, id="a", name="now"),
        call(index=0, id="a", name="now"),
        call(index=0, id="a", name="now", arguments="{}"),
    ]
    assert await calls_of(compatible, *frames) == [("now", "{}")]


async def test_arguments_may_be_an_object(compatible: MakeModel) -> None:
    assert await calls_of(compatible, call(index=0, id="a", name="add", arguments={"a": 1})) == [("add", '{"a":1}')]


async def test_an_answer_without_anything_in_it_is_a_failure(compatible: MakeModel) -> None:
    error = (await read(compatible(raw(delta(content=""), STOP)))).error
    assert isinstance(error, StreamFailure)
    assert error.reason == "empty"


async def test_a_cut_answer_loses_its_half_written_tool_call(compatible: MakeModel) -> None:
    cut: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": "length"}]}
    told = await read(
        compatible(raw(delta(content="a"), call(index=0, id="a", name="now", arguments="{"), cut)), "go", now
    )
    assert told.result.final_output == "a"
    assert told.final.status == "incomplete"


@pytest.mark.parametrize("odd", ["[]", "3", "null", "{", '{"choices":[3]}', '{"choices":7}'])
async def test_what_cannot_be_read_fails_after_what_could(compatible: MakeModel, odd: str) -> None:
    told = await read(compatible(raw(delta(content="a"), odd)))
    assert told.deltas() in {"a", ""}
    assert isinstance(told.error, StreamFailure)
    assert told.error.reason == "malformed"


async def test_an_error_among_good_frames_comes_after_them(compatible: MakeModel) -> None:
    told = await read(compatible(raw(delta(content="a"), {"error": {"code": "context_length_exceeded"}})))
    assert told.deltas() == "a"
    assert isinstance(told.error, StreamFailure)
    assert told.error.reason == "context_length"


async def test_state_that_only_openai_keeps_is_refused(compatible: MakeModel) -> None:
    with pytest.raises(UserError, match="whole history"):
        await compatible("echo").get_response(**request(previous_response_id="resp_1"))
