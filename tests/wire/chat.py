"""`POST /v1/chat/completions`, as bytes."""

import json
import time
from collections.abc import Iterable
from uuid import uuid4

from tests.wire.dialects import Dialect, Json, dumps, text_of
from tests.wire.plans import CANARY, Asked, Ending, Part, Plan


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
        messages: list[Json] = body.get("messages") or []
        last = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1)
        return Asked(
            body,
            text_of(messages[last].get("content")) if last >= 0 else "",
            tuple(text_of(m.get("content")) for m in messages[last + 1 :] if m.get("role") == "tool"),
            tuple(tool["function"]["name"] for tool in body.get("tools") or ()),
        )

    def _frame(self, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + dumps({**self.head, "choices": [choice]}) + b"\n\n"

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
            return b"data: " + dumps({"error": error}) + b"\n\n"
        frames = [self._frame({}, _finish_reason(plan.ending, plan.parts))]
        options: Json = self.body.get("stream_options") or {}
        if options.get("include_usage"):
            frames.append(b"data: " + dumps({**self.head, "choices": [], "usage": self._usage(plan)}) + b"\n\n")
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
        return dumps({**head, "choices": [choice], "usage": self._usage(plan)})


_CHAT_FIELDS = {"think": "reasoning_content", "say": "content", "refuse": "refusal", "call": "arguments"}


def _finish_reason(ending: Ending, parts: Iterable[Part]) -> str:
    if ending in {"length", "filter"}:
        return "length" if ending == "length" else "content_filter"
    return "tool_calls" if any(part.kind == "call" for part in parts) else "stop"
