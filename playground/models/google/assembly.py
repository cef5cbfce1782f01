"""A step of an interaction, put together from its pieces as Google takes it back."""

import json
from dataclasses import dataclass, field
from typing import Any

from playground.models.reading import Frame, inner

IMPLIED = {
    "text": "model_output",
    "text_annotation_delta": "model_output",
    "thought_summary": "thought",
    "thought_signature": "thought",
}
"""The step that a delta belongs to, where nobody began one."""
_GROWING = {"text", "thought_summary", "arguments_delta"}


@dataclass(eq=False)
class Step:
    """`raw` is what goes back to Google, `given` the arguments that came at once, `texts` what was said in it."""

    raw: Frame
    given: Any = None
    has_deltas: bool = False
    is_over: bool = False
    texts: list[str] = field(default_factory=list[str])

    @property
    def arguments(self) -> str:
        """Those that came at once, as JSON."""
        return self.given if isinstance(self.given, str) else json.dumps(self.given or {}, ensure_ascii=False)

    def think(self, contents: list[Frame]) -> None:
        """More of a thought's summary. Pieces of one text are one text, as where the step comes whole."""
        summary = self.raw.setdefault("summary", [])
        for content in contents:
            if summary and content.keys() == summary[-1].keys() == {"type", "text"}:
                summary[-1] = {**content, "text": summary[-1]["text"] + content["text"]}
            else:
                summary.append(content)


def place_of(frame: Frame) -> tuple[Any, str] | None:
    """Which step grows by this frame, and in what; None if none does."""
    if frame["event_type"] != "step.delta":
        return None
    kind = inner(frame, "delta").get("type")
    return (frame["index"], str(kind)) if kind in _GROWING else None
