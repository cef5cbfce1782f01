"""The owner comes in once by the token, goes on by a cookie, and leaves on all devices."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from playground.access.owner import owner_token
from playground.access.tries import OF_ONE
from playground.settings import Settings
from playground.visitor import Scope
from playground.web.owner_badges import LIFETIME, OwnerBadges
from playground.web.server import create_api
from tests.house import House, opened
from tests.web.conftest import serving

TOKEN = "the owner's own token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
NOT_THEIRS = {"message": "This is for the owner of this playground."}
START = 1_800_000_000.0


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path, owner_token=TOKEN, trusted_proxies=("127.0.0.1",)) as house:
        yield house


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with serving(create_api(house.parts)) as client:
        yield client


async def enter(client: httpx2.AsyncClient, token: str = TOKEN, **headers: str) -> httpx2.Response:
    return await client.post("/owner/enter", json={"token": token}, headers=headers)


async def test_the_cookie_is_for_our_own_pages_alone(client: httpx2.AsyncClient) -> None:
    reply = await enter(client, **{"X-Forwarded-Proto": "https"})
    assert reply.status_code == 204
    said = next(one for one in reply.headers.get_list("set-cookie") if one.startswith("playground_owner_"))
    (cookie,) = SimpleCookie(said).values()
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert (cookie["samesite"], cookie["path"], cookie["max-age"]) == ("Strict", "/", str(LIFETIME))
    assert TOKEN not in said


async def test_leaving_ends_the_cookie_on_every_device(client: httpx2.AsyncClient) -> None:
    await enter(client)
    phone = httpx2.AsyncClient(base_url=client.base_url, cookies=dict(client.cookies))
    async with phone:
        assert (await client.post("/owner/leave")).status_code == 204
        assert not [name for name in client.cookies if "owner" in name]
        reply = await phone.post("/owner/leave")
        assert (reply.status_code, reply.json()) == (401, NOT_THEIRS)
    await enter(client)
    assert (await client.post("/owner/leave")).status_code == 204


async def test_a_wrong_token_opens_nothing_and_is_slow_to_guess(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/owner/leave")).json() == NOT_THEIRS
    here = {"X-Forwarded-For": "203.0.113.7"}
    for number in range(OF_ONE.amount - 1):
        assert (await enter(client, f"guess {number}", **here)).status_code == 401
    wrong = {**here, "Authorization": "Bearer guess"}
    assert (await client.get("/chatkit/options", headers=wrong)).status_code == 401
    assert (await enter(client, **here)).status_code == 429
    assert (await client.get("/chatkit/options", headers={**here, **BEARER})).status_code == 429
    assert (
        await client.get("/chatkit/options", headers={"X-Forwarded-For": "198.51.100.9", **BEARER})
    ).status_code == 200


async def test_a_visitors_own_token_is_not_the_owners(client: httpx2.AsyncClient, house: House) -> None:
    issued = await house.parts.tokens.issue("owner", ttl=60, scope=Scope())
    reply = await client.post("/owner/leave", headers={"Authorization": f"Bearer {issued.token}"})
    assert (reply.status_code, reply.json()) == (401, NOT_THEIRS)


def test_the_cookie_ends_after_half_a_day_and_with_the_token_and_is_not_the_visitors() -> None:
    now = [START]
    badges = OwnerBadges(b"s" * 32, TOKEN, lambda: now[0])
    cookie = badges.set_cookie(secure=False).partition(";")[0]
    assert badges.read([cookie], None)
    assert not badges.read([cookie[:-3] + "AAA"], None)
    assert not badges.read([cookie.partition("=")[0] + "=1"], None)
    assert not OwnerBadges(b"s" * 32, "another", lambda: now[0]).read([cookie], None)
    assert not badges.read([cookie], datetime.fromtimestamp(START + 1, UTC))
    now[0] += LIFETIME
    assert badges.read([cookie], None)
    now[0] += 1
    assert not badges.read([cookie], None)


def test_without_a_token_of_their_own_the_owner_has_one_that_follows_from_the_secret() -> None:
    made = owner_token(Settings(), b"s" * 32)
    assert made == owner_token(Settings(), b"s" * 32)
    assert made != owner_token(Settings(), b"t" * 32)
    assert len(made) >= 32
    assert owner_token(Settings(owner_token=SecretStr("mine")), b"s" * 32) == "mine"
