"""A UI that sends the same request again, because no reply came: it is the same request, and has one answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tests.askers import NAME
from tests.stack import Sent, Stack, frames, stack

FRAME = {"ChatKit-Frame-Instance-Id": "frame-1", "Content-Type": "application/json"}
Json = dict[str, Any]


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Stack]:
    async with stack(database_url, agent=(NAME,), disconnect_grace=60, drain_timeout=0) as server:
        yield server


def create(model: str) -> bytes:
    content = [{"type": "input_text", "text": "Go on."}]
    message = {"content": content, "attachments": [], "inference_options": {"model": f"compatible/{model}"}}
    return orjson.dumps({"type": "threads.create", "params": {"input": message}})


def output(thread_id: str, result: Any) -> bytes:
    params = {"thread_id": thread_id, "result": result}
    return orjson.dumps({"type": "threads.add_client_tool_output", "params": params})


async def begun(server: Stack, body: bytes, headers: Json = FRAME) -> str:
    """The run of a request whose reply is lost as soon as it begins."""
    async with server.client.stream("POST", "/chatkit", content=body, headers=headers) as reply:
        assert reply.status_code == 200, await reply.aread()
        return reply.headers["x-run-id"]


async def read(server: Stack, body: bytes, headers: Json = FRAME) -> tuple[str, list[Sent]]:
    """The run of a request, and its reply to the end."""
    async with server.client.stream("POST", "/chatkit", content=body, headers=headers) as reply:
        assert reply.status_code == 200, await reply.aread()
        return reply.headers["x-run-id"], [frame async for frame in frames(reply)]


async def threads(server: Stack) -> int:
    reply = await server.client.post("/chatkit", json={"type": "threads.list", "params": {"limit": 99}})
    return len(reply.raise_for_status().json()["data"])


async def test_what_is_sent_five_times_is_asked_once(server: Stack) -> None:
    body = create("words-30@30")
    runs = {await begun(server, body) for _ in range(4)}
    run_id, seen = await read(server, body)
    assert runs == {run_id}
    assert [frame.seq for frame in seen] == list(range(1, len(seen) + 1))
    assert await threads(server) == 1


async def test_at_the_same_moment_too(server: Stack) -> None:
    assert await threads(server) == 0  # who comes for the first time is known from then on
    body = create("words-30@30")
    assert len(set(await asyncio.gather(*(begun(server, body) for _ in range(3))))) == 1
    assert await threads(server) == 1


async def test_a_reply_that_was_lost_after_the_answers_end_is_the_same(server: Stack) -> None:
    body = create("words-5")
    run_id = await begun(server, body)
    await _over(server, run_id)
    assert (await read(server, body))[0] == run_id


async def test_the_same_words_after_an_answer_that_was_read_are_new(server: Stack) -> None:
    body = create("words-5")
    first, _ = await read(server, body)
    second, _ = await read(server, body)
    assert first != second
    assert await threads(server) == 2


async def test_who_reads_the_rest_elsewhere_has_read_it(server: Stack) -> None:
    body = create("words-5")
    run_id = await begun(server, body)
    assert (await server.client.get(f"/chatkit/runs/{run_id}/events")).raise_for_status().text
    assert (await read(server, body))[0] != run_id


async def test_after_a_stop_the_same_words_are_new(server: Stack) -> None:
    body = create("words-500@20")
    run_id = await begun(server, body)
    await server.client.post(f"/chatkit/runs/{run_id}/stop")
    assert await begun(server, body) != run_id


@pytest.mark.parametrize(
    "headers", [{**FRAME, "ChatKit-Frame-Instance-Id": "frame-2"}, {"Content-Type": FRAME["Content-Type"]}]
)
async def test_another_frame_or_none_asks_for_itself(server: Stack, headers: Json) -> None:
    body = create("words-30@30")
    assert await begun(server, body) != await begun(server, body, headers)


async def test_with_a_key_the_key_counts(server: Stack) -> None:
    body = create("words-30@30")
    one = await begun(server, body, {**FRAME, "Idempotency-Key": "a"})
    assert await begun(server, body, {**FRAME, "Idempotency-Key": "b"}) != one


async def test_an_output_whose_reply_was_lost_is_taken_once(server: Stack) -> None:
    asked, seen = await read(server, create('loop:look:{"corner":"left"}'))
    call = seen[-1].event["item"]
    assert (call["type"], call["status"]) == ("client_tool_call", "pending")
    body = output(call["thread_id"], "cat")
    slow = orjson.dumps({**orjson.loads(body), "metadata": {"model": "compatible/words-30@30"}})
    assert await begun(server, slow) == asked
    again, rest = await read(server, slow)
    assert again == asked
    assert [frame.event["type"] for frame in rest][:2] == ["thread.item.replaced", "stream_options"]
    late = await server.client.post("/chatkit", content=slow, headers=FRAME)
    assert (late.status_code, bool(late.json()["message"])) == (409, True)


async def test_the_same_output_for_the_next_call_is_meant(server: Stack) -> None:
    asked, seen = await read(server, create('loop:look:{"corner":"left"}'))
    body = output(seen[-1].event["item"]["thread_id"], "cat")
    first = await read(server, body)
    second = await read(server, body)
    assert {first[0], second[0]} == {asked}
    assert first[1][-1].event["item"]["id"] != second[1][-1].event["item"]["id"]


async def _over(server: Stack, run_id: str) -> None:
    thread = (await server.client.post("/chatkit", json={"type": "threads.list", "params": {}})).json()["data"][0]
    assert (await server.ended(thread["id"]))["id"] == run_id
