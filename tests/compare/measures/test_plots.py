"""The plots, as a reader without eyes gets them, and as shares that can be measured."""

import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from playground.compare.measures.plots import plots
from playground.records import RunRecord, TurnUsage, Usage
from tests.ui.made import run


def took(first: int | None = 400, duration: int | None = 4000, cost: str | None = "0.002", **more: Any) -> RunRecord:
    turns = more.pop("turns", (TurnUsage("m", 1000, 100), TurnUsage("m", 2000, 50)))
    usage = Usage(3000, 150, turns=2)
    known = None if cost is None else Decimal(cost)
    return run(first_token_ms=first, duration_ms=duration, cost=known, usage=usage, turns=turns, **more)


def drawn(*runs: RunRecord) -> list[ET.Element]:
    names = [f"lane {number}" for number, _ in enumerate(runs)]
    return [ET.fromstring(plot) for plot in plots(names, [[one] for one in runs])]  # noqa: S314 - our own


def title(plot: ET.Element) -> str:
    return " ".join((plot.findtext("title") or "").split())


def bars(plot: ET.Element) -> list[str]:
    """The widths of what is filled with the accent."""
    return [one.get("width", "") for one in plot.iter("rect") if "--accent" in one.get("fill", "")]


def test_every_plot_says_its_numbers() -> None:
    latency, cost, tokens = drawn(took(), took(210, 2000, "0.001"))
    assert all(plot.get("role") == "img" for plot in (latency, cost, tokens))
    assert title(latency) == (
        "Time to the first token, and in all: "
        "lane 0: first token 400 ms, in all 4.0 s; lane 1: first token 210 ms, in all 2.0 s"
    )
    assert title(cost) == "Cost: lane 0: $0.0020; lane 1: $0.0010"
    assert title(tokens) == (
        "Tokens, turn by turn: lane 0: 1,000 in and 100 out, then 2,000 in and 50 out; "
        "lane 1: 1,000 in and 100 out, then 2,000 in and 50 out"
    )


def test_bars_are_shares_of_the_longest() -> None:
    latency, cost, _ = drawn(took(), took(200, 2000, "0.001"))
    assert bars(latency) == ["100.00%", "10.00%", "50.00%", "5.00%"]
    assert bars(cost) == ["100.00%", "50.00%"]


def test_turns_stand_side_by_side_at_one_scale() -> None:
    short = took(turns=(TurnUsage("m", 500, 1),))
    tokens = drawn(took(), short)[2]
    heights = [float(one.get("height", "")) for one in tokens.iter("rect") if "--accent" in one.get("fill", "")]
    assert heights == [13.0, 26.0, 26.0, 13.0, 6.5, 1.0]


def test_what_is_not_known_has_no_bar() -> None:
    latency, cost, tokens = drawn(took(), took(None, None, None, turns=()))
    assert "lane 1: unknown" in title(latency)
    assert "lane 1: unknown" in title(cost)
    assert "lane 1: unknown" in title(tokens)
    assert [len(bars(latency)), len(bars(cost)), len(bars(tokens))] == [2, 1, 4]


def test_a_failure_is_told() -> None:
    latency = drawn(took(), took(900, 1000, status="failed"))[0]
    assert "lane 1: Failed, first token 900 ms" in title(latency)
    assert "Failed" in "".join(latency.itertext()).split("lane 1")[-1]


def test_nothing_known_is_not_drawn() -> None:
    assert drawn(took(None, None, None, turns=()), took(None, None, "0", turns=())) == []
    assert plots((), ()) == ()


def test_a_name_is_text_and_nothing_is_loaded_or_run() -> None:
    text = "".join(plots(('<script>alert(1)</script>" onload="x',), [[took()]]))
    assert "<script" not in text
    assert not re.search(r"<[^>]*\son\w+=", text)
    assert "url(" not in text
    assert "http" not in text
