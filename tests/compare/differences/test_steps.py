"""Two runs side by side, step by step."""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.compare.differences.steps import LISTED, StepDiff, StepPair, aligned, steps_html
from playground.compare.differences.trace import Trace, TraceStep
from tests.compare.drawn import Drawn
from tests.compare.payloads import PAYLOADS
from tests.compare.traces import answer, end, guardrail, handoff, remark, run, thought, tool, trace


@dataclass(frozen=True)
class Case:
    """Two runs, the verdicts of their pairs, and the pair at which they part."""

    name: str
    first: Trace
    second: Trace
    verdicts: str
    divergence: int | None
    changes: list[tuple[Any, ...]] = field(default_factory=list[tuple[Any, ...]])
    differs: tuple[str, ...] = ()


def days(arguments: str) -> TraceStep:
    return tool("days_between", arguments, "62 days")


def sums(*turns: tuple[str, ...]) -> list[TraceStep]:
    """Turns of sums, each with its calls."""
    return [tool("add", f'{{"a": {of}}}', of, turn=turn) for turn, calls in enumerate(turns, 1) for of in calls]


TRIPPED = guardrail("manners", "tripped")
FAILED = end("failed")

CASES = [
    Case("equal", trace(tool("now"), answer()), trace(tool("now"), answer()), "equal equal", None),
    Case("nothing at all", trace(), trace(), "", None),
    Case("nothing and something", trace(), trace(tool("now"), answer()), "added added", 0),
    Case("something and nothing", trace(tool("now"), answer()), trace(), "missing missing", 0),
    Case("another answer", trace(answer("Yes.")), trace(answer("No.")), "changed", 0, differs=("result",)),
    Case(
        "arguments spelled in another way",
        trace(days('{"first": 1, "last": [2.0, 1e2]}')),
        trace(days('{ "last":[2,100], "first":1.0 }')),
        "equal",
        None,
    ),
    Case("no arguments", trace(tool("now", "")), trace(tool("now", "{}")), "equal", None),
    Case(
        "other arguments",
        trace(days('{"to": {"month": 7, "day": 1}, "days": [1, 2], "in": "h"}')),
        trace(days('{"to": {"month": 8, "day": 1}, "days": [1], "a b": true}')),
        "changed",
        0,
        changes=[("days[1]", "2", None), ("in", '"h"', None), ("to.month", "7", "8"), ('["a b"]', None, "true")],
        differs=("arguments",),
    ),
    Case(
        "yes is not one",
        trace(days('{"sure": true}')),
        trace(days('{"sure": 1}')),
        "changed",
        0,
        changes=[("sure", "true", "1")],
        differs=("arguments",),
    ),
    Case(
        "arguments that are no JSON",
        trace(tool("add", "{broken")),
        trace(tool("add", '{"a": 1}')),
        "changed",
        0,
        changes=[("", "{broken", '{"a":1}')],
        differs=("arguments",),
    ),
    Case("the same that is no JSON", trace(tool("add", "{broken")), trace(tool("add", "{broken")), "equal", None),
    Case(
        "another result of the same call",
        trace(tool("now", "{}", "noon"), answer()),
        trace(tool("now", "{}", "night"), answer()),
        "changed equal",
        0,
        differs=("result",),
    ),
    Case(
        "a result spelled in another way",
        trace(tool("now", "{}", '{"hour": 12, "zone": "UTC"}')),
        trace(tool("now", "{}", '{"zone":"UTC","hour":12.0}')),
        "equal",
        None,
    ),
    Case(
        "a call that failed",
        trace(tool("now", "{}", "noon")),
        trace(tool("now", "{}", "noon", failed=True)),
        "changed",
        0,
        differs=("result",),
    ),
    Case(
        "a call without a result, and one with an empty one",
        trace(tool("now", "{}", None)),
        trace(tool("now", "{}", "")),
        "changed",
        0,
        differs=("result",),
    ),
    Case(
        "a result that is shared or made up, and the same of the tool's own",
        trace(tool("now", shared=True), tool("add", stood_in=True, note="3 ms")),
        trace(tool("now"), tool("add", note="9 ms")),
        "equal equal",
        None,
    ),
    Case(
        "one call more",
        trace(tool("now"), answer()),
        trace(tool("now"), tool("add", turn=2), answer(turn=3)),
        "equal added equal",
        1,
    ),
    Case(
        "one call less",
        trace(tool("now"), tool("add", turn=2), answer(turn=3)),
        trace(tool("now"), answer()),
        "equal missing equal",
        1,
    ),
    Case(
        "another tool",
        trace(tool("now"), answer()),
        trace(tool("today"), answer()),
        "missing added equal",
        0,
    ),
    Case(
        "the same call again",
        trace(tool("now"), answer()),
        trace(tool("now"), tool("now", turn=2), answer(turn=3)),
        "equal added equal",
        1,
    ),
    Case(
        "calls made at once in another order",
        trace(*sums(("1", "2", "3")), answer()),
        trace(*sums(("3", "2", "1")), answer()),
        "reordered reordered equal equal",
        None,
    ),
    Case(
        "calls made at once, and one after the other",
        trace(*sums(("1", "2")), answer()),
        trace(*sums(("2",), ("1",)), answer(turn=3)),
        "reordered equal equal",
        None,
    ),
    Case(
        "more turns for the same calls",
        trace(*sums(("1", "2")), answer()),
        trace(*sums(("1",), ("2",)), answer(turn=3)),
        "equal equal equal",
        None,
    ),
    Case(
        "calls one after the other in another order",
        trace(*sums(("1",), ("2",))),
        trace(*sums(("2",), ("1",))),
        "missing equal added",
        0,
    ),
    Case(
        "calls made at once in another order, one of them different",
        trace(tool("add", '{"a": 1}'), tool("now")),
        trace(tool("now"), tool("add", '{"a": 2}')),
        "changed equal",
        0,
        changes=[("a", "1", "2")],
        differs=("arguments",),
    ),
    Case(
        "a hand-off and none",
        trace(handoff("Clerk"), answer()),
        trace(answer()),
        "missing equal",
        0,
    ),
    Case(
        "hand-offs to others",
        trace(handoff("Clerk"), answer()),
        trace(handoff("Cashier"), answer()),
        "changed equal",
        0,
        differs=("name",),
    ),
    Case(
        "a guardrail that tripped, and none",
        trace(TRIPPED),
        trace(answer()),
        "missing added",
        0,
    ),
    Case(
        "a guardrail that tripped, and let pass",
        trace(TRIPPED),
        trace(guardrail("manners", "passed"), answer()),
        "changed added",
        0,
        differs=("verdict",),
    ),
    Case(
        "a failure and a success",
        trace(tool("now"), FAILED),
        trace(tool("now"), answer()),
        "equal missing added",
        1,
    ),
    Case("two failures alike", trace(FAILED), trace(FAILED), "equal", None),
    Case(
        "two failures",
        trace(FAILED),
        trace(end("incomplete", "The answer was cut off.")),
        "changed",
        0,
        differs=("name", "result"),
    ),
    Case(
        "half an answer, then a failure",
        trace(answer("The tot"), FAILED),
        trace(answer("The total is 3.")),
        "changed missing",
        0,
        differs=("result",),
    ),
    Case(
        "thoughts and remarks",
        trace(thought("Hm."), remark("I will look."), tool("now"), answer()),
        trace(tool("now"), thought("So.", turn=2), answer()),
        "aside aside equal aside equal",
        None,
    ),
    Case(
        "thoughts of both",
        trace(thought("Hm."), tool("now")),
        trace(thought("Ha."), tool("now")),
        "aside equal",
        None,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_two_runs_side_by_side(case: Case) -> None:
    diff = aligned(case.first, case.second)
    assert " ".join(pair.verdict for pair in diff.pairs) == case.verdicts
    assert diff.divergence == case.divergence
    found = [pair for pair in diff.pairs if pair.verdict == "changed"]
    assert [(one.path, one.first, one.second) for pair in found for one in pair.changes] == case.changes
    assert tuple(name for pair in found for name in pair.differs) == case.differs


def test_what_only_the_second_did_stands_where_it_did_it() -> None:
    diff = aligned(trace(*sums(("1",), ("4",))), trace(*sums(("1",), ("2",), ("3",), ("4",))))
    shown = [(pair.first and pair.first.text, pair.second and pair.second.text) for pair in diff.pairs]
    assert shown == [("1", "1"), (None, "2"), (None, "3"), ("4", "4")]


def test_a_long_run_with_a_call_more_and_one_different() -> None:
    calls = [str(number) for number in range(50)]
    others = [*calls[:10], "99", *calls[10:40], "77", *calls[41:]]
    diff = aligned(trace(*sums(*((call,) for call in calls))), trace(*sums(*((call,) for call in others))))
    assert Counter(pair.verdict for pair in diff.pairs) == {"equal": 49, "added": 1, "changed": 1}
    assert diff.divergence == 10


def test_whole_files_in_arguments_are_told_apart_by_how_they_begin() -> None:
    def written(ending: str) -> Trace:
        texts = (f"file {number} " + f"line {number} {ending}\\n" * 2_000 for number in range(50))
        return trace(*(tool("write", f'{{"text": "{text}"}}', turn=at) for at, text in enumerate(texts, 1)))

    diff = aligned(written("one"), written("two"))  # minutes, if all of it were compared with all
    assert [pair.verdict for pair in diff.pairs] == ["changed"] * 50


def test_fifty_calls_made_at_once_and_backwards() -> None:
    calls = tuple(str(number) for number in range(50))
    diff = aligned(trace(*sums(calls)), trace(*sums(calls[::-1])))
    assert diff.divergence is None
    assert diff.count("equal", "reordered") == 50


# -- properties -------------------------------------------------------------------------------------------------

ARGUMENTS = st.sampled_from(["", "{}", '{"a": 1}', '{"a": 1.0}', '{"a": [1, {"b": null}]}', "{broken", "NaN", "[1]"])
RESULTS = st.sampled_from([None, "", "ok", "no", '{"x": 1}', '{"x":1.0}'])
STEPS = st.one_of(
    st.builds(
        tool,
        st.sampled_from(["now", "add"]),
        ARGUMENTS,
        RESULTS,
        failed=st.booleans(),
        shared=st.booleans(),
    ),
    st.builds(handoff, st.sampled_from(["Clerk", "Cashier"])),
    st.builds(guardrail, st.sampled_from(["manners", "truth"]), st.sampled_from(["passed", "tripped"])),
    st.builds(thought, st.sampled_from(["Hm.", "Ha."])),
    st.builds(remark, st.sampled_from(["Well.", "So."])),
    st.builds(answer, st.sampled_from(["Yes.", "No."])),
    st.builds(end, st.sampled_from(["failed", "cancelled"])),
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Any run, its turns in order."""
    steps = draw(st.lists(STEPS, max_size=12))
    turns = sorted(draw(st.lists(st.integers(1, 4), min_size=len(steps), max_size=len(steps))))
    return trace(*(replace(step, turn=turn) for step, turn in zip(steps, turns, strict=True)))


def firsts(diff: StepDiff) -> list[TraceStep]:
    return [pair.first for pair in diff.pairs if pair.first is not None]


def seconds(diff: StepDiff) -> list[TraceStep]:
    return [pair.second for pair in diff.pairs if pair.second is not None]


def tally(diff: StepDiff) -> Counter[str]:
    names = {"equal": "alike", "reordered": "alike"}
    return Counter(names.get(pair.verdict, pair.verdict) for pair in diff.pairs)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(traces())
def test_a_run_equals_itself(one: Trace) -> None:
    diff = aligned(one, one)
    assert {pair.verdict for pair in diff.pairs} <= {"equal", "aside"}
    assert all(pair.first is pair.second for pair in diff.pairs)
    assert diff.divergence is None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(traces(), traces())
def test_every_step_is_in_one_pair(one: Trace, two: Trace) -> None:
    diff = aligned(one, two)
    assert firsts(diff) == list(one.steps)
    assert sorted(map(repr, seconds(diff))) == sorted(map(repr, two.steps))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(traces(), traces())
def test_what_is_missing_is_added_the_other_way_round(one: Trace, two: Trace) -> None:
    there, back = aligned(one, two), aligned(two, one)
    mirrored = {"missing": "added", "added": "missing"}
    assert tally(there) == Counter({mirrored.get(verdict, verdict): n for verdict, n in tally(back).items()})
    assert (there.divergence is None) == (back.divergence is None)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(traces(), traces())
def test_runs_part_at_the_first_pair_that_differs(one: Trace, two: Trace) -> None:
    diff = aligned(one, two)
    before = diff.pairs if diff.divergence is None else diff.pairs[: diff.divergence]
    assert all(pair.verdict in {"equal", "reordered", "aside"} for pair in before)
    if diff.divergence is not None:
        assert diff.pairs[diff.divergence].verdict in {"changed", "added", "missing"}


@settings(derandomize=True, deadline=None, max_examples=100)
@given(traces(), traces())
def test_what_is_called_changed_says_what_is_different(one: Trace, two: Trace) -> None:
    for pair in aligned(one, two).pairs:
        assert bool(pair.differs) == (pair.verdict == "changed")
        assert bool(pair.changes) == ("arguments" in pair.differs)
        assert _fits(pair)


def _fits(pair: StepPair) -> bool:
    """Only steps of one kind stand side by side."""
    return pair.first is None or pair.second is None or pair.first.kind == pair.second.kind


# -- drawing ----------------------------------------------------------------------------------------------------

NAMES = ("openai/gpt-6", "anthropic/claude")


def drawn(first: Trace, second: Trace) -> Drawn:
    return Drawn(steps_html(aligned(first, second), NAMES))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (trace(), trace(), "There are no steps to compare yet."),
        (trace(thought("Hm.")), trace(), "There are no steps to compare yet."),
        (trace(tool("now")), trace(tool("now")), "Both runs did the same."),
        (trace(*sums(("1", "2"))), trace(*sums(("2", "1"))), "Both runs did the same."),
        (trace(tool("now")), trace(), "The runs part at step 1, now: only openai/gpt-6."),
        (trace(), trace(tool("now")), "The runs part at step 1, now: only anthropic/claude."),
        (
            trace(tool("now"), thought("Hm."), tool("add", '{"a": 1}', "1")),
            trace(tool("now"), tool("add", '{"a": 2}', "2")),
            "The runs part at step 2, add: other arguments, another result.",
        ),
        (trace(answer("Yes.")), trace(answer("No.")), "The runs part at step 1, Answer: another answer."),
        (trace(handoff("A")), trace(handoff("B")), "The runs part at step 1, Hand-off → A: to another agent."),
        (trace(FAILED), trace(end("cancelled")), "The runs part at step 1, Failed: another end."),
        (trace(TRIPPED), trace(), "The runs part at step 1, Guardrail manners: tripped: only openai/gpt-6."),
    ],
)
def test_where_the_runs_part_is_said_in_a_sentence(first: Trace, second: Trace, said: str) -> None:
    page = drawn(first, second)
    assert page.inside("p")[0] == said
    assert page.text.count("Here the runs part") == said.startswith("The runs part")


def test_a_run_that_is_under_way_is_said_to_be() -> None:
    under_way = Trace(run("running"), (tool("now"),))
    assert "anthropic/claude is still under way" in drawn(trace(), under_way).text


def test_arguments_that_differ_are_listed_with_their_places() -> None:
    page = drawn(trace(days('{"to": {"month": 7}}')), trace(days('{"to": {"month": 8}, "in": "h"}')))
    assert page.inside("th")[3:] == ["to.month", "in"]
    assert (page.inside("del"), page.inside("ins")) == (["7"], ["8", '"h"'])


def test_of_many_arguments_that_differ_some_are_listed() -> None:
    page = drawn(trace(days(str(list(range(100))))), trace(days(str(list(range(1, 101))))))
    assert len(page.inside("th")) == 3 + LISTED
    assert "… and 60 more" in page.text


def test_results_that_differ_are_marked_word_by_word() -> None:
    page = drawn(trace(tool("now", "{}", "at noon sharp")), trace(tool("now", "{}", "at night sharp")))
    assert (page.inside("del"), page.inside("ins")) == (["noon"], ["night"])


def test_a_result_that_is_empty_missing_failed_shared_or_made_up_says_so() -> None:
    steps = [
        tool("one", "{}", ""),
        tool("two", "{}", None),
        tool("three", failed=True),
        tool("four", shared=True),
        tool("five", stood_in=True, note="3 ms"),
    ]
    page = drawn(trace(*steps), trace())
    assert page.text.count("Not done") == len(steps)
    for mark in ("empty", "no result", "failed", "shared result", "made-up result", "3 ms", "Error"):
        assert page.text.count(mark) == 1, mark


def test_long_results_are_folded_away_and_cut() -> None:
    page = drawn(trace(tool("big", "{}", "x" * 200_000)), trace())
    assert "Result 200,000 characters" in page.inside("summary")[0]
    assert "… and 180,000 characters more" in page.text
    assert len(page.text) < 30_000


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_that_a_model_or_a_tool_wrote_becomes_markup(payload: str) -> None:
    wild = [
        tool(payload, payload, payload, note=payload),
        handoff(payload),
        guardrail(payload, payload),
        thought(payload),
        remark(payload),
        answer(payload),
        end("failed", payload),
    ]
    others = [tool(payload, json.dumps({payload: payload}), f"{payload}!"), answer(f"{payload}!")]
    page = Drawn(steps_html(aligned(trace(*wild), trace(*others)), (payload, payload)))
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
    assert not page.other


ELEMENTS = {
    "section",
    "p",
    "div",
    "h4",
    "h5",
    "ol",
    "li",
    "span",
    "code",
    "b",
    "small",
    "pre",
    "details",
    "summary",
} | {*("table", "thead", "tbody", "tr", "th", "td", "del", "ins")}
ATTRIBUTES = {"class", "dir", "tabindex", "role", "scope", "aria-label", "aria-hidden"}
