"""The format in which comparisons are saved."""

import json as plain_json
from typing import Any

import pytest

from playground.compare.saving.comparison import FORMAT, json, read
from playground.errors import Malformed
from tests.compare.saved import comparison

MADE = comparison()


def changed(**fields: Any) -> str:
    """The sample's JSON with other fields."""
    return plain_json.dumps({**plain_json.loads(json(MADE)), **fields})


def test_what_is_saved_is_read_back() -> None:
    assert read(json(MADE)) == MADE
    assert read(json(MADE).encode()) == MADE


def test_the_format_says_its_number() -> None:
    assert plain_json.loads(json(MADE))["format"] == FORMAT == 1


def test_runs_come_back_as_records() -> None:
    records = MADE.records()
    assert [len(runs) for runs in records] == [2, 2, 1, 2]
    assert [run.model for run in records[0]] == ["openai/gpt-6-mini"] * 2
    assert records[0][0].usage.input_tokens == 1240
    assert {run.id + run.thread_id + run.visitor_id for runs in records for run in runs} == {""}


def test_what_a_later_playground_adds_is_read_over() -> None:
    assert read(changed(colour="red")) == MADE


TURN = {"model": "m", "cost": "1e99999"}
RUN = {"agent": "a", "model": "m", "status": "completed", "created_at": "2026-01-01T00:00:00Z"}
LANE = {"name": "m", "agent": "a", "model": "m"}


def of_run(**fields: Any) -> str:
    """The JSON of a comparison with one run."""
    return changed(lanes=[LANE], rounds=[{"prompt": "", "replies": [{"lane": 0, "run": {**RUN, **fields}}]}])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "\x00",
        "[" * 100_000,
        "<html>",
        changed(format=2),
        changed(format=None),
        changed(lanes=[]),
        changed(lanes=[LANE] * 9),
        changed(rounds=[{"prompt": "", "replies": [{"lane": 4}]}]),
        changed(rounds=[{"prompt": "", "replies": [{"lane": -1}]}]),
        changed(rounds=[{"prompt": "", "replies": [{"lane": 0, "parts": [{"kind": "script", "text": "x"}]}]}]),
        changed(rounds=[{"prompt": 1, "replies": []}]),
        of_run(cost="1e99999"),
        of_run(cost="NaN"),
        of_run(cost="-1"),
        of_run(turns=[TURN]),
        of_run(status="<b>"),
    ],
)
def test_what_is_no_comparison_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Malformed, match="not a saved comparison of format 1"):
        read(text)


def test_a_run_alone_is_read() -> None:
    assert read(of_run(cost="0.5")).records()[0][0].status == "completed"
