from typing import Any

import pytest
from agents.exceptions import UserError

from playground.models.google.turns import OPENING, arguments_of, system_of, turns_of


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def call(call_id: str, name: str = "add") -> Any:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": "{}"}


def result(call_id: str, output: str = "3") -> Any:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def shape(history: Any) -> list[str]:
    return [str(item.get("call_id") or item.get("content")) for item in turns_of(history)]


def test_instructions_and_system_messages_are_the_system() -> None:
    history: Any = [
        {"role": "system", "content": "Be brief."},
        user("hi"),
        {"role": "developer", "content": [{"type": "input_text", "text": "Be kind."}]},
    ]
    assert system_of("Help.", history) == "Help.\n\nBe brief.\n\nBe kind."
    assert shape(history) == ["hi"]


def test_a_text_is_what_the_user_says() -> None:
    assert turns_of("hi") == [user("hi")]


def test_a_history_begins_with_the_user() -> None:
    assert shape([{"role": "assistant", "content": "Hello!"}]) == [OPENING, "Hello!"]
    assert shape([]) == [OPENING]


def test_results_follow_their_calls_in_the_order_of_the_calls() -> None:
    assert shape([user("go"), call("a"), call("b"), result("b"), result("a")]) == ["go", "a", "b", "a", "b"]


def test_results_come_before_the_user_goes_on() -> None:
    assert shape([user("go"), call("a"), user("wait"), result("a")]) == ["go", "a", "a", "wait"]


def test_steps_of_one_call_each_stay_apart() -> None:
    assert shape([user("go"), call("a"), result("a"), call("b"), result("b")]) == ["go", "a", "a", "b", "b"]


def test_a_result_has_the_name_of_what_was_called() -> None:
    assert turns_of([user("go"), call("a", "now"), result("a")])[-1]["name"] == "now"


def test_calls_without_results_and_results_without_calls_are_left_out() -> None:
    assert shape([user("go"), call("a"), result("b"), user("on")]) == ["go", "on"]


def test_a_call_id_that_was_used_before_is_not_answered_twice() -> None:
    assert shape([user("go"), call("a"), result("a"), call("a")]) == ["go", "a", "a"]


@pytest.mark.parametrize("kind", ["file_search_call", "image_generation_call", "code_interpreter_call"])
def test_what_another_provider_did_by_itself_is_left_out(kind: str) -> None:
    history: Any = [user("go"), {"type": kind, "id": "x"}]
    assert shape(history) == ["go"]


@pytest.mark.parametrize("kind", ["item_reference", "compaction", "computer_call", "mcp_call"])
def test_what_cannot_be_told_is_said_so(kind: str) -> None:
    history: Any = [user("go"), {"type": kind, "id": "x"}]
    with pytest.raises(UserError, match=kind):
        turns_of(history)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [('{"a": 1}', {"a": 1}), ("", {}), ("[1]", {"arguments": "[1]"}), ("{oops", {"arguments": "{oops"})],
)
def test_arguments_are_an_object_whatever_was_written(text: str, arguments: Any) -> None:
    assert arguments_of({"arguments": text}) == arguments
