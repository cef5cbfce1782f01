"""A step of a run as it is drawn in a column. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playground.compare.differences.trace import Kind, TraceStep
from playground.compare.differences.words import Span, compared
from playground.runs.activity import HAND_OFF
from playground.spelling import BADGES

LONGEST = 20_000
"""Characters that are shown of a text, and of two together that are compared word by word."""
FOLDED = 600
"""Characters of a text that is folded away."""

_LABELS: dict[Kind, str] = {"tool": "Result", "end": "Reason", "guardrail": "Reason"}
_TITLES: dict[Kind, str] = {"answer": "Answer", "thought": "Reasoning", "remark": "Said on the way"}


Folded = Literal["all", "arguments", "long"]
"""What is folded away of a step."""


@dataclass(frozen=True, slots=True)
class Block:
    """A text of a step. `size` is its whole length in characters, `more` is what is left out of the spans."""

    label: str
    spans: tuple[Span, ...]
    size: int
    folded: bool
    prose: bool = False

    @property
    def more(self) -> int:
        """How many characters are left out."""
        return self.size - sum(len(span.text) for span in self.spans)


@dataclass(frozen=True, slots=True)
class Cell:
    """A step. `code` is a title that is a name in a program, `marks` is what is noted beside it."""

    title: str
    code: bool
    turn: int
    marks: tuple[str, ...]
    blocks: tuple[Block, ...]


def cell(step: TraceStep, spans: tuple[Span, ...] | None = None, *, folded: Folded = "long") -> Cell:
    """A step; `spans` are its text, marked. What is long is always folded away."""
    return Cell(title(step), step.kind == "tool", step.turn, tuple(_marks(step)), tuple(_blocks(step, spans, folded)))


def title(step: TraceStep) -> str:
    """What a step is called."""
    match step.kind:
        case "tool":
            return step.name
        case "handoff":
            return f"{HAND_OFF}{step.name}"
        case "guardrail":
            return f"Guardrail {step.name}: {step.verdict}"
        case "end":
            return next((badge for status, badge in BADGES.items() if status == step.name), step.name)
        case _:
            return _TITLES[step.kind]


def marked(first: TraceStep, second: TraceStep) -> tuple[tuple[Span, ...], tuple[Span, ...]] | None:
    """The texts of two steps, marked where they differ; none if one is missing, or they are too long for it."""
    if first.text is None or second.text is None or len(first.text) + len(second.text) > LONGEST:
        return None
    diff = compared(first.text, second.text)
    return diff.first, diff.second


def _marks(step: TraceStep) -> Iterator[str]:
    if step.failed and step.kind == "tool":
        yield "failed"
    if step.shared:
        yield "shared result"
    if step.stood_in:
        yield "made-up result"
    if step.text is None and step.kind in {"tool", "handoff"}:
        yield "no result"
    if step.note:
        yield step.note


def _blocks(step: TraceStep, spans: tuple[Span, ...] | None, folded: Folded) -> Iterator[Block]:
    quiet = folded == "all" or step.kind == "thought"
    if step.arguments.strip() not in {"", "{}"}:
        yield _block("Arguments", _pretty(step), quiet=quiet or folded == "arguments")
    if step.text or (step.kind == "tool" and step.text is not None):
        label = "Error" if step.failed and step.kind == "tool" else _LABELS.get(step.kind, "Text")
        yield _block(label, step.text, spans, quiet=quiet, prose=step.kind != "tool")


def _block(label: str, text: str, spans: tuple[Span, ...] | None = None, *, quiet: bool, prose: bool = False) -> Block:
    plain = (Span("same", text[:LONGEST]),) if text else ()
    return Block(label, spans or plain, len(text), quiet or len(text) > FOLDED, prose)


def _pretty(step: TraceStep) -> str:
    value = step.value
    return step.arguments if value == step.arguments else json.dumps(value, indent=2, ensure_ascii=False)
