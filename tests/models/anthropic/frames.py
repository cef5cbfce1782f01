"""The frames of Anthropic's Messages, for a test that says exactly what comes over the wire."""

import json
from typing import Any, TypeAlias

Frame: TypeAlias = dict[str, Any]


def raw(*frames: Any) -> str:
    """The id of a model that sends these frames."""
    return "raw:" + json.dumps(frames)


def started(**usage: Any) -> Frame:
    """The frame that begins a message."""
    usage = {"input_tokens": 10, "output_tokens": 1, **usage}
    return {"type": "message_start", "message": {"id": "msg_1", "role": "assistant", "content": [], "usage": usage}}


def block(index: int, opened: Frame, *deltas: Frame) -> list[Frame]:
    """The frames of one content block."""
    return [
        {"type": "content_block_start", "index": index, "content_block": opened},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def text(index: int, *pieces: str) -> list[Frame]:
    """The frames of a text."""
    return block(index, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def thought(index: int, words: str, signature: str = "signed") -> list[Frame]:
    """The frames of a thought."""
    deltas: list[Frame] = [{"type": "thinking_delta", "thinking": words}] if words else []
    sealed = [{"type": "signature_delta", "signature": signature}] if signature else []
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas, *sealed)


def tool(index: int, name: str, *pieces: str, call_id: str = "toolu_1") -> list[Frame]:
    """The frames of a tool call."""
    opened: Frame = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
    return block(index, opened, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


USE: Frame = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
FOUND: Frame = {
    "type": "web_search_tool_result",
    "tool_use_id": "srvtoolu_1",
    "content": [{"type": "web_search_result", "url": "https://a.test/", "title": "A", "encrypted_content": "c2VhbA"}],
}


def search(index: int, query: str) -> list[Frame]:
    """The frames of a search that begins."""
    return block(index, USE, {"type": "input_json_delta", "partial_json": json.dumps({"query": query})})


def found(index: int) -> list[Frame]:
    """The frames of what it found."""
    return block(index, FOUND)


def ended(reason: str | None = "end_turn", usage: Frame | None = None, **delta: Any) -> list[Frame]:
    """The frames that end a message."""
    told = {"type": "message_delta", "delta": {"stop_reason": reason, **delta}, "usage": usage or {"output_tokens": 5}}
    return [told, {"type": "message_stop"}]
