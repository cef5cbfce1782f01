"""What a run took and cost, in one quiet line below its answer. Pure."""

import html
from collections.abc import Iterator

from playground.prices import is_free
from playground.records import RunRecord, TurnUsage, Usage
from playground.spelling import BADGES, money, seconds, speed


def tokens_per_s(run: RunRecord) -> float | None:
    """Output tokens per second of writing; None where the writing was too short to tell."""
    writing = (run.duration_ms or 0) - (run.first_token_ms or 0)
    if writing < 50 or not run.usage.output_tokens:
        return None
    return run.usage.output_tokens * 1000 / writing


def metric_line(run: RunRecord) -> str:
    """What a run took, in one quiet line, with a badge if it did not simply complete.

    Where there is more to tell, of its turns or of what was left out for the model, the line can be opened.
    """
    badge = BADGES.get(run.status)
    facts = [fact for fact in _facts(run) if fact]
    shown = f'<b class="badge {run.status}">{badge}</b> ' if badge else ""
    line = f"{shown}{' · '.join(facts)}"
    more = "".join(_more(run))
    if not more:
        return f'<small class="metrics">{line}</small>'
    return f'<details class="metrics"><summary>{line}</summary>{more}</details>'


def _facts(run: RunRecord) -> Iterator[str]:
    usage = run.usage
    if usage.input_tokens or usage.output_tokens:
        yield from _tokens(usage)
    yield _cost(run)
    if run.first_token_ms is not None:
        yield f"first token {seconds(run.first_token_ms)}"
    if (pace := tokens_per_s(run)) is not None:
        yield speed(pace)
    if run.duration_ms is not None:
        yield seconds(run.duration_ms)
    yield escaped(run.model)
    if len(run.turns) > 1:
        yield f"{len(run.turns)} turns"
    yield _count(run.tool_calls, "tool call")
    yield _count(len(run.notes), "note")


def _count(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s" if number else ""


def _tokens(usage: Usage | TurnUsage) -> Iterator[str]:
    yield f"{usage.input_tokens:,} in{_of_those(usage.cached_tokens, 'cached')}"
    yield f"{usage.output_tokens:,} out{_of_those(usage.reasoning_tokens, 'reasoning')}"


def _of_those(count: int, kind: str) -> str:
    return f" ({count:,} {kind})" if count else ""


def _cost(run: RunRecord) -> str:
    """Nothing for a run that took nothing, nor for a model on this machine."""
    if run.cost is not None:
        return money(run.cost) if run.cost else ""
    return "cost unknown" if run.usage.turns and not is_free(run.model) else ""


def _more(run: RunRecord) -> Iterator[str]:
    """Each turn, if there are several, and the notes. No line is empty: it would end the markup for Markdown."""
    if len(run.turns) > 1:
        named = len({turn.model for turn in run.turns}) > 1
        yield f"<ol>{''.join(f'<li>{_turn(turn, named=named)}</li>' for turn in run.turns)}</ol>"
    if run.notes:
        yield f"<ul>{''.join(f'<li>{escaped(note)}</li>' for note in run.notes)}</ul>"


def _turn(turn: TurnUsage, *, named: bool) -> str:
    facts = list(_tokens(turn))
    if turn.cache_write_tokens:
        facts.insert(1, f"{turn.cache_write_tokens:,} newly cached")
    if turn.cost != 0:
        facts.append("cost unknown" if turn.cost is None else money(turn.cost))
    return " · ".join([*facts, escaped(turn.model)] if named else facts)


def failure(run: RunRecord) -> str | None:
    """Why a run ended badly, as text; None if it did not."""
    if run.status == "interrupted":
        return run.error or "The server stopped while this was being answered."
    if run.status == "failed":
        return run.error or "The answer could not be finished."
    return None


def escaped(text: str) -> str:
    """The text inside markup: nothing in it is markup, and Markdown sees one line."""
    return html.escape(" ".join(text.split())).replace("*", "&#42;").replace("_", "&#95;").replace("`", "&#96;")
