"""What a dead process left half written is ended: each item in its place, nothing empty, nothing loading."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageContentPartAdded,
    AssistantMessageContentPartTextDelta,
    AssistantMessageItem,
    CustomTask,
    HiddenContextItem,
    ThoughtTask,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemUpdatedEvent,
    ThreadStreamEvent,
    WidgetItem,
    Workflow,
    WorkflowItem,
    WorkflowTaskAdded,
)
from sqlmodel import Session

from playground import wire
from playground.records import TurnUsage
from playground.runs.admit import row_of
from playground.runs.recovery import bury
from playground.store import items, runs
from playground.store.database import Database
from playground.store.spend import stored
from playground.store.tables import RunRow
from playground.transcript import Transcript, apply, replay
from playground.widgets import widget_of
from tests.store.conftest import AT, add, new_item, new_run, new_thread

NOW = datetime.now(UTC)
LOADING = CustomTask(title="now", status_indicator="loading")
THOUGHT = ThoughtTask(title="Thinking", content="hm", status_indicator="loading")


def message(name: str, text: str = "") -> AssistantMessageItem:
    content = [AssistantMessageContent(text=text)] if text else []
    return AssistantMessageItem(id=name, thread_id="thr", created_at=NOW, content=content)


def workflow(name: str) -> WorkflowItem:
    return WorkflowItem(id=name, thread_id="thr", created_at=NOW, workflow=Workflow(type="custom", tasks=[]))


def says(name: str, text: str) -> list[ThreadStreamEvent]:
    part = AssistantMessageContentPartAdded(content_index=0, content=AssistantMessageContent(text=""))
    delta = AssistantMessageContentPartTextDelta(content_index=0, delta=text)
    return [ThreadItemUpdatedEvent(item_id=name, update=update) for update in (part, delta)]


def does(name: str, task: Any, index: int = 0) -> ThreadStreamEvent:
    return ThreadItemUpdatedEvent(item_id=name, update=WorkflowTaskAdded(task_index=index, task=task))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def run(database: Database) -> RunRow:
    """After a message at position 1."""
    thread = await database.write(new_thread)
    row = new_run(thread)
    await add(database, row, new_item(thread, 1))
    return row


async def buried(
    database: Database,
    run: RunRow,
    log: Sequence[ThreadStreamEvent],
    *,
    stored: Sequence[tuple[Any, int]] = (),
) -> tuple[list[tuple[int, str]], Transcript, Transcript]:
    """The places and ids of the items that are kept; what a live reader saw; what a reload shows."""

    def work(session: Session) -> tuple[list[tuple[int, str]], Transcript, Transcript]:
        row = session.get_one(RunRow, run.id)
        runs.append(session, [(run.id, seq, wire.dump(event)) for seq, event in enumerate(log, 1)])
        session.add_all([row_of(item, row, position) for item, position in stored])
        session.flush()
        ends = [wire.event(frame) for frame in bury(session, row)]
        kept = list(items.history(session, run.branch_id))[1:]
        live = reduce(apply, [*log, *ends], Transcript())
        return (
            [(one.position, one.id) for one in kept],
            live,
            replay(wire.item(one.payload) for one in kept),
        )

    return await database.write(work)


async def test_half_a_message_is_kept_as_far_as_it_came(database: Database, run: RunRow) -> None:
    places, live, after = await buried(database, run, [ThreadItemAddedEvent(item=message("m")), *says("m", "half")])
    assert places == [(2, "m")]
    assert (live.items, live.open_ids) == (after.items, frozenset())
    [kept] = after.items
    assert kept.type == "assistant_message"
    assert kept.content[0].text == "half"


async def test_what_held_nothing_is_taken_back(database: Database, run: RunRow) -> None:
    log = [ThreadItemAddedEvent(item=workflow("w")), ThreadItemAddedEvent(item=message("m"))]
    places, live, after = await buried(database, run, log)
    assert (places, live.items, after.items, live.open_ids) == ([], (), (), frozenset())


async def test_an_item_opened_before_one_that_ended_keeps_its_place(database: Database, run: RunRow) -> None:
    done = message("m", "whole")
    log = [
        ThreadItemAddedEvent(item=workflow("w")),
        does("w", LOADING),
        ThreadItemAddedEvent(item=message("m")),
        ThreadItemDoneEvent(item=done),
    ]
    places, live, after = await buried(database, run, log, stored=[(done, 3)])
    assert places == [(2, "w"), (3, "m")]
    assert live.items == after.items


async def test_tasks_that_were_running_do_not_seem_to_go_on(database: Database, run: RunRow) -> None:
    log = [ThreadItemAddedEvent(item=workflow("w")), does("w", THOUGHT), does("w", LOADING, 1)]
    _, live, after = await buried(database, run, log)
    assert live.items == after.items
    assert "loading" not in str([item.model_dump() for item in after.items])


async def test_a_run_that_had_said_nothing_is_ended_with_a_reason(database: Database, run: RunRow) -> None:
    places, live, _ = await buried(database, run, [])
    assert places == []
    assert live.error is not None
    assert live.error.allow_retry
    row = await database.read(lambda s: s.get_one(RunRow, run.id))
    assert (row.status, row.last_seq, row.allow_retry) == ("interrupted", 1, True)
    assert row.created_at == AT


async def test_turns_and_notes_from_before_are_kept_and_the_cost_is_not_known(database: Database) -> None:
    turn = TurnUsage("openai/a", 7, 2, cost=Decimal("0.000000015"))
    usage = {"turns": 1, **stored((turn,))}
    row = new_run(await database.write(new_thread), usage=usage, cost_nano_usd=15, notes=["A note."])
    await add(database, row)
    await buried(database, row, [])
    found = await database.read(lambda session: runs.record(session.get_one(RunRow, row.id)))
    assert (found.status, found.turns, found.cost, found.notes) == ("interrupted", (turn,), None, ("A note.",))


def card(name: str, *, streaming: bool = False) -> WidgetItem:
    text = {"type": "Text", "value": "half", "streaming": streaming, "unheard": None}
    widget = widget_of({"type": "Card", "children": [text]})
    return WidgetItem(id=name, thread_id="thr", created_at=NOW, widget=widget)


async def test_widgets_keep_their_places_around_what_nobody_is_shown(database: Database, run: RunRow) -> None:
    hidden = HiddenContextItem(id="h", thread_id="thr", created_at=NOW, content="told")
    log: list[ThreadStreamEvent] = [
        ThreadItemAddedEvent(item=card("a")),
        ThreadItemDoneEvent(item=card("a")),
        ThreadItemAddedEvent(item=card("b", streaming=True)),
        ThreadItemAddedEvent(item=message("c")),
        ThreadItemDoneEvent(item=message("c", "words")),
    ]
    places, live, _ = await buried(database, run, log, stored=[(card("a"), 2), (hidden, 3), (message("c", "words"), 5)])
    assert places == [(2, "a"), (3, "h"), (4, "b"), (5, "c")]
    assert wire.payload(live.items[1]) == wire.payload(card("b"))
    assert not live.open_ids
