"""What the owner is shown, from a whole playground on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from playground.ids import new_id
from playground.owner import actions
from playground.owner.state import Overview
from playground.owner.troubles import Troubles
from playground.store import overview, visitors
from playground.store.money_tables import BudgetRow, ChargeRow
from playground.store.tables import RunRow
from tests.house import AGENTS, House, opened, until

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
SLOW = "compatible/words-5000@50"


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    caps = {"cap_day": Decimal(5), "cap_total": Decimal(10), "max_runs": 16}
    agents = (*AGENTS, "tests.runs.agents:payer")
    async with opened(database_url, tmp_path, disconnect_grace=60, agent=agents, **caps) as house:
        yield house


def seen_by(house: House, now: datetime = NOW) -> Overview:
    return Overview(house.parts, Troubles(), clock=lambda: now)


def charge(at: datetime, usd: str | None, visitor_id: str = "vis_ann", **more: Any) -> ChargeRow:
    nano = None if usd is None else int(Decimal(usd) * 10**9)
    return ChargeRow(id=new_id("cal"), visitor_id=visitor_id, model="openai/x", nano_usd=nano, created_at=at, **more)


async def test_spend_is_summed_by_hour_and_by_day_of_utc_with_nothing_left_out(house: House) -> None:
    def work(session: Session) -> None:
        session.add(charge(NOW, "0.25"))
        session.add(charge(NOW - timedelta(minutes=29), "0.5"))
        session.add(charge(NOW - timedelta(minutes=31), "1"))
        session.add(charge(NOW - timedelta(hours=13), "2"))
        session.add(charge(NOW, None))
        session.add(charge(NOW, "4", own_key=True))
        session.add(charge(NOW - timedelta(days=31), "8"))

    await house.change(work)
    spend = (await seen_by(house).now())["spend"]
    assert len(spend["hours"]) == 48
    assert [(one["at"][:16], one["usd"], one["calls"], one["unpriced"]) for one in spend["hours"] if one["calls"]] == [
        ("2026-11-22T23:00", 2, 1, 0),
        ("2026-11-23T11:00", 1, 1, 0),
        ("2026-11-23T12:00", 0.75, 3, 1),
    ]
    assert len(spend["days"]) == 30
    assert [(one["at"][:10], one["usd"]) for one in spend["days"] if one["calls"]] == [
        ("2026-11-22", 2),
        ("2026-11-23", 1.75),
    ]


async def test_caps_tell_what_is_spent_held_and_when_they_start_anew(house: House) -> None:
    def work(session: Session) -> None:
        day = BudgetRow(id="day:2026-11-23", spent_nano_usd=10**9, reserved_nano_usd=5 * 10**8, updated_at=NOW)
        session.add(day)

    await house.change(work)
    assert (await seen_by(house).now())["caps"] == [
        {"name": "day", "most": 5, "spent": 1, "held": 0.5, "resets_at": "2026-11-24T00:00:00+00:00"},
        {"name": "total", "most": 10, "spent": 0, "held": 0, "resets_at": None},
    ]


async def test_a_live_run_is_shown_with_who_asked_and_what_it_took_but_not_what_was_said(house: House) -> None:
    reply = await house.guest().begin("my secret question", model=SLOW)
    await (await house.called()).reached(2)
    await house.change(lambda session: session.add(charge(NOW, "0.5", run_id=reply.run_id)))
    state = await seen_by(house, datetime.now(UTC)).now()
    (run,) = state["runs"]
    told = {name: run[name] for name in ("id", "visitor", "model", "status", "spent")}
    assert told == {
        "id": reply.run_id, "visitor": "vis_ann", "model": SLOW, "status": "running", "spent": 0.5
    }  # fmt: skip
    assert state["bounds"]["runs"] == {"most": 16, "now": 1}
    assert "secret question" not in str(state)
    assert (await actions.stop(house.parts, reply.run_id)).status == "cancelled"
    assert (await seen_by(house).now())["runs"] == []


async def test_visitors_come_by_last_seen_by_money_or_by_being_blocked(house: House) -> None:
    def work(session: Session) -> None:
        for number, visitor_id in enumerate(("vis_a", "vis_b", "vis_c")):
            visitors.seen(session, visitor_id=visitor_id, link_id=None, at=NOW - timedelta(hours=number))
            spent = BudgetRow(id=f"visitor:{visitor_id}:2026-11-23", spent_nano_usd=number * 10**9, updated_at=NOW)
            session.add(spent)
        session.add(charge(NOW, "1.5", "vis_b"))
        session.add(charge(NOW - timedelta(days=2), "2", "vis_b"))
        visitors.block(session, "vis_c", at=NOW)

    await house.change(work)
    overview = seen_by(house)
    assert [one["id"] for one in (await overview.now("last"))["visitors"]["shown"]] == ["vis_a", "vis_b", "vis_c"]
    most = (await overview.now("most"))["visitors"]["shown"]
    assert [one["id"] for one in most] == ["vis_c", "vis_b"]
    assert (most[1]["today"], most[1]["spent"]) == (1.5, 3.5)
    blocked = (await overview.now("blocked"))["visitors"]
    assert ([one["id"] for one in blocked["shown"]], blocked["all"], blocked["blocked"]) == (["vis_c"], 3, 1)


async def test_an_answer_that_failed_is_listed_with_what_its_visitor_read(house: House) -> None:
    told = await house.guest().create(model="compatible/status-429")
    (one,) = (await seen_by(house, datetime.now(UTC)).now())["failed"]
    assert (one["run"], one["model"], one["text"]) == (told.run_id, "compatible/status-429", told.error)


async def test_who_is_blocked_loses_also_the_run_that_waits_for_them(house: House) -> None:
    bob = house.guest("vis_bob")
    model, agent = 'compatible/tools:{"pay":{"amount":5}}', "tests.runs.agents:payer"
    waiting = await bob.begin(model=model, metadata={"agent": agent})

    async def waits() -> bool:
        return await bob.status(waiting) == "awaiting_approval"

    await until(waits)
    await actions.block(house.parts, "vis_bob")
    row = await house.stored(lambda session: session.get_one(RunRow, waiting.run_id))
    assert (row.status, row.error) == ("cancelled", "You may not go on here any more, so this answer was stopped.")
    assert (await seen_by(house).now("blocked"))["visitors"]["shown"][0]["id"] == "vis_bob"
    await actions.unblock(house.parts, "vis_bob")
    assert (await bob.create()).answer == "hello"


async def test_a_pause_is_shown_with_its_words_until_it_is_over(house: House) -> None:
    await actions.pause(house.parts, "  Back\nat {nine}. ")
    paused = (await seen_by(house).now())["paused"]
    assert paused["text"] == "Back at {nine}."
    await actions.resume(house.parts)
    assert (await seen_by(house).now())["paused"] is None


async def test_looks_at_once_cost_one_reading_of_the_month(house: House) -> None:
    overview = seen_by(house)
    states = await asyncio.gather(*(overview.now() for _ in range(3)))
    await house.change(lambda session: session.add(charge(NOW, "1")))
    assert (await overview.now())["spend"] == states[0]["spend"]


async def test_runs_that_wait_for_their_visitors_hide_none_that_is_under_way(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "MOST_RUNS", 3)
    at_work = await house.guest().begin(model=SLOW)
    thread_ids = [await house.thread("vis_bob") for _ in range(3)]

    def park(session: Session) -> None:
        for thread_id in thread_ids:
            row = RunRow(
                id=new_id("run"),
                thread_id=thread_id,
                branch_id="brn",
                visitor_id="vis_bob",
                agent="clerk",
                model="x/y",
                status="awaiting_approval",
                order={},
                owner="o",
                heartbeat_at=datetime.now(UTC),
                usage={},
                created_at=datetime(2020, 1, 1, tzinfo=UTC),
            )
            session.add(row)

    await house.change(park)
    state = await seen_by(house).now()
    assert (state["runs"][0]["id"], len(state["runs"])) == (at_work.run_id, 3)
    assert state["bounds"]["runs"]["now"] == 1
    await house.parts.engine.stop(house.guest().visitor, at_work.run_id)
