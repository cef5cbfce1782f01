"""Files as the store knows them, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from playground.errors import Conflict, Malformed, NotFound
from playground.ids import new_id
from playground.store import attachments, forks, threads
from playground.store.database import Database
from playground.store.tables import AttachmentRow, AttachmentUseRow, ItemRow, ThreadRow
from tests.store.conftest import ANN, AT, BOB, add, new_item, new_thread, raises


def new_file(**more: Any) -> AttachmentRow:
    """A complete file of Ann's."""
    fields: dict[str, Any] = {
        "id": new_id("atc"),
        "visitor_id": ANN,
        "status": "ready",
        "name": "a.png",
        "mime_type": "image/png",
        "size": 3,
        "payload": {},
        "created_at": AT,
    }
    return AttachmentRow(**(fields | more))


async def status(database: Database, file: AttachmentRow) -> str | None:
    found = await database.read(lambda session: session.get(AttachmentRow, file.id))
    return found.status if found else None


async def test_a_file_is_found_by_its_owner_and_by_whoever_was_let_in(database: Database) -> None:
    file = new_file()
    await add(database, file)
    for visitor_id in (ANN, None):
        found = await database.read(lambda s, one=visitor_id: attachments.find(s, file.id, visitor_id=one))  # type: ignore[misc]
        assert found.id == file.id
    await database.read(raises(NotFound)(lambda session: attachments.find(session, file.id, visitor_id=BOB)))


@pytest.mark.parametrize("state", attachments.GONE)
async def test_what_is_gone_is_not_found(database: Database, state: str) -> None:
    file = new_file(status=state)
    await add(database, file)
    await database.read(raises(NotFound)(lambda session: attachments.find(session, file.id)))
    await database.read(raises(NotFound)(lambda session: attachments.sendable(session, visitor_id=ANN, ids=[file.id])))


async def test_one_upload_claims_a_file(database: Database) -> None:
    file = new_file(status="pending")
    await add(database, file)
    await database.write(lambda session: attachments.claim(session, file.id))
    await database.write(raises(Conflict)(lambda session: attachments.claim(session, file.id)))
    await database.write(lambda session: attachments.settle(session, file.id, size=None))
    await database.write(lambda session: attachments.claim(session, file.id))
    done = await database.write(lambda session: attachments.settle(session, file.id, size=7))
    assert (done.status, done.size) == ("ready", 7)


@pytest.mark.parametrize("state", ["pending", "storing"])
async def test_what_is_not_complete_cannot_be_sent(database: Database, state: str) -> None:
    file = new_file(status=state)
    await add(database, file)
    await database.read(raises(Malformed)(lambda session: attachments.sendable(session, visitor_id=ANN, ids=[file.id])))


async def test_files_come_in_the_order_in_which_they_are_named(database: Database) -> None:
    files = [new_file() for _ in range(4)]
    await add(database, *files)
    ids = [files[at].id for at in (2, 0, 3, 1)]
    rows = await database.read(lambda session: attachments.sendable(session, visitor_id=ANN, ids=ids))
    assert [row.id for row in rows] == ids


async def test_a_file_is_in_every_thread_that_uses_it_and_goes_with_the_last(
    database: Database, thread: ThreadRow
) -> None:
    file = new_file()
    other = await database.write(new_thread)
    await add(database, file)
    for one in (thread, other, thread):
        await database.write(lambda s, to=one.id: attachments.use(s, visitor_id=ANN, ids=[file.id], thread_id=to))  # type: ignore[misc]
    assert await database.read(lambda session: attachments.unsent(session, visitor_id=ANN)) == 0
    await database.write(lambda session: threads.remove(session, visitor_id=ANN, thread_id=thread.id))
    assert await status(database, file) == "ready"
    await database.write(lambda session: threads.remove(session, visitor_id=ANN, thread_id=other.id))
    assert await status(database, file) == "gone"
    assert await database.read(lambda session: session.exec(select(AttachmentUseRow)).all()) == []


async def test_a_foreign_file_is_not_used(database: Database, thread: ThreadRow) -> None:
    file = new_file(visitor_id=BOB)
    await add(database, file)
    await database.write(
        raises(NotFound)(lambda s: attachments.use(s, visitor_id=ANN, ids=[file.id], thread_id=thread.id))
    )


async def test_a_copy_of_a_thread_uses_its_files(database: Database, thread: ThreadRow) -> None:
    file = new_file(thread_id=thread.id)
    payload = {"id": "x", "thread_id": thread.id, "content": [], "attachments": [{"id": file.id, "thread_id": "t"}]}
    item = new_item(thread, 1, payload=payload)
    await add(database, file, item)

    def copied(session: Session) -> ItemRow:
        made = forks.copy(session, [item], visitor_id=ANN, title=None, meta={}, at=AT)
        return session.exec(select(ItemRow).where(ItemRow.thread_id == made.id)).one()

    row = await database.write(copied)
    assert row.payload["attachments"] == [{"id": file.id, "thread_id": row.thread_id}]
    uses = await database.read(lambda session: session.exec(select(AttachmentUseRow)).all())
    assert [(use.attachment_id, use.thread_id) for use in uses] == [(file.id, row.thread_id)]


async def test_what_is_not_wanted_is_gone_and_what_was_sent_is_not(database: Database, thread: ThreadRow) -> None:
    unsent, sent = new_file(), new_file(thread_id=thread.id)
    await add(database, unsent, sent)
    for _ in range(2):
        await database.write(lambda s: attachments.remove(s, visitor_id=ANN, attachment_id=unsent.id))
    await database.write(raises(Conflict)(lambda s: attachments.remove(s, visitor_id=ANN, attachment_id=sent.id)))
    await database.write(raises(NotFound)(lambda s: attachments.remove(s, visitor_id=BOB, attachment_id=unsent.id)))
    assert await database.read(lambda session: attachments.gone(session, limit=9)) == [unsent.id]


async def test_what_was_left_lying_expires(database: Database, thread: ThreadRow) -> None:
    files = {
        "unfinished": new_file(status="pending"),
        "stuck": new_file(status="storing"),
        "unsent": new_file(),
        "sent": new_file(thread_id=thread.id),
        "new": new_file(status="pending", created_at=AT + timedelta(hours=2)),
    }
    await add(database, *files.values())
    hour = AT + timedelta(hours=1)
    await database.write(lambda s: attachments.expire(s, unfinished_before=hour, unsent_before=AT))
    assert set(await database.read(lambda s: attachments.gone(s, limit=9))) == {
        files["unfinished"].id,
        files["stuck"].id,
    }
    await database.write(lambda s: attachments.expire(s, unfinished_before=hour, unsent_before=hour))
    assert await status(database, files["unsent"]) == "gone"
    assert await status(database, files["sent"]) == "ready"
    assert await status(database, files["new"]) == "pending"


async def test_what_was_dropped_is_remembered_for_a_while(database: Database) -> None:
    file = new_file(status="gone")
    await add(database, file)
    await database.write(lambda s: attachments.dropped(s, [file.id], forget_before=AT))
    assert await status(database, file) == "dropped"
    await database.write(lambda s: attachments.dropped(s, [], forget_before=AT + timedelta(days=1)))
    assert await status(database, file) is None
