"""A playground with caps: who is let in, what each call of a run costs, and what is left when a server dies."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from playground.budget.words import until_midnight
from playground.errors import CapReached, Forbidden, Paused, TooMany, Unauthorized
from playground.owner.actions import pause
from playground.protocol.dispatcher import StreamReply
from playground.records import Decision
from playground.runs.approvals import Verdict
from playground.runs.supply import Supply
from playground.store import budgets, links, switch, visitors
from playground.store.access_tables import VisitorRow
from playground.store.money_tables import BudgetRow, ChargeRow, ReservationRow
from playground.visitor import Visitor
from tests.house import AGENTS, House, opened, until

ASKERS = tuple(f"tests.budget.agents:{name}" for name in ("asker", "manager", "careful"))


@asynccontextmanager
async def capped(url: str, folder: Path, **settings: Any) -> AsyncGenerator[House]:
    usual: dict[str, Any] = {"cap_total": "5", "max_output_tokens": 100, "agent": (*ASKERS, *AGENTS)}
    async with opened(url, folder, **{**usual, **settings}) as house:
        yield house


async def charges(house: House) -> list[ChargeRow]:
    return await house.stored(lambda session: list(session.exec(select(ChargeRow).order_by(col(ChargeRow.created_at)))))


async def sums(house: House, name: str = "total") -> tuple[int, int]:
    def work(session: Session) -> tuple[int, int]:
        row = session.get(BudgetRow, name)
        return (row.spent_nano_usd, row.reserved_nano_usd) if row else (0, 0)

    return await house.stored(work)


def agent(name: str) -> dict[str, str]:
    return {"agent": f"tests.budget.agents:{name}"}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("asker", 'tool:ask:{"text": "hm"}'),
        ("asker", 'tool:ask_plainly:{"text": "hm"}'),
        ("manager", 'tool:helper:{"input": "hm"}'),
    ],
)
async def test_a_run_within_a_tool_is_answered_by_the_picked_model_and_paid_for(
    sqlite_url: str, tmp_path: Path, name: str, model: str
) -> None:
    async with capped(sqlite_url, tmp_path) as house:
        told = await house.guest().create(model=f"compatible/{model}", metadata=agent(name))
        assert told.error is None
        assert [call.model for call in house.calls] == [model] * len(house.calls)
        paid = await charges(house)
        assert len(paid) == len(house.calls) >= 3
        assert {(row.run_id, row.model) for row in paid} == {(told.run_id, f"compatible/{model}")}
        assert await sums(house) == (sum(row.nano_usd or 0 for row in paid), 0)


async def test_a_run_within_a_guardrail_is_paid_for(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path) as house:
        told = await house.guest().create(metadata=agent("careful"))
        assert (told.answer, len(house.calls), len(await charges(house))) == ("hello", 2, 2)


async def test_a_model_that_an_author_brings_is_paid_for_as_one_without_a_price(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with capped(sqlite_url, tmp_path) as house:
        await house.guest().create(model='compatible/tool:ask_own:{"text": "hm"}', metadata=agent("asker"))
        models = [row.model for row in await charges(house)]
        assert "own/ScriptedModel" in models
        assert len(models) == len(house.calls) + 1


async def test_each_retry_is_held_anew(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, model_retries=2) as house:
        told = await house.guest().create(model="compatible/flaky-2")
        assert told.answer
        paid = await charges(house)
        assert [row.estimated for row in paid] == [True, True, False]
        assert len(house.calls) == 3


async def test_what_is_refused_again_and_again_costs_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, model_retries=2) as house:
        assert (await house.guest().create(model="compatible/status-429")).error
        assert (len(house.calls), await charges(house), await sums(house)) == (3, [], (0, 0))


@pytest.mark.parametrize("model", ["stall-5", "hang-open", "hang"])
async def test_a_stopped_call_costs_all_that_was_held_and_the_rest_is_free(
    database_url: str, tmp_path: Path, model: str
) -> None:
    async with capped(database_url, tmp_path) as house:
        guest = house.guest()
        reply = await guest.begin(model=f"compatible/{model}")
        await house.called()
        (held,) = await house.stored(lambda session: list(session.exec(select(ReservationRow))))
        await house.parts.engine.stop(guest.visitor, reply.run_id)
        await house.parts.purse.close()
        (row,) = await charges(house)
        assert row.estimated
        assert await sums(house) == (held.nano_usd, 0) == (row.nano_usd, 0)


async def test_a_cut_answer_costs_all_that_was_held_and_a_told_one_what_it_told(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with capped(sqlite_url, tmp_path) as house:
        for model in ("cut-5", "drop-5", "failed-5", "length-5"):
            await house.guest().create(model=f"compatible/{model}")
        assert [row.estimated for row in await charges(house)] == [True, True, True, False]


async def test_when_all_is_spent_in_a_run_what_was_said_is_kept(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, cap_total="0.2") as house:
        guest = house.guest()
        told = await guest.create(model='compatible/loop:stamp:{"text": "a"}', metadata={"agent": "tests.staff:clerk"})
        assert told.error is not None
        assert told.error.startswith("This could cost more than is left")
        spent, held = await sums(house)
        assert (0 < spent <= 200_000_000, held) == (True, 0)
        assert len(await charges(house)) == len(house.calls) > 1
        assert any(item["type"] == "workflow" for item in await guest.items(told.thread_id))


async def test_when_a_day_is_spent_the_next_message_waits_for_midnight(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, cap_day="1") as house:
        day = budgets.ids("vis_ann", None, datetime.now(UTC))["day"]
        spent = BudgetRow(id=day, spent_nano_usd=10**9, updated_at=datetime.now(UTC))
        await house.change(lambda session: session.merge(spent))
        with pytest.raises(CapReached, match="goes on at midnight UTC") as refused:
            await house.guest().begin()
        assert 0 <= until_midnight(datetime.now(UTC)) - refused.value.retry_after + 60 <= 120
        assert house.calls == []
        assert (await house.guest().ask("threads.list"))["data"] == []


async def test_what_is_only_held_is_worth_waiting_for(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, cap_total="0.1") as house:
        await house.guest().begin(model="compatible/hang-open")
        await house.called()
        with pytest.raises(CapReached, match="held for answers that are under way") as refused:
            await house.guest("vis_bob").begin()
        assert refused.value.retry_after == 10


async def test_a_visitor_sends_no_more_messages_a_day_than_they_may(database_url: str, tmp_path: Path) -> None:
    async with capped(database_url, tmp_path, max_visitor_messages=3) as house:
        guest = house.guest()
        came = await asyncio.gather(*(guest.begin() for _ in range(8)), return_exceptions=True)
        refused = [one for one in came if isinstance(one, CapReached)]
        assert len(refused) == 5
        assert refused[0].message.startswith("You have sent the 3 messages of this day.")
        await house.guest("vis_bob").create()


async def test_no_more_answers_are_under_way_at_once_than_may_be(database_url: str, tmp_path: Path) -> None:
    async with capped(database_url, tmp_path, max_visitor_runs=2, max_runs=3) as house:
        model = "compatible/hang-open"
        came = await asyncio.gather(
            *(house.guest(f"vis_{n % 2}").begin(model=model) for n in range(10)), return_exceptions=True
        )
        assert sum(isinstance(one, StreamReply) for one in came) == 3
        assert {type(one) for one in came} == {StreamReply, TooMany}
        first = next(n for n, one in enumerate(came) if isinstance(one, StreamReply))
        reply = came[first]
        assert isinstance(reply, StreamReply)
        await house.parts.engine.stop(Visitor(f"vis_{first % 2}"), reply.run_id)
        await house.guest(f"vis_{first % 2}").begin(model=model)


async def test_a_message_that_interrupts_an_answer_does_not_count_it(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, max_visitor_runs=1, double_text="interrupt") as house:
        guest = house.guest()
        reply = await guest.begin(model="compatible/hang-open")
        assert (await guest.add(reply.thread_id, "again", model="compatible/echo")).answer == "again"


async def test_who_may_not_ask_now_is_refused_in_the_same_transaction(sqlite_url: str, tmp_path: Path) -> None:
    """Standing is a second old at most; what is looked up here is never old."""
    async with capped(sqlite_url, tmp_path) as house:
        now = datetime.now(UTC)
        await house.guest().create()
        await house.change(lambda session: visitors.block(session, "vis_ann", at=now))
        with pytest.raises(Forbidden):
            await house.guest().begin()
        await house.guest("vis_bob").create()
        await house.change(lambda session: switch.pause(session, "Back at nine.", at=now))
        with pytest.raises(Paused, match="Back at nine"):
            await house.guest("vis_bob").begin()


async def test_who_came_by_a_link_is_known_by_it_and_ends_with_it(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path) as house:
        now = datetime.now(UTC)
        made = {"id": "lnk_1", "name": "A class", "created_at": now}
        await house.change(lambda session: links.create(session, code="c", **made))
        await house.parts.standing.refresh()
        guest = house.guest()
        guest.visitor = Visitor("vis_ann", link="lnk_1")
        told = await guest.create()
        row = await house.stored(lambda session: session.get(VisitorRow, "vis_ann"))
        assert row is not None
        assert row.link_id == "lnk_1"
        assert row.seen_at - now < timedelta(minutes=1)
        assert (await sums(house, "link:lnk_1"))[0] > 0
        await house.change(lambda session: links.revoke(session, "lnk_1", at=now))
        with pytest.raises(Unauthorized):
            await guest.add(told.thread_id)


async def test_without_caps_nobody_is_refused_and_all_is_written_down(sqlite_url: str, tmp_path: Path) -> None:
    async with capped(sqlite_url, tmp_path, cap_total=None, max_output_tokens=None) as house:
        for _ in range(3):
            await house.guest().create(model="openai/gpt-6-words-5")
        assert len(await charges(house)) == 3
        assert await house.stored(lambda session: list(session.exec(select(ReservationRow)))) == []
        name = budgets.ids("vis_ann", None, datetime.now(UTC))["visitor"]
        row = (await house.stored(lambda session: budgets.load(session, [name])))[name]
        assert (row.messages, row.tokens > 0) == (3, True)


async def test_dictation_is_paid_for_as_well(sqlite_url: str, tmp_path: Path) -> None:
    recording = {"audio_base64": b64encode(b"Hello there." * 100).decode(), "mime_type": "audio/webm"}
    async with capped(sqlite_url, tmp_path) as house:
        told = await house.guest().ask("input.transcribe", **recording)
        assert told["text"].startswith("Hello there.")
        (row,) = await charges(house)
        assert (row.model, row.run_id, row.visitor_id) == ("openai/gpt-transcribe", None, "vis_ann")
        assert await sums(house) == (row.nano_usd, 0)
        assert row.nano_usd
        spent = BudgetRow(id="total", spent_nano_usd=5 * 10**9, updated_at=datetime.now(UTC))
        await house.change(lambda session: session.merge(spent))
        asked = len(house.calls)
        with pytest.raises(CapReached):
            await house.guest().ask("input.transcribe", **recording)
        assert len(house.calls) == asked


async def test_nobody_dictates_while_everything_is_paused(sqlite_url: str, tmp_path: Path) -> None:
    recording = {"audio_base64": b64encode(b"Hello there.").decode(), "mime_type": "audio/webm"}
    async with opened(sqlite_url, tmp_path) as house:
        await pause(house.parts, "Back at nine.")
        with pytest.raises(Paused, match="Back at nine"):
            await house.guest().ask("input.transcribe", **recording)
        assert house.calls == []


async def test_the_owner_hears_of_who_only_dictates(sqlite_url: str, tmp_path: Path) -> None:
    recording = {"audio_base64": b64encode(b"Hello there.").decode(), "mime_type": "audio/webm"}
    async with opened(sqlite_url, tmp_path) as house:
        await house.guest().ask("input.transcribe", **recording)
        (seen,) = await house.stored(lambda session: session.exec(select(VisitorRow.id)).all())
        assert seen == "vis_ann"


async def parked(house: House, name: str, model: str) -> StreamReply:
    """A run that waits for its visitor."""
    reply = await house.guest().begin(model=f"compatible/{model}", metadata={"agent": name})

    async def waits() -> bool:
        return await house.guest().status(reply) == "awaiting_approval"

    await until(waits)
    return reply


@pytest.mark.parametrize(
    ("name", "model"), [("clerk", 'tool:add_line:{"text": "milk"}'), ("scout", "tool:browser_facts:{}")]
)
async def test_what_waited_goes_on_only_where_an_answer_may_begin(
    database_url: str, tmp_path: Path, name: str, model: str
) -> None:
    async with capped(database_url, tmp_path, max_visitor_runs=1, disconnect_grace=60) as house:
        guest, engine = house.guest(), house.parts.engine
        waiting = await parked(house, name, model)
        (ask,) = (await engine.run(guest.visitor, waiting.run_id)).asks
        slow = await guest.begin(model="compatible/words-5000@50")

        async def go_on() -> object:
            if name == "clerk":
                return await engine.decide(guest.visitor, waiting.run_id, Verdict([Decision(ask.call_id, True)]))
            return await engine.supply(guest.visitor, Supply(waiting.thread_id, None, output={"zone": "UTC"}))

        with pytest.raises(TooMany, match="under way"):
            await go_on()
        assert await guest.status(waiting) == "awaiting_approval"
        await engine.stop(guest.visitor, slow.run_id)
        await go_on()
        assert (await guest.read(waiting)).answer.startswith("The tool said: ")
