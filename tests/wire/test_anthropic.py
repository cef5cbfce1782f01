"""Anthropic's own client reads the answers."""

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import Message

from tests.wire import CANARY, Wire, serve


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with serve() as running:
        yield running


@pytest.fixture
async def client(wire: Wire) -> AsyncIterator[AsyncAnthropic]:
    async with AsyncAnthropic(base_url=wire.root, api_key="k", max_retries=0) as made:
        yield made


def asking(model: str) -> Any:
    return {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "hello there"}]}


async def streamed(client: AsyncAnthropic, model: str) -> Message:
    async with client.messages.stream(**asking(model)) as stream:
        message: Message = await stream.get_final_message()
        return message


async def whole(client: AsyncAnthropic, model: str) -> Message:
    create: Any = client.messages.create  # its overloads want a literal `stream`
    message: Message = await create(**asking(model))
    return message


def bare(block: Any) -> dict[str, Any]:
    return {name: value for name, value in block.to_dict().items() if not name.endswith("id")}


@pytest.mark.parametrize(
    ("model", "kinds", "stopped"),
    [
        ("echo", ["text"], "end_turn"),
        ("think-3-words-2", ["thinking", "text"], "end_turn"),
        ("sealed-words-2", ["redacted_thinking", "text"], "end_turn"),
        ('think-3-tools:{"a": {"x": 1}, "b": {}}', ["thinking", "tool_use", "tool_use"], "tool_use"),
        ("parts-3", ["text", "text", "text"], "end_turn"),
        ("search", ["server_tool_use", "web_search_tool_result", "text"], "end_turn"),
        ("length-5", ["text"], "max_tokens"),
        ("filter-5", ["text"], "refusal"),
        ("refusal", [], "refusal"),
    ],
)
async def test_streamed_and_whole_an_answer_is_the_same(
    client: AsyncAnthropic, model: str, kinds: list[str], stopped: str
) -> None:
    one, other = await streamed(client, model), await whole(client, model)
    for message in (one, other):
        assert [block.type for block in message.content] == kinds
        assert message.stop_reason == stopped
    assert one.stop_details == other.stop_details
    assert one.usage.output_tokens == other.usage.output_tokens
    for block, same in zip(one.content, other.content, strict=True):
        assert bare(block) == bare(same)


async def test_tokens_are_told_apart(client: AsyncAnthropic) -> None:
    usage = (await streamed(client, "think-20-words-30")).usage
    assert usage.output_tokens == 50
    assert usage.output_tokens_details
    assert usage.output_tokens_details.thinking_tokens == 20
    assert usage.cache_read_input_tokens
    assert usage.cache_creation_input_tokens
    assert usage.input_tokens


@pytest.mark.parametrize(
    ("model", "error", "kind"),
    [
        ("status-401", anthropic.AuthenticationError, "authentication_error"),
        ("no-such-model", anthropic.NotFoundError, "not_found_error"),
        ("status-429-retry-after-2", anthropic.RateLimitError, "rate_limit_error"),
        ("status-500", anthropic.InternalServerError, "api_error"),
        ("status-529", anthropic.InternalServerError, "overloaded_error"),
        ("too-long", anthropic.BadRequestError, "invalid_request_error"),
        ("overloaded-5", anthropic.APIStatusError, "overloaded_error"),
        ("inerror-0", anthropic.APIStatusError, "api_error"),
    ],
)
async def test_errors_have_their_types(
    client: AsyncAnthropic, model: str, error: type[anthropic.APIStatusError], kind: str
) -> None:
    with pytest.raises(error) as raised:
        await streamed(client, model)
    assert raised.value.type == kind
    assert CANARY in str(raised.value)
    assert raised.value.request_id == "req_wire"
