"""What goes to the browser and what comes back."""

import json

import pytest

from playground.records import Decision
from playground.ui.state import WINDOW, Feed, Index, read_decisions


def test_the_index_comes_back_as_it_went() -> None:
    feed = Feed(ids=("msg_1", None), tab_id="tab", thread_id="thr", run_id="run", queued=("run2",), limit=120)
    assert Index.read(json.loads(feed.wire()["rest"])["index"]) == feed.index


def test_what_is_settled_goes_out_the_same_while_the_rest_is_being_written() -> None:
    said, first, then = ({"content": text} for text in ("Hi", "Hel", "Hello"))
    before, after = (Feed(messages=(said, being), settled=1).wire() for being in (first, then))
    assert before["settled"] == after["settled"] == json.dumps([said], separators=(",", ":"))
    assert json.loads(after["open"]) == [then]


@pytest.mark.parametrize(
    "sent",
    [None, 3, "x", [], {"limit": -1}, {"limit": 10**9}, {"ids": 5}, {"tab": {"path": "/etc/passwd"}}, {"queued": [1]}],
    ids=str,
)
def test_an_index_that_cannot_be_counts_as_none(sent: object) -> None:
    assert Index.read(sent) == Index(limit=WINDOW)


@pytest.mark.parametrize("position", [-1, 2, "0", None, 1.5, {}])
def test_a_position_that_is_not_shown_has_no_item(position: object) -> None:
    assert Index(ids=("msg_1", "msg_2")).item(position) is None


def test_a_position_names_its_item() -> None:
    assert Index(ids=("msg_1", "msg_2")).item(1) == "msg_2"


def test_decisions_that_cannot_be_read_are_none() -> None:
    given = {"call_id": "c", "approve": True, "message": None}
    assert read_decisions([given]) == [Decision("c", approve=True)]
    for broken in (None, "x", [1], [{"call_id": "c"}], [given, {}]):
        assert read_decisions(broken) == []
