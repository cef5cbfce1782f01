"""The way in, over HTTP: who becomes whom, and how slow guessing is."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx2
import pytest

from playground.access.tries import NEW, OF_ONE
from playground.web.badges import IDLE
from playground.web.server import create_api
from tests.house import House, opened
from tests.web.conftest import serving

PASSWORD = "open sesame, please"
HERE, ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "198.51.100.9"}
BEHIND_A_PROXY: dict[str, Any] = {"trusted_proxies": ("127.0.0.1",)}


@pytest.fixture
def url(sqlite_url: str, tmp_path: Path) -> tuple[str, Path]:
    return sqlite_url, tmp_path


@asynccontextmanager
async def entrance(url: tuple[str, Path], **settings: Any) -> AsyncGenerator[tuple[House, httpx2.AsyncClient]]:
    async with opened(*url, **settings) as house, serving(create_api(house.parts)) as client:
        yield house, client


async def enter(client: httpx2.AsyncClient, headers: Any = None, **given: str) -> httpx2.Response:
    return await client.post("/enter", json=given, headers=headers)


def visitor_of(client: httpx2.AsyncClient) -> str:
    """What the cookie says, which is signed and no secret."""
    (value,) = client.cookies.values()
    return value.split(".")[0]


async def test_who_enters_is_a_new_visitor_and_stays_the_same_after(url: tuple[str, Path]) -> None:
    async with entrance(url) as (house, client):
        first, second = await house.parts.links.make("first"), await house.parts.links.make("second")
        await client.get("/chatkit/options")
        seen = [visitor_of(client)]
        for made in (first, first, second, second):
            assert (await enter(client, code=made.code)).status_code == 204
            await client.get("/chatkit/options")
            seen.append(visitor_of(client))
        anonymous, by_first, again, by_second, at_last = seen
        assert by_first == again
        assert by_second == at_last
        assert len({anonymous, by_first, by_second}) == 3


async def test_a_cookie_that_was_slipped_to_somebody_is_not_theirs_after_they_entered(url: tuple[str, Path]) -> None:
    async with entrance(url) as (_, attacker):
        await attacker.get("/chatkit/options")
        slipped = dict(attacker.cookies)
    async with entrance(url, password=PASSWORD) as (_, victim):
        victim.cookies.update(slipped)
        planted = visitor_of(victim)
        assert (await victim.get("/chatkit/options")).status_code == 401
        reply = await enter(victim, password=PASSWORD)
        entered = next(iter(SimpleCookie(reply.headers["set-cookie"]).values())).value
        assert entered.split(".")[0] != planted


async def test_the_cookie_of_an_entry_has_all_flags(url: tuple[str, Path]) -> None:
    async with entrance(url, password=PASSWORD, **BEHIND_A_PROXY) as (_, client):
        reply = await enter(client, {"X-Forwarded-Proto": "https"}, password=PASSWORD)
        assert (reply.status_code, reply.content) == (204, b"")
        (cookie,) = SimpleCookie(reply.headers["set-cookie"]).values()
        assert cookie["httponly"] is True
        assert cookie["secure"] is True
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
        assert cookie["max-age"] == str(IDLE)
        assert PASSWORD not in reply.headers["set-cookie"]


async def test_another_password_lets_nobody_in_who_came_by_the_one_before(url: tuple[str, Path]) -> None:
    async with entrance(url, password="the first one") as (_, client):
        await enter(client, password="the first one")
        assert (await client.get("/chatkit/options")).status_code == 200
        held, visitor = dict(client.cookies), visitor_of(client)
    async with entrance(url, password="the second one") as (_, client):
        client.cookies.update(held)
        assert (await client.get("/chatkit/options")).status_code == 401
        assert (await enter(client, password="the first one")).status_code == 401
        reply = await enter(client, password="the second one")
        assert reply.headers["set-cookie"].partition("=")[2].split(".")[0] == visitor  # and finds their threads


async def test_where_only_the_invited_come_in_no_password_and_no_wrong_code_lets_in(url: tuple[str, Path]) -> None:
    async with entrance(url, invite_only=True) as (house, client):
        made = await house.parts.links.make("friends")
        for given in ({"password": ""}, {"password": "password"}, {"code": made.id}, {"code": ""}, {"code": "x" * 300}):
            reply = await enter(client, **given)
            assert reply.status_code == 401, given
            assert "set-cookie" not in reply.headers
        assert (await client.get("/chatkit/options")).status_code == 401
        assert (await enter(client, code=made.code)).status_code == 204
        assert (await client.get("/chatkit/options")).status_code == 200


async def test_a_link_that_another_process_made_and_took_a_moment_ago_is_good_here_too(url: tuple[str, Path]) -> None:
    async with entrance(url, invite_only=True) as (house, here), entrance(url, invite_only=True) as (_, there):
        made = await house.parts.links.make("friends")
        await enter(here, code=made.code)
        there.cookies.update(here.cookies)
        assert (await there.get("/chatkit/options")).status_code == 200


async def test_where_anybody_may_come_who_came_by_a_dead_link_is_somebody_new(url: tuple[str, Path]) -> None:
    async with entrance(url) as (house, client):
        made = await house.parts.links.make("friends")
        await enter(client, code=made.code)
        before = visitor_of(client)
        await house.parts.links.revoke(made.id)
        await house.parts.standing.refresh()
        assert (await client.get("/chatkit/options")).status_code == 200
        assert visitor_of(client) != before


async def test_guessing_is_refused_after_some_tries_and_knowing_is_not_elsewhere(url: tuple[str, Path]) -> None:
    async with entrance(url, password=PASSWORD, **BEHIND_A_PROXY) as (_, client):
        for number in range(OF_ONE.amount):
            reply = await enter(client, HERE, password=f"guess {number}")
            assert (reply.status_code, reply.json()["message"]) == (401, "That is not the password.")
        for given in ("one more", PASSWORD):
            reply = await enter(client, HERE, password=given)
            assert reply.status_code == 429
            assert 0 < int(reply.headers["retry-after"]) <= 60
            assert "set-cookie" not in reply.headers
        assert (await enter(client, ELSEWHERE, password=PASSWORD)).status_code == 204


@pytest.mark.parametrize("path", ["/enter", "/owner/enter"])
async def test_no_other_site_can_have_a_visitor_enter(url: tuple[str, Path], path: str) -> None:
    async with entrance(url, password=PASSWORD, owner_token="owner's", allowed_origins="https://friend.test") as (_, c):
        body = {"password": PASSWORD, "token": "owner's"}
        for headers in (
            {"Origin": "https://evil.test"},
            {"Origin": "null"},
            {"Origin": "https://friend.test"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": str(c.base_url)},
        ):
            reply = await c.post(path, json=body, headers=headers)
            assert reply.status_code == 403, headers
            assert "set-cookie" not in reply.headers
        as_form = await c.post(path, data=body)
        as_text = await c.post(path, content='{"password": "x", "token": "x"}', headers={"Content-Type": "text/plain"})
        assert {as_form.status_code, as_text.status_code} == {415}
        assert (await c.post(path, json=body)).status_code == 204


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"password": 1}', b'{"password": null}', b'"password"'])
async def test_what_is_no_entry_is_refused(url: tuple[str, Path], body: bytes) -> None:
    async with entrance(url, password=PASSWORD) as (_, client):
        for path in ("/enter", "/owner/enter"):
            reply = await client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert reply.status_code == 400


async def test_the_page_speaks_the_visitors_language_and_asks_for_what_is_needed(url: tuple[str, Path]) -> None:
    async with entrance(url, password=PASSWORD) as (_, client):
        for language, direction in (("en", "ltr"), ("de", "ltr"), ("ur", "rtl"), ("ja", "ltr")):
            page = (await client.get("/enter", headers={"Accept-Language": language})).text
            assert f'lang="{language if language != "ja" else "en"}" dir="{direction}"' in page
            assert 'type="password"' in page
            assert 'autocomplete="current-password"' in page


async def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_of_its_own_text(url: tuple[str, Path]) -> None:
    async with entrance(url, invite_only=True) as (_, client):
        reply = await client.get("/enter?to=/%22%3E%3Cscript%3E&expired=1")
        policy = reply.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert reply.headers["cache-control"] == "no-store"
        assert re.findall(r"(?:src|href)=\"(?!/enter/)", reply.text) == []
        assert not re.search(r"style=|\son[a-z]+=|<script(?! type=\"module\" src=)", reply.text)
        assert "http" not in reply.text
        assert '"><script>' not in reply.text


async def test_where_strangers_come_an_address_becomes_only_so_many_of_them(url: tuple[str, Path]) -> None:
    async with entrance(url, public=True, public_url="https://play.test", **BEHIND_A_PROXY) as (_, client):
        for _ in range(NEW.amount):
            await client.get("/enter", headers=HERE)
            client.cookies.clear()
        reply = await client.get("/chatkit/options", headers=HERE)
        assert reply.status_code == 429
        assert "retry-after" in reply.headers
        assert (await client.get("/chatkit/options", headers=ELSEWHERE)).status_code == 200
