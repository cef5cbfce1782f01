"""A content block while it comes in."""

from dataclasses import dataclass, field
from typing import cast

import orjson

from playground.models.anthropic.content import Block


@dataclass(slots=True)
class OpenBlock:
    """A block in the making: its raw form as it began, and what came since."""

    raw: Block
    pieces: list[str] = field(default_factory=list[str])
    signature: str = ""
    citations: list[Block] = field(default_factory=list[Block])

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.raw["type"])

    @property
    def text(self) -> str:
        """What came in so far: words, thoughts or arguments."""
        return "".join(self.pieces)

    def whole(self) -> Block:
        """The block as it is to be sent back: as it came, with nothing left out and nothing added."""
        match self.kind:
            case "text":
                citations: Block = {"citations": self.citations} if self.citations else {}
                return {**self.raw, "text": self.text} | citations
            case "thinking":
                return {**self.raw, "thinking": self.text, "signature": self.signature}
            case "tool_use" | "server_tool_use":
                return {**self.raw, "input": _object(self.text)} if self.pieces else self.raw
            case _:
                return self.raw


def _object(text: str) -> Block:
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:  # cut short
        value = None
    return cast("Block", value) if isinstance(value, dict) else {}
