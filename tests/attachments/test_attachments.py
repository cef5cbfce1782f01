"""Files, from the announcement to the last byte, on both databases."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from playground.attachments.attachments import MOST_UNSENT
from playground.errors import Conflict, Malformed, NotConfigured, NotFound, TooLarge, TooMany, Unavailable
from playground.store.tables import AttachmentRow, AttachmentUseRow
from playground.visitor import Visitor
from tests.attachments.files import ANN, BOB, kept, send
from tests.attachments.made import pdf, picture
from tests.house import House, opened
from tests.runs.conftest import until


def bytes_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "attachments").glob("*"))


async def row(house: House, attachment_id: str) -> AttachmentRow | None:
    return await house.stored(lambda session: session.get(AttachmentRow, attachment_id))


async def read(house: House, attachment_id: str, by: Visitor = ANN) -> bytes:
    files = house.parts.attachments
    return await files.read(await files.find(attachment_id, visitor=by))


async def test_a_file_comes_in_two_steps(each_house: House, tmp_path: Path) -> None:
    files = each_house.parts.attachments
    made = await files.create(ANN, name="../a.png", mime_type="image/png", size=10)
    assert (made["name"], made["type"], made["upload_descriptor"]["method"]) == ("a.png", "image", "POST")
    with pytest.raises(NotFound):
        await files.find(made["id"], visitor=ANN)
    done = await files.receive(made["id"], io.BytesIO(picture()))
    assert "upload_descriptor" not in done
    assert "metadata" not in done
    assert await read(each_house, made["id"]) == picture()
    assert bytes_in(tmp_path) == [made["id"]]


async def test_a_second_upload_is_refused(each_house: House) -> None:
    file = await kept(each_house)
    with pytest.raises(Conflict):
        await each_house.parts.attachments.receive(file, io.BytesIO(picture(color="blue")))
    assert await read(each_house, file) == picture()


async def test_of_two_uploads_at_once_one_wins(each_house: House) -> None:
    files = each_house.parts.attachments
    made = await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
    both = [files.receive(made["id"], io.BytesIO(text)) for text in (b"one", b"two")]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
    winner = b"one" if isinstance(results[1], Conflict) else b"two"
    assert await read(each_house, made["id"]) == winner


async def test_refused_bytes_leave_room_for_others(each_house: House, tmp_path: Path) -> None:
    files = each_house.parts.attachments
    made = await files.create(ANN, name="a.png", mime_type="image/png", size=10)
    with pytest.raises(Malformed):
        await files.receive(made["id"], io.BytesIO(b"no image"))
    assert bytes_in(tmp_path) == []
    await files.receive(made["id"], io.BytesIO(picture()))


async def test_a_file_that_is_refused_at_once_is_not_counted(house: House) -> None:
    for _ in range(MOST_UNSENT + 1):
        with pytest.raises(Malformed):
            await kept(house, b"no image")
    await kept(house)


async def test_nobody_else_has_it(each_house: House) -> None:
    file = await kept(each_house)
    files = each_house.parts.attachments
    for attempt in (
        files.find(file, visitor=BOB),
        files.find("atc_missing", visitor=BOB),
        files.expect(file, visitor=BOB),
        files.remove(BOB, file),
        files.remove(BOB, "atc_missing"),
        files.sendable(BOB, [file]),
        files.sendable(BOB, ["atc_missing"]),
    ):
        with pytest.raises(NotFound) as refused:
            await attempt
        assert file not in refused.value.message
    assert await read(each_house, file) == picture()


async def test_only_so_many_wait_to_be_sent(house: House) -> None:
    files = house.parts.attachments
    for _ in range(MOST_UNSENT):
        await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
    with pytest.raises(TooMany):
        await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
    await files.create(BOB, name="a.txt", mime_type="text/plain", size=1)


async def test_a_file_has_a_largest_size(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, max_attachment_bytes=100) as house:
        files = house.parts.attachments
        with pytest.raises(TooLarge):
            await files.create(ANN, name="a.txt", mime_type="text/plain", size=101)
        made = await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
        with pytest.raises(TooLarge):
            await files.receive(made["id"], io.BytesIO(b"a" * 101))
        await files.receive(made["id"], io.BytesIO(b"a" * 100))


async def test_where_no_files_are_taken_it_is_said(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, max_attachments=0) as house:
        with pytest.raises(NotConfigured):
            await kept(house)


async def test_bytes_may_lie_elsewhere(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, attachments_url=f"memory://{tmp_path}") as house:
        assert await read(house, await kept(house)) == picture()
        assert not (tmp_path / "attachments").exists()


async def test_a_store_that_cannot_be_used_is_said_without_its_words(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is wanted")
    async with opened(sqlite_url, tmp_path, attachments_url=str(tmp_path / "blocked")) as house:
        with pytest.raises(Unavailable) as refused:
            await kept(house)
        assert str(tmp_path) not in refused.value.message


async def test_a_file_can_be_taken_back_once_and_again(each_house: House, tmp_path: Path) -> None:
    files, file = each_house.parts.attachments, await kept(each_house)
    await files.remove(ANN, file)
    await files.remove(ANN, file)
    with pytest.raises(NotFound):
        await files.find(file, visitor=ANN)
    await files.tidy()
    await files.remove(ANN, file)
    assert bytes_in(tmp_path) == []


async def test_a_file_that_was_sent_stays(each_house: House) -> None:
    file = await kept(each_house)
    await send(each_house.guest(), [file])
    with pytest.raises(Conflict):
        await each_house.parts.attachments.remove(ANN, file)
    assert await read(each_house, file) == picture()


async def test_what_is_taken_back_during_its_upload_leaves_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = house.parts.attachments
    made = await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
    heavy = files.heavy

    async def slow(work: Any) -> Any:
        await files.remove(ANN, made["id"])
        return await heavy(work)

    monkeypatch.setattr(files, "heavy", slow)
    with pytest.raises(NotFound):
        await files.receive(made["id"], io.BytesIO(b"a"))
    assert bytes_in(tmp_path) == []


def aged(attachment_id: str, age: timedelta) -> Any:
    def work(session: Session) -> None:
        found = session.get_one(AttachmentRow, attachment_id)
        found.created_at = datetime.now(UTC) - age
        session.add(found)

    return work


async def test_what_is_not_finished_within_an_hour_goes(each_house: House) -> None:
    files = each_house.parts.attachments
    old = await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
    new = await files.create(ANN, name="a.txt", mime_type="text/plain", size=1)
    await each_house.change(aged(old["id"], timedelta(minutes=61)))
    await files.tidy()
    with pytest.raises(NotFound):
        await files.expect(old["id"], visitor=ANN)
    await files.expect(new["id"], visitor=ANN)


async def test_what_is_not_sent_within_a_day_goes_and_what_was_sent_stays(each_house: House, tmp_path: Path) -> None:
    sent, unsent, new = [await kept(each_house) for _ in range(3)]
    await send(each_house.guest(), [sent])
    for file in (sent, unsent):
        await each_house.change(aged(file, timedelta(hours=25)))
    await each_house.parts.attachments.tidy()
    assert bytes_in(tmp_path) == sorted([sent, new])


async def test_a_file_goes_with_the_last_thread_that_has_it(each_house: House, tmp_path: Path) -> None:
    ann, file = each_house.guest(), await kept(each_house)
    first, second = [(await send(ann, [file])).thread_id for _ in range(2)]
    await ann.ask("threads.delete", thread_id=first)
    await each_house.parts.attachments.tidy()
    assert await read(each_house, file) == picture()
    await ann.ask("threads.delete", thread_id=second)
    with pytest.raises(NotFound):
        await each_house.parts.attachments.find(file, visitor=ANN)
    await each_house.parts.attachments.tidy()
    assert bytes_in(tmp_path) == []
    assert await each_house.stored(lambda session: session.exec(select(AttachmentUseRow)).all()) == []


async def test_what_was_deleted_long_ago_is_forgotten(each_house: House) -> None:
    file = await kept(each_house)
    await each_house.parts.attachments.remove(ANN, file)
    await each_house.change(aged(file, timedelta(days=2)))
    await each_house.parts.attachments.tidy()
    assert await row(each_house, file) is None


async def test_lost_bytes_are_not_found(house: House, tmp_path: Path) -> None:
    file = await kept(house, pdf("x"), name="a.pdf", mime_type="application/pdf")
    (tmp_path / "attachments" / file).unlink()
    with pytest.raises(NotFound):
        await read(house, file)


async def test_one_file_that_cannot_be_deleted_holds_no_other_up(house: House, tmp_path: Path) -> None:
    stuck, other = await kept(house), await kept(house)
    path = tmp_path / "attachments" / stuck
    path.unlink()
    path.mkdir()
    for file in (stuck, other):
        await house.parts.attachments.remove(ANN, file)
    await house.parts.attachments.tidy()
    assert bytes_in(tmp_path) == [stuck]
    path.rmdir()
    await house.parts.attachments.tidy()


async def test_a_store_that_is_slow_is_swept_in_its_own_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.attachments.attachments.SWEEP_SECONDS", 0)
    file = await kept(house)
    await house.parts.attachments.remove(ANN, file)
    await house.parts.attachments.tidy()

    async def noted() -> bool:
        found = await row(house, file)
        return found is not None and found.status == "dropped"

    await until(noted)
