"""What lanes took, side by side."""

from decimal import Decimal
from typing import Any

import pytest

from playground.compare.drawing.metrics import tokens_per_s
from playground.compare.measures.figures import Table, cost, figures, figures_html, table
from playground.records import RunRecord, Usage
from tests.ui.made import run

NAMES = ("openai/a", "google/b")


def took(first: int = 400, duration: int = 4400, tokens: tuple[int, int] = (1000, 400), **more: Any) -> RunRecord:
    usage = Usage(*tokens, turns=1)
    return run(**({"first_token_ms": first, "duration_ms": duration, "usage": usage, "cost": Decimal("0.002")} | more))


def column(shown: Table, heading: str) -> list[str]:
    """A column's cells; the best ones begin with a star."""
    place = shown.columns.index(heading)
    return [f"{'*' * row.cells[place].best}{row.cells[place].text}" for row in shown.rows]


def round_(*runs: RunRecord) -> Table:
    names = [f"lane {number}" for number, _ in enumerate(runs)]
    return table("This round", names, [[one] for one in runs])


def test_one_runs_figures_are_its_own() -> None:
    usage = Usage(1000, 400, cached_tokens=300, reasoning_tokens=50, turns=2)
    found = figures([took(usage=usage, tool_calls=3)])
    assert (found.first_token_ms, found.duration_ms, found.tokens_per_s) == (400, 4400, 100)
    assert (found.input, found.output, found.cached, found.reasoning) == (1000, 400, 300, 50)
    assert (found.turns, found.tool_calls, found.cost, found.note) == (2, 3, Decimal("0.002"), "")


def test_a_tabs_figures_are_sums_and_the_medians_of_what_completed() -> None:
    runs = [took(100, 1100), took(300, 2300), took(800, 9800), took(1, 2, status="failed")]
    found = figures(runs)
    assert (found.first_token_ms, found.duration_ms, found.tokens_per_s) == (300, 2300, 200)
    assert (found.input, found.output, found.turns, found.cost) == (4000, 1600, 4, Decimal("0.008"))
    assert found.note == "3 of 4 answers complete"


def test_a_lane_without_an_answer_has_no_figures() -> None:
    found = figures([])
    assert (found.first_token_ms, found.tokens_per_s, found.duration_ms, found.runs) == (None, None, None, 0)
    shown = table("", NAMES, [[], [took()]])
    assert [cell.text for cell in shown.rows[0].cells] == ["–"] * 9 + ["$0.00"]
    assert not any(cell.best for row in shown.rows for cell in row.cells)


@pytest.mark.parametrize(
    ("more", "known"),
    [
        ({}, Decimal("0.002")),
        ({"cost": None}, None),
        ({"cost": None, "usage": Usage()}, Decimal(0)),
        ({"cost": None, "usage": Usage(turns=1)}, None),
    ],
    ids=["known", "no price", "never asked a model", "asked, and not told what it took"],
)
def test_an_unknown_cost_is_not_nothing(more: dict[str, Any], known: Decimal | None) -> None:
    assert cost(took(**more)) == known
    assert figures([took(), took(**more)]).cost == (None if known is None else known + Decimal("0.002"))


def test_a_speed_is_told_where_there_was_writing_to_measure() -> None:
    assert tokens_per_s(took(400, 4400)) == 100
    assert tokens_per_s(took(4390, 4400)) is None
    assert tokens_per_s(took(tokens=(10, 0))) is None


@pytest.mark.parametrize(
    ("heading", "runs", "cells"),
    [
        ("First token", (took(first=400), took(first=210)), ["400 ms", "*210 ms"]),
        ("Time", (took(duration=4400), took(duration=2000)), ["4.4 s", "*2.0 s"]),
        ("Speed", (took(tokens=(1, 400)), took(tokens=(1, 800))), ["100 tok/s", "*200 tok/s"]),
        ("In", (took(tokens=(900, 1)), took(tokens=(1000, 1))), ["*900", "1,000"]),
        ("Out", (took(tokens=(1, 400)), took(tokens=(1, 40))), ["400", "*40"]),
        ("Cost", (took(), took(cost=Decimal("0.001"))), ["$0.0020", "*$0.0010"]),
        ("Cost", (took(), took(cost=Decimal(0), model="local/a")), ["$0.0020", "*$0.00"]),
    ],
)
def test_the_best_is_marked(heading: str, runs: tuple[RunRecord, ...], cells: list[str]) -> None:
    assert column(round_(*runs), heading) == cells


def test_all_that_are_best_are_marked_and_told_apart_by_what_is_shown() -> None:
    shown = round_(took(duration=4410), took(duration=4440), took(duration=5000))
    assert column(shown, "Time") == ["*4.4 s", "*4.4 s", "5.0 s"]


@pytest.mark.parametrize("runs", [(took(),), (took(), took())], ids=["alone", "alike"])
def test_nothing_is_best_where_nothing_is_worse(runs: tuple[RunRecord, ...]) -> None:
    assert not any(cell.best for row in round_(*runs).rows for cell in row.cells)


@pytest.mark.parametrize("status", ["failed", "cancelled", "interrupted", "incomplete", "running"])
def test_a_run_that_did_not_complete_is_never_best(status: str) -> None:
    quick = took(1, 60, (1, 1), status=status, cost=Decimal(0))
    shown = round_(quick, took(), took(500, 5000))
    assert not any(cell.best for cell in shown.rows[0].cells)
    assert column(shown, "Time")[1] == "*4.4 s"
    assert shown.rows[0].note


def test_what_is_not_known_is_never_best() -> None:
    shown = round_(took(cost=None), took(), took(cost=Decimal("0.1")))
    assert column(shown, "Cost") == ["unknown", "*$0.0020", "$0.10"]
    shown = round_(took(usage=Usage()), took(), took(tokens=(5000, 1)))
    assert column(shown, "In") == ["–", "*1,000", "5,000"]


def test_a_lane_that_answered_less_is_not_the_best_of_the_tab() -> None:
    shown = table("The tab", ("a", "b", "c"), [[took(1, 60, (1, 1))], [took()] * 2, [took(900, 9000)] * 2])
    assert column(shown, "Time, median") == ["60 ms", "*4.4 s", "9.0 s"]
    assert [row.note for row in shown.rows] == ["", "2 answers", "2 answers"]


def test_the_table_says_best_in_words_and_holds_no_markup() -> None:
    shown = table("<This> round", ("<b>a", "b"), [[took()], [took(first=210)]])
    page = figures_html([shown], ["<svg></svg>"])
    assert '<b class="best"><span role="img" aria-label="best:">★</span> 210 ms</b>' in page
    assert "<b>&lt;b&gt;a</b>" in page
    assert "&lt;This&gt; round" in page
    assert "<figure><svg></svg></figure>" in page


def test_a_failure_is_named_in_the_table() -> None:
    page = figures_html([round_(took(status="failed"), took(status="running"))])
    assert "<small>Failed</small>" in page
    assert "<small>Answering</small>" in page
