"""What every wire must do: a plan's parts become frames, or one JSON body."""

import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from tests.wire.plans import CANARY, Asked, Part, Plan

Json = dict[str, Any]

SOURCE = "https://example.com/source"
"""What a search finds."""


def dumps(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def frame(kind: str, event: Json) -> bytes:
    """A server-sent event that is named."""
    return b"event: " + kind.encode() + b"\ndata: " + dumps(event) + b"\n\n"


def around(whole: bytes) -> tuple[bytes, bytes]:
    """What comes before and after the JSON string `MARK` in a frame: made once, so that a piece costs little."""
    before, after = whole.split(json.dumps(MARK).encode())
    return before, after


MARK = "\x00"


def text_of(content: Any) -> str:
    """The text of a message, however it is written."""
    if isinstance(content, list):
        parts = cast("list[Json]", content)
        return "".join(str(part.get("text", "")) for part in parts)
    return str(content or "")


def steps_of(given: Any) -> list[Json]:
    """A request's input as steps: it may also be a text, or the parts of one message."""
    if isinstance(given, str):
        return [{"type": "user_input", "content": [{"type": "text", "text": given}]}]
    listed = cast("list[Json]", given if isinstance(given, list) else [given] if given else [])
    if listed and all(part.get("type") in {"text", "image", "document", "audio", "video"} for part in listed):
        return [{"type": "user_input", "content": listed}]
    return listed


def result_text(result: Any) -> str:
    """What a tool said: a text, parts, or an object around either."""
    if isinstance(result, dict):
        told = cast("Json", result)
        return result_text(next(iter(told.values()), ""))
    return text_of(result)


def loaded(arguments: str) -> Any:
    """A tool call's arguments as JSON; empty where they are none."""
    try:
        return json.loads(arguments)
    except ValueError:
        return {}


def seal(model: str, about: str) -> str:
    """What `model` signs its thought with: the same for the same thought, and valid base64."""
    told = hashlib.sha256(about.encode()).hexdigest()[:16]
    return told + hmac.new(model.encode(), told.encode(), "sha256").hexdigest()[:32]


def is_seal(model: str, signature: object, about: str | None = None) -> bool:
    """Whether `model` signed this here, and, where `about` is given, for just that."""
    if not isinstance(signature, str) or len(signature) != 48:
        return False
    told = signature[:16]
    right = told + hmac.new(model.encode(), told.encode(), "sha256").hexdigest()[:32]
    return right == signature and (about is None or signature == seal(model, about))


@dataclass(frozen=True)
class Tokens:
    """Counts as a provider makes them. `given` holds `cached` and `written`, `made` holds `thoughts`."""

    given: int
    cached: int
    written: int
    made: int
    thoughts: int


class Dialect(ABC):
    """Writes one answer. `piece` is the hot path: a prefix and a suffix made once per part."""

    paths: ClassVar[tuple[str, ...]] = ()
    waits_in_header: ClassVar[bool] = True
    """Whether its errors' advice on when to come back is a header; else it is in the body."""

    def __init__(self, body: Json, model: str) -> None:
        self.model = model
        self.body = body
        self.prefix = self.suffix = b""
        self.cut = False
        """Whether the answer's last part is not all there."""

    @classmethod
    def serves(cls, path: str) -> bool:
        """Whether requests to `path` are in this dialect."""
        return path in cls.paths

    @classmethod
    def offers(cls, model: str) -> bool:
        """Whether there may be such a model here."""
        return bool(model)

    @classmethod
    @abstractmethod
    def asked(cls, body: Json) -> Asked:
        """What the request says."""

    @classmethod
    @abstractmethod
    def complaint(cls, body: Json, model: str) -> str | None:
        """What the real API would refuse the request for."""

    @classmethod
    def error(cls, plan: Plan) -> bytes:
        """The body of an HTTP error, canary inside; OpenAI's."""
        code = _CODES.get(plan.status, "error")
        if plan.too_long:
            code = "context_length_exceeded"
        told = {"message": f"{plan.complaint} {CANARY}", "type": "fake", "code": code, "param": plan.param}
        return dumps({"error": told})

    def streams(self, path: str) -> bool:
        """Whether a streamed reply is asked for."""
        return bool(self.body.get("stream"))

    @abstractmethod
    def start(self) -> bytes: ...

    @abstractmethod
    def open(self, part: Part, index: int) -> bytes: ...

    def piece(self, text: str) -> bytes:
        """One piece of the part that is open."""
        return self.prefix + json.dumps(text).encode() + self.suffix

    @abstractmethod
    def close(self, part: Part, index: int) -> bytes: ...

    @abstractmethod
    def end(self, plan: Plan) -> bytes: ...

    @abstractmethod
    def whole(self, plan: Plan) -> bytes:
        """The body of a reply that is not streamed."""

    def tokens(self, parts: Iterable[Part]) -> Tokens:
        """A token per piece; the input is guessed from the request's size, and mostly cached."""
        parts, given = list(parts), len(str(self.body)) // 4
        thoughts = sum(len(part.pieces) for part in parts if part.kind == "think")
        made = sum(len(part.pieces) for part in parts if part.kind != "search")
        return Tokens(given, given // 2, given // 4, made, thoughts)


_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded", 529: "overloaded"}
