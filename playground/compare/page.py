"""A comparison as one page that needs nothing else: no script, no picture, no font, no server. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from playground.compare.comparison import Comparison, Reply
from playground.compare.figures import Table, table
from playground.compare.fragments import fragment
from playground.compare.metrics import failure, metric_line

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
        rounds=[(each.prompt, [(reply, _told(reply)) for reply in each.replies]) for each in comparison.rounds],
        agents=list(dict.fromkeys(lane.agent for lane in lanes)),
        settings={lane.name: given for lane in lanes if (given := lane.settings.model_dump(exclude_none=True))},
        made=f"{at.day} {at:%B %Y, %H:%M %Z}",
        extras={title: text for section in sections for title, text in section.items()},
    )


def missing() -> str:
    """The page for a link that leads nowhere."""
    return fragment("missing.html", policy=POLICY)


@dataclass(frozen=True, slots=True)
class _Told:
    """What stands below a reply: why it ended badly, and what it took."""

    failure: str | None = None
    metrics: Markup | None = None


def _told(reply: Reply) -> _Told:
    if reply.run is None:
        return _Told()
    run = reply.run.record()
    if run.status in {"queued", "running"}:
        return _Told(metrics=Markup("Still answering"))
    return _Told(failure(run), Markup(metric_line(run)))  # noqa: S704 - what it takes from elsewhere is escaped


def _overall(comparison: Comparison) -> Table | None:
    """All lanes' figures, if anything was answered."""
    records = comparison.records()
    if not any(records):
        return None
    return table("What it took", [lane.name for lane in comparison.lanes], records)
