"""Traces as tests write them."""

from datetime import UTC, datetime
from typing import Any

from playground.compare.differences.trace import Trace, TraceStep
from playground.records import RunRecord, RunStatus


def run(status: RunStatus = "completed", **more: Any) -> RunRecord:
    """A run that ended."""
    fields: dict[str, Any] = {
        "id": "run_1",
        "thread_id": "thr_1",
        "branch_id": "brn_1",
        "visitor_id": "vis_1",
        "agent": "assistant",
        "model": "compatible/echo",
        "status": status,
        "last_seq": 1,
        "created_at": datetime(2026, 3, 4, tzinfo=UTC),
    }
    return RunRecord(**(fields | more))


def trace(*steps: TraceStep) -> Trace:
    """A run that did this."""
    return Trace(run(), steps)


def tool(name: str, arguments: str = "{}", result: str | None = "ok", *, turn: int = 1, **more: Any) -> TraceStep:
    """A call."""
    return TraceStep("tool", turn, name=name, arguments=arguments, text=result, **more)


def answer(text: str = "Done.", *, turn: int = 2) -> TraceStep:
    """What was said at the end."""
    return TraceStep("answer", turn, text=text)


def handoff(to: str, *, turn: int = 1) -> TraceStep:
    """Somebody else goes on."""
    return TraceStep("handoff", turn, name=to, text="")


def guardrail(name: str, verdict: str, *, turn: int = 1) -> TraceStep:
    """What a guardrail said."""
    why = "A guardrail of the agent stopped this message." if verdict == "tripped" else None
    return TraceStep("guardrail", turn, name=name, text=why, verdict=verdict, failed=verdict == "tripped")


def end(status: RunStatus, error: str = "The provider cut the connection.", *, turn: int = 2) -> TraceStep:
    """How a run ended that did not complete."""
    return TraceStep("end", turn, name=status, text=error, failed=True)


def thought(text: str, *, turn: int = 1) -> TraceStep:
    """What a model thought."""
    return TraceStep("thought", turn, text=text)


def remark(text: str, *, turn: int = 1) -> TraceStep:
    """What was said between calls."""
    return TraceStep("remark", turn, text=text)
