"""`POST /v1/responses`, as bytes."""

import json
import time
from typing import Any
from uuid import uuid4

from tests.wire.dialects import Dialect, Json, dumps, text_of
from tests.wire.plans import CANARY, Asked, Part, Plan


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
        given: str | list[Json] = body.get("input") or []
        items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        last = max((i for i, item in enumerate(items) if item.get("role") == "user"), default=-1)
        outputs = [text_of(item["output"]) for item in items[last + 1 :] if item.get("type") == "function_call_output"]
        return Asked(
            body,
            text_of(items[last].get("content")) if last >= 0 else "",
            tuple(outputs),
            tuple(tool["name"] for tool in body.get("tools") or () if tool.get("type") == "function"),
        )

    def _frame(self, kind: str, **fields: Any) -> bytes:
        event = {"type": kind, "sequence_number": self.sequence, **fields}
        self.sequence += 1
        return b"event: " + kind.encode() + b"\ndata: " + dumps(event) + b"\n\n"

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
        return place | (
            {"summary_index": 0} if kind == "reasoning" else {"content_index": 0} if kind == "message" else {}
        )

    def open(self, part: Part, index: int) -> bytes:
        self.item = _new_item(part)
        kind, field = _DELTAS[part.kind]
        place = self._place(index)
        frames = [self._frame("response.output_item.added", output_index=index, item=self.item)]
        if field:
            event = "response.reasoning_summary_part.added" if part.kind == "think" else "response.content_part.added"
            frames.append(self._frame(event, **place, part=_content(part.kind, "")))
        extra = b',"logprobs":[]' if part.kind == "say" else b""
        self.prefix = b"event: " + kind.encode() + b"\ndata: " + dumps({"type": kind, **place})[:-1] + b',"delta":'
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
            extra: Json = {"logprobs": []} if part.kind == "say" else {}
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
        return dumps(self._final(plan))


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
