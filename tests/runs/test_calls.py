"""What stands beside the name of a tool."""

from playground.runs.calls import Calls


def test_a_note_says_how_it_ended_whose_result_it_is_and_how_long_it_took() -> None:
    times = iter([1.0, 1.012, 5.0, 7.5])
    calls = Calls(lambda: next(times))
    for call_id in ("a", "b"):
        calls.start(call_id)
        calls.end(call_id)
    calls.fail("b")
    calls.say("b", "shared")
    calls.reject(["c"])
    assert [calls.note(call_id) for call_id in "abcd"] == ["12 ms", "failed · shared · 2.5 s", "rejected", ""]
    assert (calls.has_failed("a"), calls.has_failed("b")) == (False, True)


def test_the_end_of_a_call_that_did_not_begin_is_nothing() -> None:
    calls = Calls(lambda: 0)
    calls.end("a")
    assert calls.note("a") == ""
