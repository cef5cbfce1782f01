"""`/owner` over HTTP: for the owner alone, and what they do is done to everybody."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from playground.web.owner_view import ASSETS, PAGE, POLICY
from tests.guards import RAN
from tests.house import until
from tests.stack import Stack, frames, stack

OWNER = "owner-token-0123456789abcdef"
SLOW = "compatible/words-5000@50"
ECHO: dict[str, Any] = {
    "type": "threads.create",
    "params": {
        "input": {
            "content": [{"type": "input_text", "text": "hello"}],
            "attachments": [],
            "inference_options": {"model": "compatible/echo"},
        }
    },
}
ROUTES = [
    ("GET", "/owner/state"),
    ("GET", "/owner/link.svg"),
    ("POST", "/owner/pause"),
    ("POST", "/owner/resume"),
    ("POST", "/owner/runs/run_1/stop"),
    ("POST", "/owner/runs/run_1/approvals"),
    ("POST", "/owner/visitors/vis_1/block"),
    ("POST", "/owner/visitors/vis_1/unblock"),
    ("GET", "/owner/links"),
    ("POST", "/owner/links"),
    ("POST", "/owner/links/lnk_1/revoke"),
    ("GET", "/owner/tokens"),
    ("POST", "/owner/tokens"),
    ("POST", "/owner/tokens/ses_1/revoke"),
    ("POST", "/owner/leave"),
    ("GET", "/owner/nothing"),
    ("PUT", "/owner/state"),
    ("DELETE", "/owner/nothing/at/all"),
]


@pytest.fixture
async def up(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    settings: dict[str, Any] = {"public_url": "https://play.test", "allowed_hosts": ("127.0.0.1",)}
    async with stack(sqlite_url, data_dir=tmp_path, owner_token=SecretStr(OWNER), **settings) as running:
        yield running


@pytest.fixture
async def owner(up: Stack) -> AsyncIterator[httpx2.AsyncClient]:
    """The owner's browser."""
    async with httpx2.AsyncClient(base_url=up.client.base_url, timeout=20) as client:
        assert (await client.post("/owner/enter", json={"token": OWNER})).status_code == 204
        yield client


async def test_who_is_not_the_owner_is_told_the_same_everywhere(up: Stack) -> None:
    told = [await up.client.request(method, path, json={}) for method, path in ROUTES]
    assert {answer.status_code for answer in told} == {401}
    assert {answer.content for answer in told} == {b'{"message":"This is for the owner of this playground."}'}


async def test_the_owner_finds_nothing_where_there_is_nothing(owner: httpx2.AsyncClient) -> None:
    for method, path in (("GET", "/owner/nothing"), ("PUT", "/owner/state"), ("POST", "/owner/runs/run_1/stop")):
        answer = await owner.request(method, path)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not found."})


async def test_anybody_gets_the_page_which_says_nothing_and_runs_no_script_but_ours(up: Stack) -> None:
    page = await up.client.get("/owner")
    assert (page.status_code, page.content) == (200, PAGE.body)
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-frame-options"] == "DENY"
    assert "<script>" not in page.text
    assert "style=" not in page.text
    script = await up.client.get("/owner/assets/page.js")
    assert script.headers["content-type"].startswith("text/javascript")
    for path in ("/owner/assets/page.html", "/owner/assets/..%2fserver.py", "/owner/assets/"):
        assert (await up.client.get(path)).status_code == 404


def test_no_script_of_the_page_makes_html_of_text() -> None:
    for name, asset in ASSETS.items():
        for sink in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"document.write", b"eval(", b"new Function"):
            assert sink not in asset.body, name


async def test_the_page_is_told_everything_at_once(up: Stack, owner: httpx2.AsyncClient) -> None:
    async with up.ask("compatible/echo") as answer:
        await answer.aread()
    state = (await owner.get("/owner/state")).json()
    assert state["link"] == {"url": "https://play.test", "note": ""}
    assert state["paused"] is None
    assert state["visitors"]["all"] == 1
    assert (await owner.get("/owner/state?visitors=fattest")).status_code == 400
    picture = await owner.get("/owner/link.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "http://www.w3.org/2000/svg" in picture.text


async def test_a_pause_stops_answers_and_refuses_messages_in_the_owners_words(
    up: Stack, owner: httpx2.AsyncClient
) -> None:
    async with up.ask(SLOW) as answer:
        stream = frames(answer)
        await anext(stream)
        assert (await owner.post("/owner/pause", json={"text": "Back at {nine} <b>."})).status_code == 204
        events = [sent.event async for sent in stream]
    assert (events[-1]["type"], events[-1]["message"]) == ("notice", "Back at {nine} <b>.")
    refused = await up.client.post("/chatkit", json=ECHO)
    assert (refused.status_code, refused.json()["message"]) == (503, "Back at {nine} <b>.")
    assert int(refused.headers["retry-after"]) > 0
    assert (await owner.get("/owner/state")).json()["paused"]["text"] == "Back at {nine} <b>."
    assert (await owner.post("/owner/resume", json={})).status_code == 204
    async with up.ask("compatible/echo") as answer:
        assert b"Go on." in await answer.aread()


async def test_words_that_are_too_long_pause_nothing(up: Stack, owner: httpx2.AsyncClient) -> None:
    for text in ("x" * 501, 7):
        assert (await owner.post("/owner/pause", json={"text": text})).status_code == 400
    async with up.ask("compatible/echo") as answer:
        assert b"Go on." in await answer.aread()


async def test_the_owner_stops_one_answer_and_its_visitor_is_told_who_did(up: Stack, owner: httpx2.AsyncClient) -> None:
    async with up.ask(SLOW) as answer:
        stream = frames(answer)
        await anext(stream)
        (run,) = (await owner.get("/owner/state")).json()["runs"]
        stopped = await owner.post(f"/owner/runs/{run['id']}/stop", json={})
        assert stopped.json() == {"id": run["id"], "status": "cancelled"}
        events = [sent.event async for sent in stream]
    assert events[-1]["message"] == "The owner of this playground stopped this answer."


async def test_a_blocked_visitor_is_let_in_no_more_until_unblocked(up: Stack, owner: httpx2.AsyncClient) -> None:
    async with up.ask("compatible/echo") as answer:
        await answer.aread()
    (visitor,) = (await owner.get("/owner/state")).json()["visitors"]["shown"]
    assert (await owner.post(f"/owner/visitors/{visitor['id']}/block", json={})).status_code == 204
    assert (await up.client.post("/chatkit", json=ECHO)).status_code == 403
    assert (await owner.get("/owner/state?visitors=blocked")).json()["visitors"]["shown"][0]["blocked"] is True
    assert (await owner.post(f"/owner/visitors/{visitor['id']}/unblock", json={})).status_code == 204
    assert (await up.client.post("/chatkit", json=ECHO)).status_code == 200


async def test_another_site_cannot_press_the_owners_buttons(owner: httpx2.AsyncClient) -> None:
    for headers in ({"Origin": "https://evil.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert (await owner.post("/owner/pause", json={"text": ""}, headers=headers)).status_code == 403
    form = await owner.post("/owner/pause", content="text=x", headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    assert (await owner.get("/owner/state")).json()["paused"] is None


@pytest.mark.parametrize("approve", [True, False])
async def test_an_unsafe_tool_waits_for_the_owners_word(sqlite_url: str, tmp_path: Path, approve: bool) -> None:
    RAN.clear()
    agents: dict[str, Any] = {"agent": ("tests.guards:direct",), "unsafe_tools": "owner"}
    async with stack(sqlite_url, data_dir=tmp_path, owner_token=SecretStr(OWNER), **agents) as up:
        me = {"Authorization": f"Bearer {OWNER}"}
        async with up.ask("compatible/tool:wipe:{}") as answer:
            run = answer.headers["x-run-id"]

            async def waits() -> bool:
                return bool((await up.client.get("/owner/state", headers=me)).json()["approvals"])

            await until(waits)
            (asking,) = (await up.client.get("/owner/state", headers=me)).json()["approvals"]
            (call,) = asking["calls"]
            assert (asking["run"], call["tool"], RAN) == (run, "wipe", [])
            path, word = f"/owner/runs/{run}/approvals", {"call": call["call"], "approve": approve}
            assert (await up.client.post(path, headers=me, json={"call": call["call"]})).status_code == 400
            assert (await up.client.post(path, headers=me, json=word)).status_code == 200
            assert (await up.ended(answer.headers["x-thread-id"]))["status"] == "completed"
        assert bool(RAN) is approve


async def test_what_goes_wrong_in_the_server_is_listed_without_what_was_said(
    up: Stack, owner: httpx2.AsyncClient
) -> None:
    async with up.ask("compatible/status-429") as answer:
        await answer.aread()
    state = (await owner.get("/owner/state")).json()
    assert [one["model"] for one in state["failed"]] == ["compatible/status-429"]
    assert "Go on." not in str(state)
