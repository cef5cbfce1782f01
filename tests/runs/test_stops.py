"""The owner's hand on the runs: everything paused, a visitor blocked, a link or a token taken back, one run stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from playground.access.standing import Standing
from playground.errors import NotFound, Paused
from playground.records import Decision, RunRecord
from playground.runs.approvals import Verdict
from playground.runs.engine import Engine
from playground.settings import Settings
from playground.store import links, session_tokens, switch, visitors
from playground.store.database import Database
from playground.store.tables import RunRow
from playground.visitor import Visitor
from tests.runs.agents import FIRED, PAID
from tests.runs.conftest import Lab, until
from tests.wire import Wire

SLOW = "words-5000@50"
CLOSED = "Closed for the night {really}: see you tomorrow."
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
async def lab(settings: Settings, wire: Wire, database_url: str) -> AsyncIterator[Lab]:
    """On both databases."""
    lab = Lab(settings.model_copy(update={"database_url": database_url}), Database(database_url), wire)
    await lab.database.open()
    yield lab
    await asyncio.gather(*(engine.close() for engine in lab.engines))
    for models in lab.models:
        await models.aclose()
    await lab.database.close()


@dataclass
class Watched:
    """An engine that is told who may go on, by a look each second as in a process of its own."""

    engine: Engine
    standing: Standing


@pytest.fixture
async def here(lab: Lab) -> AsyncIterator[Watched]:
    async for one in watched(lab):
        yield one


@pytest.fixture
async def there(lab: Lab) -> AsyncIterator[Watched]:
    """Another replica."""
    async for one in watched(lab):
        yield one


async def watched(lab: Lab) -> AsyncIterator[Watched]:
    standing = Standing(lab.database)
    looking = asyncio.create_task(standing.run())
    yield Watched(await lab.start(standing=standing), standing)
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking


async def answering(lab: Lab, engine: Engine, **order: Any) -> RunRecord:
    """A run that has said some words."""
    calls = len(lab.wire.calls)
    run = await engine.submit(lab.order(SLOW, **order))
    await (await lab.wire.seen(calls + 1)).reached(3)
    return run


async def change(lab: Lab, here: Watched, work: Callable[[Session], object]) -> None:
    """The owner does something, and this process looks."""
    await lab.database.write(work)
    await here.standing.refresh()


async def pause(lab: Lab, text: str = CLOSED) -> None:
    await lab.database.write(lambda session: switch.pause(session, text, at=NOW))


async def over(lab: Lab, run_id: str) -> RunRow:
    """The run's row, once it is over."""

    def row(session: Session) -> RunRow:
        return session.get_one(RunRow, run_id)

    async def ended() -> bool:
        return (await lab.database.read(row)).ended_at is not None

    await until(ended)
    return await lab.database.read(row)


async def test_a_pause_ends_the_runs_of_every_replica_with_the_owners_words(
    lab: Lab, here: Watched, there: Watched
) -> None:
    runs = [await answering(lab, one.engine) for one in (here, there)]
    await pause(lab)
    for run, engine in zip(runs, (here.engine, there.engine), strict=True):
        played = await lab.played(engine, run.id)
        assert (played.run.status, played.run.error) == ("cancelled", CLOSED)
        assert played.events[-1].type == "notice"
        assert played.text.startswith("w0 w1 w2")
        assert (await lab.stored(run.thread_id)).items == played.items
    assert all(call.disconnected for call in lab.wire.calls)


async def test_while_paused_every_replica_refuses_new_messages_and_takes_them_again_after(
    lab: Lab, here: Watched, there: Watched
) -> None:
    await pause(lab)
    for one in (here, there):
        await one.standing.refresh()
        with pytest.raises(Paused) as refused:
            await one.engine.submit(lab.order())
        assert refused.value.message == CLOSED
    assert not lab.wire.calls
    await lab.database.write(switch.resume)
    for one in (here, there):
        await one.standing.refresh()
        assert (await lab.finish(one.engine, lab.order())).run.status == "completed"


async def test_a_pause_without_words_is_told_in_ours(lab: Lab, here: Watched) -> None:
    run = await answering(lab, here.engine)
    await change(lab, here, lambda session: switch.pause(session, "", at=NOW))
    assert (await lab.played(here.engine, run.id)).run.error == Paused().message


async def test_what_waits_in_a_thread_is_ended_with_a_word_and_does_not_begin(lab: Lab, here: Watched) -> None:
    first = await answering(lab, here.engine)
    second = await here.engine.submit(lab.order("echo", "second", thread_id=first.thread_id))
    assert second.status == "queued"
    await pause(lab)
    await here.standing.refresh()
    played = await lab.played(here.engine, second.id)
    assert (played.run.status, played.run.error) == ("failed", CLOSED)
    assert played.events[-1].type == "error"
    assert [text for who, text in await lab.said(first.thread_id) if who == "user"] == ["hello"]
    assert len(lab.wire.calls) == 1


async def test_a_run_that_waits_for_its_visitor_outlasts_a_pause(lab: Lab, here: Watched) -> None:
    PAID.clear()
    FIRED.clear()
    run = await here.engine.submit(lab.order('tools:{"pay":{"amount":5}}', "pay", agent="payer"))
    await until(lambda: status_is(lab, run.id, "awaiting_approval"))
    await pause(lab)
    await here.standing.refresh()
    call_id = (await here.engine.run(lab.visitor, run.id)).asks[0].call_id
    verdict = Verdict([Decision(call_id, approve=True)])
    with pytest.raises(Paused):
        await here.engine.decide(lab.visitor, run.id, verdict)
    await change(lab, here, switch.resume)
    await here.engine.decide(lab.visitor, run.id, verdict)
    assert (await lab.played(here.engine, run.id)).run.status == "completed"


async def status_is(lab: Lab, run_id: str, status: str) -> bool:
    return (await lab.database.read(lambda session: session.get_one(RunRow, run_id))).status == status


async def test_only_the_runs_of_a_blocked_visitor_end(lab: Lab, here: Watched) -> None:
    bad, good = await answering(lab, here.engine), await answering(lab, here.engine, visitor_id="vis_2")
    await change(lab, here, lambda session: visitors.block(session, lab.visitor.id, at=NOW))
    ended = await over(lab, bad.id)
    assert (ended.status, ended.error) == ("cancelled", "You may not go on here any more, so this answer was stopped.")
    assert (await here.engine.run(Visitor("vis_2"), good.id)).status == "running"


async def test_the_runs_of_a_link_end_when_it_is_taken_back(lab: Lab, here: Watched) -> None:
    fields: dict[str, Any] = {"name": "friends", "created_at": NOW}
    await change(lab, here, lambda s: links.create(s, code="a", id="lnk_a", **fields))
    await change(lab, here, lambda s: links.create(s, code="b", id="lnk_b", **fields))
    bad, good = [await answering(lab, here.engine, link_id=link) for link in ("lnk_a", "lnk_b")]
    await change(lab, here, lambda s: links.revoke(s, "lnk_a", at=NOW))
    assert (await over(lab, bad.id)).status == "cancelled"
    assert (await here.engine.run(lab.visitor, good.id)).status == "running"


async def test_the_runs_of_a_token_end_when_it_is_taken_back(lab: Lab, here: Watched) -> None:
    until_when = datetime.now(UTC) + timedelta(hours=1)
    fields: dict[str, Any] = {
        "subject": "s",
        "visitor_id": "vis_1",
        "scope": {},
        "created_at": NOW,
        "expires_at": until_when,
    }
    await change(lab, here, lambda s: session_tokens.create(s, id="jti_a", **fields))
    await change(lab, here, lambda s: session_tokens.create(s, id="jti_b", **fields))
    bad, good = [await answering(lab, here.engine, token_id=token) for token in ("jti_a", "jti_b")]
    await change(lab, here, lambda s: session_tokens.revoke(s, "jti_a", at=NOW))
    assert (await over(lab, bad.id)).status == "cancelled"
    assert (await here.engine.run(lab.visitor, good.id)).status == "running"


async def test_a_run_let_in_for_somebody_who_was_blocked_a_moment_ago_asks_nobody(lab: Lab, here: Watched) -> None:
    await change(lab, here, lambda session: visitors.block(session, lab.visitor.id, at=NOW))
    played = await lab.finish(here.engine, lab.order())
    assert played.run.status == "cancelled"
    assert not lab.wire.calls


async def test_the_owner_stops_anybodys_run_from_any_replica(lab: Lab, here: Watched, there: Watched) -> None:
    for one in (here, there):
        run = await answering(lab, here.engine, visitor_id="vis_2")
        stopped = await one.engine.stop_any(run.id)
        assert (stopped.status, stopped.error) == ("cancelled", "The owner of this playground stopped this answer.")
        assert lab.wire.calls[-1].disconnected


async def test_the_owner_stops_what_waits(lab: Lab, here: Watched) -> None:
    first = await answering(lab, here.engine)
    second = await here.engine.submit(lab.order("echo", "second", thread_id=first.thread_id))
    assert (await here.engine.stop_any(second.id)).error == "The owner of this playground stopped this answer."
    asking = await here.engine.submit(lab.order('tools:{"pay":{"amount":5}}', "pay", agent="payer"))
    await until(lambda: status_is(lab, asking.id, "awaiting_approval"))
    stopped = await here.engine.stop_any(asking.id)
    assert (stopped.status, stopped.error) == ("cancelled", "The owner of this playground stopped this answer.")


async def test_an_unknown_run_is_not_found(here: Watched) -> None:
    with pytest.raises(NotFound):
        await here.engine.stop_any("run_none")
