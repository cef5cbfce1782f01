"""`POST /v1/messages`, as bytes."""

import json
from typing import Any
from uuid import uuid4

from typing_extensions import override

from tests.wire import legal
from tests.wire.dialects import MARK, SOURCE, Dialect, Json, around, dumps, frame, loaded, seal, text_of
from tests.wire.plans import CANARY, Asked, Part, Plan


class Messages(Dialect):
    """Anthropic's. A refusal is a reason to stop, not text; a thought is signed with its last delta."""

    paths = ("/v1/messages",)

    def __init__(self, body: Json, model: str) -> None:
        super().__init__(body, model)
        self.id = f"msg_{uuid4().hex[:24]}"
        self.blocks = 0

    @classmethod
    @override
    def complaint(cls, body: Json, model: str) -> str | None:
        return legal.first(legal.messages(body, model))

    @classmethod
    @override
    def asked(cls, body: Json) -> Asked:
        blocks = [(m["role"], block) for m in body.get("messages") or () for block in _blocks(m.get("content"))]
        said = [role == "user" and block["type"] == "text" for role, block in blocks]
        last = len(said) - 1 - said[::-1].index(True) if True in said else -1
        first = last
        while first > 0 and said[first - 1]:
            first -= 1
        results = [block for _, block in blocks[last + 1 :] if block["type"] == "tool_result"]
        return Asked(
            body,
            "".join(block["text"] for _, block in blocks[max(first, 0) : last + 1]),
            tuple(text_of(block.get("content")) for block in results),
            tuple(tool["name"] for tool in body.get("tools") or () if "input_schema" in tool),
        )

    @classmethod
    @override
    def error(cls, plan: Plan) -> bytes:
        kind = _ERRORS.get(plan.status, "api_error")
        told = {"type": kind, "message": f"{plan.complaint} {CANARY}"}
        return dumps({"type": "error", "error": told, "request_id": "req_wire"})

    def _message(self, usage: Json, **fields: Any) -> Json:
        message: Json = {"id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": []}
        return message | {"stop_reason": None, "stop_sequence": None, "usage": usage} | fields

    def _usage(self, plan: Plan) -> Json:
        tokens = self.tokens(plan.parts)
        return {
            "input_tokens": tokens.given - tokens.cached - tokens.written,
            "cache_creation_input_tokens": tokens.written,
            "cache_read_input_tokens": tokens.cached,
            "output_tokens": tokens.made,
            "output_tokens_details": {"thinking_tokens": tokens.thoughts},
        }

    @override
    def start(self) -> bytes:
        usage = {**self._usage(Plan()), "output_tokens": 1, "service_tier": "standard"}
        opened = frame("message_start", {"type": "message_start", "message": self._message(usage)})
        return opened + frame("ping", {"type": "ping"})

    def _block(self, block: Json) -> bytes:
        self.blocks += 1
        event = {"type": "content_block_start", "index": self.blocks - 1, "content_block": block}
        return frame("content_block_start", event)

    def _delta(self, delta: Json) -> bytes:
        event = {"type": "content_block_delta", "index": self.blocks - 1, "delta": delta}
        return frame("content_block_delta", event)

    def _stop(self) -> bytes:
        return frame("content_block_stop", {"type": "content_block_stop", "index": self.blocks - 1})

    @override
    def open(self, part: Part, index: int) -> bytes:
        if part.kind in {"refuse", "search"}:
            self.prefix = self.suffix = b""
            return self._searched(part) if part.kind == "search" else b""
        opened = self._block(_opened(part, self.model))
        if part.kind in _DELTAS:
            kind, field = _DELTAS[part.kind]
            self.prefix, self.suffix = around(self._delta({"type": kind, field: MARK}))
        return opened

    def _searched(self, part: Part) -> bytes:
        use, found = _search_blocks(part)
        opened = self._block({**use, "input": {}})  # first: what follows is told of the block opened last
        asked = self._delta({"type": "input_json_delta", "partial_json": json.dumps(use["input"])})
        return opened + asked + self._stop() + self._block(found) + self._stop()

    @override
    def piece(self, text: str) -> bytes:
        return super().piece(text) if self.prefix else b""

    @override
    def close(self, part: Part, index: int) -> bytes:
        if part.kind in {"refuse", "search"}:
            return b""
        last = b""
        if part.kind == "think":
            last = self._delta({"type": "signature_delta", "signature": seal(self.model, part.text)})
        if part.sourced:
            last = self._delta({"type": "citations_delta", "citation": _citation(part)})
        return last + self._stop()

    @override
    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":tr\n\n'
        if plan.ending in {"error", "failed", "overloaded"}:
            kind = "overloaded_error" if plan.ending == "overloaded" else "api_error"
            told = {"type": kind, "message": f"It broke. {CANARY}"}
            return frame("error", {"type": "error", "error": told, "request_id": "req_wire"})
        delta = {**_stopped(plan), "stop_sequence": None}
        ended = frame("message_delta", {"type": "message_delta", "delta": delta, "usage": self._usage(plan)})
        return ended + frame("message_stop", {"type": "message_stop"})

    @override
    def whole(self, plan: Plan) -> bytes:
        content: list[Json] = []
        for part in plan.parts:
            if part.kind == "search":
                content += _search_blocks(part)
            elif part.kind != "refuse":
                content.append(_opened(part, self.model) | _filled(part, self.model))
        return dumps(self._message(self._usage(plan), content=content, **_stopped(plan)))


_DELTAS = {
    "think": ("thinking_delta", "thinking"),
    "say": ("text_delta", "text"),
    "call": ("input_json_delta", "partial_json"),
}
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def _blocks(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _opened(part: Part, model: str) -> Json:
    if part.kind == "think":
        return {"type": "thinking", "thinking": "", "signature": ""}
    if part.kind == "seal":
        return {"type": "redacted_thinking", "data": seal(model, "redacted")}
    if part.kind == "call":
        return {"type": "tool_use", "id": f"toolu_{uuid4().hex[:24]}", "name": part.name, "input": {}}
    return {"type": "text", "text": "", **({"citations": []} if part.sourced else {})}


def _filled(part: Part, model: str) -> Json:
    if part.kind == "think":
        return {"thinking": part.text, "signature": seal(model, part.text)}
    if part.kind == "call":
        return {"input": loaded(part.text)}
    if part.kind == "say":
        return {"text": part.text, **({"citations": [_citation(part)]} if part.sourced else {})}
    return {}


def _search_blocks(part: Part) -> tuple[Json, Json]:
    unique = f"srvtoolu_{uuid4().hex[:24]}"
    use = {"type": "server_tool_use", "id": unique, "name": "web_search", "input": {"query": part.text}}
    found = {"type": "web_search_result", "url": SOURCE, "title": "A source", "encrypted_content": "c2VhbGVk"}
    return use, {
        "type": "web_search_tool_result",
        "tool_use_id": unique,
        "content": [{**found, "page_age": None}],
    }


def _citation(part: Part) -> Json:
    place = {"url": SOURCE, "title": "A source", "encrypted_index": "c2VhbGVk"}
    return {"type": "web_search_result_location", **place, "cited_text": part.text}


def _stopped(plan: Plan) -> Json:
    refused = [part for part in plan.parts if part.kind == "refuse"]
    if refused or plan.ending == "filter":
        why = refused[0].text if refused else None
        return {
            "stop_reason": "refusal",
            "stop_details": {"type": "refusal", "category": "cyber", "explanation": why},
        }
    if plan.ending == "length":
        return {"stop_reason": "max_tokens"}
    return {"stop_reason": "tool_use" if any(part.kind == "call" for part in plan.parts) else "end_turn"}
