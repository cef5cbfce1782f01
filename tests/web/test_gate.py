"""A gate stands before everything, Gradio's own routes included: who is not let in is answered nothing."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from playground.access.owner import OWNER
from playground.store import visitors
from playground.visitor import Scope
from playground.web.server import create_app
from tests.house import House, opened
from tests.ui.building import built
from tests.web.conftest import serving

PASSWORD, OWNERS = "open sesame, please", "the owner's own token"
NAVIGATION = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Mode": "navigate"}
OPEN = re.compile(r"/healthz|/readyz|/enter.*|/owner.*|/metrics|/shared/.*|/chatkit/client/.+")
KEPT_OUT = {"message": "You need a link or a password to come in here."}


@pytest.fixture(autouse=True)
def blockbuster() -> None:
    """Not here: it is Gradio itself that asks for its upload folder on the event loop."""


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, password=PASSWORD, owner_token=OWNERS) as house:
        yield house


@pytest.fixture
async def app(house: House) -> FastAPI:
    return await asyncio.to_thread(built, lambda: create_app(house.parts))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(app) as client:
        yield client


def doors(routes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Every route as a request: its method and a path."""
    for route in routes:
        path = before + re.sub(r"\{[^}]*\}", "x", getattr(route, "path", ""))
        inner = getattr(route, "original_router", route)  # one that was included as a whole
        if below := getattr(inner, "routes", None):
            yield from doors(below, path)
        else:
            yield from ((method, path) for method in sorted(getattr(route, "methods", None) or {"GET"}))


async def enter(client: httpx2.AsyncClient, **given: str) -> httpx2.Response:
    return await client.post("/enter", json=given)


async def test_who_is_not_let_in_is_answered_nothing_on_any_path(app: FastAPI, client: httpx2.AsyncClient) -> None:
    tried = {*doors(app.routes), ("GET", "/assets/index.js"), ("GET", "/static/img/logo.svg"), ("GET", "/nowhere")}
    assert len(tried) > 100
    closed = {method_path for method_path in tried if not OPEN.fullmatch(method_path[1])}
    seen: dict[str, int] = {}
    for method, path in sorted(closed):
        reply = await client.request(method, path, params={"session_hash": "page"})
        assert reply.status_code in {401, 404}, (method, path)  # 404: what nobody uses is closed before
        if method != "HEAD":
            assert reply.json() == (KEPT_OUT if reply.status_code == 401 else {"message": "Not found."}), (method, path)
        assert "set-cookie" not in reply.headers, (method, path)
        seen[path] = reply.status_code
    for needed in ("", "config", "theme.css", "assets/x", "chatkit", "gradio_api/queue/join", "gradio_api/queue/data"):
        assert seen[f"/{needed}"] == 401, needed
    for needed in ("gradio_api/run/x", "gradio_api/heartbeat/x", "gradio_api/cancel"):
        assert seen[f"/{needed}"] == 401, needed


async def test_who_navigates_is_shown_the_way_in(client: httpx2.AsyncClient) -> None:
    for path in ("/", "/chatkit/client", "/chatkit/ui", "/nowhere"):
        reply = await client.get(path, headers=NAVIGATION)
        assert (reply.status_code, reply.headers["location"]) == (303, f"/enter?to={path}")
    aside = {**NAVIGATION, "Sec-Fetch-Mode": "no-cors"}
    assert (await client.get("/", headers=aside)).status_code == 401
    assert (await client.post("/", headers=NAVIGATION)).status_code == 401


async def test_what_is_open_stays_open(client: httpx2.AsyncClient) -> None:
    for path, status in (
        ("/enter", 200),
        ("/enter/page.js", 200),
        ("/enter/nothing.js", 404),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/chatkit/client/chat.js", 200),
        ("/shared/nothing", 404),
    ):
        assert (await client.get(path)).status_code == status, path


async def test_the_password_lets_in_everywhere(client: httpx2.AsyncClient) -> None:
    assert (await enter(client, password=PASSWORD)).status_code == 204
    assert (await client.get("/", headers=NAVIGATION)).status_code == 200
    assert (await client.get("/config")).status_code == 200
    assert (await client.get("/chatkit/options")).status_code == 200
    assert (await client.get("/chatkit/client")).status_code == 200


async def test_an_anonymous_cookie_an_altered_one_and_one_of_another_server_do_not_let_in(
    client: httpx2.AsyncClient,
) -> None:
    await enter(client, password=PASSWORD)
    ((name, value),) = client.cookies.items()
    visitor_id, born, seen, rest = value.split(".", 3)
    link, signature = rest.rsplit(".", 1)
    middle = "A" if signature[9] != "A" else "B"
    forged = (
        f"{visitor_id}.{born}.{seen}.{link}.{signature[:9]}{middle}{signature[10:]}",
        f"{visitor_id}.{born}.{seen}..{signature}",
        f"{visitor_id}.{born}.{seen}.password.{signature}",
        f"vis_other.{born}.{seen}.{link}.{signature}",
        "",
    )
    for cookie in forged:
        client.cookies.clear()
        reply = await client.get("/chatkit/options", headers={"Cookie": f"{name}={cookie}"})
        assert (reply.status_code, reply.json()) == (401, KEPT_OUT)


async def test_a_link_lets_in_until_it_is_revoked_and_then_says_why(client: httpx2.AsyncClient, house: House) -> None:
    made = await house.parts.links.make("friends")
    assert (await enter(client, code=made.code)).status_code == 204
    assert (await client.get("/config")).status_code == 200
    await house.parts.links.revoke(made.id)
    await house.parts.standing.refresh()
    reply = await client.get("/config")
    assert reply.status_code == 401
    assert "taken back" in reply.json()["message"]
    reply = await client.get("/", headers=NAVIGATION)
    assert reply.headers["location"] == "/enter?to=/&expired=1"
    assert "taken back" in (await client.get(reply.headers["location"])).text
    assert (await enter(client, code=made.code)).status_code == 401


async def test_a_token_lets_in_and_one_that_is_revoked_does_not(client: httpx2.AsyncClient, house: House) -> None:
    issued = await house.parts.tokens.issue("shop", ttl=60, scope=Scope())
    bearer = {"Authorization": f"Bearer {issued.token}"}
    assert (await client.get("/chatkit/options", headers=bearer)).status_code == 200
    assert (await client.get("/config", headers=bearer)).status_code == 200
    await house.parts.tokens.revoke(issued.id)
    await house.parts.standing.refresh()
    assert (await client.get("/chatkit/options", headers=bearer)).status_code == 401
    assert (await client.get("/config", headers=bearer)).status_code == 401


async def test_the_owner_comes_in_by_their_token_and_as_a_visitor_by_their_cookie(client: httpx2.AsyncClient) -> None:
    bearer = {"Authorization": f"Bearer {OWNERS}"}
    assert (await client.get("/config", headers=bearer)).json()["username"] == OWNER
    await client.post("/owner/enter", json={"token": OWNERS})
    assert (await client.get("/", headers=NAVIGATION)).status_code == 200
    assert (await client.get("/config")).json()["username"].startswith("vis_")


async def test_who_is_blocked_is_told_so_everywhere(client: httpx2.AsyncClient, house: House) -> None:
    await enter(client, password=PASSWORD)
    visitor_id = (await client.get("/config")).json()["username"]

    def block(session: Any) -> None:
        visitors.block(session, visitor_id, at=datetime.now(UTC))

    await house.change(block)
    await house.parts.standing.refresh()
    for method, path in (
        ("GET", "/config"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data?session_hash=page"),
        ("GET", "/assets/index.js"),
        ("POST", "/chatkit"),
        ("GET", "/chatkit/options"),
        ("POST", "/enter"),
    ):
        reply = await client.request(method, path)
        assert reply.status_code == 403, path
        assert reply.json() == {"message": "The owner of this playground has blocked you."}
    shown = await client.get("/", headers=NAVIGATION)
    assert shown.status_code == 403
    assert shown.headers["content-type"].startswith("text/html")
    assert "has blocked you" in shown.text
    assert (await client.get("/enter/page.css")).status_code == 200  # what the page looks like
    assert (await client.post("/owner/enter", json={"token": OWNERS})).status_code == 204
