from typing import Any

import pytest

from playground.models.local.conversation import LONGEST_RESULT, read_conversation, rough_tokens


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "role": "assistant", "id": "msg_1", "content": [part], "status": "completed"}


def call(name: str, arguments: str, output: Any) -> list[dict[str, Any]]:
    asked = {"type": "function_call", "call_id": f"call_{name}", "name": name, "arguments": arguments}
    return [asked, {"type": "function_call_output", "call_id": f"call_{name}", "output": output}]


def test_a_plain_text_is_one_message() -> None:
    read = read_conversation("Be kind.", "Hello")
    assert read.system == "Be kind."
    assert read.messages() == [{"role": "user", "content": "Hello"}]


def test_a_result_is_told_with_the_message_it_was_fetched_for() -> None:
    items = [user("Weather?"), *call("weather", '{"city": "Oslo"}', "snow")]
    read = read_conversation(None, items)
    told = 'Weather?\n\n(weather {"city": "Oslo"} returned: snow)'
    assert read.messages() == [{"role": "user", "content": told}]
    assert read.calls == (("weather", '{"city": "Oslo"}'),)


def test_calls_of_earlier_turns_do_not_count_for_the_newest() -> None:
    items = [user("Weather?"), *call("weather", "{}", "snow"), assistant("Snow."), user("Thanks")]
    assert read_conversation(None, items).calls == ()


def test_a_hand_off_is_counted_but_not_told() -> None:
    items = [user("Book a flight"), *call("transfer_to_travel", "{}", '{"assistant": "Travel"}')]
    read = read_conversation(None, items)
    assert read.messages() == [user("Book a flight")]
    assert read.calls == (("transfer_to_travel", "{}"),)


def test_roles_alternate_even_after_an_unanswered_message() -> None:
    items = [user("One"), user("Two"), assistant("Both."), assistant("Done."), user("Three")]
    roles = [message["role"] for message in read_conversation(None, items).messages()]
    assert roles == ["user", "assistant", "user"]


def test_a_long_result_is_cut() -> None:
    read = read_conversation(None, [user("Read"), *call("read", "{}", "x" * 50_000)])
    assert len(read.messages()[0]["content"]) < LONGEST_RESULT + 100
    assert read.messages()[0]["content"].endswith("… (cut))")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"type": "input_text", "text": "Look"}, "Look"),
        ({"type": "refusal", "refusal": "No."}, "No."),
        ({"type": "input_image", "image_url": "data:…"}, "(an image, which this model cannot see)"),
        ({"type": "input_file", "file_id": "f"}, "(a file, which this model cannot open)"),
        ({"type": "input_audio"}, '{"type": "input_audio"}'),
    ],
)
def test_parts_are_told_as_text(part: dict[str, Any], told: str) -> None:
    assert read_conversation(None, [{"role": "user", "content": [part]}]).messages()[0]["content"] == told


def test_thoughts_and_hosted_calls_of_other_models_are_left_out() -> None:
    items: list[dict[str, Any]] = [
        user("Hi"),
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "web_search_call", "id": "ws_1"},
    ]
    assert read_conversation(None, items).messages() == [user("Hi")]


def test_system_messages_join_the_instructions() -> None:
    items = [{"role": "developer", "content": "Rhyme."}, user("Hi")]
    assert read_conversation("Be kind.", items).system == "Be kind.\n\nRhyme."


def test_a_result_that_is_not_text_is_told_as_json() -> None:
    read = read_conversation(None, [user("Go"), *call("find", "{}", {"hits": [1, 2]})])
    assert 'returned: {"hits": [1, 2]})' in read.messages()[0]["content"]


def questions(count: int) -> list[dict[str, Any]]:
    return [
        message for number in range(count) for message in (user(f"Question {number} " * 5), assistant("Yes. " * 30))
    ]


def test_the_oldest_turns_give_way() -> None:
    messages = read_conversation("Be kind.", [*questions(50), user("The last one")]).fitted(1000).messages()
    assert messages[-1]["content"] == "The last one"
    assert messages[0]["role"] == "user"
    assert 500 < sum(rough_tokens(message["content"]) for message in messages) <= 1000


def test_a_conversation_that_grows_mostly_begins_as_before() -> None:
    starts = [
        read_conversation(None, questions(count)).fitted(1000).messages()[0]["content"] for count in range(20, 40)
    ]
    assert len(set(starts)) <= 6


def test_a_short_conversation_stays_whole() -> None:
    read = read_conversation(None, questions(3))
    assert read.fitted(1000) == read


def test_an_empty_conversation_stays_empty() -> None:
    assert read_conversation(None, []).fitted(1000).messages() == []


def test_the_newest_turn_stays_whatever_its_length() -> None:
    fitted = read_conversation(None, [user("old"), assistant("yes"), user("long " * 9000)]).fitted(1000)
    assert [message["content"] for message in fitted.messages()] == ["long " * 9000]
