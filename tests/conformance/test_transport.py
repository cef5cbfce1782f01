"""Checks 1 to 12: the endpoint, its streams, its refusals."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.conformance.conftest import AGENTS, Served, open_served
from tests.conformance.ui import MODEL, Live, Ui, body, refusal
from tests.frames import fault
from tests.house import message
from tests.wire import CANARY

pytestmark = pytest.mark.asyncio(loop_scope="module")

FRIEND = "https://friend.test"
SENT = ("content-type", "accept-language", "authorization", "chatkit-frame-instance-id", "chatkit-device-id")


def preflight(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": ",".join(SENT),
    }


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_01_the_endpoint_takes_post_alone(ann: Ui, method: str) -> None:
    response = await ann.http.request(method, "/chatkit")
    refusal(response, 405)
    assert response.headers["allow"] == "POST"


async def test_02_a_page_of_an_allowed_origin_may_send_what_uis_send(ann: Ui) -> None:
    response = await ann.http.options("/chatkit", headers=preflight(FRIEND))
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == FRIEND
    granted = {name.strip().lower() for name in response.headers["access-control-allow-headers"].split(",")}
    assert set(SENT) <= granted
    answer = await ann.http.post("/chatkit", json=body("threads.list", {}), headers={"Origin": FRIEND})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == FRIEND


async def test_02_any_other_origin_is_granted_nothing(ann: Ui) -> None:
    response = await ann.http.options("/chatkit", headers=preflight("https://foe.test"))
    assert "access-control-allow-origin" not in response.headers
    answer = await ann.http.post("/chatkit", json=body("threads.list", {}), headers={"Origin": "https://foe.test"})
    refusal(answer, 403)
    assert "access-control-allow-origin" not in answer.headers


async def test_03_a_stream_is_not_kept_back_on_its_way(ann: Ui) -> None:
    reply = await ann.create()
    assert reply.response.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert reply.response.headers["cache-control"] == "no-cache, no-transform"
    assert reply.response.headers["x-accel-buffering"] == "no"


ODD_TEXT = "two\nlines\r\nand \u2028 odd \x85 ones, \u00fc\u4f60\U0001f600 \u202e done: data: x"


async def test_04_frames_hold_any_text_wherever_the_bytes_are_cut(ann: Ui) -> None:
    async with ann.open("threads.create", {"input": message(ODD_TEXT)}) as live:
        reply = await live.rest()
    said = reply.done("user_message")[0]["content"][0]["text"]
    assert said == ODD_TEXT
    lines = live.raw.split(b"\n")
    assert all(re.fullmatch(rb"id: \d+|data: \{.*\}||:", line) for line in lines)
    assert live.raw.endswith(b"}\n\n")


async def test_05_every_frame_is_an_event_of_the_sdks(ann: Ui) -> None:
    for model in ('openai/think-3-tool:stamp:{"text":"x"}', "compatible/length-3", "compatible/status-500"):
        reply = await ann.create(model=model, metadata={"agent": "tests.conformance.agents:showman"})
        assert [fault(frame.data) for frame in reply.frames] == [None] * len(reply.frames)
        assert [frame.seq for frame in reply.frames] == list(range(1, len(reply.frames) + 1))


async def test_06_a_heartbeat_is_a_lone_colon(database_url: str, tmp_path: Path) -> None:
    """What fetch-event-source makes of it is in test_fetch_event_source.py."""
    async with open_served(database_url, tmp_path, heartbeat_interval=0.05) as served:
        ui = await served.visitor()
        async with ui.open("threads.create", {"input": message(model="compatible/slow-first-0.4")}) as live:
            await live.rest()
    assert live.heartbeats >= 2
    assert b":\n\n" not in live.raw.replace(b"\n\n:\n\n", b"\n\n")
    assert b"data: \n" not in live.raw


BAD: dict[str, bytes] = {
    "not JSON": b"{",
    "nothing": b"",
    "a list": b"[]",
    "no type": b"{}",
    "unknown type": b'{"type":"threads.share","params":{}}',
    "no params": b'{"type":"threads.get_by_id"}',
    "a bad enum": b'{"type":"threads.list","params":{"order":"sideways"}}',
    "a bad number": b'{"type":"threads.list","params":{"limit":"many"}}',
    "half a message": b'{"type":"threads.create","params":{}}',
    "bad parts": b'{"type":"threads.create","params":{"input":{"content":[{"type":"input_video"}]}}}',
    "half an action": b'{"type":"threads.custom_action","params":{"thread_id":"thr_x","action":{}}}',
    "not UTF-8": b'{"type":"threads.list\xff","params":{}}',
    "too deep": b'{"type":"threads.list","params":' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("given", BAD.values(), ids=BAD)
async def test_07_what_cannot_be_read_is_refused_with_a_message(ann: Ui, given: bytes) -> None:
    response = await ann.http.post("/chatkit", content=given, headers={"Content-Type": "application/json"})
    assert refusal(response, 400)


async def test_08_a_body_that_is_too_long_is_refused(ann: Ui) -> None:
    response = await ann.post("threads.create", {"input": message("x" * 1_100_000)})
    assert refusal(response, 413)


async def test_08_a_bad_token_is_refused(ann: Ui) -> None:
    response = await ann.post("threads.create", {"input": message()}, headers={"Authorization": "Bearer made-up"})
    assert refusal(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_08_a_foreign_thread_is_as_good_as_a_missing_one(ann: Ui, bob: Ui) -> None:
    """Without a cookie there is no 401: whoever comes without one is a new visitor (DESIGN 5.4)."""
    reply = await ann.create()
    for kind, params in (
        ("threads.get_by_id", {}),
        ("items.list", {}),
        ("threads.add_user_message", {"input": message()}),
        ("threads.retry_after_item", {"item_id": reply.question}),
        ("threads.update", {"title": "mine"}),
        ("threads.delete", {}),
    ):
        foreign = await bob.post(kind, {"thread_id": reply.thread_id, **params})
        missing = await bob.post(kind, {"thread_id": "thr_missing", **params})
        assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
        refusal(foreign, 404)


async def test_08_too_much_is_told_with_the_time_to_wait(ann: Ui) -> None:
    """A limit of this server's: twenty files that no message took."""
    for _ in range(20):
        files = {"file": ("a.txt", b"words", "text/plain")}
        assert (await ann.http.post("/chatkit/attachments", files=files)).status_code == 200
    response = await ann.http.post("/chatkit/attachments", files={"file": ("a.txt", b"words", "text/plain")})
    refusal(response, 429)
    assert int(response.headers["retry-after"]) >= 1


@pytest.mark.parametrize("model", ["drop-3", "inerror-3", "badjson-3", "status-429"])
async def test_09_what_goes_wrong_later_is_one_error_event_and_a_clean_end(ann: Ui, model: str) -> None:
    reply = await ann.create(model=f"compatible/{model}")
    assert reply.kinds.count("error") == 1
    assert reply.kinds[-1] == "error"


async def test_10_what_is_unknown_is_let_through_and_metadata_reaches_the_agent(served: Served, ann: Ui) -> None:
    """The agent's context is this server's own: `metadata` names the agent and what it is told."""
    request = body("threads.create", {"input": {**message("Hi"), "novel": 1}, "more": []})
    request |= {"metadata": {"settings": {"instructions": "SING SOFTLY"}, "unheard": {"of": None}}, "extra": "x"}
    async with ann.http.stream("POST", "/chatkit", json=request, headers={"X-Odd": "1"}) as response:
        reply = await Live(response).rest()
    assert reply.answer == "Hi"
    assert served.calls("SING SOFTLY")


async def test_11_nothing_hidden_is_in_any_reply(served: Served, ann: Ui) -> None:
    """Canaries: in a provider's error, in a tool's exception, in what the agent alone is told."""
    replies = [
        await ann.create(model="compatible/status-500"),
        await ann.create(model='openai/tool:burn:{"text":"x"}', metadata={"agent": "tests.staff:clerk"}),
    ]
    thread_id = replies[0].thread_id
    acted = await ann.stream(
        "threads.custom_action",
        {"thread_id": thread_id, "action": {"type": "press", "payload": {"n": "QUIETLY"}}},
        metadata={"agent": "tests.conformance.agents:showman", "model": MODEL},
    )
    assert acted.error is None
    assert served.calls("PressedQUIETLY")
    told = "".join(frame.data.decode() for reply in replies for frame in reply.frames)
    for reply in (*replies, acted):
        told += str(await ann.items(reply.thread_id)) + str(
            await ann.ask("threads.get_by_id", thread_id=reply.thread_id)
        )
    told += str(await ann.ask("threads.list"))
    assert [mark for mark in (CANARY, "/srv/secret", "QUIETLY", "hidden_context", *AGENTS[:1]) if mark in told] == []


async def test_12_every_time_carries_its_offset(ann: Ui) -> None:
    reply = await ann.create(model="openai/think-3-words-3")
    told = b"".join(frame.data for frame in reply.frames).decode()
    told += (await ann.post("threads.get_by_id", {"thread_id": reply.thread_id})).text
    told += (await ann.post("threads.list", {})).text
    times = re.findall(r'"created_at":\s*"([^"]+)"', told)
    assert len(times) > 8
    assert all(datetime.fromisoformat(time).tzinfo for time in times)
