from typing import Any, TypeAlias

import pytest

from tests.wire import legal, legal_google
from tests.wire.dialects import Json, is_seal, seal

Case: TypeAlias = tuple[list[Json], str]

ASKED: Json = {"role": "user", "content": [{"type": "text", "text": "hi"}]}
CALLED: Json = {"type": "tool_use", "id": "toolu_1", "name": "now", "input": {}}
RESULT: Json = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "noon"}
THOUGHT: Json = {"type": "thinking", "thinking": "hm", "signature": seal("m", "hm")}
SAID: Json = {"type": "text", "text": "Noon."}


def turn(role: str, *blocks: Json) -> Json:
    return {"role": role, "content": list(blocks)}


def told_anthropic(*messages: Json, **fields: Any) -> str | None:
    return legal.first(legal.messages({"max_tokens": 9, "messages": list(messages), **fields}, "m"))


def test_a_seal_is_for_one_model_and_one_thought() -> None:
    assert is_seal("m", seal("m", "hm"))
    assert is_seal("m", seal("m", "hm"), "hm")
    assert not is_seal("m", seal("m", "hm"), "ha")
    assert not is_seal("other", seal("m", "hm"))
    assert not is_seal("m", None)


def test_anthropic_takes_calls_answered_at_once() -> None:
    assert told_anthropic(ASKED, turn("assistant", THOUGHT, CALLED), turn("user", RESULT, SAID)) is None
    assert told_anthropic(ASKED, {"role": "system", "content": "be kind"}, turn("assistant", SAID), ASKED) is None


ANTHROPIC_REFUSES: list[Case] = [
    ([turn("assistant", SAID), ASKED], "first message"),
    ([ASKED, turn("assistant", CALLED), ASKED], "no tool_result"),
    ([ASKED, turn("assistant", CALLED), turn("user", SAID, RESULT)], "must come first"),
    ([ASKED, turn("assistant", SAID), turn("user", RESULT)], "was not called"),
    ([turn("user", RESULT)], "without a tool_use"),
    ([turn("user", {"type": "text", "text": " "})], "non-whitespace"),
    ([turn("user")], "not be empty"),
    ([ASKED, turn("assistant", {**THOUGHT, "thinking": "ha"}, SAID), ASKED], "signature"),
    ([ASKED, turn("assistant", {"type": "redacted_thinking", "data": "x"}, SAID), ASKED], "redacted"),
    (
        [ASKED, turn("assistant", {**CALLED, "id": "a b"}), turn("user", {**RESULT, "tool_use_id": "a b"})],
        "pattern",
    ),
    ([turn("user", {"type": "image", "source": {"type": "base64", "data": "x"}})], "image.source"),
    ([turn("user", THOUGHT)], "does not belong"),
    ([ASKED, turn("assistant", SAID)], "prefilled"),
]


@pytest.mark.parametrize(("messages", "why"), ANTHROPIC_REFUSES)
def test_anthropic_refuses(messages: list[Json], why: str) -> None:
    assert why in str(told_anthropic(*messages))


@pytest.mark.parametrize("fields", [{"max_tokens": None}, {"temperature": 1.0}, {"top_p": 1}, {"top_k": 4}])
def test_anthropic_refuses_settings(fields: Json) -> None:
    assert told_anthropic(ASKED, **fields)


USER: Json = {"role": "user", "content": "hi"}
CALL: Json = {"type": "function_call", "call_id": "c", "name": "now", "arguments": "{}"}
OUTPUT: Json = {"type": "function_call_output", "call_id": "c", "output": "noon"}
REASONING: Json = {"type": "reasoning", "summary": [], "encrypted_content": seal("m", "")}
ANSWER: Json = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Noon."}]}


def told_responses(*items: Json) -> str | None:
    return legal.first(legal.responses({"input": list(items)}, "m"))


def test_responses_takes_thoughts_of_its_own() -> None:
    assert told_responses(USER, REASONING, CALL, OUTPUT, {**ANSWER, "id": "msg_1"}, USER) is None


RESPONSES_REFUSES: list[Case] = [
    ([], "missing"),
    ([USER, CALL], "no function_call_output"),
    ([USER, OUTPUT], "was not called"),
    ([USER, CALL, OUTPUT, OUTPUT], "twice"),
    ([USER, {**CALL, "id": "call_1"}, OUTPUT], "begins with 'fc_'"),
    ([USER, {**REASONING, "encrypted_content": seal("other", "")}, CALL, OUTPUT], "could not be verified"),
    ([USER, REASONING, USER], "required following item"),
    ([USER, {**ANSWER, "provider_data": {}}], "provider_data"),
    ([USER, {**ANSWER, "content": [{"type": "input_text", "text": "x"}]}], "invalid value"),
    ([USER, {**CALL, "arguments": {}}, OUTPUT], "expected a string"),
    ([{"type": "item_reference", "id": "msg_1"}], "referred to"),
]


@pytest.mark.parametrize(("items", "why"), RESPONSES_REFUSES)
def test_responses_refuses(items: list[Json], why: str) -> None:
    assert why in str(told_responses(*items))


TOOL_CALLS: Json = {"role": "assistant", "content": None, "tool_calls": [{"id": "a"}, {"id": "b"}]}


def tool(call_id: str, content: Any = "noon") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def test_chat_takes_results_in_any_order() -> None:
    assert legal.first(legal.chat({"messages": [USER, TOOL_CALLS, tool("b"), tool("a"), USER]})) is None


CHAT_REFUSES: list[Case] = [
    ([USER, tool("a")], "must follow"),
    ([USER, TOOL_CALLS, tool("a"), USER], "no tool message"),
    ([USER, TOOL_CALLS, tool("a")], "no tool message"),
    ([USER, TOOL_CALLS, tool("a", [{"type": "image_url"}]), tool("b")], "invalid value"),
    ([{"role": "user", "content": None}], "expected a string"),
    ([{"role": "user", "content": [{"type": "input_text", "text": "x"}]}], "invalid value"),
]


@pytest.mark.parametrize(("messages", "why"), CHAT_REFUSES)
def test_chat_refuses(messages: list[Json], why: str) -> None:
    assert why in str(legal.first(legal.chat({"messages": messages})))


INPUT: Json = {"type": "user_input", "content": [{"type": "text", "text": "hi"}]}
STEP: Json = {"type": "function_call", "id": "c", "name": "now", "arguments": {}}
DONE: Json = {"type": "function_result", "call_id": "c", "name": "now", "result": "noon"}
MADE: Json = {"type": "model_output", "content": [{"type": "text", "text": "Noon."}]}
SEALED: Json = {"type": "thought", "signature": seal("m", "")}


def told_interactions(*steps: Json) -> str | None:
    return legal.first(legal_google.interactions({"input": list(steps)}, "m"))


def test_interactions_takes_results_after_their_calls() -> None:
    other = {**STEP, "id": "d"}
    assert told_interactions(INPUT, SEALED, STEP, other, {**DONE, "call_id": "d"}, DONE, MADE, INPUT) is None


INTERACTIONS_REFUSES: list[Case] = [
    ([MADE, INPUT], "first step"),
    ([INPUT, STEP], "no function_result"),
    ([INPUT, STEP, {**STEP, "id": "d"}, DONE, MADE], "no function_result"),
    ([INPUT, DONE], "was not called"),
    ([INPUT, {**SEALED, "signature": seal("other", "")}, MADE], "invalid signature"),
    ([INPUT, {**STEP, "arguments": "{}"}, DONE], "object of arguments"),
    ([{"type": "user_input", "content": [{"type": "image", "data": "x"}]}], "mime_type"),
    ([{"type": "user_input", "content": []}], "not be empty"),
    ([INPUT, {"type": "reasoning"}], "unknown step"),
]


@pytest.mark.parametrize(("steps", "why"), INTERACTIONS_REFUSES)
def test_interactions_refuses(steps: list[Json], why: str) -> None:
    assert why in str(told_interactions(*steps))


def said(role: str, *parts: Json) -> Json:
    return {"role": role, "parts": list(parts)}


HI = said("user", {"text": "hi"})
WANTS: Json = {"functionCall": {"name": "now", "args": {}}, "thoughtSignature": seal("gemini-3-x", "now")}
GETS: Json = {"functionResponse": {"name": "now", "response": {"output": "noon"}}}


def told_generate(*contents: Json) -> str | None:
    return legal.first(legal_google.generate({"contents": list(contents)}, "gemini-3-x"))


def test_generate_takes_signed_calls_and_their_responses() -> None:
    skipped: Json = {**WANTS, "thoughtSignature": "skip_thought_signature_validator"}
    assert told_generate(HI, said("model", WANTS, WANTS), said("user", GETS, GETS)) is None
    assert told_generate(HI, said("model", skipped), said("user", GETS), said("model", {"text": "x"}), HI) is None


GENERATE_REFUSES: list[Case] = [
    ([said("model", {"text": "x"}), HI], "begin with the user"),
    ([HI, HI], "alternate"),
    ([HI, said("model", WANTS), HI], "number of function response"),
    ([HI, said("model", WANTS)], "no response"),
    (
        [HI, said("model", {"functionCall": WANTS["functionCall"]}), said("user", GETS)],
        "missing a thought_signature",
    ),
    ([HI, said("model", {"text": "x", "thoughtSignature": "forged"}), HI], "not valid"),
    ([said("user", {"text": "x", "inlineData": {}})], "exactly one"),
    ([said("user")], "not be empty"),
]


@pytest.mark.parametrize(("contents", "why"), GENERATE_REFUSES)
def test_generate_refuses(contents: list[Json], why: str) -> None:
    assert why in str(told_generate(*contents))
