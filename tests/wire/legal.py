"""What the real OpenAI and Anthropic refuse in a request: the first thing wrong with it, in words, or nothing. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from tests.wire.dialects import Json, is_seal

_PREFIXES = {"message": "msg_", "reasoning": "rs_", "function_call": "fc_", "web_search_call": "ws_"}
_INPUT = {"input_text", "input_image", "input_file", "input_audio"}
_MADE = {"reasoning", "function_call", "web_search_call"}


def first(complaints: Iterable[str]) -> str | None:
    """The first complaint."""
    return next(iter(complaints), None)


def pairs(calls: Iterable[str], results: Iterable[str], results_are: str) -> Iterator[str]:
    """Complains about calls without a result and results without a call; each is answered once."""
    called, answered = list(calls), list(results)
    yield from (f"no {results_are} for call {one}" for one in called if one not in answered)
    yield from (f"{results_are} for {one}, which was not called" for one in answered if one not in called)
    yield from (f"{results_are} for {one} twice" for one in set(answered) if answered.count(one) > 1)


# ---- Anthropic's Messages


def messages(body: Json, model: str) -> Iterator[str]:
    """`POST /v1/messages`."""
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        yield "max_tokens: Field required"
    yield from (f"{name}: not permitted" for name in ("temperature", "top_p", "top_k") if name in body)
    listed: list[Json] = [message for message in body.get("messages") or () if message["role"] != "system"]
    if not listed or listed[0]["role"] != "user":
        yield "messages: first message must use the user role"
        return
    yield from _thinking_asked(body, model)
    for at, message in enumerate(listed):
        blocks = _blocks(message)
        if not blocks:
            yield f"messages.{at}: content must not be empty"
        for block in blocks:
            yield from (f"messages.{at}: {wrong}" for wrong in _block(block, message["role"], model))
        after = _blocks(listed[at + 1]) if at + 1 < len(listed) else []
        yield from _tool_turn(message["role"], blocks, after, first_turn=at == 0)
    yield from _last(listed[-1])


def _thinking_asked(body: Json, model: str) -> Iterator[str]:
    thinking: Json = body.get("thinking") or {}
    if thinking.get("type") == "enabled" and thinking.get("budget_tokens", 0) >= body["max_tokens"]:
        yield "thinking: budget_tokens must be less than max_tokens"
    if thinking.get("type") == "enabled" and re.search(r"-5-\d", model):
        yield "thinking: this model takes adaptive only"


def _last(message: Json) -> Iterator[str]:
    kinds = {block["type"] for block in _blocks(message)}
    if message["role"] == "assistant" and not kinds & {"server_tool_use", "web_search_tool_result"}:
        yield "messages: this model takes no prefilled answer"


def _blocks(message: Json) -> list[Json]:
    content: Any = message.get("content")
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _block(block: Json, role: str, model: str) -> Iterator[str]:
    kind, allowed = block.get("type"), _ALLOWED[role]
    if kind not in allowed:
        yield f"a {kind} block does not belong to the {role}"
    elif kind == "text" and not block.get("text", "").strip():
        yield "text content blocks must contain non-whitespace text"
    elif kind == "thinking" and not is_seal(model, block.get("signature"), block.get("thinking")):
        yield "Invalid `signature` in `thinking` block"
    elif kind == "redacted_thinking" and not is_seal(model, block.get("data")):
        yield "Invalid `data` in `redacted_thinking` block"
    elif kind in {"tool_use", "tool_result"}:
        yield from _tool_block(block)
    elif kind == "image":
        yield from _image(block)


_ALLOWED = {
    "user": {"text", "image", "document", "tool_result"},
    "assistant": {"text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "web_search_tool_result"},
}


def _tool_block(block: Json) -> Iterator[str]:
    name = "id" if block["type"] == "tool_use" else "tool_use_id"
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", str(block.get(name))):
        yield f"{name}: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"
    if block["type"] == "tool_use" and not isinstance(block.get("input"), dict):
        yield "tool_use.input: Input should be a valid dictionary"
    for inner in block.get("content") or () if isinstance(block.get("content"), list) else ():
        if inner["type"] not in {"text", "image", "document"}:
            yield f"tool_result: holds {inner['type']}"
        elif inner["type"] == "text" and not inner.get("text", "").strip():
            yield "tool_result: text content blocks must be non-empty"
        elif inner["type"] == "image":
            yield from _image(inner)


def _image(block: Json) -> Iterator[str]:
    source: Json = block.get("source") or {}
    needed = {"base64": ("media_type", "data"), "url": ("url",), "file": ("file_id",)}.get(source.get("type", ""))
    if needed is None or not all(source.get(name) for name in needed):
        yield "image.source: not one of base64, url and file"


def _tool_turn(role: str, blocks: list[Json], after: list[Json], *, first_turn: bool) -> Iterator[str]:
    """Each call's result is in the user's next message, before anything else there."""
    results = [block["type"] == "tool_result" for block in blocks]
    if role == "user":
        if first_turn and True in results:
            yield "tool_result without a tool_use before it"
        if results != sorted(results, reverse=True):
            yield "tool_result blocks must come first"
        return
    yield from pairs(
        (block["id"] for block in blocks if block["type"] == "tool_use"),
        (block["tool_use_id"] for block in after if block["type"] == "tool_result"),
        "tool_result",
    )
    yield from pairs(
        (block["id"] for block in blocks if block["type"] == "server_tool_use"),
        (block["tool_use_id"] for block in blocks if block["type"] == "web_search_tool_result"),
        "web_search_tool_result",
    )


# ---- OpenAI's Responses


def responses(body: Json, model: str) -> Iterator[str]:
    """`POST /v1/responses`."""
    given: Any = body.get("input")
    items: list[Json] = [{"role": "user", "content": given}] if isinstance(given, str) else list(given or ())
    if not items and not body.get("prompt"):
        yield "input: missing"
    for at, item in enumerate(items):
        yield from (f"input[{at}]: {wrong}" for wrong in _item(item, items[at + 1 : at + 2], model))
    yield from pairs(
        (item["call_id"] for item in items if item.get("type") == "function_call"),
        (item["call_id"] for item in items if item.get("type") == "function_call_output"),
        "function_call_output",
    )


def _item(item: Json, following: list[Json], model: str) -> Iterator[str]:
    kind = item.get("type", "message")
    if "provider_data" in item:
        yield "Unknown parameter: provider_data"
    if kind == "item_reference":
        yield "nothing is stored, so nothing can be referred to"
    if item.get("id") is not None and not str(item["id"]).startswith(_PREFIXES.get(kind, "")):
        yield f"Expected an ID that begins with '{_PREFIXES[kind]}'"
    if kind == "reasoning":
        yield from _reasoning(item, following, model)
    else:
        yield from _told(item, kind)


def _reasoning(item: Json, following: list[Json], model: str) -> Iterator[str]:
    if not is_seal(model, item.get("encrypted_content"), "".join(part["text"] for part in item["summary"])):
        yield "The encrypted content could not be verified"
    if not any(item.get("type") in _MADE or item.get("role") == "assistant" for item in following):
        yield "reasoning was provided without its required following item"


def _told(item: Json, kind: str) -> Iterator[str]:
    if kind == "message":
        allowed = {"output_text", "refusal"} if item["role"] == "assistant" else _INPUT
        yield from _kinds(item.get("content"), allowed)
    elif kind == "function_call_output":
        yield from _kinds(item.get("output"), _INPUT)
    elif kind == "function_call" and not isinstance(item.get("arguments"), str):
        yield "arguments: expected a string"


def _kinds(content: Any, allowed: set[str]) -> Iterator[str]:
    """Complains about content that is neither a text nor parts of the allowed kinds."""
    if not isinstance(content, (str, list)):
        yield "content: expected a string or parts"
    elif isinstance(content, list):
        parts = cast("list[Json]", content)
        yield from (f"content: invalid value {part.get('type')}" for part in parts if part.get("type") not in allowed)


# ---- OpenAI's Chat Completions


def chat(body: Json) -> Iterator[str]:
    """`POST /v1/chat/completions`."""
    waiting: list[str] = []
    listed: list[Json] = body.get("messages") or []
    for at, message in enumerate(listed):
        role = message["role"]
        if "provider_data" in message:
            yield f"messages.{at}: provider_data"
        if role == "tool":
            if message.get("tool_call_id") not in waiting:
                yield f"messages.{at}: tool must follow a message with its tool_call"
            else:
                waiting.remove(message["tool_call_id"])
        elif waiting:
            yield f"messages.{at}: no tool message for {waiting}"
            waiting.clear()
        calls: list[Json] = message.get("tool_calls") or []
        waiting += [call["id"] for call in calls]
        if not (role == "assistant" and calls and message.get("content") is None):
            yield from (f"messages.{at}: {wrong}" for wrong in _kinds(message.get("content"), _SHAPES[role]))
    if waiting:
        yield f"messages: no tool message for {waiting}"


_SHAPES = {
    "system": {"text"},
    "developer": {"text"},
    "tool": {"text"},
    "assistant": {"text", "refusal"},
    "user": {"text", "image_url", "input_audio", "file"},
}
