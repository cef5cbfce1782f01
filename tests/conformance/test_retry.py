"""Checks 33 to 38: answered again, edited, and what becomes of the old answers."""

import asyncio

import httpx2
import pytest

from tests.conformance.ui import Reply, Ui, ids, refusal
from tests.house import message

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def three(ann: Ui) -> list[Reply]:
    """A thread of three questions and answers."""
    first = await ann.create("one")
    return [first, await ann.add(first.thread_id, "two"), await ann.add(first.thread_id, "three")]


async def test_33_the_last_answer_is_replaced_by_one_new_one(ann: Ui) -> None:
    _, _, last = await three(ann)
    again = await ann.retry(last.thread_id, last.question)
    assert await ann.texts(last.thread_id) == ["one", "one", "two", "two", "three", "three"]
    kept = ids(await ann.items(last.thread_id))
    assert last.done("assistant_message")[0]["id"] not in kept
    assert kept[-1] == again.done("assistant_message")[0]["id"]
    assert again.shape == ["stream_options", "thread.item.added", "thread.item.updated", "thread.item.done"]


async def test_34_exactly_what_is_later_leaves_the_thread(ann: Ui) -> None:
    first, second, third = await three(ann)
    again = await ann.retry(first.thread_id, first.question)
    assert again.error is None
    assert await ann.texts(first.thread_id) == ["one", "one"]
    branches = await branches_of(ann, first.thread_id)
    old = next(branch["id"] for branch in branches if not branch["head"])
    await switch(ann, first.thread_id, old)
    assert ids(await ann.items(first.thread_id)) == [
        item["id"]
        for reply in (first, second, third)
        for item in (*reply.done("user_message"), *reply.done("assistant_message"))
    ]


async def test_35_when_the_model_fails_the_old_answer_is_still_there(ann: Ui) -> None:
    first, *_ = await three(ann)
    again = await ann.retry(first.thread_id, first.question, metadata={"model": "compatible/status-500"})
    assert again.error is not None
    assert await ann.texts(first.thread_id) == ["one"]
    old = next(branch["id"] for branch in await branches_of(ann, first.thread_id) if not branch["head"])
    await switch(ann, first.thread_id, old)
    assert await ann.texts(first.thread_id) == ["one", "one", "two", "two", "three", "three"]


async def test_36_what_is_no_question_is_not_answered_and_nothing_is_lost(ann: Ui) -> None:
    """Refused before the first event, so with a status and not with an error event (DESIGN 5.3)."""
    first, *_ = await three(ann)
    before = await ann.items(first.thread_id)
    answer = first.done("assistant_message")[0]["id"]
    await ann.refused("threads.retry_after_item", 404, thread_id=first.thread_id, item_id="msg_unknown")
    response = await ann.post("threads.retry_after_item", {"thread_id": first.thread_id, "item_id": answer})
    assert refusal(response, 400, 404)
    assert await ann.items(first.thread_id) == before


async def test_37_of_two_retries_at_once_one_wins(ann: Ui) -> None:
    first = await ann.create("one", model="compatible/words-30@200")
    params = {"thread_id": first.thread_id, "item_id": first.question}

    async def tried() -> httpx2.Response:
        return await ann.post("threads.retry_after_item", params)

    replies = await asyncio.gather(tried(), tried())
    assert sorted(reply.status_code for reply in replies) in ([200, 200], [200, 409])
    await ann.ended(first.thread_id)
    kept = await ann.items(first.thread_id)
    assert [item["type"] for item in kept] == ["user_message", "assistant_message"]


async def test_38_an_edit_makes_a_branch_and_every_ui_sees_one_line(ann: Ui) -> None:
    first, second, _ = await three(ann)
    edited = await ann.stream(
        "threads.add_user_message",
        {"thread_id": first.thread_id, "input": message("2")},
        metadata={"edit_item_id": second.question},
    )
    assert await ann.texts(first.thread_id) == ["one", "one", "2", "2"]
    thread = await ann.ask("threads.get_by_id", thread_id=first.thread_id)
    assert ids(thread["items"]["data"]) == ids(await ann.items(first.thread_id))
    branches = await branches_of(ann, first.thread_id)
    assert [branch["head"] for branch in branches] == [False, True]
    await switch(ann, first.thread_id, branches[0]["id"])
    assert await ann.texts(first.thread_id) == ["one", "one", "two", "two", "three", "three"]
    assert edited.question not in ids(await ann.items(first.thread_id))


async def test_38_a_branch_is_begun_behind_any_item_and_is_nobody_elses(ann: Ui, bob: Ui) -> None:
    first, second, _ = await three(ann)
    path = f"/chatkit/threads/{first.thread_id}/branches"
    answer = second.done("assistant_message")[0]["id"]
    made = await ann.http.post(path, json={"item_id": answer})
    assert made.status_code == 201, made.text
    assert made.json()["head"] is True
    assert await ann.texts(first.thread_id) == ["one", "one", "two", "two"]
    for response in (
        await bob.http.get(path),
        await bob.http.post(path, json={"item_id": answer}),
        await bob.http.post(f"{path}/{made.json()['id']}", json={}),
        await ann.http.post(path, json={"item_id": "msg_unknown"}),
        await ann.http.post(f"{path}/brn_unknown", json={}),
    ):
        refusal(response, 404)


async def branches_of(ann: Ui, thread_id: str) -> list[dict[str, object]]:
    """The branches, oldest first."""
    response = await ann.http.get(f"/chatkit/threads/{thread_id}/branches")
    assert response.status_code == 200, response.text
    data: list[dict[str, object]] = response.json()["data"]
    return data


async def switch(ann: Ui, thread_id: str, branch_id: object) -> None:
    """Show another branch."""
    response = await ann.http.post(f"/chatkit/threads/{thread_id}/branches/{branch_id}", json={})
    assert response.status_code == 200, response.text
