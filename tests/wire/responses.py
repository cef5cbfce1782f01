"""`POST /v1/responses`, as bytes."""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from typing_extensions import override

from tests.wire import legal
from tests.wire.dialects import SOURCE, Dialect, Json, dumps, frame, seal, text_of
from tests.wire.plans import CANARY, Asked, Part, Plan


class Responses(Dialect):
    """OpenAI's."""

    paths = ("/v1/responses",)

    def __init__(self, body: Json, model: str) -> None:
        super().__init__(body, model)
        self.id = f"resp_{uuid4().hex}"
        self.created = int(time.time())
        self.sequence = 0
        self.done: list[Json] = []
        self.item: Json = {}

    @classmethod
    @override
    def complaint(cls, body: Json, model: str) -> str | None:
        return legal.first(legal.responses(body, model))

    @classmethod
    @override
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
        return frame(kind, event)

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

    @override
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

    @override
    def open(self, part: Part, index: int) -> bytes:
        self.item = _new_item(part)
        frames = [self._frame("response.output_item.added", output_index=index, item=self.item)]
        if part.kind not in _DELTAS:
            self.prefix = b""
            return frames[0]
        kind, field = _DELTAS[part.kind]
        place = self._place(index)
        if field:
            event = "response.reasoning_summary_part.added" if part.kind == "think" else "response.content_part.added"
            frames.append(self._frame(event, **place, part=_content(part, "")))
        extra = b',"logprobs":[]' if part.kind == "say" else b""
        self.prefix = b"event: " + kind.encode() + b"\ndata: " + dumps({"type": kind, **place})[:-1] + b',"delta":'
        self.suffix = extra + b',"obfuscation":"x7Kq2mZp","sequence_number":%d}\n\n'
        return b"".join(frames)

    @override
    def piece(self, text: str) -> bytes:
        if not self.prefix:
            return b""
        self.sequence += 1
        return self.prefix + json.dumps(text).encode() + self.suffix % (self.sequence - 1)

    @override
    def close(self, part: Part, index: int) -> bytes:
        item = _finished(self.item, part, self.model)
        if self.cut and "status" in item:
            item["status"] = "incomplete"
        self.done.append(item)
        closings = b"".join(self._closings(part, self._place(index)))
        return closings + self._frame("response.output_item.done", output_index=index, item=item)

    def _closings(self, part: Part, place: Json) -> Iterator[bytes]:
        if part.kind not in _DELTAS:
            return
        kind, field = _DELTAS[part.kind]
        done = kind.removesuffix("delta") + "done"
        if part.kind == "call":
            yield self._frame(done, **place, name=part.name, arguments=part.text)
            return
        if part.sourced:
            kind = "response.output_text.annotation.added"
            yield self._frame(kind, **place, annotation_index=0, annotation=_citation(part.text))
        extra: Json = {"logprobs": []} if part.kind == "say" else {}
        yield self._frame(done, **place, **{field: part.text}, **extra)
        event = "response.reasoning_summary_part.done" if part.kind == "think" else "response.content_part.done"
        yield self._frame(event, **place, part=_content(part, part.text))

    def _final(self, plan: Plan) -> Json:
        tokens = self.tokens(plan.parts)
        usage = {
            "input_tokens": tokens.given,
            "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": tokens.written},
            "output_tokens": tokens.made,
            "output_tokens_details": {"reasoning_tokens": tokens.thoughts},
            "total_tokens": tokens.given + tokens.made,
        }
        reason = {"length": "max_output_tokens", "filter": "content_filter"}.get(plan.ending)
        if reason:
            return self._response("incomplete", usage, incomplete_details={"reason": reason})
        return self._response("completed", usage)

    @override
    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":tr\n\n'
        code = "overloaded" if plan.ending == "overloaded" else "server_error"
        if plan.ending in {"error", "overloaded"}:
            return self._frame("error", code=code, message=f"It broke. {CANARY}", param=None)
        if plan.ending == "failed":
            error = {"code": code, "message": f"It broke. {CANARY}"}
            return self._frame("response.failed", response=self._response("failed", error=error))
        final = self._final(plan)
        return self._frame(f"response.{final['status']}", response=final)

    @override
    def whole(self, plan: Plan) -> bytes:
        self.done = [_finished(_new_item(part), part, self.model) for part in plan.parts]
        return dumps(self._final(plan))


_DELTAS = {
    "think": ("response.reasoning_summary_text.delta", "text"),
    "say": ("response.output_text.delta", "text"),
    "refuse": ("response.refusal.delta", "refusal"),
    "call": ("response.function_call_arguments.delta", ""),
}


def _content(part: Part, text: str) -> Json:
    if part.kind == "think":
        return {"type": "summary_text", "text": text}
    if part.kind == "refuse":
        return {"type": "refusal", "refusal": text}
    notes = [_citation(text)] if part.sourced and text else []
    return {"type": "output_text", "text": text, "annotations": notes, "logprobs": []}


def _citation(text: str) -> Json:
    return {"type": "url_citation", "url": SOURCE, "title": "A source", "start_index": 0, "end_index": len(text)}


def _new_item(part: Part) -> Json:
    unique = uuid4().hex
    if part.kind in {"think", "seal"}:
        return {"id": f"rs_{unique}", "type": "reasoning", "summary": []}
    if part.kind == "search":
        return {"id": f"ws_{unique}", "type": "web_search_call", "status": "in_progress"}
    if part.kind == "call":
        call = {"call_id": f"call_{unique}", "name": part.name, "arguments": ""}
        return {"id": f"fc_{unique}", "type": "function_call", "status": "in_progress", **call}
    return {"id": f"msg_{unique}", "type": "message", "status": "in_progress", "role": "assistant", "content": []}


def _finished(item: Json, part: Part, model: str) -> Json:
    if part.kind in {"think", "seal"}:
        summary = [_content(part, part.text)] if part.kind == "think" else []
        return item | {"summary": summary, "encrypted_content": seal(model, part.text)}
    if part.kind == "search":
        return item | {"status": "completed", "action": {"type": "search", "query": part.text, "queries": [part.text]}}
    if part.kind == "call":
        return item | {"arguments": part.text, "status": "completed"}
    return item | {"content": [_content(part, part.text)], "status": "completed"}
