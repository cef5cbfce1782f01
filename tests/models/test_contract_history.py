"""What every model owes the runner and the visitor, on every wire: what it sends of what was said before."""

from typing import Any

import pytest
from agents import Agent, ToolOutputImage, function_tool
from agents.items import TResponseInputItem

from tests.models.conftest import NATIVE, MakeModel
from tests.models.reading_along import add, now, read
from tests.models.sent import kinds, of_kind, told
from tests.models.test_contract import OUTPUT, TOOLS
from tests.wire import Call, Wire
from tests.wire.dialects import seal

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PICTURE = f"data:image/png;base64,{PIXEL}"
SHOWN: Any = {
    "role": "user",
    "content": [{"type": "input_text", "text": "what is this?"}, {"type": "input_image", "image_url": PICTURE}],
}


@function_tool
def photo() -> ToolOutputImage:
    """Takes a photo."""
    return ToolOutputImage(image_url=PICTURE)


def again(history: list[TResponseInputItem], said: str) -> list[TResponseInputItem]:
    return [*history, {"role": "user", "content": said}]


async def test_a_conversation_goes_on_for_three_turns(every_model: MakeModel, wire: Wire) -> None:
    history: list[TResponseInputItem] = []
    for said in ("one", "two", "three"):
        answer = await read(every_model("echo"), again(history, said))
        assert answer.result.final_output == said
        history = answer.result.to_input_list()
    assert kinds(wire.calls[-1]) == ["user", "say", "user", "say", "user"]


async def test_ids_are_unique_over_a_conversation(make_model: MakeModel) -> None:
    model, ids, call_ids = make_model(TOOLS), list[str](), list[str]()
    history: list[TResponseInputItem] = []
    for _ in range(3):
        answer = await read(model, again(history, "again"), add, now)
        assert answer.error is None
        history = answer.result.to_input_list()
        done: list[Any] = [event for event in answer.events if event.type == "response.output_item.done"]
        ids += [event.item.id for event in done]
        call_ids += [event.item.call_id for event in done if event.item.type == "function_call"]
    assert len(ids) == len(set(ids)) == 9
    assert len(call_ids) == len(set(call_ids)) == 6
    assert "__fake_id__" not in ids


async def test_calls_of_one_turn_go_back_as_one_turn(make_model: MakeModel, wire: Wire) -> None:
    answer = await read(make_model(TOOLS), "go", add, now)
    assert kinds(wire.calls[-1]) == ["user", "call", "call", "result", "result"]
    assert of_kind(wire.calls[-1], "call") == ["add", "now"]
    assert of_kind(wire.calls[-1], "result") == ["3", "noon"]
    await read(make_model("echo"), again(answer.result.to_input_list(), "more"), add, now)
    assert kinds(wire.calls[-1]) == ["user", "call", "call", "result", "result", "say", "user"]


async def test_results_go_back_in_the_order_of_their_calls(make_model: MakeModel, wire: Wire) -> None:
    answer = await read(make_model(TOOLS), "go", add, now)
    items: list[Any] = answer.result.to_input_list()
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    at = items.index(outputs[0])
    mixed = [*items[:at], *reversed(outputs), *items[at + 2 :]]
    assert (await read(make_model("echo"), again(mixed, "more"))).error is None
    assert sorted(of_kind(wire.calls[-1], "result")) == ["3", "noon"]


THOUGHT = "t0 t1 t2"


def own_thoughts(call: Call, model: str) -> list[Any]:
    """What a thought of three words before the two calls has to look like when it comes back."""
    signature = seal(model, THOUGHT)
    if call.path.endswith("/responses"):
        summary = [{"type": "summary_text", "text": THOUGHT}]
        return [{"type": "reasoning", "summary": summary, "encrypted_content": signature}]
    if call.path.endswith("/completions"):
        return [THOUGHT]
    if call.path.endswith("/messages"):
        return [{"type": "thinking", "thinking": THOUGHT, "signature": signature}]
    if call.path.endswith("/interactions"):
        return [{"type": "thought", "summary": [{"type": "text", "text": THOUGHT}], "signature": signature}]
    return [{"text": THOUGHT, "thought": True}, seal(model, 'add{"a": 1, "b": 2}')]


def found(call: Call) -> list[Any]:
    """The thoughts in a request; of a signed call, its signature."""
    thoughts = of_kind(call, "thought")
    return [one["thoughtSignature"] if "functionCall" in one else one for one in thoughts]


async def test_a_thought_comes_back_to_its_model_as_it_was(make_model: MakeModel, wire: Wire) -> None:
    name = f"think-3-{TOOLS}"
    answer = await read(make_model(name), "go", add, now)
    assert answer.result.final_output == OUTPUT
    assert found(wire.calls[-1]) == own_thoughts(wire.calls[-1], name)


@pytest.mark.parametrize("make_model", NATIVE, indirect=True)
async def test_a_thought_comes_back_in_the_next_turn_too(make_model: MakeModel, wire: Wire) -> None:
    name = f"think-3-{TOOLS}"
    answer = await read(make_model(name), "go", add, now)
    later = await read(make_model(name), again(answer.result.to_input_list(), "more"), add, now)
    assert later.error is None
    sent, own = found(wire.calls[-1]), own_thoughts(wire.calls[-1], name)
    assert sent[: len(own)] == own
    assert len(sent) >= 3 * len(own) - 1


@pytest.mark.parametrize("make_model", NATIVE, indirect=True)
async def test_a_thought_without_words_comes_back_as_it_was(make_model: MakeModel, wire: Wire) -> None:
    name = f"sealed-{TOOLS}"
    answer = await read(make_model(name), "go", add, now)
    assert answer.result.final_output == OUTPUT
    [sent, *_] = found(wire.calls[-1])
    signatures = {seal(name, ""), seal(name, "redacted"), seal(name, 'add{"a": 1, "b": 2}')}
    assert any(signature in str(sent) for signature in signatures)


async def test_a_thought_goes_to_no_other_model(make_model: MakeModel, wire: Wire) -> None:
    answer = await read(make_model(f"think-3-{TOOLS}"), "go", add, now)
    other = await read(make_model("think-1-echo"), again(answer.result.to_input_list(), "more"), add, now)
    assert other.result.final_output == "more"
    assert of_kind(wire.calls[-1], "thought") == []
    assert "provider_data" not in str(wire.calls[-1].body)


@pytest.mark.parametrize("make_model", NATIVE, indirect=True)
async def test_a_search_comes_back_to_its_model(make_model: MakeModel, wire: Wire) -> None:
    answer = await read(make_model("search"), "look")
    later = await read(make_model("search"), again(answer.result.to_input_list(), "more"))
    assert later.error is None
    assert "w0 w1 w2 w3 w4" in str(wire.calls[-1].body)


async def test_a_picture_is_seen(make_model: MakeModel, wire: Wire) -> None:
    answer = await read(make_model("echo"), [SHOWN])
    assert answer.result.final_output == "what is this?"
    assert [image.removeprefix("data:image/png;base64,") for image in of_kind(wire.calls[-1], "image")] == [PIXEL]


async def test_a_picture_from_a_tool_is_taken(make_model: MakeModel, wire: Wire) -> None:
    answer = await read(make_model("gemini-3.8-flash-tool:photo:{}"), "go", photo)
    assert answer.error is None
    assert wire.complaints == []
    assert len(wire.calls) == 2


@pytest.mark.parametrize("make_model", NATIVE, indirect=True)
async def test_a_picture_from_a_tool_is_seen(make_model: MakeModel, wire: Wire) -> None:
    await read(make_model("gemini-3.8-flash-tool:photo:{}"), "go", photo)
    assert [image.removeprefix("data:image/png;base64,") for image in of_kind(wire.calls[-1], "image")] == [PIXEL]


async def test_a_local_model_is_told_of_pictures(local: MakeModel, wire: Wire) -> None:
    answer = await read(local("echo"), [SHOWN])
    assert "an image" in answer.result.final_output
    assert PIXEL not in str(wire.calls[-1].body)


async def test_instructions_are_not_part_of_what_was_said(every_model: MakeModel, wire: Wire) -> None:
    agent = Agent(name="tester", instructions="Be kind.")
    answer = await read(every_model("echo"), "hello", agent=agent)
    assert answer.result.final_output == "hello"
    assert "Be kind." in str(wire.calls[-1].body)
    assert ("user", "Be kind.") not in [(one.kind, one.what) for one in told(wire.calls[-1])]


async def test_nothing_is_kept_at_the_provider(make_model: MakeModel, wire: Wire) -> None:
    await read(make_model("echo"))
    assert wire.calls[-1].body.get("store", False) is False
