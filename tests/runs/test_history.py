"""Stored items become what a model is told."""

from typing import Any

from playground.runs.history import model_input, user_input
from playground.store.tables import ItemRow
from tests.store.conftest import AT

CALL = {"type": "function_call", "call_id": "c1", "name": "now", "arguments": "{}", "id": "fc_1", "status": "completed"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "noon"}
THOUGHT: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"}
SAID = {"type": "message", "role": "assistant", "id": "msg_1", "content": [{"type": "output_text", "text": "noon"}]}


def row(kind: str, text: str = "", **more: Any) -> ItemRow:
    part = "input_text" if kind == "user_message" else "output_text"
    fields: dict[str, Any] = {
        "id": "x",
        "thread_id": "t",
        "branch_id": "b",
        "position": 1,
        "type": kind,
        "payload": {"content": [{"type": part, "text": text}]},
        "run_id": "r",
        "created_at": AT,
    }
    return ItemRow(**(fields | more))


def told(*rows: ItemRow) -> list[Any]:
    return list(model_input(rows))


def test_a_conversation_is_told_in_turns() -> None:
    assert told(row("user_message", "hi"), row("assistant_message", "hello")) == [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "hello"},
    ]


def test_what_a_model_made_is_told_as_it_was() -> None:
    rows = row("workflow", model_input=[THOUGHT, CALL, RESULT]), row("assistant_message", "noon", model_input=[SAID])
    assert told(*rows) == [THOUGHT, CALL, RESULT, SAID]


def test_a_call_that_was_never_answered_is_dropped_with_the_reasoning_that_led_to_it() -> None:
    assert told(row("user_message", "hi"), row("workflow", model_input=[THOUGHT, THOUGHT, CALL])) == [
        {"role": "user", "content": "hi"}
    ]


def test_a_result_without_its_call_is_dropped() -> None:
    assert told(row("workflow", model_input=[RESULT])) == []


def test_of_two_calls_the_answered_one_stays() -> None:
    other = {**CALL, "call_id": "c2"}
    assert told(row("workflow", model_input=[CALL, other, RESULT])) == [CALL, RESULT]


def test_reasoning_before_words_that_were_cut_is_dropped() -> None:
    rows = row("workflow", model_input=[THOUGHT]), row("assistant_message", "half"), row("user_message", "go on")
    assert told(*rows) == [{"role": "assistant", "content": "half"}, {"role": "user", "content": "go on"}]


def test_reasoning_before_a_result_or_the_end_is_dropped() -> None:
    assert told(row("workflow", model_input=[CALL, THOUGHT, RESULT, THOUGHT])) == [CALL, RESULT]


def test_what_models_cannot_read_is_left_out() -> None:
    assert told(row("workflow"), row("task", payload={}), row("end_of_turn", payload={})) == []


def test_a_widget_is_told_in_the_words_that_the_visitor_reads() -> None:
    widget = {"type": "Card", "children": [{"type": "Text", "value": "3 cups"}]}
    note = {"role": "user", "content": "noted"}
    assert told(row("widget", payload={"widget": widget}, model_input=[note])) == [
        {"role": "user", "content": "[The user was shown this]\n3 cups"},
        note,
    ]


def test_an_image_is_told_of_without_its_bytes() -> None:
    image = {"image": {"id": "img_1", "url": f"data:image/png;base64,{'A' * 9_000}"}}
    assert told(row("generated_image", payload=image)) == [{"role": "user", "content": "[The user was shown an image]"}]


def test_what_nobody_is_shown_is_told_as_not_the_visitors_words() -> None:
    assert told(row("hidden_context_item", payload={"content": "more tea"})) == [
        {"role": "user", "content": "[Not written by the user, nor shown to the user]\nmore tea"}
    ]


def test_a_message_of_many_parts_is_one_text() -> None:
    content = [{"type": "input_text", "text": "ask "}, {"type": "input_tag", "id": "1", "text": "ann"}]
    assert user_input({"content": content}) == {"role": "user", "content": "ask @ann"}


def test_what_a_message_quotes_is_told_before_it() -> None:
    payload = {"content": [{"type": "input_text", "text": "why?"}], "quoted_text": "one\ntwo"}
    assert user_input(payload)["content"] == "> one\n> two\n\nwhy?"
