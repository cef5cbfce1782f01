"""A comparison as one page that needs nothing else: no script, no picture, no font, no server. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from playground.compare.differences.words import compared, words_html
from playground.compare.drawing.citations import marked
from playground.compare.drawing.dialect import literal
from playground.compare.drawing.fragments import fragment
from playground.compare.drawing.markdown import rendered
from playground.compare.drawing.metrics import failure, metric_line
from playground.compare.drawing.widgets import words
from playground.compare.measures.figures import figures_html, table
from playground.compare.measures.plots import plots
from playground.compare.saving.comparison import Comparison, Reply, Round
from playground.records import RunRecord

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""What a browser may do for the page: draw it. It is in the page itself, which may be opened from a disk."""

COMPARED = 20_000
"""Characters of answers that are compared word by word."""

MOST_COMPARED = 300_000
MOST_READ = 300_000
"""Characters on a page that are compared, and that are read as Markdown; what comes then is shown as it was written.
Anybody with the link may ask for the page, and both take seconds of the processor for a megabyte."""


def html(comparison: Comparison) -> str:
    """The page."""
    lanes, at, most = comparison.lanes, comparison.made_at, _Most()
    return fragment(
        "page.html",
        policy=POLICY,
        comparison=comparison,
        overall=_took(comparison, comparison.records(), plotted=True),
        rounds=[_drawn(comparison, each, most) for each in comparison.rounds],
        read=most.read,
        marked=marked,
        words=words,
        agents=list(dict.fromkeys(lane.agent for lane in lanes)),
        settings={lane.name: given for lane in lanes if (given := lane.settings.model_dump(exclude_none=True))},
        made=f"{at.day} {at:%B %Y, %H:%M %Z}",
    )


def missing() -> str:
    """The page for a link that leads nowhere."""
    return fragment("missing.html", policy=POLICY)


@dataclass(slots=True)
class _Most:
    """What may still be done for a page."""

    characters_read: int = MOST_READ
    characters_compared: int = MOST_COMPARED

    def read(self, text: str) -> Markup:
        """Markdown as HTML, or as it was written."""
        self.characters_read -= len(text)
        return _safe(rendered(text) if self.characters_read >= 0 else literal(text))

    def compares(self, texts: Sequence[str]) -> bool:
        """Whether these may be compared."""
        self.characters_compared -= sum(map(len, texts))
        return self.characters_compared >= 0


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
    return _Told(failure(run), _safe(metric_line(run)))


def _drawn(comparison: Comparison, round_: Round, most: _Most) -> tuple[Any, ...]:
    """What the template needs of a round: its prompt, its replies, what they took and how two of them differ."""
    replies = [(reply, _told(reply)) for reply in round_.replies]
    runs = [[reply.run.record()] if reply.run else [] for reply in round_.replies]
    several = len(round_.replies) > 1
    took = _took(comparison, runs, [reply.lane for reply in round_.replies]) if several else None
    return round_.prompt, replies, took, _differ(comparison, round_, most)


def _took(
    comparison: Comparison,
    runs: Sequence[Sequence[RunRecord]],
    lanes: Sequence[int] | None = None,
    *,
    plotted: bool = False,
) -> Markup | None:
    """The figures of some lanes, of all unless given, if anything was answered."""
    if not any(runs):
        return None
    names = [lane.name for lane in comparison.lanes]
    shown = names if lanes is None else [names[lane] for lane in lanes]
    caption = "All prompts" if lanes is None else "This prompt"
    return _safe(figures_html([table(caption, shown, runs)], plots(shown, runs) if plotted else ()))


def _differ(comparison: Comparison, round_: Round, most: _Most) -> Markup | None:
    """How two answers differ, if there are two, of a length at which that is soon found out."""
    texts = [reply.text for reply in round_.replies]
    if len(texts) != 2 or not all(0 < len(text) <= COMPARED for text in texts) or not most.compares(texts):
        return None
    first, second = (comparison.lanes[reply.lane].name for reply in round_.replies)
    return _safe(words_html(compared(*texts), (first, second)))


def _safe(made: str) -> Markup:
    return Markup(made)  # noqa: S704 - what templates and metrics take from elsewhere is escaped
