"""The whole path over HTTP: the real dispatcher, engine, store and models, against the fake provider."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from pydantic import SecretStr

from playground.parts import Playground, open_playground
from playground.settings import Settings
from playground.web.server import create_api
from tests.web.conftest import serving
from tests.wire.plans import CANARY
from tests.wire.server import Wire, serve


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with serve() as wire:
        yield wire


@pytest.fixture
async def playground(wire: Wire, tmp_path: Path) -> AsyncIterator[Playground]:
    settings = Settings(
        secret=SecretStr("s" * 32),
        data_dir=tmp_path,
        compatible_base_url=wire.base_url,
        local_model="off",
        disconnect_grace=60,
        drain_timeout=0,
    )
    async with open_playground(settings) as playground:
        yield playground


@pytest.fixture
async def client(playground: Playground) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(create_api(playground)) as client:
        yield client


def message(model: str, thread_id: str | None = None) -> dict[str, Any]:
    """A message to be answered by a model of the fake provider."""
    options = {"model": f"compatible/{model}"}
    params: dict[str, Any] = {
        "input": {"content": [{"type": "input_text", "text": "hello"}], "inference_options": options}
    }
    if thread_id is None:
        return {"type": "threads.create", "params": params}
    return {"type": "threads.add_user_message", "params": params | {"thread_id": thread_id}}


def frames_in(stream: str) -> list[tuple[int, dict[str, Any]]]:
    """Every frame's number and event; fails on anything that is neither a frame nor a heartbeat."""
    frames: list[tuple[int, dict[str, Any]]] = []
    for block in stream.replace(":\n", "").split("\n\n")[:-1]:
        number, data = block.split("\n")
        frames.append((int(number.removeprefix("id: ")), orjson.loads(data.removeprefix("data: "))))
    return frames


def said_in(stream: str) -> str:
    updates = [event.get("update", {}) for _, event in frames_in(stream)]
    return "".join(update.get("delta", "") for update in updates)


async def test_a_message_is_answered_in_numbered_frames(client: httpx2.AsyncClient) -> None:
    response = await client.post("/chatkit", json=message("words-40"))
    frames = frames_in(response.text)
    assert [number for number, _ in frames] == list(range(1, len(frames) + 1))
    assert said_in(response.text).split() == [f"w{number}" for number in range(40)]
    run = (await client.get(f"/chatkit/threads/{response.headers['x-thread-id']}/run")).json()
    assert run == {"id": response.headers["x-run-id"], "status": "completed", "last_seq": len(frames)}


async def test_a_reader_that_comes_back_gets_the_rest_exactly_once(client: httpx2.AsyncClient) -> None:
    async with client.stream("POST", "/chatkit", json=message("words-60@100")) as response:
        run_id = response.headers["x-run-id"]
        await anext(response.aiter_raw())
    whole = await client.get(f"/chatkit/runs/{run_id}/events")
    middle = len(frames_in(whole.text)) // 2
    rest = await client.get(f"/chatkit/runs/{run_id}/events", headers={"Last-Event-ID": str(middle)})
    assert frames_in(rest.text) == frames_in(whole.text)[middle:]
    assert said_in(whole.text).split() == [f"w{number}" for number in range(60)]


async def test_stop_answers_when_the_provider_is_left_and_ends_the_stream(
    client: httpx2.AsyncClient, wire: Wire
) -> None:
    async with client.stream("POST", "/chatkit", json=message("words-10000@50")) as response:
        chunks = response.aiter_text()
        stream = await anext(chunks)
        while "w0" not in stream:
            stream += await anext(chunks)
        stopped = await client.post(f"/chatkit/runs/{response.headers['x-run-id']}/stop")
        assert stopped.json()["status"] == "cancelled"
        stream += "".join([chunk async for chunk in chunks])
    (call,) = [call for call in wire.calls if "words" in call.model]
    await call.over.wait()
    assert call.disconnected is not None
    assert frames_in(stream)[-1][0] == stopped.json()["last_seq"]


async def test_another_visitor_finds_nothing(client: httpx2.AsyncClient) -> None:
    mine = await client.post("/chatkit", json=message("echo"))
    thread_id, run_id = mine.headers["x-thread-id"], mine.headers["x-run-id"]
    client.cookies.clear()
    for method, path, body in (
        ("GET", f"/chatkit/threads/{thread_id}/run", None),
        ("GET", f"/chatkit/runs/{run_id}/events", None),
        ("POST", f"/chatkit/runs/{run_id}/stop", None),
        ("POST", "/chatkit", {"type": "threads.get_by_id", "params": {"thread_id": thread_id}}),
        ("POST", "/chatkit", message("echo", thread_id)),
    ):
        unknown = json.dumps(body).replace(thread_id, "thr_none") if body else None
        foreign = await client.request(method, path, json=body)
        nothing = await client.request(
            method,
            path.replace(thread_id, "thr_none").replace(run_id, "run_none"),
            content=unknown,
            headers={"Content-Type": "application/json"} if unknown else None,
        )
        assert foreign.status_code == nothing.status_code == 404
        assert foreign.content == nothing.content


async def test_the_same_key_and_body_are_one_run(client: httpx2.AsyncClient, wire: Wire) -> None:
    key = {"Idempotency-Key": "k1"}
    await client.post("/chatkit", json={"type": "threads.list", "params": {}})  # now all have one cookie
    replies = await asyncio.gather(*(client.post("/chatkit", json=message("echo"), headers=key) for _ in range(5)))
    assert len({reply.headers["x-run-id"] for reply in replies}) == 1
    assert len({reply.content for reply in replies}) == 1
    assert len([call for call in wire.calls if call.model == "echo"]) == 1
    other = await client.post("/chatkit", json=message("words-2"), headers=key)
    assert other.status_code == 422


async def test_a_providers_own_words_never_arrive(client: httpx2.AsyncClient) -> None:
    response = await client.post("/chatkit", json=message("status-401"))
    assert frames_in(response.text)[-1][1]["type"] == "error"
    assert CANARY not in response.text


DEEP = b'{"type":"threads.list","params":' + b"[" * 4000 + b"]" * 4000 + b"}"
HOSTILE = {
    "nothing": b"",
    "no json": b"{",
    "no object": b"[]",
    "null": b"null",
    "a number": b"1",
    "not a number": b'{"type":"threads.list","params":{"limit":NaN}}',
    "infinity": b'{"type":"threads.list","params":{"limit":1e999}}',
    "a long number": b'{"type":"threads.list","params":{"limit":' + b"9" * 4000 + b"}}",
    "no utf-8": b'{"type":"threads.list\xff","params":{}}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"type":"threads.list","params":{}}'.encode("utf-16"),
    "a lone surrogate": b'{"type":"threads.get_by_id","params":{"thread_id":"\\ud800"}}',
    "deep": DEEP,
    "deep inside": b'{"type":"threads.list","params":{},"metadata":{"x":' + b"[" * 900 + b"]" * 900 + b"}}",
    "unknown type": b'{"type":"threads.nothing","params":{}}',
    "no params": b'{"type":"threads.create"}',
    "wrong params": b'{"type":"threads.create","params":{"input":5}}',
    "wrong content": b'{"type":"threads.create","params":{"input":{"content":[{"type":"x"}]}}}',
    "empty message": b'{"type":"threads.create","params":{"input":{"content":[]}}}',
    "unknown order": b'{"type":"threads.list","params":{"order":"sideways"}}',
    "wrong metadata": b'{"type":"threads.list","params":{},"metadata":[]}',
    "type is a list": b'{"type":["threads.list"],"params":{}}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_body_is_a_json_400(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/chatkit", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400, response.text
    assert list(response.json()) == ["message"]


async def test_of_two_equal_keys_only_one_is_looked_at(client: httpx2.AsyncClient) -> None:
    body = b'{"type":"threads.nothing","type":"threads.list","params":{}}'
    response = await client.post("/chatkit", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {200, 400}
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("limit", [-1, 0, 1, 9999, 10**9])
async def test_any_limit_is_served_or_refused_in_json(client: httpx2.AsyncClient, limit: int) -> None:
    response = await client.post("/chatkit", json={"type": "threads.list", "params": {"limit": limit}})
    assert response.status_code in {200, 400}
    assert response.headers["content-type"] == "application/json"


async def test_ready_while_the_real_database_answers(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/readyz")).status_code == 200
