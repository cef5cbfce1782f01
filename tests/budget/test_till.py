"""No cap is passed, whoever asks at once, and whatever becomes of a call."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from playground.budget.bound import Bound
from playground.budget.held import Held
from playground.budget.till import Unnoted
from playground.budget.usage import Told
from playground.store import budgets, links
from playground.store.budgets import Full
from tests.budget.till_of import DOLLAR, UNKNOWN, Books, books, payer

CENT = DOLLAR // 100
TEN_CENTS = Bound(3_000, 333, 3_333)
"""9.999 cents on an unknown model."""


async def test_what_is_held_becomes_what_was_told(database_url: str) -> None:
    async with books(database_url, cap_total="1") as own:
        held = await own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS)
        assert await own.sums() == (0, 99_990_000)
        (row,) = await own.reservations()
        assert row.budgets == list(budgets.ids("vis_ann", None, held.at).values())
        await own.purse.till.settle(held, Told(100, 10))
        assert await own.sums() == (3_300_000, 0)
        assert await own.reservations() == []
        (charge,) = await own.charges()
        assert (charge.nano_usd, charge.input_tokens, charge.output_tokens, charge.estimated) == (
            3_300_000,
            100,
            10,
            False,
        )


async def test_what_nobody_told_counts_as_all_that_was_held(database_url: str) -> None:
    async with books(database_url, cap_total="1") as own:
        held = await own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS)
        await own.purse.till.settle(held, None)
        assert await own.sums() == (99_990_000, 0)
        (charge,) = await own.charges()
        assert (charge.nano_usd, charge.input_tokens, charge.output_tokens) == (99_990_000, 3_000, 333)
        assert charge.estimated


async def test_what_was_refused_by_the_provider_is_given_back(database_url: str) -> None:
    async with books(database_url, cap_total="1") as own:
        held = await own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS)
        await own.purse.till.settle(held, None, billed=False)
        assert await own.sums() == (0, 0)
        assert await own.charges() == []


async def test_of_many_that_ask_at_once_only_those_are_let_through_that_there_is_room_for(database_url: str) -> None:
    async with books(database_url, cap_total="0.75") as own:
        asked = [own.purse.till.hold(payer(f"vis_{n}", UNKNOWN), TEN_CENTS) for n in range(60)]
        came = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(one, Held) for one in came) == 7
        assert {(one.cap, one.why) for one in came if isinstance(one, Full)} == {("total", "held")}
        assert await own.sums() == (0, 7 * 99_990_000)
        held = [one for one in came if isinstance(one, Held)]
        await asyncio.gather(*(own.purse.till.settle(one, None) for one in held))
        assert await own.sums() == (7 * 99_990_000, 0)


async def test_two_processes_keep_to_one_cap_without_a_deadlock(postgres_url: str) -> None:
    async with (
        books(postgres_url, cap_total="3", cap_day="2", cap_visitor_day="0.55") as one,
        books(postgres_url, cap_total="3", cap_day="2", cap_visitor_day="0.55") as other,
    ):

        async def call(own: Books, visitor: str) -> int:
            try:
                held = await own.purse.till.hold(payer(visitor, UNKNOWN), TEN_CENTS)
            except Full:
                return 0
            await asyncio.sleep(0)
            await own.purse.till.settle(held, None)
            return 1

        jobs = [call(own, f"vis_{n % 5}") for n in range(30) for own in (one, other)]
        assert sum(await asyncio.gather(*jobs)) == 20
        assert await one.sums() == (20 * 99_990_000, 0)
        day = budgets.ids("vis_0", None, datetime.now(UTC))
        assert (await one.sums(day["visitor"]))[0] <= 55 * CENT


@pytest.mark.parametrize(
    ("caps", "cap"),
    [
        ({"cap_total": "0.05"}, "total"),
        ({"cap_day": "0.05"}, "day"),
        ({"cap_visitor_day": "0.05"}, "visitor"),
        ({"cap_link": "0.05"}, "link"),
        ({"max_visitor_tokens": 3_000}, "tokens"),
        ({"cap_total": "0"}, "total"),
    ],
)
async def test_the_cap_that_leaves_no_room_is_named_and_nothing_is_held(
    sqlite_url: str, caps: dict[str, Any], cap: str
) -> None:
    async with books(sqlite_url, **caps) as own:
        with pytest.raises(Full) as refused:
            await own.purse.till.hold(payer(model=UNKNOWN, link="lnk_1"), TEN_CENTS)
        assert refused.value.cap == cap
        assert await own.reservations() == []
        for name in budgets.ids("vis_ann", "lnk_1", datetime.now(UTC)).values():
            assert await own.sums(name) == (0, 0)


async def test_a_link_with_a_cap_of_its_own_keeps_to_it_where_nothing_else_is_capped(sqlite_url: str) -> None:
    async with books(sqlite_url) as own:
        made = {"id": "lnk_1", "name": "A class", "cap_nano_usd": 15 * CENT, "created_at": datetime.now(UTC)}
        await own.database.write(lambda session: links.create(session, code="c", **made))
        await own.purse.till.hold(payer("vis_a", UNKNOWN, link="lnk_1"), TEN_CENTS)
        with pytest.raises(Full) as refused:
            await own.purse.till.hold(payer("vis_b", UNKNOWN, link="lnk_1"), TEN_CENTS)
        assert refused.value.cap == "link"
        assert (await own.purse.till.hold(payer("vis_b", UNKNOWN), TEN_CENTS)).reserved is False


async def test_a_model_of_this_machine_goes_on_when_all_is_spent(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="0") as own:
        held = await own.purse.till.hold(payer(model="local/smollm2-135m"), TEN_CENTS)
        await own.purse.till.settle(held, Told(5, 5))
        (charge,) = await own.charges()
        assert charge.nano_usd == 0


async def test_who_pays_with_a_key_of_their_own_touches_no_budget(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="0", max_visitor_tokens=1) as own:
        held = await own.purse.till.hold(payer(own_key=True), TEN_CENTS)
        await own.purse.till.settle(held, Told(5, 5))
        (charge,) = await own.charges()
        assert charge.own_key
        assert (await own.sums(), (await own.budget()).tokens) == ((0, 0), 0)


async def test_what_was_held_before_midnight_is_settled_on_that_day(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_day="0.15", cap_visitor_day="0.15") as own:
        till, today = own.purse.till, datetime.now(UTC)
        till.now = lambda: today - timedelta(days=1)
        held = await till.hold(payer(model=UNKNOWN), TEN_CENTS)
        till.now = lambda: today
        assert (await till.hold(payer(model=UNKNOWN), TEN_CENTS)).reserved, "a new day has a budget of its own"
        await till.settle(held, Told(100, 10))
        before, after = (budgets.ids("vis_ann", None, at) for at in (held.at, today))
        for cap in ("day", "visitor"):
            assert (await own.sums(before[cap]), await own.sums(after[cap])) == ((3_300_000, 0), (0, 99_990_000))


@pytest.mark.parametrize("told", [Told(10_000_000, 0), Told(0, 10_000_000)])
async def test_a_provider_that_lies_spends_no_more_than_was_held(sqlite_url: str, told: Told) -> None:
    async with books(sqlite_url, cap_total="1") as own:
        held = await own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS)
        await own.purse.till.settle(held, told)
        assert await own.sums() == (99_990_000, 0)


async def test_a_further_request_is_held_too_and_settled_once(database_url: str) -> None:
    async with books(database_url, cap_total="0.25") as own:
        till = own.purse.till
        held = await till.hold(payer(model=UNKNOWN), TEN_CENTS)
        await till.extend(held)
        with pytest.raises(Full):
            await till.extend(held)
        (row,) = await own.reservations()
        assert row.nano_usd == held.nano_usd == (await own.sums())[1] == 99_990_000 + (3_333 + 333) * 30_000
        await till.settle(held, None)
        assert await own.sums() == (held.nano_usd, 0)


async def test_who_is_stopped_while_asking_for_room_holds_none(database_url: str) -> None:
    async with books(database_url, cap_total="1") as own:
        task = asyncio.create_task(own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await own.purse.close()
        assert (await own.sums(), await own.reservations(), await own.charges()) == ((0, 0), [], [])


async def test_what_the_dead_left_behind_counts_as_spent_and_what_lives_is_let_be(database_url: str) -> None:
    async with books(database_url, cap_total="1") as dead, books(database_url, cap_total="1") as other:
        gone = await dead.purse.till.hold(payer(model=UNKNOWN, run="run_gone"), TEN_CENTS)
        mine = await other.purse.till.hold(payer(model=UNKNOWN, run="run_gone_too"), TEN_CENTS)
        await other.purse.till.tidy()
        assert len(await other.reservations()) == 2, "so young a call may still be settled"
        await other.purse.till.tidy(fresh=timedelta(0))
        assert [row.id for row in await other.reservations()] == [mine.id]
        assert await other.sums() == (99_990_000, 99_990_000)
        await dead.purse.till.settle(gone, Told(1, 1))
        assert await other.sums() == (99_990_000, 99_990_000), "nothing is settled twice"


async def test_a_call_that_cannot_be_noted_is_not_made(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="1") as own:
        await own.database.write(lambda session: session.connection().execute(text("DROP TABLE reservation")))
        with pytest.raises(Unnoted):
            await own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS)


async def test_without_a_cap_a_store_that_fails_stops_nobody(sqlite_url: str) -> None:
    async with books(sqlite_url) as own:
        await own.database.write(lambda session: session.connection().execute(text("DROP TABLE charge")))
        held = await own.purse.till.hold(payer(model=UNKNOWN), None)
        await own.purse.till.settle(held, Told(5, 5))


async def test_what_could_not_be_settled_is_tried_again(sqlite_url: str) -> None:
    async with books(sqlite_url, cap_total="1") as own:
        held = await own.purse.till.hold(payer(model=UNKNOWN), TEN_CENTS)
        await own.database.write(
            lambda session: session.connection().execute(text("ALTER TABLE charge RENAME TO gone"))
        )
        await own.purse.till.settle(held, Told(100, 10))
        assert await own.sums() == (0, 99_990_000), "it stays held"
        await own.database.write(
            lambda session: session.connection().execute(text("ALTER TABLE gone RENAME TO charge"))
        )
        await own.purse.tidy()
        assert await own.sums() == (3_300_000, 0)


async def test_without_a_cap_what_was_spent_is_known_all_the_same(database_url: str) -> None:
    async with books(database_url) as own:
        for told in (Told(1_000_000, 0), None):
            held = await own.purse.till.hold(payer(), None)
            await own.purse.till.settle(held, told)
        spent, held_now = await own.sums()
        assert (spent, held_now) == (200_000_000, 0)
        assert sorted(charge.estimated for charge in await own.charges()) == [False, True]
