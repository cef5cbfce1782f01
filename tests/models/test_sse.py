import codecs

import pytest

from playground.models import sse
from playground.models.sse import SseSplitter

STREAM = (
    ': hello\nevent: a\ndata: {"x":"é…🙂"}\n\ndata:two\nid: 7\n\n\n\nevent: nothing\n\n'
    "data: a\ndata: b\n\ndata: [DONE]\n\n"
)
EVENTS = ['{"x":"é…🙂"}', "two", "a\nb", "[DONE]"]


def split(data: bytes, *cuts: int) -> list[str]:
    splitter, found, begin = SseSplitter(), list[bytes](), 0
    for end in (*cuts, len(data)):
        found += splitter.feed(data[begin:end])
        begin = end
    return [event.decode() for event in found]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_may_be_cut_at_any_byte(end: str) -> None:
    data = STREAM.replace("\n", end).encode()
    assert all(split(data, cut) == EVENTS for cut in range(len(data) + 1))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_may_come_byte_by_byte(end: str) -> None:
    data = STREAM.replace("\n", end).encode()
    assert split(data, *range(1, len(data))) == EVENTS


def test_lone_carriage_returns_end_lines_too() -> None:
    assert split(STREAM.replace("\n", "\r").encode() + b":\r") == EVENTS


def test_an_event_without_data_is_none() -> None:
    assert split(b"data:\n\ndata: \n\nid: 1\ndata:\n\ndata: one\n\n") == ["one"]


def test_a_byte_order_mark_may_come_first() -> None:
    assert split(codecs.BOM_UTF8 + b"data: one\n\ndata: two\n\n") == ["one", "two"]


def test_an_unfinished_event_is_none() -> None:
    assert split(b"data: one\n\ndata: tw") == ["one"]


def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 1000)
    splitter = SseSplitter()
    for _ in range(10):
        splitter.feed(b"x" * 100)
    with pytest.raises(ValueError, match="too large"):
        splitter.feed(b"x")
