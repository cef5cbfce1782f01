"""What a run took, in one quiet line below its answer. Pure."""

from collections.abc import Iterator

from playground.records import RunRecord, RunStatus
from playground.ui.render import Message, escaped, note_message

BADGES: dict[RunStatus, str] = {
    "incomplete": "Cut short",
    "cancelled": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
    "awaiting_approval": "Waiting for approval",
}


def metric_line(run: RunRecord) -> str:
    """What a run took, in one quiet line, with a badge if it did not simply complete."""
    badge = BADGES.get(run.status)
    facts = [fact for fact in _facts(run) if fact]
    shown = f'<b class="badge {run.status}">{badge}</b> ' if badge else ""
    return f'<small class="metrics">{shown}{" · ".join(facts)}</small>'


def _facts(run: RunRecord) -> Iterator[str]:
    usage = run.usage
    if usage.input_tokens or usage.output_tokens:
        yield f"{usage.input_tokens:,} in"
        yield f"{usage.output_tokens:,} out"
    if run.first_token_ms is not None:
        yield f"first token {seconds(run.first_token_ms)}"
    yield _speed(run)
    if run.duration_ms is not None:
        yield seconds(run.duration_ms)
    yield escaped(run.model)


def _speed(run: RunRecord) -> str:
    """Output tokens per second of writing; nothing where the writing was too short to tell."""
    writing = (run.duration_ms or 0) - (run.first_token_ms or 0)
    if writing < 50 or not run.usage.output_tokens:
        return ""
    return f"{run.usage.output_tokens * 1000 / writing:,.0f} tok/s"


def seconds(milliseconds: int) -> str:
    """A duration, short: `320 ms`, `4.1 s`, `2 min 5 s`."""
    if milliseconds < 1_000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1_000:.1f} s"
    return f"{milliseconds // 60_000} min {milliseconds % 60_000 // 1_000} s"


def failure(run: RunRecord) -> Message | None:
    """The entry that says why a run ended badly."""
    if run.status == "interrupted":
        return note_message("danger", run.error or "The server stopped while this was being answered.")
    if run.status == "failed":
        return note_message("danger", run.error or "The answer could not be finished.")
    return None
