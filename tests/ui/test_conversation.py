"""A thread → what is shown of it."""

from dataclasses import replace

import pytest
from chatkit.types import CustomTask, ErrorEvent, NoticeEvent, ThreadItem

from playground.client import ThreadView
from playground.transcript import Transcript
from playground.ui.conversation import draw
from playground.ui.state import Feed
from tests.ui.made import answer, run, texts, user, view, work


def drawn(shown: ThreadView, transcript: Transcript | None = None) -> Feed:
    return draw(shown, transcript or shown.transcript)


def lines(feed: Feed) -> list[str]:
    return [text for message in feed.messages for text in texts(message)]


def test_an_answer_carries_its_metrics_in_a_block_of_its_own() -> None:
    feed = drawn(view(user("Hi"), answer("Hello"), runs={"msg_a": run()}))
    assert feed.ids == ("msg_q", "msg_a")
    said, metrics = texts(feed.messages[1])
    assert said == "Hello"
    assert "metrics" in metrics


@pytest.mark.parametrize("last", [user("Hi"), work(CustomTask(title="look"))], ids=["question", "step"])
def test_metrics_stand_alone_where_there_is_no_answer(last: ThreadItem) -> None:
    feed = drawn(view(last, runs={last.id: run("cancelled")}))
    assert "Stopped" in texts(feed.messages[-1])[0]
    assert feed.messages[-1]["role"] == "assistant"


def test_a_failure_is_an_entry_that_offers_to_try_again() -> None:
    feed = drawn(view(user("Hi"), runs={"msg_q": run("failed", error="Busy.", allow_retry=True)}))
    assert "Busy." in texts(feed.messages[-1])[0]
    assert feed.messages[-1]["options"] == [{"label": "Try again", "value": "msg_q"}]


@pytest.mark.parametrize(
    "ended", [run("failed", error="Busy."), run(), run("cancelled")], ids=["final", "good", "stopped"]
)
def test_no_other_end_offers_it(ended: object) -> None:
    feed = drawn(view(user("Hi"), runs={"msg_q": ended}))
    assert all(message["options"] is None for message in feed.messages)


def test_a_failure_that_was_answered_in_a_later_try_is_not_told() -> None:
    shown = view(user("Hi"), answer("Hello"), runs={"msg_q": run("failed", error="Busy."), "msg_a": run()})
    assert "Busy." not in str(lines(drawn(shown)))


def test_a_failure_that_was_talked_past_is_told() -> None:
    shown = view(user("Hi"), user("Hello?", "msg_r"), runs={"msg_q": run("failed", error="Busy.")})
    assert "Busy." in str(lines(drawn(shown)))


def test_a_live_run_shows_a_sign_of_life_until_there_is_something_to_read() -> None:
    live = view(user("Hi"), live=run("running"))
    assert "dots" in lines(drawn(live))[-1]
    assert drawn(live).run_id == "run"
    asking = replace(live.transcript, progress="Asking …")
    assert "Asking …" in lines(drawn(live, asking))[-1]
    assert drawn(live, asking).mounts == {
        "run.progress": {"type": "progress", "id": "run.progress", "text": "Asking …"}
    }
    writing = replace(live.transcript, items=(*live.transcript.items, answer("He")), open_ids=frozenset({"msg_a"}))
    assert lines(drawn(live, writing))[-1] == "He"


def test_errors_and_notices_of_the_stream_stand_below() -> None:
    live = view(user("Hi"), live=run("running"))
    notices = (NoticeEvent(level="warning", message="Cut."),)
    seen = replace(live.transcript, notices=notices, error=ErrorEvent(message="Busy.", allow_retry=True))
    assert ["Cut." in lines(drawn(live, seen))[-2], "Busy." in lines(drawn(live, seen))[-1]] == [True, True]


def test_queued_messages_wait_below_without_an_item() -> None:
    feed = drawn(view(user("Hi"), live=run("running"), queued=(run("queued", id="run2", input_text="Next"),)))
    assert feed.queued == ("run2",)
    assert [texts(message)[0] for message in feed.messages if message["role"] == "user"] == ["Hi", "Next"]
    assert feed.ids[-2:] == (None, None)


def test_votes_are_counted_per_block_of_the_assistant() -> None:
    shown = view(
        user("Hi"),
        work(CustomTask(title="look")),
        answer("Hello"),
        runs={"msg_a": run()},
        feedback={"msg_a": "negative"},
    )
    assert drawn(shown).feedback == (None, "Dislike", "Dislike")
