"""What a model was sent, read off a request in any dialect: who said what, in order, and the thoughts as they stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from playground.wire import as_object
from tests.wire import Call
from tests.wire.dialects import Json, result_text, steps_of, text_of


@dataclass(frozen=True)
class Told:
    """One thing in a request. `kind` is user, say, call, result, image or thought; `what` its text, name or bytes."""

    kind: str
    what: Any


def told(call: Call) -> list[Told]:
    """All of the conversation."""
    if call.path.endswith("/responses"):
        return [found for item in _items(call.body) for found in _responses(item)]
    if call.path.endswith("/completions"):
        return [found for message in call.body["messages"] for found in _chat(message)]
    if call.path.endswith("/messages"):
        return [found for message in call.body["messages"] for found in _anthropic(message)]
    if call.path.endswith("/interactions"):
        return [found for step in steps_of(call.body["input"]) for found in _interactions(step)]
    return [found for content in call.body["contents"] for found in _generate(content)]


def kinds(call: Call) -> list[str]:
    """What the conversation is made of; thoughts aside."""
    return [one.kind for one in told(call) if one.kind != "thought"]


def of_kind(call: Call, kind: str) -> list[Any]:
    """What there is of one kind."""
    return [one.what for one in told(call) if one.kind == kind]


def _items(body: Json) -> list[Json]:
    given: Any = body["input"]
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


def _parts(content: Any) -> list[Json]:
    return cast("list[Json]", content) if isinstance(content, list) else [{"type": "text", "text": content or ""}]


def _responses(item: Json) -> Iterator[Told]:
    match item.get("type", "message"):
        case "reasoning":
            yield Told("thought", {name: value for name, value in item.items() if name not in {"id", "status"}})
        case "function_call":
            yield Told("call", item["name"])
        case "function_call_output":
            yield Told("result", text_of(item["output"]))
            yield from (Told("image", part["image_url"]) for part in _parts(item["output"]) if "image_url" in part)
        case "message":
            yield from _said("say" if item["role"] == "assistant" else item["role"], _parts(item["content"]))
        case kind:
            yield Told(kind, item)


def _said(kind: str, parts: list[Json]) -> Iterator[Told]:
    for part in parts:
        if "text" in part or "refusal" in part:
            yield Told(kind, part.get("text") or part.get("refusal"))
        else:
            yield Told("image", _image(part))


def _image(part: Json) -> Any:
    image: Any = part.get("image_url") or part.get("source") or part.get("inlineData") or part
    held = as_object(image)
    return image if held is None else held.get("url") or held.get("data")


def _chat(message: Json) -> Iterator[Told]:
    if thought := message.get("reasoning_content") or message.get("reasoning"):
        yield Told("thought", thought)
    if message["role"] == "tool":
        yield Told("result", text_of(message["content"]))
        return
    if message.get("content"):
        yield from _said("say" if message["role"] == "assistant" else message["role"], _parts(message["content"]))
    yield from (Told("call", call["function"]["name"]) for call in message.get("tool_calls") or ())


def _anthropic(message: Json) -> Iterator[Told]:
    for block in _parts(message["content"]):
        match block["type"]:
            case "thinking" | "redacted_thinking":
                yield Told("thought", block)
            case "tool_use":
                yield Told("call", block["name"])
            case "tool_result":
                yield Told("result", text_of(block.get("content")))
                yield from (Told("image", _image(part)) for part in _parts(block.get("content")) if "source" in part)
            case "text" | "image":
                yield from _said("say" if message["role"] == "assistant" else message["role"], [block])
            case kind:
                yield Told(kind, block)


def _interactions(step: Json) -> Iterator[Told]:
    match step["type"]:
        case "thought":
            yield Told("thought", step)
        case "function_call":
            yield Told("call", step["name"])
        case "function_result":
            yield Told("result", result_text(step["result"]))
            parts = _parts(step["result"]) if isinstance(step["result"], list) else []
            yield from (Told("image", part["data"]) for part in parts if "data" in part)
        case "user_input" | "model_output" as kind:
            yield from _said("say" if kind == "model_output" else "user", step["content"])
        case kind:
            yield Told(kind, step)


def _generate(content: Json) -> Iterator[Told]:
    for part in content["parts"]:
        if part.get("thoughtSignature") or part.get("thought"):
            yield Told("thought", part)
        if "functionCall" in part:
            yield Told("call", part["functionCall"]["name"])
        elif "functionResponse" in part:
            yield Told("result", result_text(part["functionResponse"]["response"]))
            nested: list[Json] = part["functionResponse"].get("parts") or []
            yield from (Told("image", _image(one)) for one in nested)
        elif not part.get("thought") and part.get("text") != "":
            yield from _said("say" if content["role"] == "model" else "user", [part])
