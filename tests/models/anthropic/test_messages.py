import json
from typing import Any, cast

import pytest
from agents.exceptions import UserError
from agents.items import TResponseInputItem

from playground.models.anthropic.messages import legal_id, messages_of

ME = "anthropic/claude"
THOUGHT = {"type": "thinking", "thinking": "hm", "signature": "c2VhbA=="}
USE = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "q"}}
FOUND: dict[str, Any] = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}


def messages(*items: Any, system: bool = True) -> list[tuple[str, Any]]:
    """Role and content of each; a single text as itself."""
    _, made = messages_of(cast("list[TResponseInputItem]", list(items)), ME, system=system)
    return [(message["role"], _plain(message["content"])) for message in made]


def _plain(content: list[Any]) -> Any:
    return content[0]["text"] if len(content) == 1 and content[0]["type"] == "text" else content


def kinds(*items: Any) -> list[tuple[str, list[str]]]:
    _, made = messages_of(cast("list[TResponseInputItem]", list(items)), ME, system=True)
    return [(message["role"], [block["type"] for block in message["content"]]) for message in made]


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(*texts: str) -> dict[str, Any]:
    parts: list[Any] = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": parts}


def call(call_id: str, arguments: str = "{}") -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": "now", "arguments": arguments}


def output(call_id: str, told: Any = "noon") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": told}


def kept(kind: str, *blocks: Any, model: str = ME) -> dict[str, Any]:
    return {"type": kind, "id": "x", "summary": [], "provider_data": {"model": model, "blocks": list(blocks)}}


def test_a_plain_question_is_one_message() -> None:
    assert messages_of("hi", ME, system=True)[1] == [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]


def test_neighbours_of_one_role_are_one_message() -> None:
    told = messages(user("a"), user("b"), assistant("c", "d"), assistant("e"), user("f"))
    assert [role for role, _ in told] == ["user", "assistant", "user"]
    assert [block["text"] for block in told[1][1]] == ["c", "d", "e"]


def test_parallel_calls_are_one_message_and_their_results_the_next() -> None:
    told = kinds(user("a"), call("1"), call("2"), output("2"), output("1"), user("b"))
    assert told == [
        ("user", ["text"]),
        ("assistant", ["tool_use", "tool_use"]),
        ("user", ["tool_result", "tool_result", "text"]),
    ]


def test_calls_of_one_turn_after_another_stay_apart() -> None:
    told = kinds(user("a"), call("1"), output("1"), call("2"), output("2"))
    assert [kind for _, [kind] in told] == ["text", "tool_use", "tool_result", "tool_use", "tool_result"]


@pytest.mark.parametrize(
    "items",
    [
        (user("a"), call("1"), user("b"), output("1")),
        (user("a"), call("1"), output("1"), user("b")),
        (user("a"), output("1"), call("1"), user("b")),
    ],
)
def test_a_result_follows_its_call_wherever_it_stood(items: Any) -> None:
    assert kinds(*items) == [("user", ["text"]), ("assistant", ["tool_use"]), ("user", ["tool_result", "text"])]


def test_a_call_without_a_result_and_a_result_without_a_call_are_left_out() -> None:
    assert messages(user("a"), call("1"), output("2"), user("b")) == [
        ("user", [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
    ]


def test_a_call_that_is_told_twice_is_sent_once() -> None:
    told = kinds(user("a"), call("1"), output("1"), call("1"), output("1"))
    assert told == [("user", ["text"]), ("assistant", ["tool_use"]), ("user", ["tool_result"])]


@pytest.mark.parametrize("odd", ["call|1", "füße", "x" * 65])
def test_ids_that_are_not_legal_become_others_but_still_fit(odd: str) -> None:
    told = messages(user("a"), call(odd), output(odd))
    assert told[1][1][0]["id"] == told[2][1][0]["tool_use_id"] == legal_id(odd) != odd
    assert legal_id("call_1-a") == "call_1-a"


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ('{"a": 1}', {"a": 1}),
        ("", {}),
        ('{"a', {"arguments": '{"a'}),
        ("[1]", {"arguments": [1]}),
    ],
)
def test_arguments_are_always_an_object(arguments: str, given: Any) -> None:
    assert messages(user("a"), call("1", arguments), output("1"))[1][1][0]["input"] == given


def test_a_tool_may_return_pictures() -> None:
    told = [{"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": "https://a.test/b.png"}]
    content = messages(user("a"), call("1"), output("1", told))[2][1][0]["content"]
    assert [block["type"] for block in content] == ["text", "image"]


@pytest.mark.parametrize("nothing", ["", " ", [], None])
def test_a_tool_may_return_nothing(nothing: Any) -> None:
    assert "content" not in messages(user("a"), call("1"), output("1", nothing))[2][1][0]


def test_a_thought_goes_back_to_its_model_byte_for_byte() -> None:
    redacted = {"type": "redacted_thinking", "data": "c2VhbA=="}
    told = messages(user("a"), kept("reasoning", THOUGHT), kept("reasoning", redacted), assistant("b"), user("c"))
    assert json.dumps(told[1][1][:2]) == json.dumps([THOUGHT, redacted])


@pytest.mark.parametrize(
    "thought",
    [
        kept("reasoning", THOUGHT, model="anthropic/other"),
        kept("reasoning"),
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
    ],
)
def test_a_thought_of_another_model_or_without_a_signature_is_left_out(thought: Any) -> None:
    assert kinds(user("a"), thought, assistant("b"), user("c"))[1] == ("assistant", ["text"])


def test_a_search_goes_back_to_its_model_only() -> None:
    mine, other = kept("web_search_call", USE, FOUND), kept("web_search_call", USE, FOUND, model="openai/x")
    assert messages(user("a"), mine, assistant("b"), user("c"))[1][1][:2] == [USE, FOUND]
    assert messages(user("a"), other, assistant("b"), user("c"))[1] == ("assistant", "b")


def test_thoughts_and_calls_of_one_answer_keep_their_order() -> None:
    thoughts = [kept("reasoning", THOUGHT | {"thinking": name}) for name in "ab"]
    told = kinds(user("a"), thoughts[0], call("1"), thoughts[1], call("2"), output("1"), output("2"))
    assert told[1] == ("assistant", ["thinking", "tool_use", "thinking", "tool_use"])


def test_an_answer_never_ends_in_a_thought() -> None:
    thought = kept("reasoning", THOUGHT)
    assert kinds(user("a"), thought, call("1"), user("b")) == [("user", ["text", "text"])]
    assert kinds(user("a"), assistant("b"), thought, user("c"))[1] == ("assistant", ["text"])


def test_a_history_that_begins_or_ends_with_the_assistant_is_completed() -> None:
    assert [role for role, _ in messages(assistant("a"))] == ["user", "assistant", "user"]
    assert messages() == [("user", "Continue.")]


def test_instructions_at_the_beginning_come_before_the_messages() -> None:
    items: Any = [{"role": "developer", "content": "x"}, {"role": "system", "content": "y"}, user("a")]
    system, told = messages_of(items, ME, system=True)
    assert [block["text"] for block in system] == ["x", "y"]
    assert len(told) == 1


SYSTEM = {"role": "system", "content": "be brief"}


def test_later_instructions_stand_after_the_users_words() -> None:
    assert messages(user("a"), SYSTEM) == [("user", "a"), ("system", "be brief")]
    assert [role for role, _ in messages(user("a"), SYSTEM, assistant("b"), user("c"))] == [
        "user",
        "system",
        "assistant",
        "user",
    ]
    assert [role for role, _ in messages(user("a"), call("1"), output("1"), SYSTEM)][-2:] == ["user", "system"]


@pytest.mark.parametrize(
    ("items", "system"),
    [
        ((user("a"), SYSTEM, user("b")), True),
        ((user("a"), assistant("b"), SYSTEM, user("c")), True),
        ((user("a"), assistant("b"), SYSTEM), True),
        ((user("a"), SYSTEM), False),
    ],
)
def test_where_they_may_not_stand_they_are_marked_text_of_the_user(items: Any, system: bool) -> None:
    told = messages(*items, system=system)
    assert "system" not in [role for role, _ in told]
    assert "<system>\\nbe brief\\n</system>" in json.dumps(told)


@pytest.mark.parametrize("kind", ["item_reference", "mcp_call", "computer_call", "compaction", "custom_tool_call"])
def test_what_cannot_be_told_is_said_clearly(kind: str) -> None:
    with pytest.raises(UserError, match=kind):
        messages(user("a"), {"type": kind, "id": "x"})


def test_what_another_provider_did_on_its_side_is_left_out() -> None:
    assert messages(user("a"), {"type": "code_interpreter_call", "id": "x"}) == [("user", "a")]
