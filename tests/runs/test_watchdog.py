"""Bounds on silence and length, with a clock that the test moves."""

import asyncio
from collections.abc import Iterator

import pytest

from playground.runs.translate import Phase
from playground.runs.watchdog import Bounds, Watchdog
from tests.runs.clock import Loop

BOUNDS = Bounds(first_token=60, token_gap=10, tools=70, run=600)


class Kennel:
    """A watchdog, and what it said."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.phase: Phase = "first"
        self.barks: list[str] = []

        async def make() -> Watchdog:
            return Watchdog(BOUNDS, lambda: self.phase, self.barks.append)

        self.dog = loop.run_until_complete(make())


@pytest.fixture
def kennel() -> Iterator[Kennel]:
    loop = Loop()
    asyncio.set_event_loop(loop)
    yield Kennel(loop)
    asyncio.set_event_loop(None)
    loop.close()


@pytest.mark.parametrize(
    ("phase", "seconds", "word"),
    [("first", 60, "did not begin"), ("tokens", 10, "fell silent"), ("tools", 70, "tool did not come back")],
)
def test_silence_is_bounded_in_each_phase(kennel: Kennel, phase: Phase, seconds: float, word: str) -> None:
    kennel.phase = phase
    kennel.loop.advance(seconds - 0.5)
    assert kennel.barks == []
    kennel.loop.advance(1)
    [bark] = kennel.barks
    assert word in bark
    assert f"{seconds:g} s" in bark


def test_a_sign_of_life_puts_the_end_off(kennel: Kennel) -> None:
    kennel.phase = "tokens"
    for _ in range(20):
        kennel.loop.advance(9)
        kennel.dog.sign()
    assert kennel.barks == []
    kennel.loop.advance(10.5)
    assert len(kennel.barks) == 1


def test_a_phase_with_a_shorter_bound_counts_from_when_it_is_seen(kennel: Kennel) -> None:
    kennel.loop.advance(30)
    kennel.dog.sign()
    kennel.phase = "tokens"
    kennel.loop.advance(20.5)
    assert len(kennel.barks) == 1


def test_a_run_is_bounded_however_lively_it_is(kennel: Kennel) -> None:
    kennel.phase = "tokens"
    for _ in range(121):
        kennel.loop.advance(5)
        kennel.dog.sign()
    assert kennel.barks == ["The answer took longer than 600 s and was stopped."]


def test_it_barks_once(kennel: Kennel) -> None:
    kennel.loop.advance(6000)
    assert len(kennel.barks) == 1


def test_a_closed_one_is_quiet(kennel: Kennel) -> None:
    kennel.dog.close()
    kennel.loop.advance(6000)
    assert kennel.barks == []
