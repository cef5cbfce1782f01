"""The routes of branches: listed page by page, forked behind an item, switched; a ChatKit UI sees one line."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.stack import Stack, frames, stack

Json = dict[str, Any]


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Stack]:
    async with stack(database_url, flush_interval=0.02) as site:
        yield site


class Talk:
    """One thread over HTTP."""

    def __init__(self, site: Stack, thread_id: str) -> None:
        self._client = site.client
        self.thread_id = thread_id
        self.path = f"/chatkit/threads/{thread_id}/branches"

    @classmethod
    async def begin(cls, site: Stack, model: str = "compatible/echo") -> "Talk":
        """With a first message and its answer."""
        async with site.ask(model) as answer:
            told = [frame async for frame in frames(answer)]
        return cls(site, told[0].event["thread"]["id"])

    async def say(self, text: str) -> int:
        """A further message; the status."""
        message: Json = {"content": [{"type": "input_text", "text": text}], "attachments": [], "inference_options": {}}
        return await self._stream("threads.add_user_message", input=message)

    async def retry(self, item_id: str) -> int:
        """A message answered again; the status."""
        return await self._stream("threads.retry_after_item", item_id=item_id)

    async def _stream(self, kind: str, **params: Any) -> int:
        request = {"type": kind, "params": {"thread_id": self.thread_id, **params}}
        return (await self._client.post("/chatkit", json=request)).status_code

    async def items(self) -> list[Json]:
        """What a ChatKit UI sees."""
        request = {"type": "items.list", "params": {"thread_id": self.thread_id, "order": "asc"}}
        data: list[Json] = (await self._client.post("/chatkit", json=request)).json()["data"]
        return data

    async def texts(self) -> list[str]:
        """The words of what it sees."""
        return [item["content"][0]["text"] for item in await self.items()]

    async def listed(self, **query: Any) -> Json:
        """A page of the branches."""
        page: Json = (await self._client.get(self.path, params=query)).raise_for_status().json()
        return page

    async def fork(self, item_id: Any) -> httpx2.Response:
        """A fork behind an item."""
        return await self._client.post(self.path, json={"item_id": item_id})

    async def switch(self, branch_id: str) -> httpx2.Response:
        """Another head."""
        return await self._client.post(f"{self.path}/{branch_id}")


async def test_a_thread_begins_with_one_branch_that_left_nothing(site: Stack) -> None:
    talk = await Talk.begin(site)
    page = await talk.listed()
    (only,) = page["data"]
    assert not page["has_more"]
    assert (only["head"], only["parent"], only["forked_after"]) == (True, None, None)
    assert only["created_at"].endswith("+00:00")


async def test_a_retry_is_a_branch_that_left_behind_the_message(site: Stack) -> None:
    talk = await Talk.begin(site)
    question = (await talk.items())[0]["id"]
    await talk.retry(question)
    first, second = (await talk.listed())["data"]
    assert (second["parent"], second["forked_after"], second["head"]) == (first["id"], question, True)
    assert (second["label"], first["head"]) == ("Go on.", False)


async def test_a_fork_keeps_the_item_and_what_was_before_it(site: Stack) -> None:
    talk = await Talk.begin(site)
    await talk.say("two")
    answer = (await talk.items())[1]["id"]
    forked = await talk.fork(answer)
    assert forked.status_code == 201
    assert (forked.json()["forked_after"], forked.json()["head"], forked.json()["label"]) == (answer, True, "Go on.")
    assert await talk.texts() == ["Go on.", "Go on."]
    await talk.say("other")
    assert await talk.texts() == ["Go on.", "Go on.", "other", "other"]


async def test_what_a_fork_left_is_there_after_a_switch(site: Stack) -> None:
    talk = await Talk.begin(site)
    await talk.say("two")
    await talk.fork((await talk.items())[1]["id"])
    await talk.say("other")
    old, new = (await talk.listed())["data"]
    switched = await talk.switch(old["id"])
    assert (switched.status_code, switched.json()["head"]) == (200, True)
    assert await talk.texts() == ["Go on.", "Go on.", "two", "two"]
    await talk.switch(new["id"])
    assert await talk.texts() == ["Go on.", "Go on.", "other", "other"]


async def test_an_item_of_a_branch_that_is_not_shown_can_be_forked_from(site: Stack) -> None:
    talk = await Talk.begin(site)
    await talk.say("two")
    first, _, _, last = await talk.items()
    await talk.retry(first["id"])
    assert (await talk.fork(last["id"])).status_code == 201
    assert await talk.texts() == ["Go on.", "Go on.", "two", "two"]


async def test_a_page_of_branches_goes_on_where_the_last_ended(site: Stack) -> None:
    talk = await Talk.begin(site)
    question = (await talk.items())[0]["id"]
    for _ in range(3):
        await talk.fork(question)
    whole = [branch["id"] for branch in (await talk.listed())["data"]]
    for order, expected in (("asc", whole), ("desc", whole[::-1])):
        first = await talk.listed(limit=3, order=order)
        rest = await talk.listed(limit=3, order=order, after=first["after"])
        assert [branch["id"] for branch in first["data"] + rest["data"]] == expected
        assert (first["has_more"], rest["has_more"]) == (True, False)


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"order": "up"}])
async def test_a_page_that_cannot_be_is_refused(sqlite_url: str, query: dict[str, str]) -> None:
    async with stack(sqlite_url) as site:
        talk = await Talk.begin(site)
        assert (await site.client.get(talk.path, params=query)).status_code == 400


async def test_while_the_thread_answers_nothing_is_forked_or_switched(site: Stack) -> None:
    talk = await Talk.begin(site)
    question, answer = await talk.items()
    old = (await talk.listed())["data"][0]["id"]
    params = {"thread_id": talk.thread_id, "item_id": question["id"]}
    request = {"type": "threads.retry_after_item", "params": params, "metadata": {"model": "compatible/hang"}}
    async with site.client.stream("POST", "/chatkit", json=request) as live:
        assert live.status_code == 200
        for refused in (await talk.fork(answer["id"]), await talk.switch(old)):
            assert refused.status_code == 409
            assert "still answering" in refused.json()["message"]
        assert len((await talk.listed())["data"]) == 2
        await site.client.post(f"/chatkit/runs/{live.headers['x-run-id']}/stop")


async def test_what_is_unknown_or_foreign_is_not_found(site: Stack) -> None:
    talk, other = await Talk.begin(site), await Talk.begin(site)
    item = (await other.items())[0]["id"]
    branch = (await other.listed())["data"][0]["id"]
    nothing = {"message": "Not found."}
    missing = [await talk.fork(item), await talk.fork("msg_none"), await talk.switch(branch), await talk.switch("x")]
    async with httpx2.AsyncClient(base_url=site.client.base_url) as stranger:
        missing.append(await stranger.get(talk.path))
        missing.append(await stranger.post(talk.path, json={"item_id": (await talk.items())[0]["id"]}))
    missing.append(await site.client.get(talk.path, params={"after": branch}))
    assert [(answer.status_code, answer.json()) for answer in missing] == [(404, nothing)] * len(missing)


@pytest.mark.parametrize("item_id", [None, 7, "", "x" * 65])
async def test_a_fork_names_an_item(sqlite_url: str, item_id: Any) -> None:
    async with stack(sqlite_url) as site:
        talk = await Talk.begin(site)
        refused = await talk.fork(item_id)
        assert refused.status_code == 400
        assert "item_id" in refused.json()["message"]
