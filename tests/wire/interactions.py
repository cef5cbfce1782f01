"""`POST /v1/interactions`, as bytes."""

from typing import Any, cast
from uuid import uuid4

from typing_extensions import override

from tests.wire import legal, legal_google
from tests.wire.dialects import (
    MARK,
    SOURCE,
    Dialect,
    Json,
    around,
    dumps,
    frame,
    loaded,
    result_text,
    seal,
    steps_of,
    text_of,
)
from tests.wire.plans import CANARY, Asked, Part, Plan


class Interactions(Dialect):
    """Google's. Each item is a step; what its safety rules stop ends in an error event."""

    paths = ("/v1/interactions", "/v1beta/interactions")

    def __init__(self, body: Json, model: str) -> None:
        super().__init__(body, model)
        self.id = f"int_{uuid4().hex}"
        self.steps = 0

    @classmethod
    @override
    def offers(cls, model: str) -> bool:
        return not model.startswith("generate-only:")

    @classmethod
    @override
    def complaint(cls, body: Json, model: str) -> str | None:
        return legal.first(legal_google.interactions(body, model))

    @classmethod
    @override
    def asked(cls, body: Json) -> Asked:
        steps = steps_of(body.get("input"))
        last = max((i for i, step in enumerate(steps) if step["type"] == "user_input"), default=-1)
        results = [step["result"] for step in steps[last + 1 :] if step["type"] == "function_result"]
        return Asked(
            body,
            text_of(steps[last].get("content")) if last >= 0 else "",
            tuple(result_text(result) for result in results),
            tuple(tool["name"] for tool in body.get("tools") or () if tool.get("type") == "function"),
        )

    @classmethod
    @override
    def error(cls, plan: Plan) -> bytes:
        return dumps(
            {"error": {"code": _ERRORS.get(plan.status, "api_error"), "message": f"{plan.complaint} {CANARY}"}}
        )

    def _event(self, kind: str, **fields: Any) -> bytes:
        return frame(kind, {"event_type": kind, **fields})

    def _interaction(self, status: str, **fields: Any) -> Json:
        times = {"created": "2026-11-22T12:00:00Z", "updated": "2026-11-22T12:00:00Z"}
        return {"id": self.id, "object": "interaction", "model": self.model, "status": status, **times, **fields}

    @override
    def start(self) -> bytes:
        opened = self._event("interaction.created", interaction=self._interaction("in_progress"))
        return opened + self._event("interaction.status_update", interaction_id=self.id, status="in_progress")

    def _step(self, step: Json) -> bytes:
        self.steps += 1
        return self._event("step.start", index=self.steps - 1, step=step)

    def _delta(self, delta: Json) -> bytes:
        return self._event("step.delta", index=self.steps - 1, delta=delta)

    def _stop(self) -> bytes:
        return self._event("step.stop", index=self.steps - 1)

    @override
    def open(self, part: Part, index: int) -> bytes:
        self.prefix = b""
        if part.kind == "refuse":
            return b""
        if part.kind == "search":
            return self._searched(part)
        opened = self._step(_opened(part))
        if part.kind in _DELTAS:
            self.prefix, self.suffix = around(self._delta(_DELTAS[part.kind]))
        return opened

    def _searched(self, part: Part) -> bytes:
        asked, found = _search_steps(part, self.model)
        frames: list[bytes] = []
        for step, late in ((asked, "arguments"), (found, "result")):
            empty: Json = {} if late == "arguments" else cast("Any", [])
            frames.append(self._step({**step, late: empty}))
            frames.append(self._delta({name: step[name] for name in ("type", late, "signature")}))
            frames.append(self._stop())
        return b"".join(frames)

    @override
    def piece(self, text: str) -> bytes:
        return super().piece(text) if self.prefix else b""

    @override
    def close(self, part: Part, index: int) -> bytes:
        if part.kind in {"refuse", "search"}:
            return b""
        last = b""
        if part.kind in {"think", "seal"}:
            last = self._delta({"type": "thought_signature", "signature": seal(self.model, part.text)})
        if part.sourced:
            last = self._delta({"type": "text_annotation_delta", "annotations": [_citation(part)]})
        return last + self._stop()

    @override
    def end(self, plan: Plan) -> bytes:
        if plan.ending == "badjson":
            return b'event: step.delta\ndata: {"event_type":"step.delta","delta":{"text":tr\n\n'
        if code := _broken(plan):
            told = self._event("error", error={"code": code, "message": f"It broke. {CANARY}"})
            return told + self._event("interaction.completed", interaction=self._interaction("failed"))
        final = self._interaction(_status(plan), usage=self._usage(plan))
        return self._event("interaction.completed", interaction=final) + b"event: done\ndata: [DONE]\n\n"

    def _usage(self, plan: Plan) -> Json:
        tokens = self.tokens(plan.parts)
        return {
            "total_input_tokens": tokens.given,
            "total_cached_tokens": tokens.cached,
            "total_output_tokens": tokens.made - tokens.thoughts,
            "total_thought_tokens": tokens.thoughts,
            "total_tool_use_tokens": 0,
            "total_tokens": tokens.given + tokens.made,
        }

    @override
    def whole(self, plan: Plan) -> bytes:
        if code := _broken(plan):
            return dumps({"error": {"code": code, "message": f"It broke. {CANARY}"}})
        steps: list[Json] = []
        for part in plan.parts:
            steps += _search_steps(part, self.model) if part.kind == "search" else [_finished(part, self.model)]
        return dumps(self._interaction(_status(plan), steps=steps, usage=self._usage(plan)))


_DELTAS: dict[str, Json] = {
    "think": {"type": "thought_summary", "content": {"type": "text", "text": MARK}},
    "say": {"type": "text", "text": MARK},
    "call": {"type": "arguments_delta", "arguments": MARK},
}
_ERRORS = {
    400: "invalid_request",
    401: "authentication",
    403: "permission_denied",
    404: "model_not_found",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
    529: "service_unavailable",
}


def _opened(part: Part) -> Json:
    if part.kind in {"think", "seal"}:
        return {"type": "thought"}
    if part.kind == "call":
        return {"type": "function_call", "id": f"call_{uuid4().hex[:12]}", "name": part.name, "arguments": {}}
    return {"type": "model_output"}


def _finished(part: Part, model: str) -> Json:
    step = _opened(part)
    if part.kind == "seal":
        return step | {"signature": seal(model, part.text)}
    if part.kind == "think":
        return step | {"summary": [{"type": "text", "text": part.text}], "signature": seal(model, part.text)}
    if part.kind == "call":
        return step | {"arguments": loaded(part.text)}
    notes = {"annotations": [_citation(part)]} if part.sourced else {}
    return step | {"content": [{"type": "text", "text": part.text, **notes}]}


def _search_steps(part: Part, model: str) -> tuple[Json, Json]:
    unique, signed = f"search_{uuid4().hex[:12]}", seal(model, part.text)
    asked = {"type": "google_search_call", "id": unique, "arguments": {"queries": [part.text]}, "signature": signed}
    shown = [{"search_suggestions": "<div>More</div>"}]
    return asked, {"type": "google_search_result", "call_id": unique, "result": shown, "signature": signed}


def _citation(part: Part) -> Json:
    place = {"start_index": 0, "end_index": len(part.text)}
    return {"type": "url_citation", "url": SOURCE, "title": "A source", **place}


def _broken(plan: Plan) -> str | None:
    if plan.ending == "filter" or any(part.kind == "refuse" for part in plan.parts):
        return "safety"
    return {"error": "api_error", "failed": "api_error", "overloaded": "service_unavailable"}.get(plan.ending)


def _status(plan: Plan) -> str:
    if plan.ending == "length":
        return "incomplete"
    return "requires_action" if any(part.kind == "call" for part in plan.parts) else "completed"
