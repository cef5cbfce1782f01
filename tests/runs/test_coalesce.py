"""Growth in few frames: nothing lost, nothing out of order, the first piece at once."""

import asyncio
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import pytest
from chatkit.types import ErrorEvent, NoticeEvent, Task, ThoughtTask
from hypothesis import given
from hypothesis import strategies as st

from playground.runs.coalesce import Coalescer
from tests.runs.clock import Loop


class Desk:
    """A coalescer at 10 texts and 2 tasks a second, and what came out of it."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.out: list[tuple[str, str]] = []
        asyncio.set_event_loop(loop)

        async def make() -> Coalescer:
            return Coalescer(self._take, text_rate=10, thought_rate=2)

        self.coalescer = loop.run_until_complete(make())

    def _take(self, event: Any, _: Sequence[Any] | None) -> None:
        if event.type != "thread.item.updated":
            self.out.append((event.type, ""))
        elif event.update.type == "workflow.task.updated":
            self.out.append((event.item_id, event.update.task.content))
        else:
            self.out.append((f"{event.item_id}.{event.update.content_index}", event.update.delta))


@pytest.fixture
def desk() -> Iterator[Desk]:
    yield from _desk()


def _desk() -> Generator[Desk]:
    loop = Loop()
    yield Desk(loop)
    asyncio.set_event_loop(None)
    loop.close()


def thought(text: str) -> Callable[[], Task]:
    return lambda: ThoughtTask(content=text)


def test_the_first_piece_goes_out_at_once(desk: Desk) -> None:
    desk.coalescer.text("m", 0, "a")
    assert desk.out == [("m.0", "a")]


def test_pieces_within_the_pause_are_joined(desk: Desk) -> None:
    for piece in "abcd":
        desk.coalescer.text("m", 0, piece)
    assert desk.out == [("m.0", "a")]
    desk.loop.advance(0.1)
    assert desk.out == [("m.0", "a"), ("m.0", "bcd")]


def test_a_piece_after_the_pause_goes_out_at_once(desk: Desk) -> None:
    desk.coalescer.text("m", 0, "a")
    desk.loop.advance(0.2)
    desk.coalescer.text("m", 0, "b")
    assert desk.out == [("m.0", "a"), ("m.0", "b")]


def test_no_second_holds_more_frames_than_the_rate(desk: Desk) -> None:
    for _ in range(1000):
        desk.coalescer.text("m", 0, "x")
        desk.loop.advance(0.005)
    desk.coalescer.flush()
    assert "".join(text for _, text in desk.out) == "x" * 1000
    assert len(desk.out) <= 5 * 10 + 2


def test_thoughts_have_a_rate_of_their_own_and_the_newest_state_counts(desk: Desk) -> None:
    for number in range(100):
        desk.coalescer.task("w", 0, thought(str(number)))
        desk.loop.advance(0.01)
    desk.coalescer.flush()
    assert desk.out[0] == ("w", "0")
    assert desk.out[-1] == ("w", "99")
    assert len(desk.out) <= 1 * 2 + 2


def test_anything_else_comes_after_what_was_held(desk: Desk) -> None:
    desk.coalescer.text("m", 0, "a")
    desk.coalescer.text("m", 0, "b")
    desk.coalescer.emit(NoticeEvent(level="info", message="x"))
    assert desk.out == [("m.0", "a"), ("m.0", "b"), ("notice", "")]


def test_another_part_or_kind_comes_after_what_was_held(desk: Desk) -> None:
    desk.coalescer.text("m", 0, "a")
    desk.coalescer.text("m", 0, "b")
    desk.coalescer.text("m", 1, "c")
    desk.coalescer.task("w", 0, thought("t"))
    desk.coalescer.text("m", 1, "d")
    desk.coalescer.flush()
    assert desk.out == [("m.0", "a"), ("m.0", "b"), ("m.1", "c"), ("w", "t"), ("m.1", "d")]


def test_flushing_nothing_sends_nothing_and_leaves_no_timer(desk: Desk) -> None:
    desk.coalescer.text("m", 0, "a")
    desk.coalescer.text("m", 0, "b")
    desk.coalescer.flush()
    desk.coalescer.flush()
    desk.loop.advance(1)
    assert desk.out == [("m.0", "a"), ("m.0", "b")]


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.sampled_from(["m.0", "m.1", "n.0"])),
        st.tuples(st.just("task"), st.sampled_from(["v", "w"])),
        st.tuples(st.just("emit"), st.just("")),
        st.tuples(st.just("wait"), st.just("")),
    ),
    max_size=60,
)


@given(actions=ACTIONS)
def test_whatever_is_said_comes_out_whole_and_in_order(actions: list[tuple[str, str]]) -> None:
    for desk in _desk():
        said: list[tuple[str, str]] = []
        for number, (kind, key) in enumerate(actions):
            if kind == "text":
                item_id, part = key.split(".")
                desk.coalescer.text(item_id, int(part), f"{number},")
                said.append((key, f"{number},"))
            elif kind == "task":
                desk.coalescer.task(key, 0, thought(str(number)))
                said.append((key, str(number)))
            elif kind == "emit":
                desk.coalescer.emit(ErrorEvent(code="custom", message="x", allow_retry=False))
                said.append(("error", ""))
            else:
                desk.loop.advance(0.07)
        desk.coalescer.flush()
        assert _joined(desk.out) == _joined(said)


def _joined(out: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one text joined; of one task, the last."""
    told: list[tuple[str, str]] = []
    for key, text in out:
        if told and told[-1][0] == key != "error":
            before = told.pop()[1] if "." in key else (told.pop(), "")[1]
            told.append((key, before + text))
        else:
            told.append((key, text))
    return told
