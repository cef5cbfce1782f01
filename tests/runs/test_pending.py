"""Items in which the visitor is asked: what becomes of them."""

from datetime import UTC, datetime

import pytest
from chatkit.types import (
    ClientToolCallItem,
    EndOfTurnItem,
    StructuredInputAnswerSubmission,
    StructuredInputItem,
    StructuredInputSubmission,
)

from playground.records import Ask
from playground.runs.pending import answered, asking_item, completed, given_up, presented, told
from playground.toolkit.asking import Asking
from tests.askers import QUESTIONS, choose, look

AT = datetime(2026, 1, 1, tzinfo=UTC)
CALL = ClientToolCallItem(id="a", thread_id="t", created_at=AT, call_id="c", name="look", arguments={})
FORM = StructuredInputItem(id="b", thread_id="t", created_at=AT, inputs=list(QUESTIONS))


def given(**values: list[str]) -> StructuredInputSubmission:
    answers = {name: StructuredInputAnswerSubmission(values=value) for name, value in values.items()}
    return StructuredInputSubmission(answers=answers)


@pytest.mark.parametrize(("arguments", "read"), [('{"a": 1}', {"a": 1}), ("", {}), ("[1]", {}), ("{", {})])
def test_a_call_is_shown_with_what_can_be_read_of_its_arguments(arguments: str, read: object) -> None:
    assert isinstance(look, Asking)
    item = asking_item(Ask("c", "look", arguments, "A", kind="client"), look, "t")
    assert isinstance(item, ClientToolCallItem)
    assert (item.arguments, item.status) == (read, "pending")


def test_a_form_is_shown_with_its_questions() -> None:
    assert isinstance(choose, Asking)
    item = asking_item(Ask("c", "choose", "{}", "A", kind="form"), choose, "t")
    assert isinstance(item, StructuredInputItem)
    assert [one.id for one in item.inputs] == ["colour", "sizes", "why"]


def test_a_value_twice_counts_once_and_a_single_choice_is_one() -> None:
    form = answered(FORM, given(sizes=["m", "m", "s"], colour=["red", "blue"], why=["a", "a"]))
    assert [one.answer.values for one in form.inputs if one.answer] == [["red"], ["m", "s"], ["a", "a"]]
    assert told(form)[0] == {"question": "Which colour?", "answers": ["red"]}
    assert FORM.inputs[0].answer is None


def test_an_answer_of_the_visitors_own_counts_and_an_empty_one_does_not() -> None:
    form = answered(FORM, given(colour=["blue", "red"], sizes=["s", " ", "S"], why=[""]))
    assert [(one.answer.values, one.answer.skipped) for one in form.inputs if one.answer] == [
        (["blue"], False),
        (["s", "S"], False),
        ([], True),
    ]


def test_what_is_given_up_says_so_and_what_was_answered_stays() -> None:
    assert given_up(CALL).status == "completed"
    assert given_up(completed(CALL, 5)) == completed(CALL, 5)
    assert given_up(FORM).status == "skipped"
    form = answered(FORM, given(colour=["red"]))
    assert given_up(form) == form
    other = EndOfTurnItem(id="e", thread_id="t", created_at=AT)
    assert given_up(other) is other


def test_what_is_before_the_visitor_is_shown_and_not_decided() -> None:
    waits = Ask("a", "look", "{}", "A", kind="client")
    shown = Ask("b", "look", "{}", "A", kind="client", item_id="i")
    done = Ask("c", "look", "{}", "A", approved=True, kind="client", item_id="j", output=1)
    assert presented([done, waits, shown]) == shown
    assert presented([done, waits]) is None
