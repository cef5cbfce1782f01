"""The routes: what each status looks like, and what is refused before the protocol sees it."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from playground import errors
from playground.records import Ask
from tests.web.raw import answer, connected, post
from tests.web.standin import Parts

REFUSALS = [
    (errors.Malformed("no"), 400),
    (errors.Unauthorized("no"), 401),
    (errors.Forbidden("no"), 403),
    (errors.NotFound("no"), 404),
    (errors.Conflict("no"), 409),
    (errors.TooLarge("no"), 413),
    (errors.KeyReused("no"), 422),
    (errors.TooMany("no", 2.2), 429),
    (errors.NotConfigured("no"), 501),
    (errors.Unavailable("no"), 503),
]


@pytest.mark.parametrize(("refusal", "status"), REFUSALS, ids=[str(status) for _, status in REFUSALS])
async def test_a_refusal_is_its_status_and_its_message(
    client: httpx2.AsyncClient, parts: Parts, refusal: errors.VisitorError, status: int
) -> None:
    parts.dispatcher.refusal = refusal
    response = await client.post("/chatkit", json={})
    assert (response.status_code, response.json()) == (status, {"message": "no"})
    assert response.headers["content-type"] == "application/json"
    assert response.headers.get("retry-after") == ("3" if status == 429 else None)


async def test_an_unexpected_error_tells_nothing_of_itself(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.dispatcher.refusal = RuntimeError("sk-secret in /home/me")
    response = await client.post("/chatkit", json={})
    assert response.status_code == 500
    assert list(response.json()) == ["message"]
    assert "secret" not in response.text
    assert "Traceback" not in response.text


async def test_json_is_answered_with_json(client: httpx2.AsyncClient) -> None:
    response = await client.post("/chatkit", json={"type": "threads.list"})
    assert response.headers["content-type"] == "application/json"
    assert response.json()["request"] == {"type": "threads.list"}


@pytest.mark.parametrize("kind", [None, "text/plain", "application/json; charset=latin-1"])
async def test_anything_but_json_is_refused(client: httpx2.AsyncClient, kind: str | None) -> None:
    response = await client.post("/chatkit", content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert response.status_code == 415
    assert "application/json" in response.json()["message"]


@pytest.mark.parametrize("kind", ["application/json", 'application/json;charset="UTF-8"'])
async def test_json_may_be_named_in_any_usual_way(client: httpx2.AsyncClient, kind: str) -> None:
    assert (await client.post("/chatkit", content=b"{}", headers={"Content-Type": kind})).status_code == 200


async def test_the_idempotency_key_is_handed_on(client: httpx2.AsyncClient, parts: Parts) -> None:
    await client.post("/chatkit", json={}, headers={"Idempotency-Key": "k1"})
    await client.post("/chatkit", json={})
    assert parts.dispatcher.keys == ["k1", None]


async def test_an_endless_idempotency_key_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.post("/chatkit", json={}, headers={"Idempotency-Key": "k" * 256})
    assert response.status_code == 400


async def test_the_run_of_a_thread_is_told_in_three_words(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    await run.add(b"{}", b"{}")
    response = await client.get("/chatkit/threads/thr_1/run")
    assert response.json() == {"id": "run_1", "status": "running", "last_seq": 2}


async def test_stop_answers_with_the_stopped_run(client: httpx2.AsyncClient, parts: Parts) -> None:
    run = parts.begin()
    response = await client.post("/chatkit/runs/run_1/stop")
    assert response.json() == {"id": "run_1", "status": "cancelled", "last_seq": 0}
    assert run.over


async def test_a_run_that_waits_says_for_what(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.begin().asks = (Ask("call_1", "stamp", "{}", "Clerk"),)
    response = await client.get("/chatkit/threads/thr_1/run")
    assert response.json() == {
        "id": "run_1",
        "status": "awaiting_approval",
        "last_seq": 0,
        "asks": [
            {
                "call_id": "call_1",
                "tool": "stamp",
                "arguments": "{}",
                "agent": "Clerk",
                "approved": None,
                "message": None,
                "kind": "approval",
                "item_id": None,
            }
        ],
    }


async def test_a_decision_is_handed_on_and_answered_with_the_run(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.begin()
    response = await client.post("/chatkit/runs/run_1/approvals", json={"decisions": []})
    assert response.json() == {"id": "run_1", "status": "running", "last_seq": 0}
    assert parts.dispatcher.verdicts == [b'{"decisions":[]}']


async def test_a_decision_comes_as_json_from_our_own_pages(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.begin()
    path = "/chatkit/runs/run_1/approvals"
    assert (await client.post(path, content=b"{}", headers={"Content-Type": "text/plain"})).status_code == 415
    assert (await client.post(path, json={}, headers={"Origin": "https://evil.test"})).status_code == 403
    assert (await client.post(path, json={"decisions": "x" * 10_000})).status_code == 413
    assert parts.dispatcher.verdicts == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/chatkit/runs/{}/events"), ("POST", "/chatkit/runs/{}/stop"), ("POST", "/chatkit/runs/{}/approvals")],
)
async def test_a_foreign_run_and_an_unknown_one_look_the_same(
    client: httpx2.AsyncClient, parts: Parts, method: str, path: str
) -> None:
    parts.begin("run_foreign", visitor_id="vis_other")
    body: dict[str, str] | None = {} if path.endswith("approvals") else None
    foreign = await client.request(method, path.format("run_foreign"), json=body)
    unknown = await client.request(method, path.format("run_unknown"), json=body)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content == b'{"message":"Not found."}'
    assert not parts.engine.runs["run_foreign"].over


@pytest.mark.parametrize(
    "path",
    ["/chatkit/", "/chatkit/nothing", "/chatkit/runs", "/chatkit/runs/run_1", "/chatkit/threads//run"],
)
async def test_an_unknown_route_is_a_json_404(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()) == (404, {"message": "Not Found."})


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/chatkit", "POST"),
        ("PUT", "/chatkit", "POST"),
        ("DELETE", "/chatkit", "POST"),
        ("OPTIONS", "/chatkit", "POST"),
        ("POST", "/chatkit/runs/run_1/events", "GET"),
        ("PUT", "/chatkit/runs/run_1/events", "GET"),
        ("GET", "/chatkit/runs/run_1/stop", "POST"),
        ("GET", "/chatkit/runs/run_1/approvals", "POST"),
        ("POST", "/chatkit/threads/thr_1/run", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_a_json_405(client: httpx2.AsyncClient, method: str, path: str, allowed: str) -> None:
    response = await client.request(method, path)
    assert (response.status_code, response.json()) == (405, {"message": "Method Not Allowed."})
    assert {part.strip() for part in response.headers["allow"].split(",")} == set(allowed.split(", "))


async def test_a_body_that_says_it_is_too_long_is_not_read(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(post(b"", length=10_001))
        status, body = await answer(reader)
    assert status == 413
    assert "10,000 bytes" in json.loads(body)["message"]


async def test_a_body_that_does_not_say_how_long_it_is_is_read_to_the_limit(client: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    response = await client.post("/chatkit", content=endless(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413


async def test_the_longest_body_is_read(client: httpx2.AsyncClient) -> None:
    body = b'{"x":"' + b"x" * (10_000 - 8) + b'"}'
    response = await client.post("/chatkit", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 200


async def test_the_connection_serves_on_after_a_refused_body(client: httpx2.AsyncClient) -> None:
    async with connected(client) as (reader, writer):
        writer.write(post(b" " * 200_000))
        assert (await answer(reader))[0] == 413
        writer.write(post(b"{}"))
        assert (await answer(reader))[0] == 200


async def test_a_client_that_leaves_before_its_body_is_complete_is_forgotten(
    client: httpx2.AsyncClient, parts: Parts
) -> None:
    async with connected(client) as (_, writer):
        writer.write(post(b"{", length=100))
        await writer.drain()
    assert (await client.post("/chatkit", json={})).status_code == 200
    assert len(parts.dispatcher.keys) == 1


async def test_a_stream_cannot_be_asked_for_its_head_only(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.begin()
    assert (await client.head("/chatkit/runs/run_1/events")).status_code == 405
