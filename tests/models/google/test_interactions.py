import json
from typing import Any

import pytest

from playground.models.google.interactions import InteractionReader
from playground.models.reasons import StreamFailure
from tests.models.google.reading import ORIGIN, Frame, deltas, fed, output, reader_of
from tests.models.reading_along import check_grammar

USAGE = {
    "total_input_tokens": 100,
    "total_tool_use_tokens": 20,
    "total_cached_tokens": 60,
    "total_output_tokens": 7,
    "total_thought_tokens": 5,
    "total_tokens": 132,
}


def start(index: int, kind: str, **fields: Any) -> Frame:
    return {"event_type": "step.start", "index": index, "step": {"type": kind, **fields}}


def delta(index: int, kind: str, **fields: Any) -> Frame:
    return {"event_type": "step.delta", "index": index, "delta": {"type": kind, **fields}}


def stop(index: int) -> Frame:
    return {"event_type": "step.stop", "index": index}


def completed(status: str = "completed", **fields: Any) -> Frame:
    return {"event_type": "interaction.completed", "interaction": {"id": "i", "status": status, **fields}}


def text(index: int, *words: str) -> list[Frame]:
    return [start(index, "model_output"), *(delta(index, "text", text=word) for word in words), stop(index)]


def thought(index: int, *words: str) -> list[Frame]:
    summaries = [delta(index, "thought_summary", content={"type": "text", "text": word}) for word in words]
    return [start(index, "thought"), *summaries, delta(index, "thought_signature", signature="sig"), stop(index)]


def read(*frames: Frame) -> list[Any]:
    return fed(reader_of(InteractionReader), list(frames))


def test_an_answer_has_its_events_in_order() -> None:
    events = read(*thought(0, "t0", " t1"), *text(1, "w0", " w1"), completed())
    check_grammar(events)
    assert deltas(events, "reasoning_summary_text") == ["t0 t1"]
    assert deltas(events) == ["w0 w1"]


def test_what_comes_in_one_batch_is_one_delta() -> None:
    words = [delta(0, "text", text=word) for word in ("a", "b", "c", "d")]
    events = fed(reader_of(InteractionReader), [start(0, "model_output"), *words[:3]], [words[3], completed()])
    assert deltas(events) == ["abc", "d"]


def test_a_thought_is_put_together_as_google_takes_it_back() -> None:
    (item, _) = output(read(*thought(0, "t0", " t1"), *text(1, "w"), completed()))
    assert item.encrypted_content == "sig"
    assert item.provider_data["model"] == ORIGIN
    assert item.provider_data["step"] == {
        "type": "thought",
        "summary": [{"type": "text", "text": "t0 t1"}],
        "signature": "sig",
    }


def test_a_thought_may_come_whole_or_without_words() -> None:
    whole = start(0, "thought", summary=[{"type": "text", "text": "hm"}], signature="one")
    events = read(whole, stop(0), *thought(1), *text(2, "w"), completed())
    first, second, _ = output(events)
    assert [part.text for part in first.summary] == ["hm"]
    assert (first.encrypted_content, second.encrypted_content, second.summary) == ("one", "sig", [])


def test_outputs_that_follow_each_other_are_parts_of_one_message() -> None:
    (message,) = output(read(*text(0, "a"), *text(1, "b"), completed()))
    assert [part.text for part in message.content] == ["a", "b"]


def test_an_output_may_come_whole() -> None:
    cited = {"type": "url_citation", "url": "https://example.com", "start_index": 0, "end_index": 5}
    content = [{"type": "text", "text": "hello", "annotations": [cited]}]
    (message,) = output(read(start(0, "model_output", content=content), completed()))
    assert message.content[0].text == "hello"
    assert message.content[0].annotations[0].url == "https://example.com"


def test_a_delta_without_a_start_begins_its_step() -> None:
    events = read(
        delta(0, "thought_summary", content={"type": "text", "text": "hm"}),
        delta(0, "thought_signature", signature="sig"),
        delta(1, "text", text="w"),
        completed(),
    )
    assert [item.type for item in output(events)] == ["reasoning", "message"]
    assert output(events)[0].encrypted_content == "sig"


@pytest.mark.parametrize("given", [{}, None])
def test_a_calls_arguments_come_in_pieces(given: Any) -> None:
    pieces = [delta(0, "arguments_delta", arguments=piece) for piece in ('{"a"', ": 1}")]
    events = read(start(0, "function_call", id="c1", name="add", arguments=given), *pieces, stop(0), completed())
    check_grammar(events)
    (call,) = output(events)
    assert (call.call_id, call.name, call.arguments) == ("c1", "add", '{"a": 1}')
    assert call.provider_data["step"] == {"type": "function_call", "id": "c1", "name": "add"}


def test_a_calls_arguments_come_at_once() -> None:
    events = read(start(0, "function_call", id="c1", name="add", arguments={"a": "ü"}), stop(0), completed())
    check_grammar(events)
    assert json.loads(output(events)[0].arguments) == {"a": "ü"}


def test_a_call_without_arguments_or_an_end_has_an_empty_object() -> None:
    (call,) = output(read(start(0, "function_call", id="c1", name="now"), completed("requires_action")))
    assert call.arguments == "{}"


def test_a_call_id_that_was_used_before_is_replaced() -> None:
    frames = [start(index, "function_call", id="same", name="now", arguments={}) for index in range(2)]
    ids = [call.call_id for call in output(read(*frames, completed()))]
    assert ids[0] == "same"
    assert len(set(ids)) == 2
    (call,) = output(fed(reader_of(InteractionReader, "same"), [frames[0], completed()]))
    assert call.call_id != "same"


def test_a_search_is_one_item_with_its_steps_as_they_came() -> None:
    asked = {"type": "google_search_call", "id": "s", "arguments": {"queries": ["a", "b"]}, "signature": "1"}
    found = {"type": "google_search_result", "call_id": "s", "result": [{"search_suggestions": "x"}], "signature": "2"}
    events = read(
        {"event_type": "step.start", "index": 0, "step": {**asked, "arguments": {}}},
        delta(0, "google_search_call", arguments=asked["arguments"]),
        stop(0),
        {
            "event_type": "step.start",
            "index": 1,
            "step": {"type": "google_search_result", "call_id": "s", "result": []},
        },
        delta(1, "google_search_result", result=found["result"], signature="2"),
        stop(1),
        *text(2, "w"),
        completed(),
    )
    search, message = output(events)
    assert (search.type, search.status, search.action.queries) == ("web_search_call", "completed", ["a", "b"])
    assert search.provider_data == {"model": ORIGIN, "steps": [asked, found]}
    assert message.content[0].text == "w"


def test_a_citation_counts_characters_where_google_counts_bytes() -> None:
    cited = {"type": "url_citation", "url": "https://example.com", "title": "T", "start_index": 3, "end_index": 5}
    noted = delta(0, "text_annotation_delta", annotations=[cited, {"type": "file_citation"}])
    events = read(start(0, "model_output"), delta(0, "text", text="ü über"), noted, completed())
    (note,) = output(events)[0].content[0].annotations
    assert (note.url, note.title, note.start_index, note.end_index) == ("https://example.com", "T", 2, 3)


def test_tokens_are_told_apart() -> None:
    usage = read(*text(0, "w"), completed(usage=USAGE))[-1].response.usage
    assert (usage.input_tokens, usage.input_tokens_details.cached_tokens) == (120, 60)
    assert (usage.output_tokens, usage.output_tokens_details.reasoning_tokens) == (12, 5)
    assert usage.total_tokens == 132


@pytest.mark.parametrize("status", ["incomplete", "budget_exceeded", "requires_continuation"])
def test_a_limit_cuts_the_answer(status: str) -> None:
    response = read(*text(0, "w"), completed(status))[-1].response
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        ([], "cut"),
        (text(0, "w"), "cut"),
        ([*text(0, "w"), completed("cancelled")], "cut"),
        ([*text(0, "w"), completed("something new")], "cut"),
        ([completed()], "empty"),
        ([completed("incomplete")], "too_short"),
        ([completed("failed")], "server"),
        ([start(0, "model_output", error={"message": "blocked for safety"}), completed("failed")], "safety"),
        ([{"event_type": "error"}], "server"),
    ],
)
def test_what_is_no_answer_is_a_failure(frames: list[Frame], reason: str) -> None:
    with pytest.raises(StreamFailure, match=reason):
        read(*frames)


def test_an_answer_that_is_withheld_in_its_middle_is_cut() -> None:
    failed = start(1, "model_output", error={"message": "safety"})
    response = read(*text(0, "w"), failed, completed("failed"))[-1].response
    assert response.incomplete_details.reason == "content_filter"


def test_another_request_goes_on_with_the_answer() -> None:
    reader = reader_of(InteractionReader)
    first = fed(reader, [*text(0, "Hel"), completed("requires_continuation", continuation_token="go", usage=USAGE)])
    assert reader.token == "go"
    second = fed(reader, [*text(0, "lo"), completed(usage=USAGE)])
    assert reader.token == ""
    check_grammar([*first, *second])
    (message,) = output(second)
    assert [part.text for part in message.content] == ["Hello"]
    assert second[-1].response.usage.output_tokens == 24


def test_a_server_that_never_ends_is_asked_five_times_more() -> None:
    reader = reader_of(InteractionReader)
    for hop in range(5):
        fed(reader, [*text(0, "w"), completed("requires_continuation", continuation_token=f"go {hop}")])
        assert reader.token
    response: Any = fed(reader, [completed("requires_continuation", continuation_token="more")])[-1]
    assert reader.token == ""
    assert response.response.incomplete_details.reason == "max_output_tokens"


def test_a_token_that_does_not_change_is_not_sent_again() -> None:
    reader = reader_of(InteractionReader)
    frames = [*text(0, "w"), completed("requires_continuation", continuation_token="go")]
    fed(reader, frames)
    fed(reader, frames)
    assert reader.token == ""


def test_events_and_steps_that_are_not_known_are_passed_over() -> None:
    events = read(
        {"event_type": "interaction.status_update", "status": "in_progress"},
        {"event_type": "something.new"},
        start(0, "code_execution_call", arguments={}),
        delta(0, "code_execution_call", arguments={}),
        *text(1, "w"),
        completed(),
    )
    assert [item.type for item in output(events)] == ["message"]
