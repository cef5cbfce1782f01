"""`POST /v1/models/MODEL:streamGenerateContent`, as bytes."""

import re
from typing import Any, ClassVar
from uuid import uuid4

from typing_extensions import override

from tests.wire import legal, legal_google
from tests.wire.dialects import MARK, SOURCE, Dialect, Json, around, dumps, loaded, result_text, seal
from tests.wire.plans import CANARY, Asked, Part, Plan


class Generate(Dialect):
    """Google's older one. A thought's signature comes with the part that follows it; a call comes whole."""

    waits_in_header: ClassVar[bool] = False

    def __init__(self, body: Json, model: str) -> None:
        super().__init__(body, model)
        self.id = uuid4().hex[:20]
        self.calls = 0

    @classmethod
    @override
    def serves(cls, path: str) -> bool:
        return bool(re.fullmatch(r"/v1(?:beta)?/models/.*:(?:streamGenerate|generate)Content", path, re.DOTALL))

    @override
    def streams(self, path: str) -> bool:
        return path.endswith(":streamGenerateContent")

    @classmethod
    @override
    def complaint(cls, body: Json, model: str) -> str | None:
        return legal.first(legal_google.generate(body, model))

    @classmethod
    @override
    def asked(cls, body: Json) -> Asked:
        contents: list[Json] = body.get("contents") or []
        said = [_is_said(content) for content in contents]
        last = max((i for i, is_said in enumerate(said) if is_said), default=-1)
        parts = [part for content in contents[last + 1 :] for part in content["parts"]]
        tools: list[Json] = body.get("tools") or []
        return Asked(
            body,
            "".join(part.get("text", "") for part in contents[last]["parts"]) if last >= 0 else "",
            tuple(result_text(part["functionResponse"]["response"]) for part in parts if "functionResponse" in part),
            tuple(declared["name"] for tool in tools for declared in tool.get("functionDeclarations") or ()),
        )

    @classmethod
    @override
    def error(cls, plan: Plan) -> bytes:
        details: list[Json] = []
        if plan.retry_after is not None:
            details.append(
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{plan.retry_after:g}s"}
            )
        return dumps({"error": _told(plan.status, plan.complaint) | {"details": details}})

    def _chunk(self, parts: list[Json], finish: str | None = None, **fields: Any) -> Json:
        candidate: Json = {"content": {"role": "model", "parts": parts}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        return {"candidates": [candidate], "modelVersion": self.model, "responseId": self.id, **fields}

    def _frame(self, told: Json) -> bytes:
        return b"data: " + dumps(told) + b"\r\n\r\n"

    @override
    def start(self) -> bytes:
        return b""

    @override
    def open(self, part: Part, index: int) -> bytes:
        self.prefix = b""
        if part.kind in {"think", "say"}:
            thought = {"thought": True} if part.kind == "think" else {}
            self.prefix, self.suffix = around(self._frame(self._chunk([{"text": MARK, **thought}])))
        return b""

    @override
    def piece(self, text: str) -> bytes:
        return super().piece(text) if self.prefix else b""

    @override
    def close(self, part: Part, index: int) -> bytes:
        return self._frame(self._chunk([self._call(part)])) if part.kind == "call" else b""

    def _call(self, part: Part) -> Json:
        called = {"name": part.name, "args": loaded(part.text), "id": uuid4().hex[:8]}
        self.calls += 1
        signed = {"thoughtSignature": seal(self.model, part.name + part.text)} if self.calls == 1 else {}
        return {"functionCall": called, **signed}

    @override
    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'data: {"candidates":[{"content":{"parts":[{"text":tr\r\n\r\n'
        if plan.ending in {"error", "failed", "overloaded"}:
            status = 503 if plan.ending == "overloaded" else 500
            return self._frame({"error": _told(status, "It broke.")})
        return self._frame(self._ended(plan, self._signed(plan)))

    def _signed(self, plan: Plan) -> list[Json]:
        """A signature whose thought was followed by text comes with an empty part of its own."""
        thoughts = [part for part in plan.parts if part.kind in {"think", "seal"}]
        if not thoughts or self.calls:
            return [{"text": ""}]
        return [{"text": "", "thoughtSignature": seal(self.model, thoughts[-1].text)}]

    def _ended(self, plan: Plan, parts: list[Json]) -> Json:
        usage = {"usageMetadata": self._usage(plan)}
        if any(part.kind == "refuse" for part in plan.parts):
            blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
            return {**blocked, "modelVersion": self.model, "responseId": self.id, **usage}
        finish = {"length": "MAX_TOKENS", "filter": "SAFETY"}.get(plan.ending, "STOP")
        chunk = self._chunk(parts, finish, **usage)
        if found := _grounding(plan):
            chunk["candidates"][0]["groundingMetadata"] = found
        return chunk

    def _usage(self, plan: Plan) -> Json:
        tokens = self.tokens(plan.parts)
        return {
            "promptTokenCount": tokens.given,
            "cachedContentTokenCount": tokens.cached,
            "candidatesTokenCount": tokens.made - tokens.thoughts,
            "thoughtsTokenCount": tokens.thoughts,
            "totalTokenCount": tokens.given + tokens.made,
        }

    @override
    def whole(self, plan: Plan) -> bytes:
        parts: list[Json] = []
        for part in plan.parts:
            if part.kind == "call":
                parts.append(self._call(part))
            elif part.kind in {"think", "say"}:
                parts.append({"text": part.text, **({"thought": True} if part.kind == "think" else {})})
        if "thoughtSignature" in (signed := self._signed(plan)[0]):
            parts.append(signed)
        return dumps(self._ended(plan, parts))


_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    529: "UNAVAILABLE",
}


def _is_said(content: Json) -> bool:
    return content.get("role") != "model" and any("text" in part for part in content["parts"])


def _told(status: int, message: str) -> Json:
    return {"code": status, "message": f"{message} {CANARY}", "status": _STATUSES.get(status, "INTERNAL")}


def _grounding(plan: Plan) -> Json | None:
    asked = [part.text for part in plan.parts if part.kind == "search"]
    cited = next((part.text for part in plan.parts if part.sourced), None)
    if not asked or cited is None:
        return None
    segment = {"startIndex": 0, "endIndex": len(cited), "text": cited}
    return {
        "webSearchQueries": asked,
        "groundingChunks": [{"web": {"uri": SOURCE, "title": "A source"}}],
        "groundingSupports": [{"segment": segment, "groundingChunkIndices": [0]}],
    }
