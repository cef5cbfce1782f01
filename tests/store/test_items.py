"""Items are read along a branch, in the order of their positions."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlmodel import Session, select

from playground.errors import NotFound
from playground.store import items, threads
from playground.store.database import Database
from playground.store.tables import FeedbackRow, ThreadRow
from tests.store.conftest import ANN, AT, BOB, add, new_item, new_thread, raises

Step = tuple[Literal["say", "retry", "edit", "switch"], int]
STEPS = st.lists(st.tuples(st.sampled_from(["say", "say", "retry", "edit", "switch"]), st.integers(0, 30)), max_size=25)


@dataclass
class Model:
    """What the store should hold: each branch as a plain list of item ids."""

    head: str
    lists: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def _step(session: Session, thread: ThreadRow, model: Model, step: Step) -> None:
    kind, number = step
    told = model.lists[model.head]
    if kind == "say":
        item = new_item(thread, items.last_position(session, thread.head_branch) + 1)
        session.add(item)
        session.flush()
        told.append(item.id)
    elif kind == "switch":
        thread.head_branch = model.head = sorted(model.lists)[number % len(model.lists)]
    elif told:
        index = number % len(told)
        item = items.locate(session, thread, told[index])
        position = item.position if kind == "retry" else item.position - 1
        branch = threads.fork(session, thread, parent=item.branch_id, position=position, label="", at=AT)
        model.head = branch.id
        model.lists[branch.id] = told[: index + 1] if kind == "retry" else told[:index]


def _pages(session: Session, thread: ThreadRow, order: Literal["asc", "desc"], limit: int) -> list[str]:
    found: list[str] = []
    after, more = None, True
    while more:
        rows, more = items.page(session, thread, limit=limit, order=order, after=after)
        assert len(rows) == limit or not more
        found += [row.id for row in rows]
        after = found[-1] if found else None
    return found


@given(steps=STEPS, limit=st.integers(1, 7))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_branch_reads_as_the_plain_list_that_it_is(steps: list[Step], limit: int) -> None:
    engine = create_engine("sqlite://")
    ThreadRow.metadata.create_all(engine)
    with Session(engine) as session:
        thread = new_thread(session)
        model = Model(thread.head_branch, {thread.head_branch: []})
        for step in steps:
            _step(session, thread, model, step)
        for branch_id, told in model.lists.items():
            thread.head_branch = branch_id
            rows = items.history(session, branch_id)
            assert [row.id for row in rows] == told
            assert all(before.position < after.position for before, after in pairwise(rows))
            assert _pages(session, thread, "asc", limit) == told
            assert _pages(session, thread, "desc", limit) == told[::-1]
    engine.dispose()


async def test_a_thread_of_forks_reads_the_same_on_both_databases(database: Database, thread: ThreadRow) -> None:
    def work(session: Session) -> Model:
        model = Model(thread.head_branch, {thread.head_branch: []})
        row = session.merge(thread)
        script = "say say say retry1 say edit2 say say retry0 say switch0 say edit0 say"
        for word in script.split():
            number = int(word[-1]) if word[-1].isdigit() else 0
            _step(session, row, model, (word.rstrip("0123456789"), number))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        for branch_id, told in model.lists.items():
            row.head_branch = branch_id
            assert _pages(session, row, "asc", 2) == told
        return model

    assert len((await database.write(work)).lists) == 5


async def test_retries_of_one_message_do_not_make_its_path_longer(lite: Database) -> None:
    def work(session: Session) -> None:
        thread = new_thread(session)
        item = new_item(thread, 1)
        session.add(item)
        session.flush()
        for _ in range(20):
            located = items.locate(session, thread, item.id)
            threads.fork(session, thread, parent=located.branch_id, position=1, label="", at=AT)
        assert [row.id for row in items.history(session, thread.head_branch)] == [item.id]
        assert len(items.path(session, thread.head_branch)) == 2

    await lite.write(work)


async def test_hidden_items_are_told_to_models_only(database: Database, thread: ThreadRow) -> None:
    kinds = ["user_message", "hidden_context_item", "sdk_hidden_context", "assistant_message"]
    rows = [new_item(thread, position, type=kind) for position, kind in enumerate(kinds, 1)]
    await add(database, *rows)
    page, more = await database.read(lambda s: items.page(s, thread, limit=2, order="asc", after=None))
    told = await database.read(lambda s: items.history(s, thread.head_branch))
    assert [row.type for row in page] == ["user_message", "assistant_message"]
    assert not more
    assert [row.type for row in told] == kinds


async def test_what_an_action_told_of_an_item_outlasts_its_next_change(database: Database, thread: ThreadRow) -> None:
    before, after = [new_item(thread, 1, id="wid_1", type="widget", payload={"count": count}) for count in (1, 3)]
    await database.write(lambda session: items.save(session, [before]))
    told = {"role": "user", "content": "more"}
    await database.write(lambda s: items.change(s, item_id="wid_1", payload={"count": 2}, told=told))
    await database.write(lambda session: items.save(session, [after]))
    [row] = await database.read(lambda session: items.history(session, thread.head_branch))
    assert (row.payload, row.model_input) == ({"count": 3}, [told])


async def test_an_unknown_mark_is_not_found(database: Database, thread: ThreadRow) -> None:
    await database.read(raises(NotFound)(lambda s: items.page(s, thread, limit=2, order="asc", after="msg_none")))


async def test_an_item_of_another_branch_is_not_found(database: Database, thread: ThreadRow) -> None:
    first, second = new_item(thread, 1), new_item(thread, 2)
    await add(database, first, second)

    def work(session: Session) -> None:
        row = session.merge(thread)
        threads.fork(session, row, parent=row.head_branch, position=1, label="", at=AT)
        assert items.locate(session, row, first.id).id == first.id
        with pytest.raises(NotFound):
            items.locate(session, row, second.id)

    await database.write(work)


async def test_a_thumb_given_twice_is_one_thumb_the_last(database: Database, thread: ThreadRow) -> None:
    item = new_item(thread, 1)
    await add(database, item)
    for kind in ("positive", "positive", "negative"):
        await database.write(partial(items.rate, visitor_id=ANN, thread=thread, item_ids=[item.id], kind=kind, at=AT))
    assert await database.read(lambda s: items.ratings(s, visitor_id=ANN, thread_id=thread.id)) == {item.id: "negative"}
    assert len(await database.read(lambda s: s.exec(select(FeedbackRow)).all())) == 1


async def test_thumbs_given_at_once_all_succeed(database: Database, thread: ThreadRow) -> None:
    item = new_item(thread, 1)
    await add(database, item)

    def work(session: Session) -> None:
        items.rate(session, visitor_id=ANN, thread=thread, item_ids=[item.id], kind="positive", at=AT)

    await asyncio.gather(*(database.write(work) for _ in range(10)))
    assert len(await database.read(lambda s: s.exec(select(FeedbackRow)).all())) == 1


async def test_one_unknown_item_among_many_keeps_no_thumb(database: Database, thread: ThreadRow) -> None:
    item = new_item(thread, 1)
    await add(database, item)

    def work(session: Session) -> None:
        items.rate(session, visitor_id=ANN, thread=thread, item_ids=[item.id, "msg_none"], kind="positive", at=AT)

    with pytest.raises(NotFound):
        await database.write(work)
    assert await database.read(lambda s: items.ratings(s, visitor_id=ANN, thread_id=thread.id)) == {}


async def test_another_visitors_thumbs_are_not_shown(database: Database, thread: ThreadRow) -> None:
    item = new_item(thread, 1)
    await add(database, item)
    await database.write(
        lambda s: items.rate(s, visitor_id=ANN, thread=thread, item_ids=[item.id], kind="positive", at=AT)
    )
    assert await database.read(lambda s: items.ratings(s, visitor_id=BOB, thread_id=thread.id)) == {}


async def test_a_payload_comes_back_as_it_was_stored(database: Database, thread: ThreadRow) -> None:
    payload: dict[str, Any] = {"widget": {"type": "Card", "border": 1, "new": {"unknown": [1, None, "ü 😀"]}}}
    item = new_item(thread, 1, type="widget", payload=payload, model_input=[{"a": None}])
    await add(database, item)
    [row] = await database.read(lambda s: items.history(s, thread.head_branch))
    assert row.payload == {"widget": {"type": "Card", "border": 1, "new": {"unknown": [1, None, "ü 😀"]}}}
    assert row.model_input == [{"a": None}]
