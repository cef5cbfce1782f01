"""What llmock does not do, and so cannot vouch for. Each line is tried: one that stops being true fails."""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from agents import Agent, Model, ModelBehaviorError, ModelSettings, WebSearchTool
from openai.types.shared import Reasoning
from pydantic import BaseModel

from tests.models.independent.peer import DIALECTS, Peer
from tests.models.reading_along import add, read


@dataclass(frozen=True)
class Met:
    """One of our models, and what it talks to."""

    model: Model
    peer: Peer


Probe: TypeAlias = Callable[[Met], Awaitable[None]]


class _Said(BaseModel):
    said: str


@dataclass(frozen=True)
class Gap:
    """What is missing, in the dialects where it would be due, and the probe that shows it."""

    reason: str
    probe: Probe
    dialects: tuple[str, ...] = tuple(DIALECTS)


async def _thoughts(met: Met) -> None:
    settings = ModelSettings(reasoning=Reasoning(effort="high", summary="auto"))
    told = await read(met.model, agent=Agent(name="tester", model_settings=settings))
    assert {item.type for item in told.final.output} == {"message"}
    assert told.final.usage.output_tokens_details.reasoning_tokens == 0


async def _cache(met: Met) -> None:
    for _ in range(2):
        told = (await read(met.model, "hello " * 2000)).result.context_wrapper.usage.input_tokens_details
        assert (told.cached_tokens, told.cache_write_tokens) == (0, 0)


async def _search(met: Met) -> None:
    told = await read(met.model, "What is new?", WebSearchTool())
    [message] = told.final.output
    assert [note for part in message.content for note in part.annotations] == []


async def _schema(met: Met) -> None:
    told = await read(met.model, agent=Agent(name="tester", output_type=_Said))
    assert isinstance(told.error, ModelBehaviorError)
    [asked] = await met.peer.seen()
    assert "said" in json.dumps(asked["body"]["output_config"])


async def _interactions(met: Met) -> None:
    reply = await met.peer.post("/gemini/v1beta/interactions", {"model": "gemini-3-flash", "input": "go"})
    assert reply.status_code == 404


async def _version_one(met: Met) -> None:
    assert (
        await met.peer.post("/gemini/v1/models/gemini-3-flash:generateContent", {"contents": []})
    ).status_code == 404


async def _counting(met: Met) -> None:
    for path in (
        "/anthropic/v1/messages/count_tokens",
        "/gemini/v1beta/models/gemini-3-flash:countTokens",
        "/v1/responses/input_tokens",
    ):
        assert (await met.peer.post(path, {})).status_code in {404, 405}


async def _later_system(met: Met) -> None:
    messages = [{"role": role, "content": "go"} for role in ("user", "system")]
    body = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": messages}
    assert (await met.peer.post("/anthropic/v1/messages", body)).status_code == 422


async def _refusal(met: Met) -> None:
    reply = await met.peer.post("/_llmock/scenario", {"behaviors": [{"type": "reply", "refusal": "No."}]})
    assert reply.status_code == 400


async def _filter(met: Met) -> None:
    await met.peer.will({"type": "reply", "text": "words", "finish_reason": "content_filter"})
    assert (await read(met.model)).final.status == "completed"


async def _inside(met: Met) -> None:
    reply = await met.peer.post("/_llmock/scenario", {"behaviors": [{"type": "stream_fault", "kind": "error"}]})
    assert reply.status_code == 400


async def _broken_arguments(met: Met) -> None:
    await met.peer.will({"type": "tool_fault", "kind": "malformed_arguments"}, {"type": "reply", "text": "words"})
    told = await read(met.model, "go", add)
    [call] = [item for item in told.result.to_input_list() if item.get("type") == "function_call"]
    assert call.get("arguments") == "{}"


async def _call_ids(met: Met) -> None:
    await met.peer.will({"type": "reply", "tool_calls": [{"name": "add", "arguments": {"a": 1, "b": 2}}]})
    await read(met.model, "go", add)
    first, second = await met.peer.seen()
    assert '"id"' not in json.dumps(second["body"]["contents"])
    assert first


async def _legal(met: Met) -> None:
    orphan: dict[str, Any]
    match met.peer.dialect.provider:
        case "openai":
            orphan = {"input": [{"type": "function_call_output", "call_id": "nobody", "output": "42"}]}
        case "compatible":
            orphan = {"messages": [{"role": "tool", "tool_call_id": "nobody", "content": "42"}]}
        case "anthropic":
            result = {"type": "tool_result", "tool_use_id": "nobody", "content": "42"}
            orphan = {"messages": [{"role": "user", "content": [result]}], "max_tokens": 9}
        case _:
            part = {"functionResponse": {"name": "nobody", "response": {"output": "42"}}}
            orphan = {"contents": [{"role": "user", "parts": [part]}]}
    assert (await met.peer.say(orphan)).status_code == 200


GAPS = (
    Gap(
        "It has no thoughts, whatever effort is asked for; so there is none to show, to seal or to send back.",
        _thoughts,
    ),
    Gap("It keeps nothing for the next request: tokens read from or written to a cache are always 0.", _cache),
    Gap("It searches nothing, and cites nothing.", _search, ("responses", "messages", "generate")),
    Gap("It does not know Claude's `output_config`, only what that was called before.", _schema, ("messages",)),
    Gap("It does not speak Google's Interactions; Gemini is asked on generateContent.", _interactions, ("generate",)),
    Gap("It does not serve Google's `v1`, only `v1beta`.", _version_one, ("generate",)),
    Gap("It counts no tokens in advance.", _counting, ("responses", "messages", "generate")),
    Gap("It takes no system message later in a conversation with Claude.", _later_system, ("messages",)),
    Gap("It does not decline on OpenAI's wires.", _refusal, ("responses", "chat")),
    Gap("It withholds nothing on OpenAI's Responses.", _filter, ("responses",)),
    Gap("It has no error inside a stream, such as an overload after some words.", _inside),
    Gap("It sends Google's clients whole arguments only: broken ones become none.", _broken_arguments, ("generate",)),
    Gap("It gives Google's calls no ids.", _call_ids, ("generate",)),
    Gap("It checks no history: a tool's result without a call is as good as any.", _legal),
)


def gaps() -> Iterator[tuple[str, Gap]]:
    """Every gap with each dialect it is in."""
    return ((dialect, gap) for gap in GAPS for dialect in gap.dialects)
