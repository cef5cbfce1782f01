"""A comparison as one page that needs nothing else: no script, no picture, no font, no server. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playground.compare.comparison import Comparison, Round, SavedRun
from playground.compare.figures import Table, table
from playground.compare.fragments import fragment
from playground.spelling import BADGES, money, seconds

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a browser may do for the page: draw it. It is in the page itself, which may be opened from a disk."""

Extra = Callable[[Comparison], Mapping[str, str]]
"""Further sections of a page: safe HTML, without a script, by title; none where there is nothing to tell."""

EXTRAS: tuple[Extra, ...] = ()
"""What the page also shows, in this order. It is made when the page is, and not saved."""


def html(comparison: Comparison) -> str:
    """The page."""
    lanes, at = comparison.lanes, comparison.made_at
    sections = [extra(comparison) for extra in EXTRAS]
    return fragment(
        "page.html",
        policy=POLICY,
        comparison=comparison,
        overall=_overall(comparison),
        rounds=[_drawn(comparison, round_) for round_ in comparison.rounds],
        agents=list(dict.fromkeys(lane.agent for lane in lanes)),
        settings={lane.name: given for lane in lanes if (given := lane.settings.model_dump(exclude_none=True))},
        made=f"{at.day} {at:%B %Y, %H:%M %Z}",
        extras={title: text for section in sections for title, text in section.items()},
    )


def missing() -> str:
    """The page for a link that leads nowhere."""
    return fragment("missing.html", policy=POLICY)


@dataclass(frozen=True, slots=True)
class _Metrics:
    """What is told below an answer: how it ended if it did not simply complete, and what it took."""

    badge: str
    status: str
    facts: tuple[str, ...]
    said: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A round and what stands below each of its replies."""

    round: Round
    metrics: tuple[_Metrics | None, ...]


def _drawn(comparison: Comparison, round_: Round) -> _Drawn:
    models = [comparison.lanes[reply.lane].model for reply in round_.replies]
    told = [
        _metrics(reply.run, expected) if reply.run else None
        for reply, expected in zip(round_.replies, models, strict=True)
    ]
    return _Drawn(round_, tuple(told))


def _overall(comparison: Comparison) -> Table | None:
    """All lanes' figures, if anything was answered."""
    records = comparison.records()
    if not any(records):
        return None
    return table("What it took", [lane.name for lane in comparison.lanes], records)


def _metrics(run: SavedRun, expected: str) -> _Metrics:
    usage = run.usage
    facts = (
        run.model if run.model != expected else "",
        f"first token {seconds(run.first_token_ms)}" if run.first_token_ms is not None else "",
        seconds(run.duration_ms) if run.duration_ms is not None else "",
        _count(usage.input_tokens, "in", usage.cached_tokens, "cached"),
        _count(usage.output_tokens, "out", usage.reasoning_tokens, "reasoning"),
        money(run.cost) if run.cost else "",
        f"{usage.turns} turns" if usage.turns > 1 else "",
    )
    badge = BADGES.get(run.status, "Still answering" if run.status in {"queued", "running"} else "")
    error = run.error or ""
    return _Metrics(badge, run.status, tuple(filter(None, facts)), run.notes, error)


def _count(count: int, kind: str, part: int, of: str) -> str:
    if not count:
        return ""
    return f"{count:,} {kind} ({part:,} {of})" if part else f"{count:,} {kind}"
