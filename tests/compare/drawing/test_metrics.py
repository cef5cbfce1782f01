"""The line below an answer."""

from decimal import Decimal

import pytest

from playground.compare.drawing.metrics import failure, metric_line
from playground.records import RunStatus, TurnUsage, Usage
from playground.spelling import BADGES
from tests.ui.made import run


def test_a_completed_run_is_told_without_a_badge() -> None:
    line = "1,240 in · 387 out · first token 400 ms · 97 tok/s · 4.4 s · compatible/echo"
    assert metric_line(run()) == f'<small class="metrics">{line}</small>'


@pytest.mark.parametrize(("status", "badge"), BADGES.items())
def test_any_other_end_has_a_badge(status: RunStatus, badge: str) -> None:
    assert f'<b class="badge {status}">{badge}</b>' in metric_line(run(status))


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"usage": Usage(), "first_token_ms": None, "duration_ms": None}, "compatible/echo"),
        ({"first_token_ms": 4390}, "1,240 in · 387 out · first token 4.4 s · 4.4 s · compatible/echo"),
        (
            {"model": "local/<b>", "usage": Usage(1240, 387, turns=1)},
            "1,240 in · 387 out · first token 400 ms · 97 tok/s · 4.4 s · local/&lt;b&gt;",
        ),
    ],
    ids=["nothing known", "too short to tell a speed", "a name with markup"],
)
def test_what_is_not_known_is_left_out(more: dict[str, object], line: str) -> None:
    assert metric_line(run(**more)) == f'<small class="metrics">{line}</small>'


@pytest.mark.parametrize(
    ("more", "facts"),
    [
        ({"usage": Usage(1204, 87, cached_tokens=1024)}, "1,204 in (1,024 cached) · 87 out · first"),
        ({"usage": Usage(1204, 87, reasoning_tokens=40)}, "1,204 in · 87 out (40 reasoning) · first"),
        ({"cost": Decimal("0.00123")}, "387 out · $0.0012 · first"),
        ({"cost": Decimal(0)}, "387 out · first"),
        ({"tool_calls": 1}, "compatible/echo · 1 tool call"),
        ({"tool_calls": 3, "turns": (TurnUsage("m"),) * 2}, "2 turns · 3 tool calls"),
        ({"usage": Usage(1240, 387, turns=1)}, "387 out · cost unknown · first"),
        ({"usage": Usage(turns=1), "status": "cancelled"}, "Stopped</b> cost unknown · first"),
        ({"usage": Usage(), "status": "cancelled"}, "Stopped</b> first"),
    ],
    ids=["cached", "reasoning", "priced", "free", "a tool", "tools", "no price", "stopped", "never begun"],
)
def test_tokens_and_cost_are_told_as_far_as_they_are_known(more: dict[str, object], facts: str) -> None:
    assert facts in metric_line(run(**more))


def test_several_turns_can_be_looked_at_one_by_one() -> None:
    first = TurnUsage("openai/a", 1000, 50, cached_tokens=900, cache_write_tokens=80, cost=Decimal("0.0015"))
    second = TurnUsage("openai/a", 1100, 60, reasoning_tokens=10)
    line = metric_line(run(turns=(first, second), usage=Usage(2100, 110, turns=2)))
    assert line.startswith('<details class="metrics"><summary>2,100 in')
    assert " · compatible/echo · 2 turns</summary>" in line
    assert line.endswith(
        "<ol><li>1,000 in (900 cached) · 80 newly cached · 50 out · $0.0015</li>"
        "<li>1,100 in · 60 out (10 reasoning) · cost unknown</li></ol></details>"
    )


def test_turns_of_several_models_say_which() -> None:
    turns = (TurnUsage("local/a", 10, 5, cost=Decimal(0)), TurnUsage("local/<b>", 10, 5, cost=Decimal(0)))
    line = metric_line(run(turns=turns))
    assert "<li>10 in · 5 out · local/a</li><li>10 in · 5 out · local/&lt;b&gt;</li>" in line


def test_one_turn_is_the_line_itself() -> None:
    assert metric_line(run(turns=(TurnUsage("compatible/echo", 1240, 387),))) == metric_line(run())


def test_notes_can_be_read_and_hold_no_markup() -> None:
    line = metric_line(run(notes=("Top p is not *supported* by <script>.\n\n# It", "Two")))
    assert " · 2 notes</summary>" in line
    assert "<ul><li>Top p is not &#42;supported&#42; by &lt;script&gt;. # It</li><li>Two</li></ul>" in line
    assert "\n" not in line
    assert "1 note</summary>" in metric_line(run(notes=("One",)))


def test_only_a_bad_end_has_a_reason() -> None:
    assert failure(run()) is failure(run("cancelled")) is None
    assert failure(run("failed", error="Busy & tired.")) == "Busy & tired."
    assert failure(run("interrupted")) is not None
