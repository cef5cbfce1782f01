"""The line below an answer."""

import pytest

from playground.records import RunStatus, Usage
from playground.ui.metrics import BADGES, failure, metric_line, seconds
from tests.ui.made import run, texts


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
        ({"model": "local/<b>"}, "1,240 in · 387 out · first token 400 ms · 97 tok/s · 4.4 s · local/&lt;b&gt;"),
    ],
    ids=["nothing known", "too short to tell a speed", "a name with markup"],
)
def test_what_is_not_known_is_left_out(more: dict[str, object], line: str) -> None:
    assert metric_line(run(**more)) == f'<small class="metrics">{line}</small>'


@pytest.mark.parametrize(("ms", "text"), [(0, "0 ms"), (999, "999 ms"), (4_130, "4.1 s"), (125_000, "2 min 5 s")])
def test_durations_are_short(ms: int, text: str) -> None:
    assert seconds(ms) == text


def test_only_a_bad_end_has_a_reason() -> None:
    assert failure(run()) is failure(run("cancelled")) is None
    assert "Busy &amp; tired." in texts(failure(run("failed", error="Busy & tired.")) or {"content": []})[0]
    assert failure(run("interrupted")) is not None
