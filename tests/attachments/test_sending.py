"""Messages with files: nothing of one that cannot be sent is kept, and what was sent goes where its message goes."""

from pathlib import Path

import pytest
from sqlmodel import func, select

from playground.errors import Malformed, NotFound
from playground.store.tables import ThreadRow
from tests.attachments.files import ANN, BOB, kept, request, send, told
from tests.attachments.made import picture
from tests.house import Guest, House, opened


async def threads(house: House) -> int:
    return await house.stored(lambda session: session.exec(select(func.count()).select_from(ThreadRow)).one())


async def test_a_message_has_its_files(each_house: House) -> None:
    ann, file = each_house.guest(), await kept(each_house)
    answer = await send(ann, [file])
    (shown, *_) = await ann.items(answer.thread_id)
    (attachment,) = shown["attachments"]
    assert attachment["id"] == file
    assert attachment["thread_id"] == answer.thread_id
    assert "upload_descriptor" not in attachment
    live = next(item for item in answer.items if item.type == "user_message")
    assert [one.id for one in live.attachments] == [file]


async def test_a_message_with_a_foreign_file_leaves_no_thread(each_house: House) -> None:
    foreign = await kept(each_house, by=BOB)
    ann = each_house.guest()
    refusals: list[str] = []
    for file in (foreign, "atc_missing"):
        with pytest.raises(NotFound) as refused:
            await send(ann, [file])
        refusals.append(refused.value.message)
    assert len(set(refusals)) == 1
    assert await threads(each_house) == 0
    assert not each_house.calls


async def test_a_message_with_an_unfinished_file_leaves_no_thread(each_house: House) -> None:
    made = await each_house.parts.attachments.create(ANN, name="a.png", mime_type="image/png", size=1)
    with pytest.raises(Malformed):
        await send(each_house.guest(), [made["id"]])
    assert await threads(each_house) == 0


async def test_a_file_that_went_is_not_sent(each_house: House) -> None:
    file = await kept(each_house)
    await each_house.parts.attachments.remove(ANN, file)
    with pytest.raises(NotFound):
        await send(each_house.guest(), [file])


async def test_a_message_has_only_so_many_files(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url, tmp_path, max_attachments=2) as house:
        files = [await kept(house) for _ in range(3)]
        with pytest.raises(Malformed, match="at most 2"):
            await send(house.guest(), files)
        assert await threads(house) == 0
        await send(house.guest(), files[:2])


async def test_a_refused_message_leaves_a_thread_as_it_was(ann: Guest) -> None:
    first = await ann.create()
    before = await ann.items(first.thread_id)
    with pytest.raises(NotFound):
        await send(ann, ["atc_missing"], thread_id=first.thread_id)
    assert await ann.items(first.thread_id) == before


async def test_a_message_that_is_sent_twice_under_a_key_is_one(each_house: House) -> None:
    ann, file = each_house.guest(), await kept(each_house)
    kind, params = request([file])
    first = await ann.start(kind, params, key="k")
    second = await ann.start(kind, params, key="k")
    assert first.run_id == second.run_id


async def test_a_message_that_waits_keeps_its_files(house: House, ann: Guest) -> None:
    file = await kept(house)
    first = await ann.begin(model="compatible/words-40@40")
    reply = await ann.start(*request([file], thread_id=first.thread_id))
    answer = await ann.read(reply)
    assert answer.answer == "What is it?"
    assert "image_url" in str(told(house))


async def test_a_message_that_is_answered_again_has_its_files_still(house: House, ann: Guest) -> None:
    answer = await send(ann, [await kept(house)])
    await ann.retry(answer.thread_id, answer.question)
    assert "image_url" in str(told(house))


async def test_an_edit_sets_the_files_that_it_names(house: House, ann: Guest) -> None:
    first, second = await kept(house), await kept(house, picture(color="blue"))
    answer = await send(ann, [first])
    kind, params = request([second], thread_id=answer.thread_id)
    await ann.read(await ann.start(kind, params, metadata={"edit_item_id": answer.question}))
    (shown, *_) = await ann.items(answer.thread_id)
    assert [one["id"] for one in shown["attachments"]] == [second]


async def test_the_page_attaches_sends_and_reads(house: House) -> None:
    client = house.client()
    tab = (await client.tabs())[0]
    file = await client.attach("a.png", "image/png", picture())
    unwanted = await client.attach("b.png", "image/png", picture())
    await client.detach(unwanted.id)
    reply = await client.send(tab.id, "", attachments=[file.id])
    async for _ in client.follow(reply.run_id):
        pass
    assert await client.attachment(file.id) == picture()
    with pytest.raises(NotFound):
        await client.attachment(unwanted.id)
    with pytest.raises(NotFound):
        await house.client("vis_bob").attachment(file.id)


async def test_an_edit_on_the_page_keeps_the_files_unless_it_names_others(house: House) -> None:
    client, ann = house.client(), house.guest()
    tab = (await client.tabs())[0]
    file = await client.attach("a.png", "image/png", picture())
    answer = await ann.read(await client.send(tab.id, "one", attachments=[file.id]))
    edited = await ann.read(await client.send(tab.id, "two", edit_item_id=answer.question))
    (shown, *_) = await ann.items(answer.thread_id)
    assert [one["id"] for one in shown["attachments"]] == [file.id]
    await ann.read(await client.send(tab.id, "three", edit_item_id=edited.question, attachments=[]))
    (shown, *_) = await ann.items(answer.thread_id)
    assert shown["attachments"] == []


async def test_all_lanes_get_one_file_and_it_goes_with_the_last(each_house: House) -> None:
    client, ann = each_house.client(), each_house.guest()
    tab = await client.add_lane((await client.tabs())[0].id, model="compatible/words-2")
    file = await client.attach("a.png", "image/png", picture())
    sent = await client.send_all(tab.id, "look", attachments=[file.id])
    threads: list[str] = []
    for one in sent:
        assert one.reply is not None
        threads.append((await ann.read(one.reply)).thread_id)
    await client.delete_thread(threads[0])
    assert await client.attachment(file.id) == picture()
    await client.delete_thread(threads[1])
    with pytest.raises(NotFound):
        await client.attachment(file.id)


async def test_a_fork_has_the_files_too(each_house: House) -> None:
    client, ann = each_house.client(), each_house.guest()
    tab = (await client.tabs())[0]
    file = await client.attach("a.png", "image/png", picture())
    answer = await ann.read(await client.send(tab.id, "look", attachments=[file.id]))
    lane = (await client.tab(tab.id)).lane
    forked = await client.fork(tab.id, lane.id, answer.items[-1].id)
    copy = forked.tab.find(forked.lane_id).thread_id
    assert copy is not None
    (shown, *_) = await ann.items(copy)
    assert [(one["id"], one["thread_id"]) for one in shown["attachments"]] == [(file.id, copy)]
    await client.delete_thread(answer.thread_id)
    assert await client.attachment(file.id) == picture()
