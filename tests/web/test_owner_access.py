"""What the owner hands out and takes back over HTTP, and that nobody else does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from playground.visitor import Scope
from tests.stack import Stack, stack

OWNER = "owner-token-0123456789abcdef"
LIST: dict[str, Any] = {"type": "threads.list", "params": {}}


@pytest.fixture
async def up(database_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    async with stack(database_url, data_dir=tmp_path, owner_token=SecretStr(OWNER)) as running:
        yield running


@pytest.fixture
async def lite(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, data_dir=tmp_path, owner_token=SecretStr(OWNER), invite_only=True) as running:
        yield running


def owner(up: Stack) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=up.client.base_url, timeout=20, headers={"Authorization": f"Bearer {OWNER}"})


def guest(up: Stack, token: str = "") -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.AsyncClient(base_url=up.client.base_url, timeout=20, headers=headers)


async def test_a_token_is_issued_listed_used_and_revoked(up: Stack) -> None:
    wanted = {"subject": "ann", "ttl": 60, "agents": ["board"], "models": ["compatible/echo"]}
    async with owner(up) as me:
        answer = await me.post("/owner/tokens", json=wanted)
        made = answer.json()
        assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
        (told,) = (await me.get("/owner/tokens")).json()["tokens"]
        assert told["expires_at"] == made["expires_at"]
        assert {name: told[name] for name in ("id", "subject", "agents", "models", "origin", "revoked_at", "live")} == {
            "id": made["id"],
            "subject": "ann",
            "agents": ["board"],
            "models": ["compatible/echo"],
            "origin": None,
            "revoked_at": None,
            "live": True,
        }
        assert not {made["token"]} & {str(value) for value in told.values()}
        async with guest(up, made["token"]) as ann:
            assert (await ann.post("/chatkit", json=LIST)).status_code == 200
            assert (await me.post(f"/owner/tokens/{made['id']}/revoke")).status_code == 204
            assert (await ann.post("/chatkit", json=LIST)).status_code == 401
        (told,) = (await me.get("/owner/tokens")).json()["tokens"]
        assert (told["live"], told["revoked_at"] is None) == (False, False)


async def test_a_link_is_made_listed_used_and_revoked(up: Stack) -> None:
    async with owner(up) as me, guest(up) as ann:
        answer = await me.post("/owner/links", json={"name": "Class", "cap": 2.5, "days": 7})
        made = answer.json()
        assert (answer.status_code, made["url"]) == (201, f"{up.client.base_url}/enter#{made['code']}")
        (told,) = (await me.get("/owner/links")).json()["links"]
        assert (told["id"], told["name"], told["cap"], told["live"]) == (made["id"], "Class", 2.5, True)
        assert made["code"] not in str(told)
        assert (await ann.post("/enter", json={"code": made["code"]})).status_code == 204
        assert (await ann.post("/chatkit", json=LIST)).status_code == 200
        assert (await me.post(f"/owner/links/{made['id']}/revoke")).status_code == 204
        assert (await ann.post("/enter", json={"code": made["code"]})).status_code == 401


async def test_whoever_came_by_a_revoked_link_is_out_within_a_second(lite: Stack) -> None:
    async with owner(lite) as me, guest(lite) as ann:
        made = (await me.post("/owner/links", json={"name": "Class"})).json()
        await ann.post("/enter", json={"code": made["code"]})
        assert (await ann.post("/chatkit", json=LIST)).status_code == 200
        await lite.parts.links.revoke(made["id"])  # as the command does, in another process
        async with asyncio.timeout(10):
            while (await ann.post("/chatkit", json=LIST)).status_code == 200:
                await asyncio.sleep(0.05)
        assert (await ann.post("/chatkit", json=LIST)).status_code == 401


ROUTES = [
    ("GET", "/owner/tokens", None),
    ("POST", "/owner/tokens", {"subject": "eve"}),
    ("POST", "/owner/tokens/{token}/revoke", None),
    ("GET", "/owner/links", None),
    ("POST", "/owner/links", {"name": "eve"}),
    ("POST", "/owner/links/{link}/revoke", None),
]


async def test_nobody_else_hands_out_or_takes_back(lite: Stack) -> None:
    token = await lite.parts.tokens.issue("ann", ttl=60, scope=Scope())
    link = await lite.parts.links.make("Class")
    async with guest(lite) as nobody, guest(lite, token.token) as ann, guest(lite) as invited, guest(lite, "x") as eve:
        await invited.post("/enter", json={"code": link.code})
        bodies: set[bytes] = set()
        for who in (nobody, ann, invited):
            for method, path, body in ROUTES:
                for known in ((token.id, link.id), ("ses_none", "lnk_none")):
                    answer = await who.request(method, path.format(token=known[0], link=known[1]), json=body)
                    assert answer.status_code == 401
                    bodies.add(answer.content)
        assert len(bodies) == 1
        assert (await eve.get("/owner/tokens")).status_code == 401
    assert [row.revoked_at for row in await lite.parts.tokens.list()] == [None]
    assert [one.live for one in await lite.parts.links.list()] == [True]


WRONG: list[tuple[str, Any, str]] = [
    ("tokens", {}, "subject"),
    ("tokens", {"subject": 5}, "subject"),
    ("tokens", {"subject": ""}, "A token needs a subject"),
    ("tokens", {"subject": "a\u0000"}, "A token needs a subject"),
    ("tokens", {"subject": "ann", "ttl": 0}, "1 to 2,592,000 seconds"),
    ("tokens", {"subject": "ann", "ttl": "soon"}, "ttl"),
    ("tokens", {"subject": "ann", "agents": "board"}, "agents"),
    ("tokens", {"subject": "ann", "models": [""]}, "models.0"),
    ("tokens", {"subject": "ann", "models": [str(number) for number in range(101)]}, "at most 100"),
    ("tokens", {"subject": "ann", "models": ["m" * 201]}, "at most 100"),
    ("tokens", {"subject": "ann", "origin": "*"}, "Write https://host"),
    ("tokens", {"subject": "ann", "scope": {}}, "scope"),
    ("links", {}, "name"),
    ("links", {"name": " "}, "A link needs a name"),
    ("links", {"name": "Class", "cap": -1}, "A cap is an amount"),
    ("links", {"name": "Class", "cap": "much"}, "cap"),
    ("links", {"name": "Class", "days": 0}, "days"),
    ("links", {"name": "Class", "days": 1e9}, "days"),
    ("links", [], "JSON object"),
]


async def test_what_cannot_be_is_told(lite: Stack) -> None:
    async with owner(lite) as me:
        for path, body, complaint in WRONG:
            answer = await me.post(f"/owner/{path}", json=body)
            assert (answer.status_code, complaint in answer.json()["message"]) == (400, True), complaint
    assert [*await lite.parts.tokens.list(), *await lite.parts.links.list()] == []


async def test_what_is_not_there_cannot_be_taken_back(lite: Stack) -> None:
    async with owner(lite) as me:
        for path in ("/owner/tokens/ses_none/revoke", "/owner/links/lnk_none/revoke", "/owner/links/%00/revoke"):
            assert (await me.post(path)).status_code == 404


async def test_no_code_and_no_token_reaches_the_log(lite: Stack) -> None:
    with capture_logs() as lines:
        async with owner(lite) as me, guest(lite) as ann:
            token = (await me.post("/owner/tokens", json={"subject": "ann"})).json()["token"]
            code = (await me.post("/owner/links", json={"name": "Class"})).json()["code"]
            await ann.post("/enter", json={"code": code})
            await ann.post("/enter", json={"code": f"{code}x"})
    assert lines
    assert [one for one in (token, token.split(".")[2], code, OWNER) if one in str(lines)] == []
