"""How far answers to one message lie apart."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from playground.compare.differences.trace import Trace, TraceStep
from playground.compare.measures.spread import Attempt, Counted, Range, attempt, attempts, spread, spread_html
from playground.errors import NotFound
from playground.records import RunRecord, Usage
from tests.house import ECHO, House, opened
from tests.ui.made import run


def tried(answer: str = "42", *tools: str, **more: Any) -> Attempt:
    return Attempt(run(**more), answer, tools)


def test_answers_are_equal_but_for_white_space() -> None:
    found = spread([tried("No."), tried("It is\n\n42 "), tried(" It is 42"), tried("it is 42")])
    assert found.answers == (Counted("It is\n\n42", 2), Counted("No.", 1), Counted("it is 42", 1))


def test_paths_through_the_tools_are_counted() -> None:
    found = spread([tried("", "calculate", "convert"), tried("", "convert"), tried(""), tried("", "convert")])
    assert found.paths == (Counted("convert", 2), Counted("calculate → convert", 1), Counted("", 1))


def test_calls_of_one_turn_count_as_one_step_in_any_order() -> None:
    def made(*names: str) -> Attempt:
        calls = (TraceStep("tool", 1, names[0]), TraceStep("thought", 1), TraceStep("tool", 1, names[1]))
        rest = (
            TraceStep("handoff", 2, "clerk"),
            TraceStep("remark", 3, text="Well."),
            TraceStep("answer", 3, text="42"),
        )
        return attempt(Trace(run(), (*calls, *rest)))

    assert made("b", "a") == made("a", "b") == Attempt(run(), "42", ("a + b", "hand-off to clerk"))


def test_the_least_the_middle_and_the_most_are_told() -> None:
    runs: list[dict[str, Any]] = [
        {"first_token_ms": first, "duration_ms": 10 * first, "usage": Usage(1, out, turns=1), "cost": Decimal(cost)}
        for first, out, cost in ((300, 10, "0.001"), (100, 40, "0.003"), (200, 20, "0.1"))
    ]
    assert spread([tried(**one) for one in runs]).ranges == (
        Range("First token", "100 ms", "200 ms", "300 ms", 3),
        Range("Time", "1.0 s", "2.0 s", "3.0 s", 3),
        Range("Tokens out", "10", "20", "40", 3),
        Range("Cost", "$0.0010", "$0.0030", "$0.10", 3),
    )


def test_what_is_not_known_is_in_no_range() -> None:
    usage = Usage(1, 10, turns=1)
    found = spread([tried(usage=usage), tried(usage=usage, cost=Decimal("0.001"), first_token_ms=None)])
    assert [(one.heading, one.known) for one in found.ranges] == [
        ("First token", 1),
        ("Time", 2),
        ("Tokens out", 2),
        ("Cost", 1),
    ]
    assert "<small>known of 1 of 2</small>" in spread_html(found)


def test_failures_are_counted_and_kept_out_of_the_rest() -> None:
    bad: list[RunRecord] = [run("failed"), run("failed"), run("cancelled"), run("running", duration_ms=None)]
    found = spread([tried(), *(Attempt(one, "half an ans", ("calculate",)) for one in bad)])
    assert (found.attempts, found.completed) == (5, 1)
    assert found.answers == (Counted("42", 1),)
    assert found.paths == (Counted("", 1),)
    assert found.ended == (Counted("Failed", 2), Counted("Stopped", 1), Counted("Still answering", 1))
    assert all(one.known == 1 for one in found.ranges)


def test_models_are_told_apart() -> None:
    found = spread([tried(model="openai/a"), tried(model="google/b"), tried(model="openai/a")])
    assert found.models == (Counted("openai/a", 2), Counted("google/b", 1))


def test_nothing_is_made_of_nothing() -> None:
    assert "<table>" not in spread_html(spread([]))
    assert "1 × Failed" in spread_html(spread([Attempt(run("failed"), "")]))


def test_answers_are_shown_as_markdown_and_cannot_run_anything() -> None:
    page = spread_html(spread([tried("**42** <script>alert(1)</script>", "<b>tool")]))
    assert "<strong>42</strong>" in page
    assert "<script" not in page
    assert "&lt;b&gt;tool" in page
    assert "<i>no text</i>" in spread_html(spread([tried("")]))


async def asked_again(house: House, *models: str) -> tuple[str, str]:
    """A message that each of the models answers: its thread and its id."""
    client = house.client()
    (tab,) = await client.tabs()
    await client.set_lane(tab.id, agent="tests.staff:clerk", model=models[0])
    first = await client.send(tab.id, "hello there")
    told = [one.event async for one in client.follow(first.run_id)]
    asked = next(
        event.item.id for event in told if event.type == "thread.item.done" and event.item.type == "user_message"
    )
    for model in models[1:]:
        await client.set_lane(tab.id, model=model)
        again = await client.retry(tab.id, asked)
        assert [one async for one in client.follow(again.run_id)]
    await client.send(tab.id, "something else")
    return first.thread_id, asked


async def test_all_that_answered_a_message_is_found_on_whatever_branch(sqlite_url: str, tmp_path: Path) -> None:
    stamps = 'compatible/tools:{"stamp": {"text": "a"}, "whoami": {}}'
    async with opened(sqlite_url, tmp_path) as house:
        thread_id, asked = await asked_again(house, ECHO, stamps, "compatible/cut-2", ECHO)
        found = await attempts(house.client(), thread_id, asked)
        with pytest.raises(NotFound):
            await attempts(house.client("vis_bob"), thread_id, asked)
    assert [one.run.status for one in found] == ["completed", "completed", "failed", "completed"]
    assert [one.tools for one in found] == [(), ("stamp + whoami",), (), ()]
    assert [one.answer for one in found if one.run.model == ECHO] == ["hello there", "hello there"]
    assert spread(found).answers[0] == Counted("hello there", 2)
