"""`POST /v1/chat/completions`, as bytes."""

import re
import time
from collections.abc import Iterable
from dataclasses import replace
from uuid import uuid4

from typing_extensions import override

from tests.wire import legal
from tests.wire.dialects import MARK, Dialect, Json, around, dumps, loaded, text_of
from tests.wire.plans import CANARY, Asked, Ending, Part, Plan, say


class Chat(Dialect):
    """OpenAI's older one. Tool call ids start over in every reply, as many servers' do."""

    paths = ("/v1/chat/completions",)

    def __init__(self, body: Json, model: str) -> None:
        super().__init__(body, model)
        self.head: Json = {"id": f"chatcmpl-{uuid4().hex}", "object": "chat.completion.chunk"}
        self.head |= {"created": int(time.time()), "model": self.model}
        self.calls = 0

    @classmethod
    @override
    def complaint(cls, body: Json, model: str) -> str | None:
        return legal.first(legal.chat(body))

    @classmethod
    @override
    def asked(cls, body: Json) -> Asked:
        messages: list[Json] = body.get("messages") or []
        last = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1)
        text = text_of(messages[last].get("content")) if last >= 0 else ""
        outputs = [text_of(message.get("content")) for message in messages[last + 1 :] if message.get("role") == "tool"]
        offered = [tool["function"]["name"] for tool in body.get("tools") or ()]
        return Asked(
            body,
            _NOTED.sub("", text).strip(),
            tuple(outputs) or tuple(_NOTED.findall(text)),
            (*offered, *_decided_on(body)),
        )

    def _frame(self, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return b"data: " + dumps({**self.head, "choices": [choice]}) + b"\n\n"

    @override
    def start(self) -> bytes:
        return self._frame({"role": "assistant", "content": ""})

    @override
    def open(self, part: Part, index: int) -> bytes:
        if part.kind not in _CHAT_FIELDS:
            self.prefix = b""
            return b""
        delta: Json = {_CHAT_FIELDS[part.kind]: MARK}
        opening = b""
        if part.kind == "call":
            call = {"index": self.calls, "id": f"call_{self.calls}", "type": "function"}
            opening = self._frame({"tool_calls": [{**call, "function": {"name": part.name, "arguments": ""}}]})
            delta = {"tool_calls": [{"index": self.calls, "function": {"arguments": MARK}}]}
            self.calls += 1
        self.prefix, self.suffix = around(self._frame(delta))
        return opening

    @override
    def piece(self, text: str) -> bytes:
        return super().piece(text) if self.prefix else b""

    @override
    def close(self, part: Part, index: int) -> bytes:
        return b""

    def _usage(self, plan: Plan) -> Json:
        tokens = self.tokens(plan.parts)
        return {
            "prompt_tokens": tokens.given,
            "prompt_tokens_details": {"cached_tokens": tokens.cached},
            "completion_tokens": tokens.made,
            "completion_tokens_details": {"reasoning_tokens": tokens.thoughts},
            "total_tokens": tokens.given + tokens.made,
        }

    @override
    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'data: {"id":"chatcmpl-x","choices":[{"delta":{"content":tr\n\n'
        if plan.ending in {"error", "failed", "overloaded"}:
            code = "overloaded" if plan.ending == "overloaded" else "server_error"
            error = {"message": f"It broke. {CANARY}", "type": "server_error", "code": code, "param": None}
            return b"data: " + dumps({"error": error}) + b"\n\n"
        frames = [self._frame({}, _finish_reason(plan.ending, plan.parts))]
        options: Json = self.body.get("stream_options") or {}
        if options.get("include_usage"):
            frames.append(b"data: " + dumps({**self.head, "choices": [], "usage": self._usage(plan)}) + b"\n\n")
        return b"".join(frames) + b"data: [DONE]\n\n"

    @override
    def whole(self, plan: Plan) -> bytes:
        if _decided_on(self.body):
            plan = replace(plan, parts=(say([_decision(plan)]),))
        texts = {_CHAT_FIELDS[part.kind]: part.text for part in plan.parts if part.kind in _CHAT_FIELDS}
        texts.pop("arguments", None)
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


_NOTED = re.compile(r"^\(\w+ \{.*?\} returned: (.*?)\)$", re.MULTILINE)
"""How a conversation that knows no tool messages tells of a tool's result."""


def _decided_on(body: Json) -> list[str]:
    """The tools between which a decision is asked for, as the small local models are."""
    response_format: Json = body.get("response_format") or {}
    wanted: Json = response_format.get("json_schema") or {}
    if wanted.get("name") != "decision":
        return []
    actions: list[str] = [choice["properties"]["action"]["const"] for choice in wanted["schema"]["anyOf"]]
    return [name for name in actions if name != "reply"]


def _decision(plan: Plan) -> str:
    called = next((part for part in plan.parts if part.kind == "call"), None)
    decided = {"action": called.name, "arguments": loaded(called.text)} if called else {"action": "reply"}
    return dumps(decided).decode()


_CHAT_FIELDS = {"think": "reasoning_content", "say": "content", "refuse": "refusal", "call": "arguments"}


def _finish_reason(ending: Ending, parts: Iterable[Part]) -> str:
    if ending in {"length", "filter"}:
        return "length" if ending == "length" else "content_filter"
    return "tool_calls" if any(part.kind == "call" for part in parts) else "stop"
