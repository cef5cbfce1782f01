"""What every wire must do: a plan's parts become frames, or one JSON body."""

import json
from abc import ABC, abstractmethod
from typing import Any, cast

from tests.wire.plans import CANARY, Asked, Part, Plan

Json = dict[str, Any]


def dumps(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def text_of(content: Any) -> str:
    """The text of a message, however it is written."""
    if isinstance(content, list):
        parts = cast("list[Json]", content)
        return "".join(str(part.get("text", "")) for part in parts)
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


def error_body(status: int, param: str | None = None) -> bytes:
    """The JSON of an HTTP error, canary inside."""
    code = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}.get(status, "error")
    return dumps({"error": {"message": f"No. {CANARY}", "type": "fake", "code": code, "param": param}})
