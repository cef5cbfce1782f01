from typing import Any, cast

from agents.items import TResponseInputItem

from playground.models.history import for_chat, for_responses, left_out
from tests.models.conftest import MakeModel
from tests.models.reading_along import now, read
from tests.wire import Wire


def items(*raw: dict[str, Any]) -> list[TResponseInputItem]:
    return cast("list[TResponseInputItem]", list(raw))


def texts(*parts: str) -> list[dict[str, str]]:
    return [{"type": "output_text", "text": part} for part in parts]


SHAPES = (
    {"type": "message", "role": "assistant", "content": texts("Hel", "lo")},
    {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": texts("Hel", "lo")},
    {"role": "assistant", "content": "Hello"},
)


async def test_an_assistant_message_may_have_any_shape(compatible: MakeModel, wire: Wire) -> None:
    for shape in SHAPES:
        told = await read(
            compatible("echo"), items({"role": "user", "content": "a"}, shape, {"role": "user", "content": "b"})
        )
        assert told.error is None
        assert wire.calls[-1].body["messages"][1] == {"role": "assistant", "content": "Hello"}


async def test_text_and_tool_calls_of_one_turn_stay_one_message(compatible: MakeModel, wire: Wire) -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "now", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "noon"}
    await read(compatible("echo"), items({"role": "user", "content": "a"}, SHAPES[0], call, output), now)
    roles = [message["role"] for message in wire.calls[0].body["messages"]]
    assert roles == ["user", "assistant", "tool"]


def test_what_only_openai_understands_is_not_sent_elsewhere() -> None:
    hosted = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    assert for_chat(items(hosted, {"role": "user", "content": "a"}), "m") == [{"role": "user", "content": "a"}]


def test_plain_text_is_left_as_it_is() -> None:
    assert for_chat("hello", "m") == for_responses("hello", "m") == "hello"


def test_ids_are_not_sent_to_a_server_that_stores_nothing() -> None:
    call = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "now", "arguments": "{}"}
    assert "id" not in for_responses(items(call), "m")[0]


def thought(**fields: Any) -> dict[str, Any]:
    return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed", **fields}


def test_a_sealed_thought_goes_back_to_its_own_model_only() -> None:
    mine = thought(provider_data={"model": "m"})
    assert for_responses(items(mine), "m") == [thought()]
    assert for_responses(items(mine), "other") == []
    assert for_responses(items(thought(encrypted_content=None, provider_data={"model": "m"})), "m") == []


async def test_thoughts_are_replayed_over_the_wire(responses: MakeModel, wire: Wire) -> None:
    model = responses("think-2-words-2")
    told = await read(model)
    again = [*told.result.to_input_list(), *items({"role": "user", "content": "and?"})]
    await read(model, again)
    assert [item.get("type") for item in wire.calls[-1].body["input"]][1] == "reasoning"
    assert wire.calls[-1].body["input"][1]["encrypted_content"]
    assert "provider_data" not in str(wire.calls[-1].body)
    await read(responses("words-2"), again)
    assert "reasoning" not in str(wire.calls[-1].body["input"])


async def test_a_thread_can_change_between_the_two_wires(compatible: MakeModel, responses: MakeModel) -> None:
    history: list[TResponseInputItem] = []
    for make in (responses, compatible, responses, compatible):
        told = await read(make("tool:now:{}"), [*history, *items({"role": "user", "content": "go"})], now)
        assert told.result.final_output == "The tool said: noon"
        history = told.result.to_input_list()


async def test_a_thought_goes_back_while_its_tool_loop_lasts(compatible: MakeModel, wire: Wire) -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "now", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c1", "output": "noon"}
    seen = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
    mine, other = ({**seen, "provider_data": {"model": name}} for name in ("compatible/echo", "openai/x"))
    loop = items({"role": "user", "content": "a"}, other, mine, call, output)
    await read(compatible("echo"), loop, now)
    assert wire.calls[-1].body["messages"][1]["reasoning_content"] == "Hm."
    await read(compatible("echo"), [*loop, *items(SHAPES[0], {"role": "user", "content": "b"})], now)
    assert "reasoning_content" not in str(wire.calls[-1].body)


def test_whose_thoughts_are_left_out_is_told_once_each() -> None:
    thoughts = [thought(provider_data={"model": name}) for name in ("a/x", "b/y", "a/x", "c/z")]
    assert left_out(items({"role": "user", "content": "a"}, *thoughts), "b/y") == ("a/x", "c/z")
    assert left_out(items(thought()), "b/y") == ()


def test_a_search_that_another_provider_made_is_not_sent() -> None:
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    assert for_responses(items(search), "m") == [search]
    assert for_responses(items({**search, "provider_data": {"model": "anthropic/x"}}), "m") == []
