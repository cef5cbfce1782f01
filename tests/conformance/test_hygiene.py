"""Checks 66 to 69; 70 is test_differential.py."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from playground.ids import new_id
from playground.store import threads
from playground.store.tables import ItemRow, ThreadRow
from tests.conformance.conftest import Served
from tests.conformance.ui import Ui, refusal
from tests.house import message
from tests.wire import CANARY

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAILING = ("status-500", "status-401", "status-429", "inerror-3", "badjson-3", "drop-3", "too-long", "failed-3")


@pytest.mark.parametrize("wire", ["compatible", "openai", "anthropic", "google"])
async def test_66_nothing_of_a_providers_reply_or_of_our_keys_is_told(ann: Ui, wire: str) -> None:
    told = ""
    for model in FAILING:
        reply = await ann.create(model=f"{wire}/{model}")
        assert reply.error is not None
        told += str(reply.events)
    told += str(await ann.ask("threads.list"))
    assert [mark for mark in (CANARY, "sk-test", "Traceback", "127.0.0.1", "site-packages") if mark in told] == []


async def test_67_a_refusal_is_told_in_the_language_that_was_asked_for(ann: Ui) -> None:
    told = set[str]()
    for language in ("en", "de", "fr-CA, fr;q=0.9", "es", "zh-CN", "ur"):
        response = await ann.post("threads.get_by_id", {"thread_id": "thr_x"}, headers={"Accept-Language": language})
        told.add(refusal(response, 404))
    assert len(told) == 6
    plain = await ann.post("threads.get_by_id", {"thread_id": "thr_x"}, headers={"Accept-Language": "tlh, xx;q=0.5"})
    assert refusal(plain, 404) == "Not found."


async def test_67_so_is_what_goes_wrong_in_an_answer(ann: Ui) -> None:
    params = {"input": message(model="compatible/status-500")}
    errors = [
        (await ann.stream("threads.create", params, headers={"Accept-Language": one})).error for one in ("en", "de")
    ]
    told = {error["message"] for error in errors if error}
    assert len(told) == 2


READING = re.compile(r"FROM (thread|item|branch)\b")


@contextmanager
def reads() -> Generator[list[str]]:
    """The questions about threads and what is in them that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if READING.search(statement):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def grown(served: Served, owner: str, count: int) -> list[str]:
    """Threads of a visitor with three items each."""

    def work(session: Session) -> list[str]:
        made: list[str] = []
        for number in range(count):
            at = datetime.now(UTC) - timedelta(minutes=number)
            row = threads.create(session, thread_id=new_id("thr"), visitor_id=owner, title=f"t{number}", meta={}, at=at)
            made.append(row.id)
            for place in range(3):
                item_id = new_id("msg")
                payload = {"id": item_id, "thread_id": row.id, "type": "end_of_turn", "created_at": at.isoformat()}
                session.add(
                    ItemRow(
                        id=item_id,
                        thread_id=row.id,
                        branch_id=row.head_branch,
                        position=place + 1,
                        type="end_of_turn",
                        payload=payload,
                        created_at=at,
                    )
                )
        return made

    return await served.parts.database.write(work)


async def test_68_a_list_costs_as_many_queries_however_much_there_is(served: Served, ann: Ui) -> None:
    """How long it takes with 100 threads of 1,000 items: `python -m benchmarks.lists`."""
    first = await ann.create()
    owner = await served.parts.database.read(lambda session: session.get_one(ThreadRow, first.thread_id).visitor_id)
    costs: list[tuple[int, int]] = []
    shown = 0
    for count in (1, 40, 59):
        made = await grown(served, owner, count)
        with reads() as listed:
            page = await ann.ask("threads.list", limit=100)
        with reads() as read:
            await ann.ask("items.list", thread_id=made[0], limit=100)
        costs.append((len(listed), len(read)))
        shown = len(page["data"])
    assert shown == 100
    assert len(set(costs)) == 1
    assert max(costs[0]) <= 5


async def test_69_both_databases_serve_the_same(served: Served, kept_in: str) -> None:
    """Every test here runs on both; this one says which it is on, and that there is nothing between."""
    assert served.parts.settings.resolved_database_url == kept_in
    assert kept_in.partition(":")[0] in {"sqlite", "postgresql+psycopg"}
