"""Both bodies: what was said and done."""

from typing import Any

from playground.models.google.request import generation_body, interaction_body
from tests.models.google.asking import asked

OWN = {"model": "google/gemini-3.8-flash"}
OTHER = {"model": "anthropic/claude-sonnet-5-5"}
PIXEL = "data:image/png;base64,iVBORw0KGgo="


def steps(*history: Any) -> Any:
    return interaction_body(asked([{"role": "user", "content": "go"}, *history]))["input"][1:]


def contents(*history: Any, model: str = "gemini-3.8-flash") -> Any:
    return generation_body(asked([{"role": "user", "content": "go"}, *history], model=model))["contents"][1:]


def called(call_id: str, data: Any = None, **fields: Any) -> Any:
    plain = {"type": "function_call", "call_id": call_id, "name": "add", "arguments": '{"a": 1}'}
    return {**plain, "provider_data": data, **fields}


def result(call_id: str, output: Any = "3") -> Any:
    return {"type": "function_call_output", "call_id": call_id, "output": output}


def thought(**data: Any) -> Any:
    return {"type": "reasoning", "id": "rs_1", "summary": [], "provider_data": data}


# ---- What is said


def test_an_interaction_is_not_stored() -> None:
    body = interaction_body(asked(instructions="Help."))
    assert (body["store"], body["stream"], body["model"]) == (False, True, "gemini-3.8-flash")
    assert body["system_instruction"] == "Help."
    assert body["input"] == [{"type": "user_input", "content": [{"type": "text", "text": "hi"}]}]


def test_contents_have_the_system_apart() -> None:
    body = generation_body(asked(instructions="Help."))
    assert body["systemInstruction"] == {"parts": [{"text": "Help."}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "hi"}]}]


def test_pictures_and_files_go_along() -> None:
    parts = [
        {"type": "input_image", "image_url": PIXEL},
        {"type": "input_file", "file_url": "https://example.com/a.pdf"},
    ]
    message = {"role": "user", "content": parts}
    assert interaction_body(asked([message]))["input"][0]["content"] == [
        {"type": "image", "mime_type": "image/png", "data": "iVBORw0KGgo="},
        {"type": "document", "mime_type": "application/pdf", "uri": "https://example.com/a.pdf"},
    ]
    assert generation_body(asked([message]))["contents"][0]["parts"] == [
        {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "https://example.com/a.pdf"}},
    ]


def test_an_answers_parts_stay_parts() -> None:
    said = {"role": "assistant", "content": [{"type": "output_text", "text": t} for t in ("a", "b")]}
    assert steps(said)[0]["content"] == [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert contents(said) == [{"role": "model", "parts": [{"text": "a"}, {"text": "b"}]}]


def test_roles_take_turns_in_contents() -> None:
    history = [{"role": "user", "content": "more"}, {"role": "assistant", "content": "a"}, called("1"), result("1")]
    assert [content["role"] for content in contents(*history)] == ["model", "user"]


# ---- What the model had before


def test_a_thought_goes_back_to_who_had_it() -> None:
    step = {"type": "thought", "signature": "sig", "summary": [{"type": "text", "text": "hm"}]}
    assert steps(thought(**OWN, step=step)) == [step]
    assert steps(thought(**OTHER, step=step)) == []
    parts = [{"text": "hm", "thought": True}]
    assert contents(thought(**OWN, parts=parts)) == [{"role": "model", "parts": parts}]
    assert contents(thought(**OTHER, parts=parts)) == []


def test_a_thought_that_was_broken_off_does_not_go_back() -> None:
    assert steps(thought(**OWN, step={"type": "thought", "summary": []})) == []


def test_a_thought_of_the_other_wire_does_not_go_back() -> None:
    assert contents(thought(**OWN, step={"type": "thought", "signature": "sig"})) == []
    assert steps(thought(**OWN, parts=[{"text": "hm", "thought": True}])) == []


def test_a_search_goes_back_as_it_came() -> None:
    raw = [{"type": "google_search_call", "id": "s"}, {"type": "google_search_result", "call_id": "s"}]
    own = {"type": "web_search_call", "id": "ws", "provider_data": {**OWN, "steps": raw}}
    assert steps(own) == raw
    assert steps({**own, "provider_data": OTHER}) == []


def test_a_call_and_its_result_are_steps() -> None:
    assert steps(called("1"), result("1")) == [
        {"type": "function_call", "id": "1", "name": "add", "arguments": {"a": 1}},
        {"type": "function_result", "call_id": "1", "name": "add", "result": "3"},
    ]


def test_a_call_keeps_what_google_said_about_it() -> None:
    step = {"type": "function_call", "id": "1", "name": "add", "signature": "sig"}
    assert steps(called("1", {**OWN, "step": step}), result("1"))[0] == {**step, "arguments": {"a": 1}}


def test_parallel_calls_stay_together() -> None:
    history = [called("1"), called("2"), result("2", "b"), result("1", "a")]
    model, user = contents(*history)
    assert [part["functionCall"]["id"] for part in model["parts"]] == ["1", "2"]
    assert [part["functionResponse"]["response"] for part in user["parts"]] == [{"output": "a"}, {"output": "b"}]


def test_an_own_call_goes_back_as_it_came_and_is_answered_by_its_own_id() -> None:
    part = {"functionCall": {"name": "add", "args": {"a": 1}}, "thoughtSignature": "sig"}
    model, user = contents(called("call_ours", {**OWN, "parts": [part]}), result("call_ours"))
    assert model["parts"] == [part]
    assert user["parts"] == [{"functionResponse": {"name": "add", "response": {"output": "3"}}}]


def test_the_first_foreign_call_of_each_step_stands_in_for_a_signature() -> None:
    history = [called("1"), called("2"), result("1"), result("2"), called("3"), result("3")]
    parts = [part for content in contents(*history) for part in content["parts"] if "functionCall" in part]
    assert ["thoughtSignature" in part for part in parts] == [True, False, True]
    assert parts[0]["thoughtSignature"] == "skip_thought_signature_validator"
    older = contents(*history, model="gemini-2.5-flash")
    assert not any("thoughtSignature" in part for content in older for part in content["parts"])


def test_a_picture_in_a_result_is_shown_to_who_can_see_it() -> None:
    output = [{"type": "input_text", "text": "here"}, {"type": "input_image", "image_url": PIXEL}]
    step = steps(called("1"), result("1", output))[1]
    assert [one["type"] for one in step["result"]] == ["text", "image"]
    response = contents(called("1"), result("1", output))[1]["parts"][0]["functionResponse"]
    assert response["response"] == {"output": "here"}
    assert response["parts"] == [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}]
    older = contents(called("1"), result("1", output), model="gemini-2.5-flash")[1]["parts"][0]["functionResponse"]
    assert older["response"] == {"output": "here\n[image: image/png]"}
    assert "parts" not in older
