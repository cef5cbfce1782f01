"""Guessing is slow; knowing is not."""

import asyncio
import time

import pytest

from playground.access.owner import is_surely
from playground.access.tries import LINE, NEW, OF_ALL, OF_ONE, Newcomers, Tries
from playground.errors import TooMany

HERE, ELSEWHERE, LOOPBACK = "203.0.113.7", "198.51.100.9", "127.0.0.1"


@pytest.fixture(autouse=True)
def within_a_minute() -> None:
    """Not over the turn of a minute, where the older counts begin to fade."""
    while time.time() % 60 > 57:
        time.sleep(0.1)


async def guess(tries: Tries, host: str, times: int = 1) -> None:
    for _ in range(times):
        await tries.turn("password", host)
        tries.wrong("password", host)


async def test_an_address_is_not_listened_to_after_some_wrong_tries() -> None:
    tries = Tries()
    await guess(tries, HERE, OF_ONE.amount)
    with pytest.raises(TooMany) as refused:
        await tries.turn("password", HERE)
    assert 0 < refused.value.retry_after <= 60
    await tries.turn("password", ELSEWHERE)
    await tries.turn("code", HERE)


async def test_addresses_of_one_household_are_one() -> None:
    tries = Tries()
    for number in range(OF_ONE.amount):
        await guess(tries, f"2001:db8:1:2::{number}")
    with pytest.raises(TooMany):
        await tries.turn("password", "2001:db8:1:2:ffff::1")
    await tries.turn("password", "2001:db8:1:3::1")


async def test_right_tries_cost_nothing() -> None:
    tries = Tries()
    for _ in range(3 * OF_ALL.amount):
        await tries.turn("password", HERE)


async def test_where_all_are_too_often_wrong_each_waits_and_none_is_kept_out() -> None:
    tries = Tries(turn_seconds=0.01)
    for number in range(OF_ALL.amount):
        await guess(tries, f"203.0.113.{number}")
    order: list[int] = []

    async def one(number: int) -> None:
        await tries.turn("password", ELSEWHERE)
        order.append(number)

    trying = [asyncio.create_task(one(number)) for number in range(5)]
    await asyncio.sleep(0)
    assert order == []
    await asyncio.gather(*trying)
    assert order == [0, 1, 2, 3, 4]


async def test_the_line_is_only_so_long() -> None:
    tries = Tries(turn_seconds=0.01)
    await guess(tries, LOOPBACK, OF_ALL.amount)
    waiting = [asyncio.create_task(tries.turn("password", LOOPBACK)) for _ in range(LINE)]
    await asyncio.sleep(0)
    with pytest.raises(TooMany) as refused:
        await tries.turn("password", LOOPBACK)
    assert refused.value.retry_after <= 60
    await asyncio.gather(*waiting)
    await tries.turn("password", LOOPBACK)


async def test_who_waits_in_the_line_many_times_is_still_one_address() -> None:
    tries = Tries(turn_seconds=0.01)
    for number in range(OF_ALL.amount):
        await guess(tries, f"203.0.113.{number}")
    listened = await asyncio.gather(*(guess(tries, ELSEWHERE) for _ in range(LINE)), return_exceptions=True)
    assert sum(one is None for one in listened) == OF_ONE.amount
    assert all(one is None or isinstance(one, TooMany) for one in listened)


def test_an_address_becomes_only_so_many_visitors() -> None:
    newcomers = Newcomers(on=True)
    for _ in range(NEW.amount):
        newcomers.welcome(HERE)
    with pytest.raises(TooMany):
        newcomers.welcome(HERE)
    newcomers.welcome(ELSEWHERE)


def test_nobody_is_counted_where_no_strangers_come_or_all_have_one_address() -> None:
    for newcomers, host in ((Newcomers(on=False), HERE), (Newcomers(on=True), LOOPBACK), (Newcomers(on=True), None)):
        for _ in range(2 * NEW.amount):
            newcomers.welcome(host)


async def test_an_owner_whose_token_nobody_guesses_does_not_stand_in_the_line_of_those_who_try() -> None:
    tries, long, short = Tries(turn_seconds=60), "own_" + 20 * "x", "guessable"
    for _ in range(OF_ALL.amount):
        tries.wrong("owner", LOOPBACK)
    waiting = [asyncio.create_task(tries.turn("owner", LOOPBACK)) for _ in range(LINE)]
    await asyncio.sleep(0)
    for given, wanted in (("no", long), (short, short)):
        with pytest.raises(TooMany):
            await tries.turn("owner", LOOPBACK, sure=is_surely(given, wanted))
    await tries.turn("owner", LOOPBACK, sure=is_surely(long, long))
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
