"""What a run left behind, read for a look at its steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session, col, select

from playground.records import RunRecord
from playground.store import runs
from playground.store.items import HIDDEN
from playground.store.tables import ItemRow

Stage = Literal["input", "tool", "output"]
Outcome = Literal["passed", "rejected", "tripped"]


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """What a guardrail said of the input, of a tool's calls, or of the answer. A tripped one ended the run."""

    name: str
    stage: Stage
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Traced:
    """`items` are those that the run's agent has ended, oldest first; `frames` the log of one that is under way."""

    run: RunRecord
    items: Sequence[ItemRow]
    verdicts: tuple[GuardVerdict, ...] = ()
    frames: Sequence[bytes] = ()


def rows(session: Session, *, visitor_id: str, run_id: str) -> Traced:
    """The visitor's run. Raises NotFound."""
    run = runs.find(session, visitor_id=visitor_id, run_id=run_id)
    made = select(ItemRow).where(ItemRow.run_id == run_id, col(ItemRow.type).not_in(("user_message", *HIDDEN)))
    frames = runs.events(session, run_id, after=0, limit=runs.MOST_FRAMES) if run.status == "running" else ()
    return Traced(
        run=runs.record(run),
        items=session.exec(made.order_by(col(ItemRow.position))).all(),
        verdicts=verdicts(run.usage),
        frames=[data for _, data in frames],
    )


def verdicts(usage: Mapping[str, Any]) -> tuple[GuardVerdict, ...]:
    """The guardrails' verdicts, in the order in which they were asked, as a run's `usage` keeps them."""
    return tuple(GuardVerdict(**kept) for kept in usage.get("guardrails", ()))
