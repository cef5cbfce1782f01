"""The two wires of OpenAI, as bytes: a plan's parts become frames, or one JSON body."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from tests.wire.plans import CANARY, Asked, Ending, Part, Plan

Json = dict[str, Any]


def _dumps(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _text_of(content: Any) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content)
    return str(content or "")


class Dialect(ABC):
    """Writes one answer. `piece` is the hot path: a prefix and a suffix made once per part."""

    def __init__(self, body: Json) -> None:
        self.model = str(body.get("model", ""))
        self.body = body

    @classmethod
    @abstractmethod
    def asked(cls, body: Json) -> Asked:
        """What the request says."""

    @abstractmethod
    def start(self) -> bytes: ...

    @abstractmethod
    def open(self, part: Part, index: int) -> bytes: ...

    @abstractmethod
    def piece(self, text: str) -> bytes: ...

    @abstractmethod
    def close(self, part: Part, index: int) -> bytes: ...

    @abstractmethod
    def end(self, plan: Plan) -> bytes: ...

    @abstractmethod
    def whole(self, plan: Plan) -> bytes:
        """The body of a reply that is not streamed."""

    def usage_counts(self, plan: Plan) -> tuple[int, int, int]:
        """Tokens: input (a guess from the request's size), output, and how many of those were thoughts."""
        thoughts = sum(len(part.pieces) for part in plan.parts if part.kind == "think")
        return len(str(self.body)) // 4, sum(len(part.pieces) for part in plan.parts), thoughts


class Responses(Dialect):
    """`POST /v1/responses`."""

    def __init__(self, body: Json) -> None:
        super().__init__(body)
        self.id = f"resp_{uuid4().hex}"
        self.created = int(time.time())
        self.sequence = 0
        self.done: list[Json] = []
        self.item: Json = {}
        self.prefix = self.suffix = b""

    @classmethod
    def asked(cls, body: Json) -> Asked:
        items = body.get("input") or []
        if isinstance(items, str):
            items = [{"role": "user", "content": items}]
        last = max((i for i, item in enumerate(items) if item.get("role") == "user"), default=-1)
        outputs = [_text_of(item["output"]) for item in items[last + 1 :] if item.get("type") == "function_call_output"]
        return Asked(
            _text_of(items[last].get("content")) if last >= 0 else "",
            tuple(outputs),
            tuple(tool["name"] for tool in body.get("tools") or () if tool.get("type") == "function"),
        )

    def _frame(self, kind: str, **fields: Any) -> bytes:
        event = {"type": kind, "sequence_number": self.sequence, **fields}
        self.sequence += 1
        return b"event: " + kind.encode() + b"\ndata: " + _dumps(event) + b"\n\n"

    def _response(self, status: str, usage: Json | None = None, **fields: Any) -> Json:
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "status": status,
            "model": self.model,
            "output": list(self.done),
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": 1.0,
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "usage": usage,
            **fields,
        }

    def start(self) -> bytes:
        response = self._response("in_progress")
        return self._frame("response.created", response=response) + self._frame(
            "response.in_progress", response=response
        )

    def _place(self, index: int) -> Json:
        place = {"item_id": self.item["id"], "output_index": index}
        kind = self.item["type"]
        return place | ({"summary_index": 0} if kind == "reasoning" else {"content_index": 0} if kind == "message" else {})

    def open(self, part: Part, index: int) -> bytes:
        self.item = _new_item(part)
        kind, field = _DELTAS[part.kind]
        place = self._place(index)
        frames = [self._frame("response.output_item.added", output_index=index, item=self.item)]
        if field:
            event = "response.reasoning_summary_part.added" if part.kind == "think" else "response.content_part.added"
            frames.append(self._frame(event, **place, part=_content(part.kind, "")))
        extra = b',"logprobs":[]' if part.kind == "say" else b""
        self.prefix = b"event: " + kind.encode() + b"\ndata: " + _dumps({"type": kind, **place})[:-1] + b',"delta":'
        self.suffix = extra + b',"obfuscation":"x7Kq2mZp","sequence_number":%d}\n\n'
        return b"".join(frames)

    def piece(self, text: str) -> bytes:
        self.sequence += 1
        return self.prefix + json.dumps(text).encode() + self.suffix % (self.sequence - 1)

    def close(self, part: Part, index: int) -> bytes:
        kind, field = _DELTAS[part.kind]
        place, done = self._place(index), kind.removesuffix("delta") + "done"
        item = _finished(self.item, part)
        self.done.append(item)
        frames: list[bytes] = []
        if part.kind == "call":
            frames.append(self._frame(done, **place, name=part.name, arguments=part.text))
        else:
            extra = {"logprobs": []} if part.kind == "say" else {}
            frames.append(self._frame(done, **place, **{field: part.text}, **extra))
            event = "response.reasoning_summary_part.done" if part.kind == "think" else "response.content_part.done"
            frames.append(self._frame(event, **place, part=_content(part.kind, part.text)))
        frames.append(self._frame("response.output_item.done", output_index=index, item=item))
        return b"".join(frames)

    def _final(self, plan: Plan) -> Json:
        given, made, thoughts = self.usage_counts(plan)
        usage = {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": thoughts},
            "total_tokens": given + made,
        }
        reason = {"length": "max_output_tokens", "filter": "content_filter"}.get(plan.ending)
        if reason:
            return self._response("incomplete", usage, incomplete_details={"reason": reason})
        return self._response("completed", usage)

    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":tr\n\n'
        if plan.ending == "error":
            return self._frame("error", code="server_error", message=f"It broke. {CANARY}", param=None)
        if plan.ending == "failed":
            error = {"code": "server_error", "message": f"It broke. {CANARY}"}
            return self._frame("response.failed", response=self._response("failed", error=error))
        final = self._final(plan)
        return self._frame(f"response.{final['status']}", response=final)

    def whole(self, plan: Plan) -> bytes:
        self.done = [_finished(_new_item(part), part) for part in plan.parts]
        return _dumps(self._final(plan))


_DELTAS = {
    "think": ("response.reasoning_summary_text.delta", "text"),
    "say": ("response.output_text.delta", "text"),
    "refuse": ("response.refusal.delta", "refusal"),
    "call": ("response.function_call_arguments.delta", ""),
}


def _content(kind: str, text: str) -> Json:
    if kind == "think":
        return {"type": "summary_text", "text": text}
    if kind == "refuse":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _new_item(part: Part) -> Json:
    unique = uuid4().hex
    if part.kind == "think":
        return {"id": f"rs_{unique}", "type": "reasoning", "summary": []}
    if part.kind == "call":
        call = {"call_id": f"call_{unique}", "name": part.name, "arguments": ""}
        return {"id": f"fc_{unique}", "type": "function_call", "status": "in_progress", **call}
    return {"id": f"msg_{unique}", "type": "message", "status": "in_progress", "role": "assistant", "content": []}


def _finished(item: Json, part: Part) -> Json:
    if part.kind == "think":
        return item | {"summary": [_content("think", part.text)], "encrypted_content": f"sealed-{item['id']}"}
    if part.kind == "call":
        return item | {"arguments": part.text, "status": "completed"}
    return item | {"content": [_content(part.kind, part.text)], "status": "completed"}


class Chat(Dialect):
    """`POST /v1/chat/completions`. Tool call ids start over in every reply, as many servers' do."""

    def __init__(self, body: Json) -> None:
        super().__init__(body)
        self.head: Json = {"id": f"chatcmpl-{uuid4().hex}", "object": "chat.completion.chunk"}
        self.head |= {"created": int(time.time()), "model": self.model}
        self.calls = 0
        self.prefix = b""
        self.suffix = b""

    @classmethod
    def asked(cls, body: Json) -> Asked:
        messages = body.get("messages") or []
        last = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1)
        return Asked(
            _text_of(messages[last].get("content")) if last >= 0 else "",
            tuple(_text_of(m.get("content")) for m in messages[last + 1 :] if m.get("role") == "tool"),
            tuple(tool["function"]["name"] for tool in body.get("tools") or ()),
        )

    def _frame(self, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + _dumps({**self.head, "choices": [choice]}) + b"\n\n"

    def start(self) -> bytes:
        return self._frame({"role": "assistant", "content": ""})

    def open(self, part: Part, index: int) -> bytes:
        mark = "\x00"
        delta: Json = {_CHAT_FIELDS[part.kind]: mark}
        opening = b""
        if part.kind == "call":
            call = {"index": self.calls, "id": f"call_{self.calls}", "type": "function"}
            opening = self._frame({"tool_calls": [{**call, "function": {"name": part.name, "arguments": ""}}]})
            delta = {"tool_calls": [{"index": self.calls, "function": {"arguments": mark}}]}
            self.calls += 1
        self.prefix, self.suffix = self._frame(delta).split(json.dumps(mark).encode())
        return opening

    def piece(self, text: str) -> bytes:
        return self.prefix + json.dumps(text).encode() + self.suffix

    def close(self, part: Part, index: int) -> bytes:
        return b""

    def _usage(self, plan: Plan) -> Json:
        given, made, thoughts = self.usage_counts(plan)
        details = {"completion_tokens_details": {"reasoning_tokens": thoughts}}
        return {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made, **details}

    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'data: {"id":"chatcmpl-x","choices":[{"delta":{"content":tr\n\n'
        if plan.ending in {"error", "failed"}:
            error = {"message": f"It broke. {CANARY}", "type": "server_error", "code": "server_error", "param": None}
            return b"data: " + _dumps({"error": error}) + b"\n\n"
        frames = [self._frame({}, _finish_reason(plan.ending, plan.parts))]
        if (self.body.get("stream_options") or {}).get("include_usage"):
            frames.append(b"data: " + _dumps({**self.head, "choices": [], "usage": self._usage(plan)}) + b"\n\n")
        return b"".join(frames) + b"data: [DONE]\n\n"

    def whole(self, plan: Plan) -> bytes:
        texts = {_CHAT_FIELDS[part.kind]: part.text for part in plan.parts if part.kind != "call"}
        calls = [part for part in plan.parts if part.kind == "call"]
        message: Json = {"role": "assistant", "content": None, **texts}
        if calls:
            message["tool_calls"] = [
                {"id": f"call_{i}", "type": "function", "function": {"name": part.name, "arguments": part.text}}
                for i, part in enumerate(calls)
            ]
        finish = None if plan.ending == "cut" else _finish_reason(plan.ending, plan.parts)
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        head = {**self.head, "object": "chat.completion"}
        return _dumps({**head, "choices": [choice], "usage": self._usage(plan)})


_CHAT_FIELDS = {"think": "reasoning_content", "say": "content", "refuse": "refusal", "call": "arguments"}


def _finish_reason(ending: Ending, parts: Iterable[Part]) -> str:
    if ending in {"length", "filter"}:
        return "length" if ending == "length" else "content_filter"
    return "tool_calls" if any(part.kind == "call" for part in parts) else "stop"


def error_body(status: int) -> bytes:
    """The JSON of an HTTP error, canary inside."""
    code = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}.get(status, "error")
    return _dumps({"error": {"message": f"No. {CANARY}", "type": "fake", "code": code, "param": None}})
