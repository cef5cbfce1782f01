"""What an agent did, up to one of its steps."""

from typing import Any

import pytest

from playground.errors import Malformed
from playground.runs.cut import LOST, Cut, cut, handed_to

Json = dict[str, Any]


def task(title: str, *, icon: str = "bolt", status: str = "complete") -> Json:
    if title == "Thought":
        return {"type": "thought", "title": title, "status_indicator": status, "content": "hm"}
    return {"type": "custom", "title": title, "icon": icon, "status_indicator": status}


def item(*tasks: Json) -> Json:
    return {"id": "wfl_1", "workflow": {"type": "custom", "tasks": [*tasks], "summary": {"title": "all"}}}


def call(name: str) -> Json:
    return {"type": "function_call", "name": name, "call_id": f"call_{name}", "arguments": "{}"}


def result(name: str) -> Json:
    return {"type": "function_call_output", "call_id": f"call_{name}", "output": "done"}


THOUGHT: Json = {"type": "reasoning", "summary": []}
SEARCH: Json = {"type": "web_search_call"}
A, B, C = task("a · 1 ms"), task("b · 2 ms"), task("c · failed · 3 ms")


def shown(left: Cut) -> list[str]:
    return [one["title"] for one in left.payload["workflow"]["tasks"]] if left.payload else []


def without(*names: str) -> tuple[str, ...]:
    if len(names) == 1:
        return (f"A call of {names[0]} had no result at that point and was left out.",)
    return (f"Calls of {' and '.join(names)} had no result at that point and were left out.",)


def test_nothing_changes_where_all_is_kept() -> None:
    told = [THOUGHT, call("a"), result("a")]
    payload = item(task("Thought"), A)
    for step in (None, 1):
        assert cut(payload, told, step) == Cut(payload, told)


@pytest.mark.parametrize(
    ("step", "kept", "notes"),
    [(0, ["a"], without("b")), (1, ["a", "b"], ()), (2, ["a", "b", "c"], ())],
)
def test_calls_at_once_are_kept_if_they_had_their_result(step: int, kept: list[str], notes: tuple[str, ...]) -> None:
    told = [call("a"), call("b"), result("a"), result("b"), call("c"), result("c")]
    left = cut(item(A, B, C), told, step)
    assert [one["name"] for one in left.model_input if "name" in one] == kept
    assert [title.split(" ")[0] for title in shown(left)] == kept
    assert left.notes == notes


def test_results_may_come_in_another_order_than_their_calls() -> None:
    told = [call("a"), call("b"), result("b"), result("a")]
    first, second = (cut(item(A, B), told, step) for step in (0, 1))
    assert (shown(first), first.notes) == ([A["title"], B["title"]], ())
    assert (shown(second), second.notes) == ([B["title"]], without("a"))
    assert second.model_input == [call("b"), result("b")]


def test_what_never_had_a_result_is_taken_out_of_a_whole_item_too() -> None:
    open_b = task("b · not finished")
    left = cut(item(A, open_b), [call("a"), result("a"), call("b")], None)
    assert (shown(left), left.model_input) == ([A["title"]], [call("a"), result("a")])
    assert left.notes == without("b")


def test_a_call_that_the_model_had_not_written_to_its_end_is_taken_out() -> None:
    left = cut(item(task("a"), task("b · not finished")), [call("a"), result("a")], 1)
    assert (shown(left), left.notes) == (["a"], without("b"))
    nothing = cut(item(task("b · not finished"), task("c", status="none")), [], None)
    assert nothing == Cut(None, [], without("b", "c"))


def test_a_search_of_the_providers_own_is_a_step() -> None:
    told = [THOUGHT, SEARCH, call("a"), result("a")]
    payload = item(task("Thought"), task("Web search", icon="globe"), A)
    left = cut(payload, told, 1)
    assert (shown(left), left.model_input, left.notes) == (["Thought", "Web search"], [THOUGHT, SEARCH], ())


def test_what_was_not_kept_is_shown_and_said_to_be_told_to_nobody() -> None:
    left = cut(item(task("Thought"), A, B), [], 1)
    assert (shown(left), left.model_input, left.notes) == (["Thought", A["title"]], [], (LOST,))


def test_the_summary_names_the_steps_that_are_left() -> None:
    told = [THOUGHT, call("a"), result("a"), call("c"), result("c")]
    payload = item(task("Thought"), A, C)
    workflow = (cut(payload, told, 1).payload or {})["workflow"]
    assert (workflow["summary"], workflow["type"]) == ({"title": "a", "icon": "bolt"}, "custom")
    thoughts = (cut(payload, told, 0).payload or {})["workflow"]
    assert ("summary" in thoughts, thoughts["type"]) == (False, "reasoning")
    assert payload["workflow"]["summary"] == {"title": "all"}


@pytest.mark.parametrize("step", [-1, 1])
def test_a_step_that_is_not_there_is_refused(step: int) -> None:
    with pytest.raises(Malformed, match="This item has 1"):
        cut(item(A), [call("a"), result("a")], step)


def test_the_last_one_that_was_handed_to_is_known() -> None:
    hand_offs = [task(f"Hand-off → {name}", icon="agent") for name in ("Ann", "Bob")]
    assert handed_to(item(A, *hand_offs, B)) == "Bob"
    assert handed_to(item(A, task("Thought"))) is None
